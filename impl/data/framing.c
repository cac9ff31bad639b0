#include "data/framing.h"

#include <stdlib.h>
#include <string.h>

#include "data/format.h"
#include "data/pieces.h"
#include "data/reassembly.h"

/* A packet shorter than this is not worth the time [WP-COMP-008]. */
#define COMPRESS_MIN 100u

struct ov_data_framing
{
    struct ov_data_framing_spec spec;
    struct ov_rooms rooms;
    struct ov_reassembly reassembly;
    struct ov_pieces pieces;
    struct ov_data_framing_stats stats;
    uint32_t scratch_len;
    uint8_t scratch[]; /* for compressing */
};

enum ov_err ov_data_set_framing(struct ov_data *d, const struct ov_data_framing_spec *spec)
{
    /* The fragment header, and what compression framing adds at most. */
    const uint32_t framed_max = d->tun_mtu + OV_COMP_HEAD_MAX;
    const uint32_t scratch_len = spec->compresses ? OV_COMPRESS_WORST(d->tun_mtu) : 0;
    ov_data_framing_free(d->framing);
    d->framing = NULL;
    ov_data_set_mtu(d, d->tun_mtu);
    if (spec->comp == OV_COMP_OFF && !spec->fragments)
    {
        return OV_OK;
    }
    d->framing = calloc(1, sizeof *d->framing + scratch_len);
    if (d->framing == NULL)
    {
        return OV_ERR_NOMEM;
    }
    d->framing->spec = *spec;
    d->framing->scratch_len = scratch_len;
    ov_rooms_init(&d->framing->rooms, framed_max);
    ov_pieces_init(&d->framing->pieces, framed_max);
    d->plain_max = framed_max + (spec->fragments ? OV_FRAGMENT_HEAD : 0);
    return OV_OK;
}

void ov_data_framing_free(struct ov_data_framing *framing)
{
    if (framing != NULL)
    {
        ov_rooms_clear(&framing->rooms);
        ov_reassembly_clear(&framing->reassembly);
        ov_pieces_clear(&framing->pieces);
        free(framing);
    }
}

void ov_data_set_fragment(struct ov_data *d, uint32_t plain_max)
{
    if (d->framing != NULL && d->framing->spec.fragments)
    {
        /* What is sent later than its packet lies in a buffer of the standard size. */
        const uint32_t most = plain_max < OV_BUF_PACKET ? plain_max : OV_BUF_PACKET;
        const uint32_t size = most > OV_FRAGMENT_HEAD ? most - OV_FRAGMENT_HEAD : 0;
        d->framing->pieces.size = size / OV_FRAGMENT_UNIT * OV_FRAGMENT_UNIT;
    }
}

struct ov_data_room ov_data_framing_room(const struct ov_data *d)
{
    const struct ov_data_framing *f = d->framing;
    return f == NULL ? (struct ov_data_room){0, 0}
                     : (struct ov_data_room){(f->spec.comp != OV_COMP_OFF ? OV_COMP_HEAD_MAX : 0) +
                                                 (f->spec.fragments ? OV_FRAGMENT_HEAD : 0),
                                             OV_COMP_TAIL_MAX};
}

uint32_t ov_data_framing_octets(const struct ov_data *d)
{
    const struct ov_data_framing *f = d->framing;
    return f == NULL ? 0 : ov_comp_mode_octets(f->spec.comp) + (f->spec.fragments ? OV_FRAGMENT_HEAD : 0);
}

struct ov_data_framing_stats ov_data_framing_stats(const struct ov_data *d)
{
    return d->framing != NULL ? d->framing->stats : (struct ov_data_framing_stats){0};
}

/* ---- out ---- */

/* Compressed in place if that makes it smaller; what it became. */
static enum ov_comp_alg compress(struct ov_data_framing *f, struct ov_buf *buf)
{
    uint32_t len = 0;
    if (f->scratch_len == 0 || buf->len < COMPRESS_MIN ||
        f->spec.compressor->compress(ov_buf_data(buf), buf->len, f->scratch, f->scratch_len, &len) != OV_OK ||
        len + OV_COMP_HEAD_MAX >= buf->len)
    {
        return OV_COMP_ALG_NONE;
    }
    f->stats.compressed_packets++;
    f->stats.compressed_in += buf->len;
    f->stats.compressed_out += len;
    memcpy(ov_buf_data(buf), f->scratch, len);
    (void)ov_buf_trim(buf, buf->len - len);
    return f->spec.compressor->alg;
}

/* Compress, then fragment [WP-COMP-006]. OV_ERR_AGAIN: it waits in the queue. */
static enum ov_err frame_one(struct ov_data *d, struct ov_buf *buf)
{
    struct ov_data_framing *f = d->framing;
    if (buf->len > d->tun_mtu)
    {
        return OV_ERR_LIMIT;
    }
    enum ov_err err = buf->len == 0 ? OV_ERR_FORMAT : ov_comp_frame(f->spec.comp, compress(f, buf), buf);
    if (err != OV_OK || !f->spec.fragments)
    {
        return err;
    }
    if (!ov_pieces_pass(&f->pieces, buf->len))
    {
        err = ov_pieces_add(&f->pieces, ov_buf_data(buf), buf->len);
        return err == OV_OK ? OV_ERR_AGAIN : err;
    }
    uint8_t *head = ov_buf_push(buf, OV_FRAGMENT_HEAD);
    if (head == NULL)
    {
        return OV_ERR_NOSPACE;
    }
    ov_fragment_write(&(struct ov_fragment){.type = OV_FRAGMENT_WHOLE}, head);
    return OV_OK;
}

static void leave_out(struct ov_data *d, struct ov_datagram *dg, uint32_t len, enum ov_err err)
{
    if (err != OV_ERR_AGAIN)
    {
        ov_datagram_drop(dg, err);
        ov_drops_count(&d->stats.seal, err);
        return;
    }
    dg->fate = OV_FATE_CONSUMED;
    ov_buf_drop(&dg->buf);
    d->stats.tun_packets_in++;
    d->stats.tun_octets_in += len;
}

/* Octets of tunnel packets are counted as they came, not as they were sealed. */
static void seal_run(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, size_t n,
                     const uint32_t *lens, uint64_t now_ms)
{
    uint64_t octets = d->stats.tun_octets_in;
    ov_data_seal_plain(d, to, dg, n, now_ms);
    for (size_t i = 0; i < n; i++)
    {
        octets += dg[i].fate == OV_FATE_LINK ? lens[i] : 0;
    }
    d->stats.tun_octets_in = octets;
}

void ov_data_frame_and_seal(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, size_t n,
                            uint64_t now_ms)
{
    uint32_t lens[OV_DATA_CHUNK];
    size_t start = 0;
    if (ov_data_sealing_key(d, now_ms) == NULL)
    {
        ov_data_seal_plain(d, to, dg, n, now_ms); /* it drops them all */
        return;
    }
    for (size_t i = 0; i < n; i++)
    {
        const uint32_t len = dg[i].buf.len;
        const enum ov_err err = frame_one(d, &dg[i].buf);
        lens[i - start] = len;
        if (err != OV_OK)
        {
            seal_run(d, to, dg + start, i - start, lens, now_ms);
            leave_out(d, &dg[i], len, err);
            start = i + 1;
        }
        else if (i + 1 - start == OV_DATA_CHUNK)
        {
            seal_run(d, to, dg + start, OV_DATA_CHUNK, lens, now_ms);
            start = i + 1;
        }
    }
    seal_run(d, to, dg + start, n - start, lens, now_ms);
}

bool ov_data_has_more(const struct ov_data *d)
{
    return d->framing != NULL && d->framing->pieces.count > 0;
}

enum ov_err ov_data_more(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, uint64_t now_ms)
{
    if (!ov_data_has_more(d))
    {
        return OV_ERR_AGAIN;
    }
    dg->buf = ov_buf_over(dg->buf.mem, dg->buf.cap, OV_BUF_HEADROOM);
    enum ov_err err = ov_pieces_next(&d->framing->pieces, &dg->buf);
    if (err != OV_OK)
    {
        ov_datagram_drop(dg, err);
        ov_drops_count(&d->stats.seal, err);
        return err;
    }
    const uint64_t packets = d->stats.tun_packets_in;
    const uint64_t octets = d->stats.tun_octets_in;
    d->framing->stats.pieces_out++;
    ov_data_seal_plain(d, to, dg, 1, now_ms);
    d->stats.tun_packets_in = packets; /* counted when the packet was taken */
    d->stats.tun_octets_in = octets;
    return dg->fate == OV_FATE_LINK ? OV_OK : (enum ov_err)dg->why;
}

/* ---- in ---- */

/* OV_ERR_AGAIN: a piece of a packet that is not complete. */
static enum ov_err join_pieces(struct ov_data *d, struct ov_buf *buf)
{
    struct ov_data_framing *f = d->framing;
    struct ov_fragment head;
    enum ov_err err = ov_fragment_read(ov_buf_data(buf), buf->len, &head);
    if (err != OV_OK)
    {
        return err;
    }
    (void)ov_buf_pull(buf, OV_FRAGMENT_HEAD);
    if (head.type == OV_FRAGMENT_WHOLE)
    {
        return OV_OK;
    }
    f->stats.pieces_in++;
    return ov_reassembly_add(&f->reassembly, &f->rooms, &head, ov_buf_data(buf), buf->len, d->ticked_ms, buf);
}

/* No more than a tunnel packet may have comes out, whatever the block says [WP-COMP-007]. */
static enum ov_err expand(struct ov_data *d, struct ov_buf *buf, enum ov_comp_alg alg)
{
    struct ov_data_framing *f = d->framing;
    const struct ov_compressor *compressor = f->spec.compressor;
    uint32_t len = 0;
    if (compressor == NULL || compressor->alg != alg)
    {
        return OV_ERR_UNSUPPORTED;
    }
    struct ov_buf out = ov_rooms_take(&f->rooms);
    if (out.cap == 0)
    {
        return OV_ERR_NOMEM;
    }
    enum ov_err err = compressor->expand(ov_buf_data(buf), buf->len, ov_buf_data(&out), d->tun_mtu, &len);
    if (err != OV_OK)
    {
        return err;
    }
    f->stats.expanded_packets++;
    f->stats.expanded_in += buf->len;
    f->stats.expanded_out += len;
    out.len = len;
    *buf = out;
    return OV_OK;
}

static enum ov_err unframe_one(struct ov_data *d, struct ov_buf *buf)
{
    struct ov_data_framing *f = d->framing;
    enum ov_comp_alg alg = OV_COMP_ALG_NONE;
    enum ov_err err = f->spec.fragments ? join_pieces(d, buf) : OV_OK;
    if (err == OV_OK)
    {
        err = ov_comp_unframe(f->spec.comp, buf, &alg);
    }
    if (err == OV_OK && alg != OV_COMP_ALG_NONE)
    {
        err = expand(d, buf, alg);
    }
    if (err == OV_OK)
    {
        err = buf->len == 0 ? OV_ERR_FORMAT : buf->len > d->tun_mtu ? OV_ERR_LIMIT : OV_OK;
    }
    return err;
}

void ov_data_forget_pieces(struct ov_data *d)
{
    ov_reassembly_clear(&d->framing->reassembly);
}

void ov_data_unframe(struct ov_data *d, struct ov_datagram *dg, size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        if (dg[i].fate != OV_FATE_TUN)
        {
            continue;
        }
        const enum ov_err err = unframe_one(d, &dg[i].buf);
        if (err == OV_ERR_AGAIN)
        {
            dg[i].fate = OV_FATE_CONSUMED;
            ov_buf_drop(&dg[i].buf);
        }
        else if (err != OV_OK)
        {
            ov_datagram_drop(&dg[i], err);
            ov_drops_count(&d->stats.open, err);
        }
    }
}
