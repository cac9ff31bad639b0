/* Control packets, taken apart as far as they are readable without keys (sections 1.2, 2.1 to 2.6). */
#ifndef OV_OVSPEC_DECODE_H
#define OV_OVSPEC_DECODE_H

#include "ovspec/flow.h"
#include "ovspec/opcode.h"

enum
{
    OVS_SID_LEN = 8,
    OVS_TLS_CRYPT_HEAD_LEN = 49, /* opcode, sid, wrap id, time, tag */
    OVS_WKC_MIN = 290,           /* [WP-TC2-003] */
    OVS_WKC_MAX = 1024           /* [WP-TC2-005] */
};

/* How a control packet is protected. */
enum ovs_wrap_kind
{
    OVS_WRAP_UNKNOWN, /* only opcode, key id and sid are read */
    OVS_WRAP_PLAIN,
    OVS_WRAP_TLS_AUTH,
    OVS_WRAP_TLS_CRYPT,
    OVS_WRAP_TLS_CRYPT_V2
};

struct ovs_wrap
{
    enum ovs_wrap_kind kind;
    uint8_t digest_len; /* tls-auth: octets of the HMAC */
};

enum ovs_dir
{
    OVS_C2S,
    OVS_S2C
};

/* One packet that is not a data packet. */
struct ovs_control
{
    const struct ovs_packet *packet;
    enum ovs_dir dir;
    uint8_t opcode;
    uint8_t key_id;
    bool has_sid;
    bool has_wrap_id; /* wrap_id and wrap_time are valid */
    bool has_body;    /* acks, remote_sid, message_id, payload: read from clear text, complete */
    bool
        malformed; /* the fields do not fit into the packet, or are not all there; never set on a snapped packet */
    bool wkc_bad; /* the length at the end of a packet with WKc does not fit */
    bool has_message_id;
    uint8_t sid[OVS_SID_LEN];
    uint32_t wrap_id;
    uint32_t wrap_time;
    uint32_t body_len; /* octets after opcode, sid and wrap fields, without WKc: readable or not */
    uint32_t wkc_len;  /* 0: none */
    uint8_t ack_count;
    const uint8_t *acks;       /* ack_count u32 in network order */
    const uint8_t *remote_sid; /* NULL without acks */
    uint32_t message_id;
    const uint8_t *payload;
    uint32_t payload_len;
    int negotiation; /* index into the session's negotiations, -1: none (timeline.c) */
};

/* The octets that protection puts between sid and body. */
size_t ovs_wrap_len(struct ovs_wrap wrap);

/* Opcode, key id, sid and WKc length: what every protection leaves in clear [WP-CTRL-009]. */
void ovs_control_decode_head(const struct ovs_packet *packet, struct ovs_control *out);

/* The rest, under the protection given; call after ovs_control_decode_head. */
void ovs_control_decode_body(struct ovs_control *control, struct ovs_wrap wrap);

uint32_t ovs_control_ack(const struct ovs_control *control, size_t index);
bool ovs_control_acks(const struct ovs_control *control, uint32_t message_id);

#endif
