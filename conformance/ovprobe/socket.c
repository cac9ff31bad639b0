#include "ovprobe/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

size_t probe_octets(const char *hex, uint8_t *to, size_t size)
{
    size_t len = 0;
    while (*hex != '\0')
    {
        if (*hex == ' ')
        {
            hex++;
            continue;
        }
        int high = digit(hex[0]);
        int low = high >= 0 ? digit(hex[1]) : -1;
        if (low < 0 || len == size)
        {
            return 0;
        }
        to[len++] = (uint8_t)(high << 4 | low);
        hex += 2;
    }
    return len;
}

int probe_connect(const struct probe_target *target, int type, char said[static PROBE_TEXT])
{
    int fd = socket(target->addr.ss_family, type | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&target->addr, target->addr_len) != 0)
    {
        snprintf(said, PROBE_TEXT, "cannot connect: %s", strerror(errno));
        if (fd >= 0)
        {
            close(fd);
        }
        return -1;
    }
    return fd;
}

bool probe_run(const struct probe_target *target, const struct probe_list *list, const struct probe *probe,
               char said[static PROBE_TEXT])
{
    int fd = probe_connect(target, list->type, said);
    if (fd < 0)
    {
        return false;
    }
    bool good = probe->run(fd, target, probe, said);
    close(fd);
    return good;
}

bool probe_say(int fd, const char *hex)
{
    uint8_t octets[256];
    size_t len = probe_octets(hex, octets, sizeof octets);
    return len > 0 && send(fd, octets, len, MSG_NOSIGNAL) == (ssize_t)len;
}

int probe_receive(int fd, uint8_t *to, size_t size, int wait_ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (poll(&wait, 1, wait_ms) <= 0)
    {
        return -1;
    }
    ssize_t len = recv(fd, to, size, 0);
    return len >= 0 ? (int)len : -2;
}

bool probe_allowed(const struct sockaddr_storage *addr)
{
    if (addr->ss_family == AF_INET)
    {
        uint32_t four = ntohl(((const struct sockaddr_in *)addr)->sin_addr.s_addr);
        return four >> 24 == 127 || four >> 16 == 0x0a4d || four >> 16 == 0x0a4e;
    }
    const struct in6_addr *six = &((const struct sockaddr_in6 *)addr)->sin6_addr;
    return addr->ss_family == AF_INET6 &&
           (IN6_IS_ADDR_LOOPBACK(six) || (six->s6_addr[0] == 0xfd && six->s6_addr[1] == 0x77) ||
            (six->s6_addr[0] == 0xfd && six->s6_addr[1] == 0x78));
}
