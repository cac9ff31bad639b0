/* One direction of the link: frames in, slices of them out at their time. The clock is an argument. */
#ifndef OV_LINKEMU_PIPE_H
#define OV_LINKEMU_PIPE_H

#include "netns-lab/linkemu/decide.h"
#include "netns-lab/linkemu/frame.h"
#include "netns-lab/linkemu/hold.h"
#include "netns-lab/linkemu/queue.h"
#include "netns-lab/linkemu/rebind.h"
#include "netns-lab/linkemu/shaper.h"
#include "netns-lab/linkemu/spec.h"

#include <stdbool.h>
#include <stdint.h>

#define EMU_LATENESS_BINS 24u
#define EMU_PIPE_OCTETS   (768u << 20) /* memory of waiting frames; more is an unasked drop */

struct emu_account
{
    uint64_t frames_in; /* super-packets count once */
    uint64_t packets_in;
    uint64_t octets_in; /* of IP on the wire, headers of every segment counted */
    uint64_t frames_out;
    uint64_t packets_out;
    uint64_t whole_frames; /* super-packets that left uncut */
    uint64_t ignored;      /* of the link itself, or no IP: not passed on */
    uint64_t odd;          /* super-packets that could not be cut: one decision for all */

    /* Asked for, beside the decisions. */
    uint64_t queue_drops;
    uint64_t mtu_drops;
    uint64_t blackhole_drops;
    uint64_t rebind_drops; /* to a mapping that is gone */
    uint64_t marks;
    uint64_t holds_expired; /* gone on by time, before all places had passed */

    /* Not asked for. */
    uint64_t memory_drops;
    uint64_t write_drops; /* the device refused */

    uint64_t queue_max; /* parcels that waited at once */
    uint64_t late_max_ns;
    uint64_t late_log2_us[EMU_LATENESS_BINS]; /* bin 0: below 1 us, n: below 2^n us */
};

struct emu_pipe
{
    struct emu_spec spec;
    struct emu_decider decider; /* its spec is the one above */
    struct emu_frames *frames;  /* borrowed */
    struct emu_rebind *rebind;  /* borrowed, of both directions; NULL: nothing is ever translated */
    bool to_client;
    struct emu_shaper shaper;
    struct emu_hold hold;
    struct emu_queue queue;
    uint64_t last_due_ns;        /* nothing leaves before what came before it, with order=keep */
    uint64_t blackhole_until_ns; /* everything is lost until then */
    struct emu_account account;

    /* Told once for a frame that is too large, unless the limit is silent; may be NULL. */
    void (*too_big)(void *arg, const struct emu_packet *packet, uint32_t mtu);
    void *too_big_arg;
};

/* The pipe must not move afterwards. */
void emu_pipe_init(struct emu_pipe *pipe, const struct emu_spec *spec, uint64_t seed, unsigned direction,
                   struct emu_frames *frames);

/* A frame that arrived at now; the caller keeps its reference. Its len must be set. */
void emu_pipe_take(struct emu_pipe *pipe, struct emu_frame *frame, uint64_t now_ns);

/* Puts what was held too long into the queue, and tells when this or emu_pipe_send has something to do
 * next; UINT64_MAX: nothing waits. */
uint64_t emu_pipe_next_ns(struct emu_pipe *pipe, uint64_t now_ns);

/* Writes all that is due to the device; returns how many frames went. */
unsigned emu_pipe_send(struct emu_pipe *pipe, uint64_t now_ns,
                       bool (*write)(void *arg, const struct emu_slice *s), void *arg);

/* True when nothing ever waits: frames can be handled in one buffer. */
bool emu_pipe_instant(const struct emu_pipe *pipe);

/* Lets all that waits go, and begins at index 0 with an empty account. */
void emu_pipe_reset(struct emu_pipe *pipe);

void emu_pipe_clear(struct emu_pipe *pipe);

#endif
