#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tun/offload_private.h"
#include "tun/ring.h"

/* Super-packets as in offload.c, and several read in one system call: a flow of small datagrams pays for a call with
 * each of them otherwise. How many are asked for follows how many came; one packet alone, or one super-packet at a
 * time, goes the way of offload.c, and from the first refusal on everything does. Written are whole trains at a time
 * already. perf/METHOD.md says what this gives. */

#define READS OV_RING_MOST
#define STRIDE                                                                                               \
    (OV_TUN_FRONT + OV_TUN_SUPER + 1728u) /* else all would begin in the same few lines of the cache */
#define BULK 4096u /* longer than any single packet: one of these is worth a call of its own */

struct uring
{
    struct ov_tun_offload o; /* first */
    struct ov_ring *ring;    /* NULL: it was refused later on */
    uint32_t want;           /* packets to ask for with the next call */
    uint32_t count;          /* packets that the latest call brought */
    uint32_t at;             /* of these, the next one */
    bool dry;                /* it found nothing more */
    struct
    {
        uint8_t buffer;
        ssize_t len; /* with its header */
    } got[READS];
    struct ov_ring_read reads[READS];
    uint8_t *buffers; /* READS of STRIDE octets */
    uint8_t slots[] __attribute__((aligned(64)));
};

static uint8_t *header_of(const struct uring *u, size_t buffer)
{
    return u->buffers + buffer * STRIDE + OV_TUN_FRONT - OV_VNET_LEN;
}

/* The kernel takes no more of these requests from us: what it says once it will say again. */
static void give_up(struct uring *u, int why)
{
    ov_ring_close(u->ring);
    u->ring = NULL;
    u->want = 1;
    u->o.tun.stats.ring_errno = why;
}

static void take_result(struct uring *u, size_t buffer, ssize_t result)
{
    if (result > 0)
    {
        u->got[u->count].buffer = (uint8_t)buffer;
        u->got[u->count++].len = result;
        return;
    }
    u->dry = true;
    ov_tun_offload_refused(&u->o, result < 0 ? (int)-result : EAGAIN);
}

static void read_one(struct uring *u)
{
    ssize_t len;
    do
    {
        len = read(u->o.fd, header_of(u, 0), OV_VNET_LEN + OV_TUN_SUPER);
    } while (len < 0 && errno == EINTR);
    take_result(u, 0, len < 0 ? -errno : len);
}

static void read_many(struct uring *u, size_t want)
{
    int why = 0;
    for (size_t i = 0; i < want; i++)
    {
        u->reads[i] = (struct ov_ring_read){header_of(u, i), OV_VNET_LEN + OV_TUN_SUPER, 0};
    }
    const size_t attempted = ov_ring_read(u->ring, u->o.fd, u->reads, want, &why);
    for (size_t i = 0; i < attempted; i++)
    {
        if (u->reads[i].result == -EOPNOTSUPP)
        {
            why = EOPNOTSUPP;
            continue;
        }
        take_result(u, i, u->reads[i].result);
    }
    if (why != 0)
    {
        give_up(u, why);
    }
}

/* As many as came, and a few more; but a super-packet is better taken alone. */
static void adapt(struct uring *u, size_t want)
{
    if (u->count < want)
    {
        u->want = u->count + 1;
    }
    else if (u->want < 2 * u->count)
    {
        u->want = 2 * u->count < READS ? 2 * u->count : READS;
    }
    for (uint32_t i = 0; i < u->count && u->want > 1; i++)
    {
        u->want = u->got[i].len > BULK ? 1 : u->want;
    }
}

/* False if nothing waits. */
static bool fill(struct uring *u, size_t room)
{
    const size_t want = room < u->want ? room : u->want;
    u->count = 0;
    u->at = 0;
    if (want > 1)
    {
        read_many(u, want);
    }
    if (want <= 1 || (u->ring == NULL && u->count == 0 && !u->dry))
    {
        read_one(u);
    }
    if (u->ring != NULL)
    {
        adapt(u, want);
    }
    return u->count > 0;
}

/* Begin with the next super-packet; false if there is none. */
static bool next_super(struct uring *u, size_t room)
{
    while (u->at < u->count || (!u->dry && fill(u, room)))
    {
        const uint8_t *packet = header_of(u, u->got[u->at].buffer) + OV_VNET_LEN;
        if (ov_tun_offload_begin(&u->o, packet, u->got[u->at++].len))
        {
            return true;
        }
    }
    return false;
}

static bool uring_pending(const struct ov_tun *tun)
{
    const struct uring *u = (const struct uring *)tun;
    return u->at < u->count || ov_segment_left(&u->o.segmenter) > 0;
}

/* A call that found less than it asked for is the last one: the device says by itself when there is more. */
static size_t uring_read(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    struct uring *u = (struct uring *)tun;
    size_t count = 0;
    u->dry = false;
    n = n < OV_TUN_BATCH ? n : OV_TUN_BATCH;
    while (count < n && (ov_segment_left(&u->o.segmenter) > 0 || next_super(u, n - count)))
    {
        count += ov_tun_offload_take(&u->o, count, &dg[count]);
    }
    return count;
}

/* ---- the device ---- */

static void release(struct uring *u)
{
    if (u != NULL)
    {
        ov_ring_close(u->ring);
        free(u->buffers);
        free(u);
    }
}

static void uring_close(struct ov_tun *tun)
{
    if (tun != NULL)
    {
        (void)close(ov_tun_offload_fd(tun));
        release((struct uring *)tun);
    }
}

/* NULL: no memory. The buffers are only touched as far as packets reach. */
static struct uring *allocate(uint32_t packet)
{
    struct uring *u = calloc(1, sizeof *u + ov_tun_offload_slots_len(packet));
    if (u != NULL)
    {
        u->want = 1;
        u->buffers = aligned_alloc(64, (size_t)READS * STRIDE);
    }
    if (u != NULL && u->buffers == NULL)
    {
        release(u);
        u = NULL;
    }
    return u;
}

static enum ov_err uring_twin(const struct ov_tun *tun, struct ov_tun **out);

static const struct ov_tun_ops uring_ops = {
    .name = "uring",
    .read = uring_read,
    .write = ov_tun_offload_write,
    .pending = uring_pending,
    .fd = ov_tun_offload_fd,
    .twin = uring_twin,
    .close = uring_close,
};

static enum ov_err uring_twin(const struct ov_tun *tun, struct ov_tun **out)
{
    const struct ov_tun_offload *o = (const struct ov_tun_offload *)tun;
    struct uring *twin = allocate(o->packet);
    char text[OV_TUN_TEXT];
    *out = NULL;
    if (twin == NULL || ov_tun_offload_copy(o, &twin->o, twin->slots) != OV_OK)
    {
        release(twin);
        return OV_ERR_NOMEM;
    }
    /* Without one it still carries packets. */
    if (ov_ring_open(&twin->ring, text) != OV_OK)
    {
        give_up(twin, ENOSYS);
    }
    *out = &twin->o.tun;
    return OV_OK;
}

/* Does this kernel's tun device take requests that must not wait? A packet that is there already is kept. */
static enum ov_err try_ring(struct uring *u, char *text)
{
    u->want = 2;
    (void)fill(u, u->want);
    if (u->ring == NULL)
    {
        (void)snprintf(text, OV_TUN_TEXT, "io_uring: tun device %s: %s", u->o.tun.name,
                       strerror(u->o.tun.stats.ring_errno));
        return OV_ERR_UNSUPPORTED;
    }
    return OV_OK;
}

enum ov_err ov_tun_open_uring(const char *dev, struct ov_tun **out, char text[static OV_TUN_TEXT])
{
    return ov_tun_open_uring_for(&(struct ov_tun_spec){.dev = dev, .packet = OV_BUF_PACKET}, out, text);
}

enum ov_err ov_tun_open_uring_for(const struct ov_tun_spec *spec, struct ov_tun **out,
                                  char text[static OV_TUN_TEXT])
{
    struct uring *u = allocate(spec->packet);
    *out = NULL;
    if (u == NULL)
    {
        (void)snprintf(text, OV_TUN_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    enum ov_err err = ov_ring_open(&u->ring, text);
    if (err == OV_OK)
    {
        err = ov_tun_offload_start(&u->o, &uring_ops, spec, u->slots, text);
    }
    if (err != OV_OK)
    {
        release(u);
        return err;
    }
    err = try_ring(u, text);
    if (err != OV_OK)
    {
        uring_close(&u->o.tun);
        return err;
    }
    *out = &u->o.tun;
    return OV_OK;
}
