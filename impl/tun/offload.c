#include <linux/if_tun.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "offload/coalesce.h"
#include "offload/segment.h"
#include "tun/device.h"

/* Super-packets: the kernel hands over up to 64 kB of one flow at once and
 * takes as much, so the cost of a system call and of the kernel's stack is
 * shared by tens of packets. What the rest of the program sees is the same as
 * with plain.c: single packets, cut here and joined here. */

#define SUPER 65536u

#ifndef TUN_F_USO4 /* headers older than Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

struct offload
{
    struct ov_tun tun; /* first: the table's functions get its address */
    int fd;
    bool tap;                      /* packets are Ethernet frames */
    bool joins_udp;                /* the kernel takes UDP super-packets */
    struct ov_segmenter segmenter; /* over super; may have segments left between two reads */
    struct ov_coalescer coalescer;
    uint8_t super[SUPER] __attribute__((aligned(64)));
    uint32_t packet;                              /* octets of the largest one */
    uint32_t slot_len;                            /* the same with the room around it */
    uint8_t slots[] __attribute__((aligned(64))); /* OV_TUN_BATCH of them */
};

/* ---- kernel to tunnel ---- */

static enum ov_err cut(struct offload *o, const struct ov_vnet *vnet, uint32_t len)
{
    return o->tap ? ov_segment_start_frame(&o->segmenter, vnet, o->super, len)
                  : ov_segment_start(&o->segmenter, vnet, o->super, len);
}

/* Read the next super-packet; false if there is none. */
static bool read_super(struct offload *o)
{
    struct ov_tun_stats *stats = &o->tun.stats;
    for (;;)
    {
        struct ov_vnet vnet;
        struct iovec iov[2] = {{&vnet, OV_VNET_LEN}, {o->super, SUPER}};
        ssize_t len = readv(o->fd, iov, 2);
        if (len < 0 && errno == EINTR)
        {
            continue;
        }
        if (len < 0)
        {
            if (errno != EAGAIN && errno != EWOULDBLOCK)
            {
                stats->rx_errors++;
                stats->rx_errno = errno;
            }
            return false;
        }
        if (len > OV_VNET_LEN && cut(o, &vnet, (uint32_t)len - OV_VNET_LEN) == OV_OK)
        {
            return true;
        }
        /* Lengths that disagree: not a packet that anybody could send on. */
        stats->rx_errors++;
        stats->rx_errno = EPROTO;
        memset(&o->segmenter, 0, sizeof o->segmenter);
    }
}

/* True if slot i now holds the next packet. */
static bool take_segment(struct offload *o, size_t i, struct ov_datagram *dg)
{
    struct ov_tun_stats *stats = &o->tun.stats;
    dg->buf = ov_buf_over(o->slots + i * o->slot_len, o->slot_len - OV_BUF_TAILROOM, OV_BUF_HEADROOM);
    if (ov_segment_next(&o->segmenter, &dg->buf) != OV_OK)
    {
        /* A segment beyond every MTU we set: drop the whole super-packet. */
        stats->rx_errors++;
        stats->rx_errno = EMSGSIZE;
        memset(&o->segmenter, 0, sizeof o->segmenter);
        return false;
    }
    dg->buf.cap = o->slot_len;
    dg->addr = (struct ov_addr){0};
    dg->fate = OV_FATE_NONE;
    dg->why = OV_OK;
    stats->rx_packets++;
    stats->rx_octets += dg->buf.len;
    return true;
}

static bool offload_pending(const struct ov_tun *tun)
{
    return ov_segment_left(&((const struct offload *)tun)->segmenter) > 0;
}

static size_t offload_read(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    struct offload *o = (struct offload *)tun;
    size_t count = 0;
    while (count < n && count < OV_TUN_BATCH)
    {
        if (!offload_pending(tun) && !read_super(o))
        {
            break;
        }
        count += take_segment(o, count, &dg[count]);
    }
    return count;
}

/* ---- tunnel to kernel ---- */

static void drop_run(const struct offload *o, const struct ov_run *run, struct ov_datagram *dg,
                     enum ov_err why)
{
    uint16_t at = run->first;
    for (uint16_t i = 0; i < run->count; i++)
    {
        uint16_t next = o->coalescer.next[at];
        ov_datagram_drop(&dg[at], why);
        at = next;
    }
}

static void write_run(struct offload *o, size_t i, struct ov_datagram *dg)
{
    struct ov_tun_stats *stats = &o->tun.stats;
    const struct ov_run *run = &o->coalescer.runs[i];
    struct ov_vnet vnet;
    struct iovec iov[1 + OV_COALESCE_SEGMENTS] = {{&vnet, OV_VNET_LEN}};
    size_t pieces = ov_coalesce_run(&o->coalescer, dg, i, &vnet, iov + 1);
    ssize_t len;
    do
    {
        len = writev(o->fd, iov, (int)(1 + pieces));
    } while (len < 0 && errno == EINTR);
    if (len == (ssize_t)(OV_VNET_LEN + run->len))
    {
        /* As packets, not as written: the followers left their headers out. */
        stats->tx_packets += run->count;
        stats->tx_octets += run->len + (run->count - 1u) * run->headers;
        return;
    }
    if (len >= 0)
    {
        stats->tx_short += run->count;
        drop_run(o, run, dg, OV_ERR_IO);
        return;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM)
    {
        stats->tx_full += run->count;
        drop_run(o, run, dg, OV_ERR_LIMIT);
        return;
    }
    stats->tx_errors += run->count;
    stats->tx_errno = errno;
    drop_run(o, run, dg, OV_ERR_IO);
}

static void offload_write(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    struct offload *o = (struct offload *)tun;
    while (n > 0)
    {
        size_t chunk = n < OV_COALESCE_BATCH ? n : OV_COALESCE_BATCH;
        ov_coalesce(&o->coalescer, dg, chunk, o->joins_udp);
        for (size_t i = 0; i < o->coalescer.run_count; i++)
        {
            write_run(o, i, dg);
        }
        o->tun.stats.tx_bad_sum = o->coalescer.bad_sums;
        dg += chunk;
        n -= chunk;
    }
}

/* ---- the device ---- */

static int offload_fd(const struct ov_tun *tun)
{
    return ((const struct offload *)tun)->fd;
}

static enum ov_err offload_twin(const struct ov_tun *tun, struct ov_tun **out)
{
    const struct offload *o = (const struct offload *)tun;
    int fd;
    struct offload *twin =
        ov_tun_twin(tun, sizeof o->tun, sizeof *o + (size_t)OV_TUN_BATCH * o->slot_len, &fd);
    *out = (struct ov_tun *)twin;
    if (twin == NULL)
    {
        return OV_ERR_NOMEM;
    }
    twin->fd = fd;
    twin->tap = o->tap;
    twin->coalescer.in_frames = o->tap;
    twin->joins_udp = o->joins_udp;
    twin->packet = o->packet;
    twin->slot_len = o->slot_len;
    return OV_OK;
}

static void offload_close(struct ov_tun *tun)
{
    struct offload *o = (struct offload *)tun;
    if (o != NULL)
    {
        (void)close(o->fd);
        free(o);
    }
}

static const struct ov_tun_ops offload_ops = {
    .name = "offload",
    .read = offload_read,
    .write = offload_write,
    .pending = offload_pending,
    .fd = offload_fd,
    .twin = offload_twin,
    .close = offload_close,
};

/* Ask for as much as the kernel gives: UDP super-packets came with Linux 6.2. */
static enum ov_err ask_offloads(struct offload *o, char *text)
{
    const unsigned tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    int len = OV_VNET_LEN;
    if (ioctl(o->fd, TUNSETVNETHDRSZ, &len) != 0)
    {
        (void)snprintf(text, OV_TUN_TEXT, "tun device %s has no packet offloads: %s", o->tun.name,
                       strerror(errno));
        return OV_ERR_UNSUPPORTED;
    }
    o->joins_udp = ioctl(o->fd, TUNSETOFFLOAD, (unsigned long)(tcp | TUN_F_USO4 | TUN_F_USO6)) == 0;
    if (!o->joins_udp && ioctl(o->fd, TUNSETOFFLOAD, (unsigned long)tcp) != 0)
    {
        (void)snprintf(text, OV_TUN_TEXT, "tun device %s has no TCP segmentation: %s", o->tun.name,
                       strerror(errno));
        return OV_ERR_UNSUPPORTED;
    }
    return OV_OK;
}

enum ov_err ov_tun_open_offload(const char *dev, struct ov_tun **out, char text[static OV_TUN_TEXT])
{
    return ov_tun_open_offload_for(&(struct ov_tun_spec){.dev = dev, .packet = OV_BUF_PACKET}, out, text);
}

enum ov_err ov_tun_open_offload_for(const struct ov_tun_spec *spec, struct ov_tun **out,
                                    char text[static OV_TUN_TEXT])
{
    *out = NULL;
    const uint32_t slot_len = OV_BUF_HEADROOM + spec->packet + OV_BUF_TAILROOM;
    struct offload *o = calloc(1, sizeof *o + (size_t)OV_TUN_BATCH * slot_len);
    if (o == NULL)
    {
        (void)snprintf(text, OV_TUN_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    o->tun.ops = &offload_ops;
    o->packet = spec->packet;
    o->slot_len = slot_len;
    o->tap = spec->tap;
    o->coalescer.in_frames = spec->tap;
    enum ov_err err = ov_tun_device(spec, IFF_VNET_HDR, &o->fd, o->tun.name, &o->tun.index, text);
    if (err == OV_OK)
    {
        err = ask_offloads(o, text);
        if (err != OV_OK)
        {
            (void)close(o->fd);
        }
    }
    if (err != OV_OK)
    {
        free(o);
        return err;
    }
    *out = &o->tun;
    return OV_OK;
}
