/* Calls that move packets. The names that a fortified program calls are there too. */
#include "netns-lab/wincost/shim.h"

#include <errno.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

PUBLIC ssize_t read(int fd, void *buf, size_t len)
{
    SHIM_REAL(ssize_t(*)(int, void *, size_t), "read");
    enum shim_kind kind = shim_kind_of(fd);
    ssize_t got = real(fd, buf, len);
    shim_after(kind, false, got);
    return got;
}

ssize_t __read_chk(int fd, void *buf, size_t len, size_t room);
PUBLIC ssize_t __read_chk(int fd, void *buf, size_t len, size_t room)
{
    SHIM_REAL(ssize_t(*)(int, void *, size_t, size_t), "__read_chk");
    enum shim_kind kind = shim_kind_of(fd);
    ssize_t got = real(fd, buf, len, room);
    shim_after(kind, false, got);
    return got;
}

PUBLIC ssize_t readv(int fd, const struct iovec *parts, int count)
{
    SHIM_REAL(ssize_t(*)(int, const struct iovec *, int), "readv");
    enum shim_kind kind = shim_kind_of(fd);
    ssize_t got = real(fd, parts, count);
    shim_after(kind, false, got);
    return got;
}

PUBLIC ssize_t recv(int fd, void *buf, size_t len, int flags)
{
    SHIM_REAL(ssize_t(*)(int, void *, size_t, int), "recv");
    ssize_t got = real(fd, buf, len, flags);
    shim_after(shim_kind_of(fd), false, got);
    return got;
}

PUBLIC ssize_t recvfrom(int fd, void *restrict buf, size_t len, int flags, struct sockaddr *restrict from,
                        socklen_t *restrict from_len)
{
    SHIM_REAL(ssize_t(*)(int, void *, size_t, int, struct sockaddr *, socklen_t *), "recvfrom");
    ssize_t got = real(fd, buf, len, flags, from, from_len);
    shim_after(shim_kind_of(fd), false, got);
    return got;
}

ssize_t __recvfrom_chk(int fd, void *buf, size_t len, size_t room, int flags, struct sockaddr *from,
                       socklen_t *from_len);
PUBLIC ssize_t __recvfrom_chk(int fd, void *buf, size_t len, size_t room, int flags, struct sockaddr *from,
                              socklen_t *from_len)
{
    SHIM_REAL(ssize_t(*)(int, void *, size_t, size_t, int, struct sockaddr *, socklen_t *), "__recvfrom_chk");
    ssize_t got = real(fd, buf, len, room, flags, from, from_len);
    shim_after(shim_kind_of(fd), false, got);
    return got;
}

PUBLIC ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    SHIM_REAL(ssize_t(*)(int, struct msghdr *, int), "recvmsg");
    ssize_t got = real(fd, message, flags);
    shim_after(shim_kind_of(fd), false, got);
    return got;
}

PUBLIC int recvmmsg(int fd, struct mmsghdr *list, unsigned count, int flags, struct timespec *timeout)
{
    SHIM_REAL(int (*)(int, struct mmsghdr *, unsigned, int, struct timespec *), "recvmmsg");
    bool cut = shim_meter.profile.single_datagrams != 0 && count > 1 && shim_kind_of(fd) == SHIM_UDP;
    int got = real(fd, list, cut ? 1 : count, flags, timeout);
    shim_count(WINCOST_BATCHES_CUT, cut && got > 0);
    shim_after(shim_kind_of(fd), false, got);
    return got;
}

PUBLIC ssize_t write(int fd, const void *buf, size_t len)
{
    SHIM_REAL(ssize_t(*)(int, const void *, size_t), "write");
    shim_before_write(shim_kind_of(fd));
    ssize_t put = real(fd, buf, len);
    shim_after(shim_kind_of(fd), true, put);
    return put;
}

PUBLIC ssize_t writev(int fd, const struct iovec *parts, int count)
{
    SHIM_REAL(ssize_t(*)(int, const struct iovec *, int), "writev");
    shim_before_write(shim_kind_of(fd));
    ssize_t put = real(fd, parts, count);
    shim_after(shim_kind_of(fd), true, put);
    return put;
}

PUBLIC ssize_t send(int fd, const void *buf, size_t len, int flags)
{
    SHIM_REAL(ssize_t(*)(int, const void *, size_t, int), "send");
    shim_before_write(shim_kind_of(fd));
    ssize_t put = real(fd, buf, len, flags);
    shim_after(shim_kind_of(fd), true, put);
    return put;
}

PUBLIC ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
                      socklen_t to_len)
{
    SHIM_REAL(ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t), "sendto");
    shim_before_write(shim_kind_of(fd));
    ssize_t put = real(fd, buf, len, flags, to, to_len);
    shim_after(shim_kind_of(fd), true, put);
    return put;
}

/* A message that asks the kernel to cut it. */
static bool is_refused(enum shim_kind kind, const struct msghdr *message)
{
    struct msghdr copy = *message;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&copy);
         c != NULL && kind == SHIM_UDP && shim_meter.profile.no_udp_offload != 0; c = CMSG_NXTHDR(&copy, c))
    {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_SEGMENT)
        {
            shim_count(WINCOST_OFFLOADS_REFUSED, 1);
            errno = EINVAL;
            return true;
        }
    }
    return false;
}

PUBLIC ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    SHIM_REAL(ssize_t(*)(int, const struct msghdr *, int), "sendmsg");
    enum shim_kind kind = shim_kind_of(fd);
    if (is_refused(kind, message))
    {
        return -1;
    }
    shim_before_write(kind);
    ssize_t put = real(fd, message, flags);
    shim_after(kind, true, put);
    return put;
}

PUBLIC int sendmmsg(int fd, struct mmsghdr *list, unsigned count, int flags)
{
    SHIM_REAL(int (*)(int, struct mmsghdr *, unsigned, int), "sendmmsg");
    enum shim_kind kind = shim_kind_of(fd);
    bool cut = shim_meter.profile.single_datagrams != 0 && count > 1 && kind == SHIM_UDP;
    if (count > 0 && is_refused(kind, &list[0].msg_hdr))
    {
        return -1;
    }
    shim_before_write(kind);
    int put = real(fd, list, cut ? 1 : count, flags);
    shim_count(WINCOST_BATCHES_CUT, cut && put > 0);
    shim_after(kind, true, put);
    return put;
}
