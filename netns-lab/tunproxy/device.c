#include "netns-lab/tunproxy/device.h"

#include "netns-lab/tunproxy/packets.h"
#include "netns-lab/tunproxy/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MTU_DEFAULT 1500u

static bool writes_cost(const struct wincost_profile *profile)
{
    return profile->tun_depth > 0 || profile->tun_write_us > 0 || profile->stall_every > 0;
}

/* The kernel doubles what it is asked for. */
static void set_handover(const struct device *device, int fd, bool slow)
{
    int asked = (int)((proxy_handover(slow, device->headers, device->mtu) + 1) / 2);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &asked, sizeof asked);
}

static void set_handovers(const struct device *device, int end)
{
    const struct wincost_profile *profile = &device->meter->profile;
    set_handover(device, device->link, profile->tun_read_us > 0);
    set_handover(device, end, writes_cost(profile));
}

static int open_pair(struct device *device, int *end)
{
    int pair[2];
    struct stat is;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    {
        return -errno;
    }
    device->stop = eventfd(0, EFD_CLOEXEC);
    if (device->stop < 0 || fstat(pair[1], &is) != 0)
    {
        int status = -errno;
        close(pair[0]);
        close(pair[1]);
        return status;
    }
    device->link = pair[0];
    *end = pair[1];
    device->program = (struct target_fd){.device = is.st_dev, .inode = is.st_ino};
    device->mtu = MTU_DEFAULT;
    set_handovers(device, *end);
    return 0;
}

int device_make(struct device *device, struct ifreq *request, int *end)
{
    bool plain = device->meter->profile.no_tun_offload != 0;
    struct ifreq made = *request;
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    made.ifr_flags = (short)(plain ? made.ifr_flags & ~IFF_VNET_HDR : made.ifr_flags);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &made) != 0)
    {
        int status = -errno;
        if (tun >= 0)
        {
            close(tun);
        }
        return status;
    }
    device->tun = tun;
    device->link = device->stop = -1;
    device->headers = (made.ifr_flags & IFF_VNET_HDR) != 0;
    memcpy(request->ifr_name, made.ifr_name, sizeof request->ifr_name);
    wincost_count(&device->meter->account, WINCOST_OFFLOADS_REFUSED,
                  plain && (request->ifr_flags & IFF_VNET_HDR) != 0);
    int status = open_pair(device, end);
    if (status != 0)
    {
        device_close(device);
    }
    return status;
}

int device_start(struct device *device, pid_t tid, int fd)
{
    device->program_tid = tid;
    device->program_fd = fd;
    atomic_store(&device->ended, false);
    for (size_t i = 0; i < 2; i++)
    {
        int status =
            pthread_create(&device->threads[i], NULL, i == 0 ? pump_to_program : pump_to_device, device);
        if (status != 0)
        {
            device->threads[i] = 0;
            return -status;
        }
    }
    return 0;
}

void device_tend(struct device *device)
{
    struct ifreq request = {0};
    struct target_fd seen;
    if (device->tun < 0)
    {
        return;
    }
    if (atomic_load(&device->ended))
    {
        device_close(device);
        return;
    }
    if (ioctl(device->tun, TUNGETIFF, &request) != 0 || ioctl(device->link, SIOCGIFMTU, &request) != 0 ||
        (unsigned)request.ifr_mtu == device->mtu)
    {
        return;
    }
    device->mtu = (unsigned)request.ifr_mtu;
    if (target_fd_look(device->program_tid, device->program_fd, &seen) == 0 &&
        seen.inode == device->program.inode && seen.device == device->program.device)
    {
        int end = target_fd_copy(device->program_tid, device->program_fd);
        if (end >= 0)
        {
            set_handovers(device, end);
            close(end);
        }
    }
}

bool device_drain(struct device *device, unsigned ms)
{
    const struct timespec while_ms = {.tv_nsec = 1000000};
    for (unsigned waited = 0; device->tun >= 0 && !atomic_load(&device->ended); waited++)
    {
        if (waited == ms)
        {
            return false;
        }
        (void)nanosleep(&while_ms, NULL);
    }
    device_close(device);
    return true;
}

void device_close(struct device *device)
{
    uint64_t one = 1;
    if (device->tun < 0)
    {
        return;
    }
    if (device->stop >= 0)
    {
        (void)!write(device->stop, &one, sizeof one);
        (void)shutdown(device->link, SHUT_RDWR);
    }
    for (size_t i = 0; i < 2; i++)
    {
        if (device->threads[i] != 0)
        {
            pthread_join(device->threads[i], NULL);
            device->threads[i] = 0;
        }
    }
    close(device->tun);
    if (device->stop >= 0)
    {
        close(device->link);
        close(device->stop);
    }
    device->tun = device->link = device->stop = -1;
}
