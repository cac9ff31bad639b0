#include "netns-lab/linkemu/tun.h"

#include "netns-lab/linkemu/compat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define QUEUE_LEN 10000 /* frames the kernel keeps for us while we have no CPU */
#define TUN_MTU   65535 /* the kernel's own limit must never be the tighter one */

static bool set_offloads(struct emu_tun *tun, struct emu_why *why)
{
    static const unsigned tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    int header_len = EMU_VNET_LEN;
    if (ioctl(tun->fd, TUNSETVNETHDRSZ, &header_len) != 0)
    {
        return emu_why_errno(why, "%s: header size", tun->name);
    }
    tun->udp_gso = ioctl(tun->fd, TUNSETOFFLOAD, tcp | TUN_F_USO4 | TUN_F_USO6) == 0;
    if (!tun->udp_gso && ioctl(tun->fd, TUNSETOFFLOAD, tcp) != 0)
    {
        return emu_why_errno(why, "%s: offloads", tun->name);
    }
    return true;
}

static bool write_sysctl(const char *name, const char *key, const char *value, struct emu_why *why)
{
    char path[160];
    snprintf(path, sizeof path, "/proc/sys/net/%s", key);
    char *mark = strchr(path, '*');
    if (mark != NULL)
    {
        char tail[96];
        snprintf(tail, sizeof tail, "%s", mark + 1);
        snprintf(mark, sizeof path - (size_t)(mark - path), "%s%s", name, tail);
    }
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);
    if (!done)
    {
        emu_why_errno(why, "%s", path);
    }
    if (fd >= 0)
    {
        close(fd);
    }
    return done;
}

/* What comes out of the device has been routed once: its source lies behind another interface. It needs no
 * addresses of its own, which would only make it talk. */
static bool set_sysctls(const struct emu_tun *tun, struct emu_why *why)
{
    return write_sysctl(tun->name, "ipv4/conf/all/rp_filter", "0", why) &&
           write_sysctl(tun->name, "ipv4/conf/*/rp_filter", "0", why) &&
           write_sysctl(tun->name, "ipv4/conf/*/forwarding", "1", why) &&
           write_sysctl(tun->name, "ipv6/conf/*/disable_ipv6", "0", why) &&
           write_sysctl(tun->name, "ipv6/conf/*/addr_gen_mode", "1", why) &&
           write_sysctl(tun->name, "ipv6/conf/*/forwarding", "1", why);
}

static bool bring_up(struct emu_tun *tun, struct emu_why *why)
{
    struct ifreq ifr = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memcpy(ifr.ifr_name, tun->name, sizeof ifr.ifr_name);
    ifr.ifr_qlen = QUEUE_LEN;
    bool done = fd >= 0 && ioctl(fd, SIOCSIFTXQLEN, &ifr) == 0;
    ifr.ifr_mtu = TUN_MTU;
    done = done && ioctl(fd, SIOCSIFMTU, &ifr) == 0;
    ifr.ifr_flags = IFF_UP | IFF_RUNNING | IFF_NOARP | IFF_POINTOPOINT;
    done = done && ioctl(fd, SIOCSIFFLAGS, &ifr) == 0;
    if (!done)
    {
        emu_why_errno(why, "%s: bringing it up", tun->name);
    }
    if (fd >= 0)
    {
        close(fd);
    }
    tun->index = if_nametoindex(tun->name);
    return done;
}

bool emu_tun_open(struct emu_tun *tun, const char *name, struct emu_why *why)
{
    struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    *tun = (struct emu_tun){.fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK)};
    snprintf(tun->name, sizeof tun->name, "%s", name);
    memcpy(ifr.ifr_name, tun->name, sizeof ifr.ifr_name);
    if (tun->fd < 0)
    {
        return emu_why_errno(why, "/dev/net/tun");
    }
    if (ioctl(tun->fd, TUNSETIFF, &ifr) != 0)
    {
        emu_why_errno(why, "making %s", name);
    }
    else if (set_offloads(tun, why) && set_sysctls(tun, why) && bring_up(tun, why))
    {
        return true;
    }
    emu_tun_close(tun);
    return false;
}

bool emu_tun_read(const struct emu_tun *tun, struct emu_frame *frame)
{
    ssize_t len = read(tun->fd, frame->data, frame->room);
    frame->len = len > 0 ? (size_t)len : 0;
    return len > 0;
}

bool emu_tun_write(void *arg, const struct emu_slice *slice)
{
    struct emu_tun *tun = arg;
    ssize_t len;
    do
    {
        len = writev(tun->fd, slice->iov, slice->iov_count);
    } while (len < 0 && errno == EINTR);
    if (len < 0)
    {
        tun->refused_errno = tun->refused++ == 0 ? errno : tun->refused_errno;
    }
    return len >= 0;
}

void emu_tun_close(struct emu_tun *tun)
{
    if (tun->fd >= 0)
    {
        close(tun->fd);
    }
    tun->fd = -1;
}
