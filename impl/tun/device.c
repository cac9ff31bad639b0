#include "tun/device.h"

/* The kernel's if_tun.h brings no struct ifreq of its own. */
#include <linux/if_tun.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TUN_NODE "/dev/net/tun"

/* What would mend an error, in brackets; empty where we don't know. */
static const char *open_advice(int error)
{
    switch (error)
    {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return " (is the tun module loaded? try: modprobe tun)";
    case EACCES:
    case EPERM:
        return " (the file must be readable and writable for this user; creating a device also needs "
               "CAP_NET_ADMIN)";
    default:
        return "";
    }
}

static const char *create_advice(int error, bool tap)
{
    switch (error)
    {
    case EPERM:
        return " (needs CAP_NET_ADMIN: run as root, or in a user namespace of your own)";
    case EBUSY:
        return " (another program has this device open)";
    case EINVAL:
        return tap ? " (there is an interface of this name that is not a tap device)"
                   : " (there is an interface of this name that is not a tun device)";
    default:
        return "";
    }
}

/* "tun" and "tun0" style names, the same of tap, and any name with --dev-type. */
static enum ov_err pick_name(const char *dev, char name[static IFNAMSIZ], char *text)
{
    const char *wanted = strcmp(dev, "tun") == 0 ? "tun%d" : strcmp(dev, "tap") == 0 ? "tap%d" : dev;
    if (dev[0] == '\0' || strlen(wanted) >= IFNAMSIZ || strpbrk(dev, "/ %:") != NULL)
    {
        (void)snprintf(text, OV_TUN_TEXT, "'%.40s' cannot be the name of an interface", dev);
        return OV_ERR_ARG;
    }
    memset(name, 0, IFNAMSIZ);
    memcpy(name, wanted, strlen(wanted));
    return OV_OK;
}

static enum ov_err create(int fd, int flags, char name[static IFNAMSIZ], int *index, char *text)
{
    struct ifreq request = {.ifr_flags = (short)flags};
    memcpy(request.ifr_name, name, IFNAMSIZ);
    if (ioctl(fd, TUNSETIFF, &request) != 0)
    {
        const bool tap = (flags & IFF_TAP) != 0;
        (void)snprintf(text, OV_TUN_TEXT, "cannot create %s device %s: %s%s", tap ? "tap" : "tun", name,
                       strerror(errno), create_advice(errno, tap));
        return OV_ERR_IO;
    }
    memcpy(name, request.ifr_name, IFNAMSIZ);
    name[IFNAMSIZ - 1] = '\0';
    *index = (int)if_nametoindex(name);
    if (*index == 0)
    {
        (void)snprintf(text, OV_TUN_TEXT, "tun device %s vanished: %s", name, strerror(errno));
        return OV_ERR_IO;
    }
    return OV_OK;
}

enum ov_err ov_tun_device(const struct ov_tun_spec *spec, int flags, int *fd, char name[static IFNAMSIZ],
                          int *index, char text[static OV_TUN_TEXT])
{
    *fd = -1;
    enum ov_err err = pick_name(spec->dev, name, text);
    if (err != OV_OK)
    {
        return err;
    }
    const char *node = spec->node != NULL ? spec->node : TUN_NODE;
    int opened = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (opened < 0)
    {
        (void)snprintf(text, OV_TUN_TEXT, "%.60s: %s%s", node, strerror(errno), open_advice(errno));
        return OV_ERR_IO;
    }
    err = create(opened, flags | IFF_NO_PI | (spec->tap ? IFF_TAP : IFF_TUN), name, index, text);
    if (err != OV_OK)
    {
        (void)close(opened);
        return err;
    }
    *fd = opened;
    return OV_OK;
}

static int set_owner(int fd, unsigned long request, int64_t id)
{
    return id < 0 ? 0 : ioctl(fd, request, (unsigned long)id);
}

enum ov_err ov_tun_persist(const struct ov_tun_spec *spec, bool stays, int64_t uid, int64_t gid,
                           char name[static IFNAMSIZ], char text[static OV_TUN_TEXT])
{
    int fd;
    int index;
    enum ov_err err = ov_tun_device(spec, 0, &fd, name, &index, text);
    if (err != OV_OK)
    {
        return err;
    }
    if (ioctl(fd, TUNSETPERSIST, stays ? 1UL : 0UL) != 0 || set_owner(fd, TUNSETOWNER, uid) != 0 ||
        set_owner(fd, TUNSETGROUP, gid) != 0)
    {
        (void)snprintf(text, OV_TUN_TEXT, "cannot make device %s %s: %s", name, stays ? "stay" : "go",
                       strerror(errno));
        err = OV_ERR_IO;
    }
    (void)close(fd);
    return err;
}

void *ov_tun_twin(const struct ov_tun *tun, size_t head, size_t len, int *fd)
{
    struct ov_tun *twin = calloc(1, len);
    *fd = twin != NULL ? fcntl(tun->ops->fd(tun), F_DUPFD_CLOEXEC, 0) : -1;
    if (*fd < 0)
    {
        free(twin);
        return NULL;
    }
    memcpy(twin, tun, head);
    twin->stats = (struct ov_tun_stats){0};
    return twin;
}
