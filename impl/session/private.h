#ifndef OV_SESSION_PRIVATE_H
#define OV_SESSION_PRIVATE_H

/* What the files of session/ tell each other. */
#include "session/server.h"
#include "session/state.h"
#include "wire/key_method2.h"

struct ov_occ_message;

#define OV_SECOND_MS UINT64_C(1000)

/* Fixed times of the protocol. */
#define OV_LINGER_MS      (5 * OV_SECOND_MS)  /* after AUTH_FAILED and EXIT [WP-AUTH-001, WP-MSG-011] */
#define OV_FLUSH_MS       (500 * UINT64_C(1)) /* for last acks when nobody waits for us */
#define OV_ALERT_MS       (5 * OV_SECOND_MS)  /* for a TLS alert to be acknowledged [WP-STATE-005] */
#define OV_PUSH_FIRST_MS  (1 * OV_SECOND_MS)  /* [WP-PUSH-001] */
#define OV_PUSH_AGAIN_MS  (5 * OV_SECOND_MS)
#define OV_PUSH_QUIET_MS  (30 * OV_SECOND_MS) /* [WP-PUSH-005] */
#define OV_RENEG_SOON_MS  (1 * OV_SECOND_MS)  /* after a renegotiation that lost too many packets */
#define OV_RENEG_RETRY_MS (10 * OV_SECOND_MS) /* after one that failed for another reason */

/* ---- log and events ---- */

void ov_session_log(const struct ov_session *s, enum ov_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Queue an event for the newest key-id. */
void ov_session_tell(struct ov_session *s, enum ov_event_kind kind, enum ov_err err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- ending.c ---- */

/* The session ends with this event at at_ms, or early: as soon as everything is sent and acknowledged.
 * Only the first call counts. */
void ov_session_end(struct ov_session *s, enum ov_event_kind kind, enum ov_err err, const char *text,
                    bool early, uint64_t at_ms);
/* The same with what is right for the role: client RESTART, server CLOSED. */
void ov_session_lose(struct ov_session *s, enum ov_err err, const char *text, bool early, uint64_t at_ms);
static inline bool ov_session_alive(const struct ov_session *s)
{
    return s->ending.kind == OV_EVENT_NONE;
}
/* When the ending wants attention; OV_NEVER while alive or when over. */
uint64_t ov_session_ending_deadline(const struct ov_session *s);
void ov_session_ending_tick(struct ov_session *s, struct ov_now now);

/* ---- steps.c ---- */

/* One row: in state from, act is tried. OV_OK: it is done, go to state to. OV_ERR_AGAIN: not yet. Anything
 * else: the negotiation fails. */
struct ov_step
{
    enum ov_key_state from;
    enum ov_err (*act)(struct ov_session *s, struct ov_now now);
    enum ov_key_state to;
};

struct ov_steps
{
    const struct ov_step *row;
    size_t count;
};

extern const struct ov_steps ov_client_steps;
extern const struct ov_steps ov_server_steps;

/* Go on until nothing moves: feed TLS, walk the table, read messages, queue what TLS wants to send. */
void ov_session_drive(struct ov_session *s, struct ov_now now);
/* The negotiation failed: alert, event, and the end of the session if it has no other key. */
void ov_session_fail(struct ov_session *s, enum ov_err err, struct ov_now now);
/* State ERROR_PRE is through, or its time is up. */
void ov_session_fail_tick(struct ov_session *s, struct ov_now now);

/* ---- step_common.c: rows of both tables ---- */

enum ov_err ov_step_reset(struct ov_session *s, struct ov_now now);
enum ov_err ov_step_start_tls(struct ov_session *s, struct ov_now now);
enum ov_err ov_step_all_acked(struct ov_session *s, struct ov_now now);
/* Client: the server has no state and wants WKc with our next message [WP-TC2-032]. */
bool ov_session_owes_wkc(const struct ov_session *s);
/* TLS is open: look at the peer, compare with who it was, tell. */
enum ov_err ov_step_meet_peer(struct ov_session *s);

/* ---- exchange.c: the key method 2 messages ---- */

struct ov_occ;
/* What the options string of this session depends on: the configuration, and how it is carried. */
void ov_session_occ(const struct ov_session *s, struct ov_occ *out);

OV_MUST_USE enum ov_err ov_exchange_write(struct ov_session *s);
/* OV_ERR_AGAIN: not here yet. */
OV_MUST_USE enum ov_err ov_exchange_read(struct ov_session *s);

/* ---- framing.c ---- */

/* What this end can receive: OV_PEER_COMP_* [WP-COMP-010]. */
uint32_t ov_session_compression(const struct ov_session *s);
/* Compression framing and fragments of the data channel. OV_ERR_UNSUPPORTED: no library for it; OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_session_set_framing(struct ov_session *s, enum ov_comp_mode mode);
/* Server: the framing for this client; *option is what has to be pushed for it, or NULL. */
enum ov_comp_mode ov_session_client_framing(const struct ov_session *s, const char **option);
/* The data channel has a key: now it is known what fits into a piece. */
void ov_session_set_fragment(struct ov_session *s);

/* ---- keys.c ---- */

/* Derive and install the data keys of ks, wipe the secrets they came from; the first time also the dynamic
 * tls-crypt key. */
/* Limits for TCP inside the tunnel, from --mssfix and the data format in use. */
struct ov_mss ov_session_mss(const struct ov_session *s);
/* Outer IP, and UDP or TCP. */
uint32_t ov_session_outer_len(const struct ov_session *s);

OV_MUST_USE enum ov_err ov_session_generate(struct ov_session *s, struct ov_now now);

/* ---- rekey.c ---- */

/* Begin a negotiation of our own. */
void ov_rekey_begin(struct ov_session *s, struct ov_now now);
/* Begin one under this key-id, because the peer did. */
void ov_rekey_start(struct ov_session *s, uint8_t key_id, struct ov_now now);
/* May a SOFT_RESET with this key-id start one now? [WP-STATE-022] */
bool ov_rekey_welcome(const struct ov_session *s, uint8_t key_id);
/* Time of the next one, from the moment a key is complete [WP-STATE-023]. */
void ov_rekey_plan(struct ov_session *s, struct ov_now now);
/* The negotiation of key_id failed: try again later; the old key goes on until it dies [WP-STATE-004].
 * peer_took_part: it answered our reset. */
void ov_rekey_failed(struct ov_session *s, enum ov_err err, bool peer_took_part, uint8_t key_id,
                     struct ov_now now);
void ov_rekey_tick(struct ov_session *s, struct ov_now now);
/* Is a key worn out? Then soon. */
void ov_rekey_watch(struct ov_session *s, struct ov_now now);
uint64_t ov_rekey_deadline(const struct ov_session *s);
/* --reneg-bytes, or what takes its place for a cipher with small blocks; 0: none [WP-STATE-024]. */
uint64_t ov_session_octets_limit(const struct ov_session *s);

/* ---- control_in.c, control_out.c ---- */

/* One control packet, consumed or dropped. */
void ov_control_receive(struct ov_session *s, struct ov_datagram *dg, struct ov_now now);
/* The next control packet that is due. OV_ERR_AGAIN: none. */
OV_MUST_USE enum ov_err ov_control_transmit(struct ov_session *s, struct ov_datagram *dg, struct ov_now now);
/* Is there an acknowledgement that may go out without a message? */
bool ov_control_acks_due(const struct ov_session *s);
/* Largest payload of a message, so that the packet keeps max-packet-size [WP-REL-040]. */
uint32_t ov_control_slice(const struct ov_session *s);

/* ---- data_in.c, data_out.c ---- */

/* n data packets: opened, sorted, counted. */
void ov_session_data_in(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now);
/* The next ping or OCC message that is due. OV_ERR_AGAIN: none. */
OV_MUST_USE enum ov_err ov_session_inband_out(struct ov_session *s, struct ov_datagram *dg,
                                              struct ov_now now);
/* The next piece of a packet that was cut (--fragment). OV_ERR_AGAIN: none. */
OV_MUST_USE enum ov_err ov_session_piece_out(struct ov_session *s, struct ov_datagram *dg, struct ov_now now);
uint64_t ov_session_inband_deadline(const struct ov_session *s);

/* ---- mtu_test.c ---- */

/* Our own test, if one is wanted: once data keys exist. */
void ov_mtu_test_begin(struct ov_session *s, struct ov_now now);
/* One of the peer's messages about MTU. */
void ov_mtu_test_hear(struct ov_session *s, const struct ov_occ_message *occ);
uint64_t ov_mtu_test_deadline(const struct ov_session *s);
/* Write what is due, which counts as done; false: nothing is. */
bool ov_mtu_test_write(struct ov_session *s, struct ov_writer *w, struct ov_now now);

/* ---- touch.c ---- */

/* What is agreed or configured decides from now on. */
void ov_touch_prepare(struct ov_session *s);
/* Why tunnel packets can't be sealed without being touched; NULL: they can. */
const char *ov_touch_obstacle(const struct ov_session *s);
/* Tunnel packets before they are sealed, and one after it was opened. */
void ov_touch_out(struct ov_session *s, struct ov_datagram *dg, size_t n);
void ov_touch_in(struct ov_session *s, struct ov_buf *buf);
static inline bool ov_touches(const struct ov_session *s)
{
    return s->agreed.translates || s->agreed.marks;
}

/* ---- message.c ---- */

/* Read and obey the control messages that TLS has. The error of TLS. */
OV_MUST_USE enum ov_err ov_session_read_messages(struct ov_session *s, struct ov_now now, bool *moved);
/* Write one, under the key-id that is negotiated or used now [WP-MSG-006]. The error of TLS, or
 * OV_ERR_LIMIT, OV_ERR_FORMAT. */
OV_MUST_USE enum ov_err ov_session_say(struct ov_session *s, const char *text);

/* ---- way_back.c: small texts inside messages ---- */

/* Flags of RESTART, the argument of which may begin with [flags]. */
void ov_way_back_restart(const char *arg, size_t len, struct ov_way_back *way);
/* Is the argument of AUTH_FAILED a TEMP, and what are its flags? [WP-AUTH-003] */
bool ov_way_back_temp(const char *arg, size_t len, struct ov_way_back *way);
/* The decimal number after name, if arg begins with name; *out is untouched otherwise. */
void ov_way_back_number(const char *arg, size_t len, const char *name, uint32_t *out);

/* ---- login_client.c ---- */

/* Is there a name to send, if one is wanted? If not, the program is told, once. */
bool ov_login_ready(struct ov_session *s);
/* What goes into the key method message; borrowed from settings. */
void ov_login_write(const struct ov_session *s, struct ov_km2 *km2);
/* It was sent: forget what is to be forgotten. */
void ov_login_sent(struct ov_session *s);
/* Tokens in the pull, and in a later PUSH_REPLY. */
void ov_login_pulled(struct ov_session *s, const struct ov_pulled *pulled);
void ov_login_pushed_again(struct ov_session *s, const char *text, size_t len);
/* AUTH_FAILED came: why the client comes back, NULL if it doesn't. */
const char *ov_login_refused(struct ov_session *s, const char *reason, size_t len);

/* ---- guest.c (server) ---- */

/* What the client said of itself. OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_guest_hear(struct ov_session *s, const struct ov_km2 *km2);
/* Decide, or ask the program. OV_ERR_AUTH: there is no login and there must be one. */
/* What --override-username made of the login's name; NULL: nothing. */
const char *ov_guest_new_name(const struct ov_session *s);
/* opt_verify.c: refuses a client whose options string is another one than ours makes us expect. */
void ov_session_verify_options(struct ov_session *s, const char *theirs);

OV_MUST_USE enum ov_err ov_guest_judge(struct ov_session *s, struct ov_now now);
uint64_t ov_guest_deadline(const struct ov_session *s);
void ov_guest_tick(struct ov_session *s, struct ov_now now);
/* Say AUTH_PENDING if that is due. */
void ov_guest_tell_pending(struct ov_session *s);
void ov_guest_answered(struct ov_session *s, const char *answer, size_t len);
/* After a renegotiation: the renewed token. */
void ov_guest_push_token(struct ov_session *s);
/* NULL: none is made. */
const char *ov_guest_token(const struct ov_session *s);
void ov_guest_clear(struct ov_session *s);

/* ---- pull.c (client), push.c (server) ---- */

void ov_pull_start(struct ov_session *s, struct ov_now now);
void ov_pull_reply(struct ov_session *s, const char *text, size_t len, struct ov_now now);
void ov_pull_updated(struct ov_session *s, const char *text, size_t len, struct ov_now now);
/* --inactive and --session-timeout; to begin when data keys exist. */
void ov_lifetime_begin(struct ov_session *s, struct ov_now now);
uint64_t ov_lifetime_deadline(const struct ov_session *s);
void ov_lifetime_tick(struct ov_session *s, struct ov_now now);

void ov_pull_tick(struct ov_session *s, struct ov_now now);
uint64_t ov_pull_deadline(const struct ov_session *s);

void ov_push_request(struct ov_session *s, struct ov_now now);
/* Send the reply if it is due: asked for, or the client takes it unasked [WP-PUSH-003]. */
void ov_push_reply(struct ov_session *s, struct ov_now now);

/* ---- static_key.c: no TLS ---- */

bool ov_session_is_static(const struct ov_session *s);
/* The data channel with its one key. Errors of ov_data_key_init, ov_session_set_framing, OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_static_begin(struct ov_session *s, const struct ov_addr *peer, struct ov_now now);
/* Drop what comes from where the peer may not be. */
void ov_static_check_addresses(struct ov_session *s, struct ov_datagram *dg, size_t n);
/* These were opened: whose fate is OV_FATE_TUN came from the peer. */
void ov_static_heard(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now);
/* Ask the peer for its options? Once true, it counts as done. */
uint64_t ov_static_occ_deadline(const struct ov_session *s);
bool ov_static_occ_due(struct ov_session *s, struct ov_now now);
void ov_static_occ_reply(struct ov_session *s, const struct ov_occ_message *reply);

/* ---- p2p.c: nobody pushes ---- */

bool ov_session_is_p2p(const struct ov_session *s);
void ov_p2p_hear(struct ov_session *s, const struct ov_km2 *km2);
/* What holds from now on. OV_ERR_NEGOTIATION: no cipher in common. */
OV_MUST_USE enum ov_err ov_p2p_agree(struct ov_session *s);
/* The same for the TLS client, in place of a pull. */
OV_MUST_USE enum ov_err ov_p2p_begin(struct ov_session *s);

#endif
