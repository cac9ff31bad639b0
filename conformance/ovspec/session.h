/* Sessions: what one client sid and its server said to each other on one flow. */
#ifndef OV_OVSPEC_SESSION_H
#define OV_OVSPEC_SESSION_H

#include "ovspec/decode.h"
#include "ovspec/options.h"

enum
{
    OVS_SERVER_SIDS_MAX = 16,
    OVS_KEY_IDS = 8
};

struct ovs_data
{
    const struct ovs_packet *packet;
    enum ovs_dir dir;
    uint8_t opcode;
    uint8_t key_id;
    bool has_peer_id;
    uint32_t peer_id;
    int negotiation; /* index into the session's negotiations, -1: none (timeline.c) */
};

/* One TLS handshake: the first of the session, or one that a SOFT_RESET began. */
struct ovs_negotiation
{
    uint8_t key_id;
    bool from_start;                /* its reset is in the capture */
    const struct ovs_packet *begun; /* first packet */
    bool reset_by[2];               /* per direction: a hard or soft reset was sent */
    const struct ovs_packet
        *joined[2]; /* per direction: its first packet; before it, it may not know of this */
    const struct ovs_packet *tls_from[2]; /* per direction: first CONTROL_V1 or CONTROL_WKC_V1 */
    const struct ovs_packet *keyed;       /* the one that made tls_from complete: no keys exist before */
};

struct ovs_session
{
    const struct ovs_flow *flow;
    unsigned number;     /* from 1, in order of appearance */
    uint8_t client_side; /* index of the flow's endpoint that is the TLS client */
    bool first_in_flow;
    bool roles_known; /* a hard reset said who the client is; else guessed by port */
    bool from_start;  /* the client's hard reset is in the capture */
    bool has_client_sid;
    uint8_t client_sid[OVS_SID_LEN];
    /* Sids of the server's hard resets; a stateless server may use several before the client answers [WP-COOK-002]. */
    uint8_t server_sids[OVS_SERVER_SIDS_MAX][OVS_SID_LEN];
    size_t server_sid_count;
    struct ovs_wrap wrap[2]; /* of key id 0, and of key ids 1 to 7 [WP-DYN-001] */
    bool dynamic_wrap;       /* key ids 1 to 7 have a wrap key, and so a wrap id counter, of their own */
    enum ovs_data_format format;
    /*
     * Packet ids are missing or came late, so packets may have been lost, by the
     * network or by the capture itself. Checks for packets that should be there
     * are not made then. Where no ids are visible: false.
     */
    bool lossy;
    size_t earlier_count; /* data packets of a session before the capture, on the same flow; not in `data` */
    struct ovs_control *control; /* everything but data, in capture order */
    size_t control_count;
    size_t control_capacity;
    struct ovs_data *data;
    size_t data_count;
    size_t data_capacity;
    struct ovs_negotiation *negotiations;
    size_t negotiation_count;
    size_t negotiation_capacity;
    /* While sessions are put together: when both sides had sent TLS, 0 before. */
    int64_t keyed_ns;
    bool spoke[2];
};

struct ovs_session_list
{
    struct ovs_session *items;
    size_t count;
    size_t capacity;
};

/* Does the flow carry OpenVPN? Decided by hard resets, by port, or by a constant shape (recognise.c). */
bool ovs_flow_recognise(const struct ovs_flow *flow, const struct ovs_options *options);

/* Which endpoint is the TLS client; `*known` is false when it is a guess. */
uint8_t ovs_flow_client_side(const struct ovs_flow *flow, const struct ovs_options *options, bool *known);

/* Sorts the packets of a flow into sessions. False when memory has run out. */
bool ovs_sessions_add_flow(struct ovs_session_list *list, const struct ovs_flow *flow,
                           const struct ovs_options *options);
void ovs_sessions_clear(struct ovs_session_list *list);

/* Finds out how control packets are protected, and decodes their bodies (wrap.c). */
void ovs_session_unwrap(struct ovs_session *session, const struct ovs_options *options);
const char *ovs_wrap_name(struct ovs_wrap wrap);

/* Assigns every packet to the negotiation of its key (timeline.c). False when memory has run out. */
bool ovs_session_build_timeline(struct ovs_session *session);

/* 1 to 7 and round again, never 0 [WP-FRM-012]. */
uint8_t ovs_next_key_id(uint8_t key_id);

/* Finds out what data packets look like (format.c). */
void ovs_session_find_format(struct ovs_session *session, const struct ovs_options *options);
const char *ovs_format_name(enum ovs_data_format format);

/* The packet id under the session's format; false if it is not visible. `*epoch` is 0 in formats without epochs. */
bool ovs_data_packet_id(const struct ovs_data *data, enum ovs_data_format format, uint64_t *id,
                        uint16_t *epoch);

/* Looks for missing packet ids in data and control packets (loss.c); needs wrap, timeline and format. */
void ovs_session_find_losses(struct ovs_session *session);

/* Octets in front of the format's own fields [section 1.3]. */
size_t ovs_data_header_len(const struct ovs_data *data);

/* True if `sid` is one that the other end of `dir` uses in this session. */
bool ovs_session_peer_has_sid(const struct ovs_session *session, enum ovs_dir dir, const uint8_t *sid);

#endif
