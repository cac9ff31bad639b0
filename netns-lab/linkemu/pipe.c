#include "netns-lab/linkemu/pipe.h"

#include "netns-lab/linkemu/draw.h"

#define BURST_NS         100000u     /* a slower link lets that much pass as one frame at most */
#define BURST_BELOW_RATE 2000000000u /* from this rate on frames may stay whole */

/* Consecutive segments that will leave as one parcel, while they are collected. */
struct run
{
    struct emu_parcel parcel;
    uint64_t first_due_ns;
    uint64_t now_ns;
};

void emu_pipe_init(struct emu_pipe *pipe, const struct emu_spec *spec, uint64_t seed, unsigned direction,
                   struct emu_frames *frames)
{
    *pipe = (struct emu_pipe){.spec = *spec, .frames = frames};
    pipe->to_client = direction == 1;
    pipe->decider = (struct emu_decider){.spec = &pipe->spec, .key = emu_draw_key(seed, direction)};
}

bool emu_pipe_instant(const struct emu_pipe *pipe)
{
    const struct emu_spec *spec = &pipe->spec;
    return spec->delay_ns == 0 && spec->rate_bps == 0 && spec->hold_every == 0 && spec->late_ppb == 0 &&
           !pipe->decider.replaying;
}

static void flush(struct emu_pipe *pipe, struct run *run)
{
    struct emu_parcel *parcel = &run->parcel;
    if (parcel->count == 0)
    {
        return;
    }
    if (pipe->frames->octets > EMU_PIPE_OCTETS || !emu_queue_push(&pipe->queue, parcel))
    {
        pipe->account.memory_drops += parcel->count;
    }
    else
    {
        emu_frame_hold(parcel->frame);
    }
    if (pipe->queue.count > pipe->account.queue_max)
    {
        pipe->account.queue_max = pipe->queue.count;
    }
    parcel->count = 0;
}

/* Time out of the link: the queue's, the way's, and what is drawn on top of it. */
static uint64_t due_of(struct emu_pipe *pipe, const struct emu_fate *fate, uint64_t depart_ns)
{
    uint64_t due = depart_ns + pipe->spec.delay_ns + (uint64_t)fate->jitter_ns;
    if (fate->late_ns > 0)
    {
        return due + fate->late_ns; /* others may pass it: that is what it is for */
    }
    if (!pipe->spec.order_free)
    {
        due = due > pipe->last_due_ns ? due : pipe->last_due_ns;
        pipe->last_due_ns = due;
    }
    return due;
}

/* Whether a packet that is due then may leave in one frame with those collected. */
static bool fits_run(const struct emu_pipe *pipe, const struct run *run, const struct emu_frame *frame,
                     uint32_t segment, const struct emu_change *change, uint64_t due_ns)
{
    const struct emu_parcel *parcel = &run->parcel;
    if (parcel->count == 0 || parcel->frame != frame || segment != parcel->first + parcel->count ||
        change->corrupt || parcel->change.corrupt || change->mark != parcel->change.mark)
    {
        return false;
    }
    if (pipe->spec.rate_bps == 0 || pipe->spec.jitter_ns > 0)
    {
        return due_ns == parcel->due_ns;
    }
    return due_ns >= parcel->due_ns &&
           (pipe->spec.rate_bps >= BURST_BELOW_RATE || due_ns - run->first_due_ns <= BURST_NS);
}

/* Sends one packet into the queue of the link. */
static void emit(struct emu_pipe *pipe, struct run *run, struct emu_frame *frame, uint32_t segment,
                 const struct emu_fate *fate)
{
    struct emu_sending sending;
    struct emu_change change = {.corrupt = fate->corrupt, .bit = fate->bit};
    emu_shaper_send(&pipe->shaper, &pipe->spec, run->now_ns, emu_packet_segment_len(&frame->packet, segment),
                    &sending);
    if (sending.dropped)
    {
        pipe->account.queue_drops++;
        return;
    }
    if (sending.mark && emu_packet_is_ect(&frame->packet))
    {
        change.mark = true;
        pipe->account.marks++;
    }
    uint64_t due_ns = due_of(pipe, fate, sending.depart_ns);
    if (fits_run(pipe, run, frame, segment, &change, due_ns))
    {
        run->parcel.count++;
        run->parcel.due_ns = due_ns;
        return;
    }
    flush(pipe, run);
    run->parcel = (struct emu_parcel){due_ns, 0, frame, segment, 1, change};
    run->first_due_ns = due_ns;
}

static void emit_copies(struct emu_pipe *pipe, struct run *run, struct emu_frame *frame, uint32_t segment,
                        const struct emu_fate *fate)
{
    emit(pipe, run, frame, segment, fate);
    if (fate->twice)
    {
        emit(pipe, run, frame, segment, fate);
    }
}

/* Lets go what was held; its reference ends, so the run that names it must be flushed first. */
static void release(struct emu_pipe *pipe, struct run *run, const struct emu_held *held)
{
    flush(pipe, run);
    emit_copies(pipe, run, held->frame, held->segment, &held->fate);
    flush(pipe, run);
    emu_frame_drop(pipe->frames, held->frame);
}

static void pass(struct emu_pipe *pipe, struct run *run, struct emu_frame *frame, uint32_t segment,
                 const struct emu_fate *fate)
{
    struct emu_held held;
    emit_copies(pipe, run, frame, segment, fate);
    pipe->hold.passed++;
    while (emu_hold_due(&pipe->hold, &held))
    {
        release(pipe, run, &held);
    }
}

static void take_segment(struct emu_pipe *pipe, struct run *run, struct emu_frame *frame, uint32_t segment)
{
    struct emu_fate fate;
    const struct emu_spec *spec = &pipe->spec;
    emu_decide(&pipe->decider, &fate);
    if (spec->mtu > 0 && emu_packet_segment_len(&frame->packet, segment) > spec->mtu)
    {
        if (pipe->too_big != NULL && !spec->mtu_silent && segment == 0)
        {
            pipe->too_big(pipe->too_big_arg, &frame->packet, spec->mtu);
        }
        pipe->account.mtu_drops++;
        return;
    }
    if (fate.lost)
    {
        return;
    }
    if (fate.places == 0)
    {
        pass(pipe, run, frame, segment, &fate);
        return;
    }
    emu_frame_hold(frame);
    uint64_t hold_ns = spec->hold_ns > 0 ? spec->hold_ns : EMU_HOLD_NS; /* a file may hold without a spec */
    if (!emu_hold_put(&pipe->hold, frame, segment, &fate, run->now_ns + hold_ns))
    {
        emu_frame_drop(pipe->frames, frame);
        pipe->account.memory_drops++;
    }
}

static void count_in(struct emu_account *account, const struct emu_packet *packet)
{
    account->frames_in++;
    account->packets_in += packet->segments;
    account->octets_in += packet->len + (uint64_t)(packet->segments - 1) * packet->headers_len;
    account->odd += packet->odd;
}

/* All of a frame gets the same: the fast way. */
static void take_whole(struct emu_pipe *pipe, struct run *run, struct emu_frame *frame)
{
    struct emu_fate fate = {0};
    pipe->decider.index += frame->packet.segments;
    run->parcel = (struct emu_parcel){
        .due_ns = due_of(pipe, &fate, run->now_ns), .frame = frame, .count = frame->packet.segments};
}

/* The box stands where packets come into the link. False: the packet went to a mapping that is gone. */
static bool translate(struct emu_pipe *pipe, struct emu_frame *frame)
{
    uint8_t *octets = frame->data + EMU_VNET_LEN;
    if (pipe->rebind == NULL || pipe->rebind->times == 0)
    {
        return true;
    }
    if (!pipe->to_client)
    {
        emu_rebind_up(pipe->rebind, &frame->packet, octets);
        return true;
    }
    return emu_rebind_down(pipe->rebind, &frame->packet, octets);
}

void emu_pipe_take(struct emu_pipe *pipe, struct emu_frame *frame, uint64_t now_ns)
{
    struct run run = {.now_ns = now_ns};
    if (!emu_packet_read(&frame->packet, frame->data, frame->len) || frame->packet.local)
    {
        pipe->account.ignored++;
        return;
    }
    count_in(&pipe->account, &frame->packet);
    if (now_ns < pipe->blackhole_until_ns)
    {
        pipe->account.blackhole_drops += frame->packet.segments;
        return;
    }
    if (!translate(pipe, frame))
    {
        pipe->account.rebind_drops += frame->packet.segments;
        return;
    }
    if (emu_spec_uniform(&pipe->spec) && !pipe->decider.replaying)
    {
        take_whole(pipe, &run, frame);
    }
    else
    {
        for (uint32_t i = 0; i < frame->packet.segments; i++)
        {
            take_segment(pipe, &run, frame, i);
        }
    }
    flush(pipe, &run);
}

uint64_t emu_pipe_next_ns(struct emu_pipe *pipe, uint64_t now_ns)
{
    struct emu_held held;
    struct run run = {.now_ns = now_ns};
    while (pipe->hold.count > 0 && emu_hold_expired(&pipe->hold, now_ns, &held))
    {
        pipe->account.holds_expired++;
        release(pipe, &run, &held);
    }
    const struct emu_parcel *first = emu_queue_first(&pipe->queue);
    uint64_t due_ns = first != NULL ? first->due_ns : UINT64_MAX;
    uint64_t limit_ns = emu_hold_limit_ns(&pipe->hold);
    return due_ns < limit_ns ? due_ns : limit_ns;
}

static void note_lateness(struct emu_account *account, uint64_t late_ns)
{
    uint64_t us = late_ns / 1000;
    unsigned bin = us == 0 ? 0 : 64u - (unsigned)__builtin_clzll(us);
    account->late_log2_us[bin < EMU_LATENESS_BINS ? bin : EMU_LATENESS_BINS - 1]++;
    account->late_max_ns = late_ns > account->late_max_ns ? late_ns : account->late_max_ns;
}

unsigned emu_pipe_send(struct emu_pipe *pipe, uint64_t now_ns,
                       bool (*write)(void *arg, const struct emu_slice *s), void *arg)
{
    unsigned sent = 0;
    for (const struct emu_parcel *first = emu_queue_first(&pipe->queue);
         first != NULL && first->due_ns <= now_ns; first = emu_queue_first(&pipe->queue))
    {
        struct emu_slice slice;
        struct emu_parcel parcel = emu_queue_pop(&pipe->queue);
        const struct emu_packet *packet = &parcel.frame->packet;
        emu_slice_make(&slice, packet, parcel.first, parcel.count, &parcel.change);
        if (write(arg, &slice))
        {
            pipe->account.frames_out++;
            pipe->account.packets_out += parcel.count;
            pipe->account.whole_frames += parcel.count > 1 && parcel.count == packet->segments;
        }
        else
        {
            pipe->account.write_drops += parcel.count;
        }
        note_lateness(&pipe->account, now_ns - parcel.due_ns);
        emu_frame_drop(pipe->frames, parcel.frame);
        sent++;
    }
    return sent;
}

void emu_pipe_clear(struct emu_pipe *pipe)
{
    while (pipe->queue.count > 0)
    {
        struct emu_parcel parcel = emu_queue_pop(&pipe->queue);
        emu_frame_drop(pipe->frames, parcel.frame);
    }
    for (size_t i = 0; i < pipe->hold.count; i++)
    {
        emu_frame_drop(pipe->frames, pipe->hold.items[i].frame);
    }
    emu_hold_clear(&pipe->hold);
    emu_queue_clear(&pipe->queue);
}

void emu_pipe_reset(struct emu_pipe *pipe)
{
    emu_pipe_clear(pipe);
    emu_decider_rewind(&pipe->decider);
    pipe->shaper = (struct emu_shaper){0};
    pipe->last_due_ns = 0;
    pipe->blackhole_until_ns = 0;
    pipe->account = (struct emu_account){0};
}
