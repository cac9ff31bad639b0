/* Packets by transport flow: two endpoints, one transport, all packets between them in capture order. */
#ifndef OV_OVSPEC_FLOW_H
#define OV_OVSPEC_FLOW_H

#include "ovspec/datagram.h"
#include "ovspec/memory.h"

enum
{
    /* So much of a data packet is kept: opcode, peer id and the longest packet id. */
    OVS_DATA_HEAD_LEN = 16
};

/* One OpenVPN packet as it was on the wire. */
struct ovs_packet
{
    uint64_t frame;      /* number of the frame in the file, from 1 (TCP: of the frame that completed it) */
    int64_t time_ns;     /* since 1970 */
    uint64_t digest;     /* of all captured octets: equal packets have equal digests */
    const uint8_t *data; /* kept_len octets */
    uint32_t len;        /* octets on the wire */
    uint16_t kept_len;   /* at most OVS_DATA_HEAD_LEN for data packets */
    uint8_t side;        /* index into the flow's endpoints: who sent it */
    bool snapped;        /* the capture has fewer than len octets */
};

/* Why a TCP direction could not be followed to its end. */
enum ovs_stream_trouble
{
    OVS_STREAM_OK,
    OVS_STREAM_BAD_LENGTH, /* a length field of 0 or beyond the limit: `value` */
    OVS_STREAM_HOLE,       /* octets that the capture does not have */
    OVS_STREAM_UNSYNCED    /* begins in the middle: nothing says where a packet starts */
};

struct ovs_stream; /* stream.h */

struct ovs_flow
{
    enum ovs_transport transport;
    struct ovs_endpoint side[2]; /* side[0] sent the first packet of the capture */
    struct ovs_packet *packets;
    size_t count;
    size_t capacity;
    struct ovs_stream *stream[2]; /* TCP only */
    enum ovs_stream_trouble trouble[2];
    struct ovs_packet trouble_at[2];
    uint32_t trouble_value[2];
    bool saw_syn[2];            /* TCP: the connection began in the capture */
    uint64_t followed_until[2]; /* TCP: the last frame that was in order */
    size_t next_in_bucket;      /* 1 + index of the next flow, 0 at the end */
};

enum
{
    OVS_FLOW_BUCKETS = 1024
};

struct ovs_flow_table
{
    struct ovs_flow *flows;
    size_t count;
    size_t capacity;
    size_t bucket[OVS_FLOW_BUCKETS]; /* 1 + index of the first flow */
    struct ovs_arena arena;
};

/*
 * The flow of a datagram, made when new; `*side` is the sender's index.
 * NULL when memory has run out. Valid until the next call.
 */
struct ovs_flow *ovs_flow_find(struct ovs_flow_table *table, const struct ovs_datagram *datagram,
                               uint8_t *side);

/*
 * Adds one OpenVPN packet of `captured_len` octets; frame, time, side and len
 * come from `meta`. False when memory has run out.
 */
bool ovs_flow_add(struct ovs_flow_table *table, struct ovs_flow *flow, const struct ovs_packet *meta,
                  const uint8_t *octets, size_t captured_len);

void ovs_flow_table_clear(struct ovs_flow_table *table);

/* The last frame up to which both directions are known; what a hole hides would look like misbehaviour after it. */
uint64_t ovs_flow_known_until(const struct ovs_flow *flow);

/* "10.0.0.1:1194" or "[fd00::1]:1194"; `text` has OVS_ENDPOINT_TEXT octets. */
enum
{
    OVS_ENDPOINT_TEXT = 64
};
void ovs_endpoint_print(const struct ovs_endpoint *endpoint, char *text);

#endif
