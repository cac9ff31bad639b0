#include <linux/if_tun.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tun/offload_private.h"

/* Super-packets: the kernel hands over up to 64 kB of one flow at once and
 * takes as much, so the cost of a system call and of the kernel's stack is
 * shared by tens of packets. What the rest of the program sees is the same as
 * with plain.c: single packets, cut here and joined here. */

#ifndef TUN_F_USO4 /* headers older than Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

struct offload
{
    struct ov_tun_offload o; /* first */
    uint8_t super[OV_TUN_FRONT + OV_TUN_SUPER] __attribute__((aligned(64)));
    uint8_t slots[] __attribute__((aligned(64)));
};

/* ---- kernel to tunnel ---- */

static enum ov_err cut(struct ov_tun_offload *o, const struct ov_vnet *vnet, const uint8_t *super,
                       uint32_t len)
{
    return o->coalescer.in_frames ? ov_segment_start_frame(&o->segmenter, vnet, super, len)
                                  : ov_segment_start(&o->segmenter, vnet, super, len);
}

bool ov_tun_offload_begin(struct ov_tun_offload *o, const uint8_t *super, ssize_t len)
{
    struct ov_vnet vnet;
    memcpy(&vnet, super - OV_VNET_LEN, OV_VNET_LEN);
    if (len > OV_VNET_LEN && cut(o, &vnet, super, (uint32_t)len - OV_VNET_LEN) == OV_OK)
    {
        return true;
    }
    /* Lengths that disagree: not a packet that anybody could send on. */
    o->tun.stats.rx_errors++;
    o->tun.stats.rx_errno = EPROTO;
    memset(&o->segmenter, 0, sizeof o->segmenter);
    return false;
}

void ov_tun_offload_refused(struct ov_tun_offload *o, int error)
{
    if (error != EAGAIN && error != EWOULDBLOCK)
    {
        o->tun.stats.rx_errors++;
        o->tun.stats.rx_errno = error;
    }
}

/* Read the next super-packet; false if there is none. */
static bool read_super(struct offload *offload)
{
    struct ov_tun_offload *o = &offload->o;
    for (;;)
    {
        uint8_t *packet = offload->super + OV_TUN_FRONT;
        ssize_t len = read(o->fd, packet - OV_VNET_LEN, OV_VNET_LEN + OV_TUN_SUPER);
        if (len < 0 && errno == EINTR)
        {
            continue;
        }
        if (len <= 0)
        {
            ov_tun_offload_refused(o, len < 0 ? errno : EAGAIN);
            return false;
        }
        if (ov_tun_offload_begin(o, packet, len))
        {
            return true;
        }
    }
}

bool ov_tun_offload_take(struct ov_tun_offload *o, size_t i, struct ov_datagram *dg)
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
    return ov_segment_left(&((const struct offload *)tun)->o.segmenter) > 0;
}

static size_t offload_read(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    struct offload *offload = (struct offload *)tun;
    size_t count = 0;
    while (count < n && count < OV_TUN_BATCH)
    {
        if (!offload_pending(tun) && !read_super(offload))
        {
            break;
        }
        count += ov_tun_offload_take(&offload->o, count, &dg[count]);
    }
    return count;
}

/* ---- tunnel to kernel ---- */

static void drop_run(const struct ov_tun_offload *o, const struct ov_run *run, struct ov_datagram *dg,
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

/* Run number i was written with this result: octets, or an error number below 0. */
static void judge_written(struct ov_tun_offload *o, size_t i, struct ov_datagram *dg, ssize_t result)
{
    struct ov_tun_stats *stats = &o->tun.stats;
    const struct ov_run *run = &o->coalescer.runs[i];
    if (result == (ssize_t)(OV_VNET_LEN + run->len))
    {
        /* As packets, not as written: the followers left their headers out. */
        stats->tx_packets += run->count;
        stats->tx_octets += run->len + (run->count - 1u) * run->headers;
        return;
    }
    if (result >= 0)
    {
        stats->tx_short += run->count;
        drop_run(o, run, dg, OV_ERR_IO);
        return;
    }
    const int error = (int)-result;
    if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM)
    {
        stats->tx_full += run->count;
        drop_run(o, run, dg, OV_ERR_LIMIT);
        return;
    }
    stats->tx_errors += run->count;
    stats->tx_errno = error;
    drop_run(o, run, dg, OV_ERR_IO);
}

/* One piece, where that is cheaper: octets, or 0. A packet alone gets its header into its headroom, which its own
 * outer headers have left. */
static size_t join_run(struct ov_tun_offload *o, const struct ov_run *run, const struct ov_datagram *dg,
                       struct iovec *iov, size_t pieces)
{
    const struct ov_buf *first = &dg[run->first].buf;
    size_t len = 0;
    if (pieces == 2 && ov_buf_headroom(first) >= OV_VNET_LEN)
    {
        uint8_t *front = ov_buf_data(first) - OV_VNET_LEN;
        memcpy(front, iov[0].iov_base, OV_VNET_LEN);
        iov[0] = (struct iovec){front, OV_VNET_LEN + first->len};
        return iov[0].iov_len;
    }
    if (pieces == 2 || first->len > OV_TUN_COPY)
    {
        return 0;
    }
    for (size_t i = 0; i < pieces; i++)
    {
        memcpy(o->joined + len, iov[i].iov_base, iov[i].iov_len);
        len += iov[i].iov_len;
    }
    iov[0] = (struct iovec){o->joined, len};
    return len;
}

static void write_run(struct ov_tun_offload *o, size_t i, struct ov_datagram *dg)
{
    struct ov_vnet vnet;
    struct iovec iov[1 + OV_COALESCE_SEGMENTS] = {{&vnet, OV_VNET_LEN}};
    const size_t pieces = 1 + ov_coalesce_run(&o->coalescer, dg, i, &vnet, iov + 1);
    const size_t whole = join_run(o, &o->coalescer.runs[i], dg, iov, pieces);
    ssize_t len;
    do
    {
        len = whole > 0 ? write(o->fd, iov[0].iov_base, whole) : writev(o->fd, iov, (int)pieces);
    } while (len < 0 && errno == EINTR);
    judge_written(o, i, dg, len < 0 ? -errno : len);
}

void ov_tun_offload_write(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    struct ov_tun_offload *o = (struct ov_tun_offload *)tun;
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

int ov_tun_offload_fd(const struct ov_tun *tun)
{
    return ((const struct ov_tun_offload *)tun)->fd;
}

size_t ov_tun_offload_slots_len(uint32_t packet)
{
    return (size_t)OV_TUN_BATCH * (OV_BUF_HEADROOM + packet + OV_BUF_TAILROOM);
}

static enum ov_err offload_twin(const struct ov_tun *tun, struct ov_tun **out)
{
    const struct ov_tun_offload *o = (const struct ov_tun_offload *)tun;
    struct offload *twin = calloc(1, sizeof *twin + ov_tun_offload_slots_len(o->packet));
    *out = NULL;
    if (twin == NULL || ov_tun_offload_copy(o, &twin->o, twin->slots) != OV_OK)
    {
        free(twin);
        return OV_ERR_NOMEM;
    }
    *out = &twin->o.tun;
    return OV_OK;
}

static void offload_close(struct ov_tun *tun)
{
    if (tun != NULL)
    {
        (void)close(ov_tun_offload_fd(tun));
        free(tun);
    }
}

static const struct ov_tun_ops offload_ops = {
    .name = "offload",
    .read = offload_read,
    .write = ov_tun_offload_write,
    .pending = offload_pending,
    .fd = ov_tun_offload_fd,
    .twin = offload_twin,
    .close = offload_close,
};

/* Ask for as much as the kernel gives: UDP super-packets came with Linux 6.2. */
static enum ov_err ask_offloads(struct ov_tun_offload *o, char *text)
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

enum ov_err ov_tun_offload_start(struct ov_tun_offload *o, const struct ov_tun_ops *ops,
                                 const struct ov_tun_spec *spec, uint8_t *slots,
                                 char text[static OV_TUN_TEXT])
{
    o->tun.ops = ops;
    o->packet = spec->packet;
    o->slot_len = OV_BUF_HEADROOM + spec->packet + OV_BUF_TAILROOM;
    o->coalescer.in_frames = spec->tap;
    o->slots = slots;
    enum ov_err err = ov_tun_device(spec, IFF_VNET_HDR, &o->fd, o->tun.name, &o->tun.index, text);
    if (err == OV_OK)
    {
        err = ask_offloads(o, text);
        if (err != OV_OK)
        {
            (void)close(o->fd);
        }
    }
    return err;
}

enum ov_err ov_tun_offload_copy(const struct ov_tun_offload *o, struct ov_tun_offload *twin, uint8_t *slots)
{
    twin->tun = o->tun;
    twin->tun.stats = (struct ov_tun_stats){0};
    twin->joins_udp = o->joins_udp;
    twin->coalescer.in_frames = o->coalescer.in_frames;
    twin->packet = o->packet;
    twin->slot_len = o->slot_len;
    twin->slots = slots;
    twin->fd = fcntl(o->fd, F_DUPFD_CLOEXEC, 0);
    return twin->fd >= 0 ? OV_OK : OV_ERR_IO;
}

enum ov_err ov_tun_open_offload(const char *dev, struct ov_tun **out, char text[static OV_TUN_TEXT])
{
    return ov_tun_open_offload_for(&(struct ov_tun_spec){.dev = dev, .packet = OV_BUF_PACKET}, out, text);
}

enum ov_err ov_tun_open_offload_for(const struct ov_tun_spec *spec, struct ov_tun **out,
                                    char text[static OV_TUN_TEXT])
{
    *out = NULL;
    struct offload *o = calloc(1, sizeof *o + ov_tun_offload_slots_len(spec->packet));
    if (o == NULL)
    {
        (void)snprintf(text, OV_TUN_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    enum ov_err err = ov_tun_offload_start(&o->o, &offload_ops, spec, o->slots, text);
    if (err != OV_OK)
    {
        free(o);
        return err;
    }
    *out = &o->o.tun;
    return OV_OK;
}
