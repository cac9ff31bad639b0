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

#define WORD 0xffffffffu /* of an int only the lower half of a register counts */

/* An argument of a call, under a mask. */
static struct scmp_arg_cmp argument_is(unsigned argument, uint32_t mask, uint32_t value)
{
    return (struct scmp_arg_cmp){
        .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

static int add_sockets(scmp_filter_ctx filter)
{
    static const unsigned families[] = {AF_INET, AF_INET6};
    int status = 0;
    for (size_t i = 0; status == 0 && i < 2; i++)
    {
        status =
            seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(socket), 2, argument_is(0, WORD, families[i]),
                             argument_is(1, SOCKET_TYPE_MASK, SOCK_DGRAM));
    }
    return status;
}

static int add_option(scmp_filter_ctx filter, int call, uint32_t level, uint32_t name)
{
    return seccomp_rule_add(filter, SCMP_ACT_NOTIFY, call, 2, argument_is(1, WORD, level),
                            argument_is(2, WORD, name));
}

static int add_buffers(scmp_filter_ctx filter)
{
    static const unsigned names[] = {SO_RCVBUF, SO_SNDBUF, SO_RCVBUFFORCE, SO_SNDBUFFORCE};
    int status = 0;
    for (size_t i = 0; status == 0 && i < 4; i++)
    {
        status = add_option(filter, SCMP_SYS(setsockopt), SOL_SOCKET, names[i]);
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
        status = add_option(filter, call, IPPROTO_UDP, names[i % 2]);
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
                                            argument_is(1, TUN_REQUESTS_MASK, TUN_REQUESTS))
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
