#include <linux/if_tun.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tun/device.h"

/* One packet, one system call: what every other variant is compared with. */

struct plain
{
    struct ov_tun tun; /* first: the table's functions get its address */
    int fd;
    uint32_t packet;                              /* octets of the largest one */
    uint32_t slot_len;                            /* the same with the room around it */
    uint8_t slots[] __attribute__((aligned(64))); /* OV_TUN_BATCH of them */
};

/* True if slot i now holds a packet. */
static bool read_one(struct plain *plain, size_t i, struct ov_datagram *dg)
{
    struct ov_tun_stats *stats = &plain->tun.stats;
    uint8_t *slot = plain->slots + i * plain->slot_len;
    ssize_t len;
    do
    {
        len = read(plain->fd, slot + OV_BUF_HEADROOM, plain->packet);
    } while (len < 0 && errno == EINTR);
    if (len <= 0)
    {
        if (len < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        {
            stats->rx_errors++;
            stats->rx_errno = errno;
        }
        return false;
    }
    stats->rx_packets++;
    stats->rx_octets += (uint64_t)len;
    dg->buf = ov_buf_over(slot, plain->slot_len, OV_BUF_HEADROOM);
    dg->buf.len = (uint32_t)len;
    dg->addr = (struct ov_addr){0};
    dg->fate = OV_FATE_NONE;
    dg->why = OV_OK;
    return true;
}

static size_t plain_read(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    size_t count = 0;
    while (count < n && count < OV_TUN_BATCH && read_one((struct plain *)tun, count, &dg[count]))
    {
        count++;
    }
    return count;
}

static void write_one(struct plain *plain, struct ov_datagram *dg)
{
    struct ov_tun_stats *stats = &plain->tun.stats;
    ssize_t len;
    do
    {
        len = write(plain->fd, ov_buf_data(&dg->buf), dg->buf.len);
    } while (len < 0 && errno == EINTR);
    if (len == (ssize_t)dg->buf.len)
    {
        stats->tx_packets++;
        stats->tx_octets += (uint64_t)len;
        return;
    }
    if (len >= 0)
    {
        stats->tx_short++;
        ov_datagram_drop(dg, OV_ERR_IO);
        return;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM)
    {
        stats->tx_full++;
        ov_datagram_drop(dg, OV_ERR_LIMIT);
        return;
    }
    stats->tx_errors++;
    stats->tx_errno = errno;
    ov_datagram_drop(dg, OV_ERR_IO);
}

static void plain_write(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        if (dg[i].fate == OV_FATE_TUN)
        {
            write_one((struct plain *)tun, &dg[i]);
        }
    }
}

/* Every packet is read when it is asked for. */
static bool plain_pending(const struct ov_tun *tun)
{
    (void)tun;
    return false;
}

static int plain_fd(const struct ov_tun *tun)
{
    return ((const struct plain *)tun)->fd;
}

static enum ov_err plain_twin(const struct ov_tun *tun, struct ov_tun **out)
{
    const struct plain *plain = (const struct plain *)tun;
    const size_t len = sizeof *plain + (size_t)OV_TUN_BATCH * plain->slot_len;
    int fd;
    struct plain *twin = ov_tun_twin(tun, sizeof *plain, len, &fd);
    *out = (struct ov_tun *)twin;
    if (twin == NULL)
    {
        return OV_ERR_NOMEM;
    }
    twin->fd = fd;
    return OV_OK;
}

static void plain_close(struct ov_tun *tun)
{
    struct plain *plain = (struct plain *)tun;
    if (plain != NULL)
    {
        (void)close(plain->fd);
        free(plain);
    }
}

static const struct ov_tun_ops plain_ops = {
    .name = "plain",
    .read = plain_read,
    .write = plain_write,
    .pending = plain_pending,
    .fd = plain_fd,
    .twin = plain_twin,
    .close = plain_close,
};

enum ov_err ov_tun_open_plain(const char *dev, struct ov_tun **out, char text[static OV_TUN_TEXT])
{
    return ov_tun_open_plain_for(&(struct ov_tun_spec){.dev = dev, .packet = OV_BUF_PACKET}, out, text);
}

enum ov_err ov_tun_open_plain_for(const struct ov_tun_spec *spec, struct ov_tun **out,
                                  char text[static OV_TUN_TEXT])
{
    *out = NULL;
    const uint32_t slot_len = OV_BUF_HEADROOM + spec->packet + OV_BUF_TAILROOM;
    struct plain *plain = calloc(1, sizeof *plain + (size_t)OV_TUN_BATCH * slot_len);
    if (plain == NULL)
    {
        (void)snprintf(text, OV_TUN_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    plain->tun.ops = &plain_ops;
    plain->packet = spec->packet;
    plain->slot_len = slot_len;
    enum ov_err err = ov_tun_device(spec, 0, &plain->fd, plain->tun.name, &plain->tun.index, text);
    if (err != OV_OK)
    {
        free(plain);
        return err;
    }
    *out = &plain->tun;
    return OV_OK;
}
