#include "netns-lab/tunproxy/gate.h"

#include <errno.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/socket.h>

/* Requests of /dev/net/tun are _IO*('T', 200...). */
#define TUN_REQUESTS_MASK 0xffc0u
#define TUN_REQUESTS      0x54c0u
#define SOCKET_TYPE_MASK  0xfu /* SOCK_NONBLOCK and SOCK_CLOEXEC lie above */

static int add_sockets(scmp_filter_ctx filter)
{
    static const unsigned families[] = {AF_INET, AF_INET6};
    int status = 0;
    for (size_t i = 0; status == 0 && i < 2; i++)
    {
        status = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(socket), 2,
                                  SCMP_A0_32(SCMP_CMP_EQ, families[i]),
                                  SCMP_A1_32(SCMP_CMP_MASKED_EQ, SOCKET_TYPE_MASK, SOCK_DGRAM));
    }
    return status;
}

static int add_buffers(scmp_filter_ctx filter)
{
    static const unsigned names[] = {SO_RCVBUF, SO_SNDBUF, SO_RCVBUFFORCE, SO_SNDBUFFORCE};
    int status = 0;
    for (size_t i = 0; status == 0 && i < 4; i++)
    {
        status = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(setsockopt), 2,
                                  SCMP_A1_32(SCMP_CMP_EQ, SOL_SOCKET), SCMP_A2_32(SCMP_CMP_EQ, names[i]));
    }
    return status;
}

static int add_offloads(scmp_filter_ctx filter)
{
    static const unsigned names[] = {UDP_SEGMENT, UDP_GRO};
    int status = 0;
    for (size_t i = 0; status == 0 && i < 4; i++)
    {
        int call = i < 2 ? SCMP_SYS(setsockopt) : SCMP_SYS(getsockopt);
        status = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, call, 2, SCMP_A1_32(SCMP_CMP_EQ, IPPROTO_UDP),
                                  SCMP_A2_32(SCMP_CMP_EQ, names[i % 2]));
    }
    return status;
}

int gate_close(const struct wincost_profile *profile)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL)
    {
        return -ENOMEM;
    }
    /* Programs of another word size are not our business, and no reason to kill. */
    int status = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
    status = status == 0 ? seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(ioctl), 1,
                                            SCMP_A1_32(SCMP_CMP_MASKED_EQ, TUN_REQUESTS_MASK, TUN_REQUESTS))
                         : status;
    if (status == 0 && (profile->rcvbuf > 0 || profile->sndbuf > 0))
    {
        status = add_sockets(filter);
    }
    if (status == 0 && profile->program_buffers != WINCOST_BUFFERS_OBEYED)
    {
        status = add_buffers(filter);
    }
    if (status == 0 && profile->no_udp_offload != 0)
    {
        status = add_offloads(filter);
    }
    status = status == 0 ? seccomp_load(filter) : status;
    status = status == 0 ? seccomp_notify_fd(filter) : status;
    seccomp_release(filter);
    return status;
}
