/* --dev null: a tunnel without a device. Nothing is ever read, and what is written is gone. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tun/tun.h"

struct null
{
    struct ov_tun tun; /* first */
    int fd;            /* never readable */
};

static const struct null *of(const struct ov_tun *tun)
{
    return (const struct null *)(const void *)tun;
}

static size_t null_read(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    (void)tun;
    (void)dg;
    (void)n;
    return 0;
}

static void null_write(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        if (dg[i].fate == OV_FATE_TUN)
        {
            tun->stats.tx_packets++;
            tun->stats.tx_octets += dg[i].buf.len;
        }
    }
}

static bool null_pending(const struct ov_tun *tun)
{
    (void)tun;
    return false;
}

static int null_fd(const struct ov_tun *tun)
{
    return of(tun)->fd;
}

static enum ov_err null_twin(const struct ov_tun *tun, struct ov_tun **out)
{
    char text[OV_TUN_TEXT];
    (void)tun;
    return ov_tun_open_null(out, text);
}

static void null_close(struct ov_tun *tun)
{
    if (tun != NULL)
    {
        (void)close(of(tun)->fd);
        free(tun);
    }
}

static const struct ov_tun_ops null_ops = {
    .name = "null",
    .read = null_read,
    .write = null_write,
    .pending = null_pending,
    .fd = null_fd,
    .twin = null_twin,
    .close = null_close,
};

enum ov_err ov_tun_open_null(struct ov_tun **out, char text[static OV_TUN_TEXT])
{
    struct null *null = calloc(1, sizeof *null);
    *out = NULL;
    if (null == NULL)
    {
        (void)snprintf(text, OV_TUN_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    null->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (null->fd < 0)
    {
        free(null);
        (void)snprintf(text, OV_TUN_TEXT, "no file for --dev null");
        return OV_ERR_IO;
    }
    null->tun.ops = &null_ops;
    (void)snprintf(null->tun.name, sizeof null->tun.name, "null");
    *out = &null->tun;
    return OV_OK;
}
