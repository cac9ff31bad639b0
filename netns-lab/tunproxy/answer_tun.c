#include "netns-lab/tunproxy/answer_tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TUN_MAJOR      10u
#define TUN_MINOR      200u
#define LAST_DEVICE_MS 500
#define HEADER_LEN     10 /* of a virtio_net_hdr that the proxy can read */

enum how
{
    HOW_NUMBER, /* the argument itself */
    HOW_IN,     /* an int that it points to */
    HOW_OUT,
};

/* What a program may ask of its device once it has one. */
static const struct known
{
    unsigned long request;
    enum how how;
} known[] = {
    {TUNSETOFFLOAD, HOW_NUMBER}, {TUNSETPERSIST, HOW_NUMBER}, {TUNSETOWNER, HOW_NUMBER},
    {TUNSETGROUP, HOW_NUMBER},   {TUNSETLINK, HOW_NUMBER},    {TUNSETNOCSUM, HOW_NUMBER},
    {TUNSETVNETHDRSZ, HOW_IN},   {TUNSETSNDBUF, HOW_IN},      {TUNGETVNETHDRSZ, HOW_OUT},
    {TUNGETSNDBUF, HOW_OUT},
};

/* Puts the program's end over its descriptor, which keeps its flags. */
static int hand_over(struct proxy *proxy, const struct target_fd *was, int fd, int end)
{
    struct seccomp_notif_addfd add = {.id = proxy->call->id,
                                      .flags = SECCOMP_ADDFD_FLAG_SETFD,
                                      .srcfd = (uint32_t)end,
                                      .newfd = (uint32_t)fd,
                                      .newfd_flags = was->close_on_exec ? O_CLOEXEC : 0};
    if (fcntl(end, F_SETFL, was->flags & O_NONBLOCK) != 0 ||
        ioctl(proxy->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0)
    {
        return errno == ENOENT ? PROXY_GONE : -errno;
    }
    return 0;
}

static int make(struct proxy *proxy, pid_t tid, int fd, const struct target_fd *was, uint64_t argument)
{
    struct ifreq request;
    int end = -1;
    int status = target_read(tid, argument, &request, sizeof request);
    if (status != 0)
    {
        return status;
    }
    /* A program that has just closed its device may have it again. */
    if (!device_drain(&proxy->device, LAST_DEVICE_MS) || (request.ifr_flags & IFF_MULTI_QUEUE) != 0 ||
        !target_is_here(tid))
    {
        fprintf(stderr, "tunproxy: a device that it cannot stand for: %s\n",
                proxy->device.tun >= 0                       ? "it has one already"
                : (request.ifr_flags & IFF_MULTI_QUEUE) != 0 ? "several queues"
                                                             : "in another network namespace");
        return -EBUSY;
    }
    status = device_make(&proxy->device, &request, &end);
    if (status != 0)
    {
        return status;
    }
    status = target_write(tid, argument, &request, sizeof request);
    status = status == 0 ? hand_over(proxy, was, fd, end) : status;
    close(end);
    status = status == 0 ? device_start(&proxy->device, tid, fd) : status;
    if (status != 0)
    {
        device_close(&proxy->device);
    }
    return status;
}

/* A device without segmentation is one whose kernel does not know of the header. */
static int tell_features(const struct proxy *proxy, pid_t tid, uint64_t argument)
{
    unsigned features = 0;
    int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    int status = tun < 0 || ioctl(tun, TUNGETFEATURES, &features) != 0 ? -errno : 0;
    if (tun >= 0)
    {
        close(tun);
    }
    features &= ~(unsigned)IFF_MULTI_QUEUE;
    features &= proxy->meter.profile.no_tun_offload != 0 ? ~(unsigned)IFF_VNET_HDR : ~0u;
    return status == 0 ? target_write(tid, argument, &features, sizeof features) : status;
}

static int tell_name(const struct proxy *proxy, pid_t tid, uint64_t argument)
{
    struct ifreq request = {0};
    return ioctl(proxy->device.tun, TUNGETIFF, &request) == 0
               ? target_write(tid, argument, &request, sizeof request)
               : -errno;
}

static int pass_on(struct proxy *proxy, pid_t tid, const struct known *how, uint64_t argument)
{
    int tun = proxy->device.tun;
    int number = 0;
    if (how->request == TUNSETOFFLOAD && argument != 0 && proxy->meter.profile.no_tun_offload != 0)
    {
        wincost_count(&proxy->meter.account, WINCOST_OFFLOADS_REFUSED, 1);
        return -EINVAL;
    }
    int status = how->how == HOW_IN ? target_read(tid, argument, &number, sizeof number) : 0;
    if (status == 0 && how->request == TUNSETVNETHDRSZ && number != HEADER_LEN)
    {
        proxy->ioctls_refused++;
        return -EINVAL;
    }
    if (status == 0)
    {
        int done = how->how == HOW_NUMBER ? ioctl(tun, how->request, (unsigned long)argument)
                                          : ioctl(tun, how->request, &number);
        status = done < 0 ? -errno : 0;
    }
    return status == 0 && how->how == HOW_OUT ? target_write(tid, argument, &number, sizeof number) : status;
}

int answer_tun(struct proxy *proxy, pid_t tid, int fd, uint64_t request, uint64_t argument)
{
    const struct device *device = &proxy->device;
    struct target_fd seen;
    if (target_fd_look(tid, fd, &seen) != 0)
    {
        return PROXY_GO_ON;
    }
    bool ours =
        device->tun >= 0 && seen.inode == device->program.inode && seen.device == device->program.device;
    if (seen.special == makedev(TUN_MAJOR, TUN_MINOR) && request == TUNSETIFF)
    {
        return make(proxy, tid, fd, &seen, argument);
    }
    if ((ours || seen.special == makedev(TUN_MAJOR, TUN_MINOR)) && request == TUNGETFEATURES)
    {
        return tell_features(proxy, tid, argument);
    }
    if (!ours)
    {
        return PROXY_GO_ON;
    }
    if (request == TUNGETIFF || request == TUNSETIFF)
    {
        /* The second: a signal came between our answer and its arrival, and the program asks again. */
        return tell_name(proxy, tid, argument);
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    {
        if (known[i].request == request)
        {
            return pass_on(proxy, tid, &known[i], argument);
        }
    }
    proxy->ioctls_refused++;
    return -EINVAL;
}
