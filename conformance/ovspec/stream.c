#include "ovspec/stream.h"

#include "ovspec/opcode.h"

#include <stdlib.h>
#include <string.h>

enum
{
    /* More than a receive window's worth ahead of a hole: the capture lost the octets, they will not come. */
    AHEAD_MAX = 1024
};

struct segment
{
    uint32_t sequence;
    uint32_t len;
    uint8_t *octets;
    struct ovs_packet meta;
};

struct ovs_stream
{
    bool started;
    uint32_t next; /* sequence number expected next */
    uint8_t buffer[2 + OVS_STREAM_PACKET_MAX];
    size_t buffered;
    struct segment *ahead; /* segments that came before their turn */
    size_t ahead_count;
    size_t ahead_capacity;
};

static void record_trouble(struct ovs_flow *flow, const struct ovs_packet *meta,
                           enum ovs_stream_trouble trouble, uint32_t value)
{
    flow->trouble[meta->side] = trouble;
    flow->trouble_at[meta->side] = *meta;
    flow->trouble_value[meta->side] = value;
}

/* Moves complete packets out of the buffer. */
static bool cut_packets(struct ovs_flow_table *table, struct ovs_flow *flow, struct ovs_stream *stream,
                        const struct ovs_packet *meta)
{
    size_t at = 0;

    while (stream->buffered - at >= 2)
    {
        uint32_t len = (uint32_t)stream->buffer[at] << 8 | stream->buffer[at + 1];

        if (len == 0 || len > OVS_STREAM_PACKET_MAX)
        {
            record_trouble(flow, meta, OVS_STREAM_BAD_LENGTH, len);
            return true;
        }
        if (stream->buffered - at - 2 < len)
        {
            break;
        }
        struct ovs_packet packet = *meta;
        packet.len = len;
        if (!ovs_flow_add(table, flow, &packet, stream->buffer + at + 2, len))
        {
            return false;
        }
        at += 2 + len;
    }
    memmove(stream->buffer, stream->buffer + at, stream->buffered - at);
    stream->buffered -= at;
    return true;
}

static bool append(struct ovs_flow_table *table, struct ovs_flow *flow, struct ovs_stream *stream,
                   const uint8_t *octets, size_t len, const struct ovs_packet *meta)
{
    while (len > 0 && flow->trouble[meta->side] == OVS_STREAM_OK)
    {
        /* cut_packets leaves room: an incomplete packet is shorter than the buffer. */
        size_t room = sizeof stream->buffer - stream->buffered;
        size_t part = len < room ? len : room;

        memcpy(stream->buffer + stream->buffered, octets, part);
        stream->buffered += part;
        stream->next += (uint32_t)part;
        if (meta->frame > flow->followed_until[meta->side])
        {
            flow->followed_until[meta->side] = meta->frame;
        }
        octets += part;
        len -= part;
        if (!cut_packets(table, flow, stream, meta))
        {
            return false;
        }
    }
    return true;
}

/* Takes the part of a segment that is new; false for memory. `*used` says whether its turn had come. */
static bool take_segment(struct ovs_flow_table *table, struct ovs_flow *flow, struct ovs_stream *stream,
                         const struct segment *segment, bool *used)
{
    int32_t behind = (int32_t)(stream->next - segment->sequence);

    *used = behind >= 0;
    if (behind < 0 || (uint32_t)behind >= segment->len)
    {
        return true;
    }
    return append(table, flow, stream, segment->octets + behind, segment->len - (uint32_t)behind,
                  &segment->meta);
}

static bool take_ahead(struct ovs_flow_table *table, struct ovs_flow *flow, struct ovs_stream *stream)
{
    for (size_t i = 0; i < stream->ahead_count;)
    {
        bool used;

        if (!take_segment(table, flow, stream, &stream->ahead[i], &used))
        {
            return false;
        }
        if (!used)
        {
            i++;
            continue;
        }
        free(stream->ahead[i].octets);
        stream->ahead[i] = stream->ahead[--stream->ahead_count];
        i = 0;
    }
    return true;
}

static bool keep_ahead(struct ovs_flow *flow, struct ovs_stream *stream, const struct segment *segment)
{
    if (stream->ahead_count >= AHEAD_MAX)
    {
        record_trouble(flow, &segment->meta, OVS_STREAM_HOLE, 0);
        return true;
    }
    struct segment *kept =
        ovs_array_add(&stream->ahead, &stream->ahead_count, &stream->ahead_capacity, sizeof *kept);
    if (kept == NULL)
    {
        return false;
    }
    *kept = *segment;
    kept->octets = malloc(segment->len);
    if (kept->octets == NULL)
    {
        stream->ahead_count--;
        return false;
    }
    memcpy(kept->octets, segment->octets, segment->len);
    return true;
}

/* A direction whose beginning is missing is followed only from what looks like the start of a packet. */
static bool looks_like_start(const struct ovs_datagram *segment)
{
    if (segment->captured_len < 3)
    {
        return false;
    }
    uint32_t len = (uint32_t)segment->payload[0] << 8 | segment->payload[1];
    uint8_t opcode = segment->payload[2] >> 3;

    return len >= 14 && len <= 2048 && (ovs_opcode_is_control(opcode) || ovs_opcode_is_data(opcode));
}

static bool start(struct ovs_flow *flow, struct ovs_stream *stream, const struct ovs_datagram *segment,
                  const struct ovs_packet *meta)
{
    if (segment->tcp.syn)
    {
        stream->started = true;
        flow->saw_syn[meta->side] = true;
        stream->next = segment->tcp.sequence + 1;
        return false;
    }
    if (segment->len == 0)
    {
        return false;
    }
    if (!looks_like_start(segment))
    {
        record_trouble(flow, meta, OVS_STREAM_UNSYNCED, 0);
        return false;
    }
    stream->started = true;
    stream->next = segment->tcp.sequence;
    return true;
}

bool ovs_stream_feed(struct ovs_flow_table *table, struct ovs_flow *flow, const struct ovs_datagram *segment,
                     const struct ovs_packet *meta)
{
    struct ovs_stream **slot = &flow->stream[meta->side];
    bool used;

    if (*slot == NULL)
    {
        *slot = calloc(1, sizeof **slot);
        if (*slot == NULL)
        {
            return false;
        }
    }
    if (flow->trouble[meta->side] != OVS_STREAM_OK)
    {
        return true;
    }
    if (!(*slot)->started && !start(flow, *slot, segment, meta))
    {
        return true;
    }
    if (segment->len == 0 || segment->tcp.syn)
    {
        return true;
    }
    if (segment->captured_len < segment->len)
    {
        record_trouble(flow, meta, OVS_STREAM_HOLE, 0);
        return true;
    }
    struct segment arrived = {segment->tcp.sequence, segment->len, (uint8_t *)(uintptr_t)segment->payload,
                              *meta};
    if (!take_segment(table, flow, *slot, &arrived, &used))
    {
        return false;
    }
    return used ? take_ahead(table, flow, *slot) : keep_ahead(flow, *slot, &arrived);
}

void ovs_stream_finish(struct ovs_flow *flow)
{
    for (size_t side = 0; side < 2; side++)
    {
        const struct ovs_stream *stream = flow->stream[side];

        if (stream != NULL && stream->ahead_count > 0 && flow->trouble[side] == OVS_STREAM_OK)
        {
            record_trouble(flow, &stream->ahead[0].meta, OVS_STREAM_HOLE, 0);
        }
    }
}

void ovs_stream_free(struct ovs_stream *stream)
{
    if (stream == NULL)
    {
        return;
    }
    for (size_t i = 0; i < stream->ahead_count; i++)
    {
        free(stream->ahead[i].octets);
    }
    free(stream->ahead);
    free(stream);
}
