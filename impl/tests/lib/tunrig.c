#include "tests/lib/tunrig.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct tunrig_variant tunrig_offload = {"offload", ov_tun_open_offload};
const struct tunrig_variant tunrig_uring = {"uring", ov_tun_open_uring};

bool tunrig_has(const struct tunrig_variant *variant, const char *what)
{
    struct ov_tun *tun = NULL;
    char text[OV_TUN_TEXT];
    if (variant->open("tun7", &tun, text) != OV_OK)
    {
        printf("SKIP %s with %s: %s\n", what, variant->name, text);
        return false;
    }
    tun->ops->close(tun);
    return true;
}

struct ov_tun *tunrig_down(tunrig_open_fn *open_tun)
{
    struct ov_tun *tun = NULL;
    char text[OV_TUN_TEXT] = "";
    if (open_tun("tun7", &tun, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    return tun;
}

struct ov_tun *tunrig_up(tunrig_open_fn *open_tun, uint8_t host)
{
    struct ov_tun *tun = tunrig_down(open_tun);
    char command[200];
    (void)snprintf(command, sizeof command,
                   "ip addr add 10.8.0.%u/24 dev tun7 && ip addr add fd00:8::%x/64 dev tun7 nodad && "
                   "ip link set tun7 mtu %u up",
                   host, host, TUNRIG_MTU);
    assert_int_equal(system(command), 0);
    return tun;
}

socklen_t tunrig_address(struct sockaddr_storage *sa, uint8_t version, uint8_t host, uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    char text[32];
    (void)snprintf(text, sizeof text, version == 4 ? "10.8.0.%u" : "fd00:8::%x", host);
    memset(sa, 0, sizeof *sa);
    if (version == 4)
    {
        assert_int_equal(inet_pton(AF_INET, text, &in.sin_addr), 1);
        memcpy(sa, &in, sizeof in);
        return sizeof in;
    }
    assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
    memcpy(sa, &in6, sizeof in6);
    return sizeof in6;
}

int tunrig_socket(uint8_t version, int type, uint8_t host, uint16_t port)
{
    struct sockaddr_storage sa;
    socklen_t len = tunrig_address(&sa, version, host, port);
    int size = 1 << 20;
    int again = type == SOCK_STREAM; /* the port of a test before may still linger */
    int fd = socket(sa.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return fd;
}

void tunrig_send_train(int fd, uint8_t version, uint8_t host, uint16_t port, uint16_t size, const void *data,
                       size_t len)
{
    struct sockaddr_storage sa;
    struct iovec iov = {(void *)(uintptr_t)data, len};
    union
    {
        char octets[CMSG_SPACE(sizeof size)];
        struct cmsghdr align;
    } control = {{0}};
    struct msghdr message = {.msg_name = &sa,
                             .msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = control.octets,
                             .msg_controllen = sizeof control.octets};
    message.msg_namelen = tunrig_address(&sa, version, host, port);
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof size), .cmsg_level = IPPROTO_UDP, .cmsg_type = 103};
    memcpy(CMSG_DATA(c), &size, sizeof size);
    assert_int_equal(sendmsg(fd, &message, 0), len);
}

uint64_t tunrig_kernel_received(void)
{
    char line[512];
    unsigned long long octets = 0;
    unsigned long long packets = 0;
    FILE *file = fopen("/proc/thread-self/net/dev", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
    {
        char *at = strstr(line, "tun7:");
        if (at != NULL)
        {
            assert_int_equal(sscanf(at + 5, "%llu %llu", &octets, &packets), 2);
        }
    }
    (void)fclose(file);
    return packets;
}
