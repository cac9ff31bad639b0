/* Calls that make descriptors and set what they can do. */
#include "netns-lab/wincost/shim.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

typedef int (*setsockopt_fn)(int, int, int, const void *, socklen_t);

static setsockopt_fn real_setsockopt(void)
{
    SHIM_REAL(setsockopt_fn, "setsockopt");
    return real;
}

/* The kernel doubles what it is asked for. */
static void set_buffer(int fd, int which, uint32_t octets)
{
    int asked = (int)(octets / 2);
    if (octets > 0 && real_setsockopt()(fd, SOL_SOCKET, which, &asked, sizeof asked) == 0)
    {
        shim_count(WINCOST_BUFFERS_SET, 1);
    }
}

PUBLIC int socket(int family, int type, int protocol)
{
    SHIM_REAL(int (*)(int, int, int), "socket");
    int fd = real(family, type, protocol);
    int kept = errno;
    bool udp = (family == AF_INET || family == AF_INET6) && (type & 0xf) == SOCK_DGRAM;
    if (fd >= 0)
    {
        shim_kind_set(fd, udp ? SHIM_UDP : SHIM_OTHER);
    }
    if (fd >= 0 && udp)
    {
        set_buffer(fd, SO_RCVBUF, shim_meter.profile.rcvbuf);
        set_buffer(fd, SO_SNDBUF, shim_meter.profile.sndbuf);
    }
    errno = kept;
    return fd;
}

PUBLIC int close(int fd)
{
    SHIM_REAL(int (*)(int), "close");
    shim_kind_set(fd, SHIM_OTHER);
    return real(fd);
}

/* What becomes of the program's own wish for a buffer: true when nothing shall. */
static bool is_buffer_refused(int name, int asked)
{
    bool receive = name == SO_RCVBUF || name == SO_RCVBUFFORCE;
    bool send = name == SO_SNDBUF || name == SO_SNDBUFFORCE;
    uint32_t ours = receive ? shim_meter.profile.rcvbuf : shim_meter.profile.sndbuf;
    if (!receive && !send)
    {
        return false;
    }
    return shim_meter.profile.program_buffers == WINCOST_BUFFERS_IGNORED ||
           (shim_meter.profile.program_buffers == WINCOST_BUFFERS_CLAMPED && ours > 0 && asked > 0 &&
            (uint32_t)asked > ours / 2);
}

PUBLIC int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    bool udp = shim_kind_of(fd) == SHIM_UDP;
    int asked = 0;
    if (len >= sizeof asked && value != NULL)
    {
        memcpy(&asked, value, sizeof asked);
    }
    if (udp && level == SOL_SOCKET && is_buffer_refused(name, asked))
    {
        /* It succeeds, as on a system that takes it for a hint. */
        shim_count(WINCOST_BUFFERS_REFUSED, 1);
        return 0;
    }
    if (udp && level == IPPROTO_UDP && (name == UDP_SEGMENT || name == UDP_GRO) &&
        shim_meter.profile.no_udp_offload != 0)
    {
        shim_count(WINCOST_OFFLOADS_REFUSED, 1);
        errno = ENOPROTOOPT;
        return -1;
    }
    return real_setsockopt()(fd, level, name, value, len);
}

PUBLIC int ioctl(int fd, unsigned long request, ...)
{
    SHIM_REAL(int (*)(int, unsigned long, void *), "ioctl");
    va_list list;
    va_start(list, request);
    void *argument = va_arg(list, void *);
    va_end(list);
    if (request == TUNSETOFFLOAD && shim_meter.profile.no_tun_offload != 0)
    {
        if (argument == NULL)
        {
            return real(fd, request, argument);
        }
        shim_count(WINCOST_OFFLOADS_REFUSED, 1);
        errno = EINVAL;
        return -1;
    }
    int status = real(fd, request, argument);
    if (request == TUNSETIFF && status == 0)
    {
        shim_kind_set(fd, SHIM_TUN);
    }
    return status;
}
