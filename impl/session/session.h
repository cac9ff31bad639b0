#ifndef OV_SESSION_SESSION_H
#define OV_SESSION_SESSION_H

/* One peer: TLS session(s), key negotiation, data keys, keepalive, push.
 * Both roles. Sans-I/O: the caller brings packets, time and chance.
 *
 *   link  --ov_session_receive-->  tunnel packets (in place, in batches)
 *   tun   --ov_session_send----->  sealed datagrams (in place, in batches)
 *           ov_session_transmit->  control packets and pings that are due
 *           ov_session_event---->  what the program should know
 *           ov_session_deadline->  when ov_session_tick wants to be called
 *
 * A client program:
 *
 *   ov_session_init, then on every wake-up
 *     receive what came, send what the tun device gave,
 *     tick if the deadline passed, events until there is none,
 *     transmit until it returns less than n, sleep until the deadline;
 *   OV_EVENT_CONNECTED: set up the tunnel from ov_session_pulled;
 *   OV_EVENT_RESTART: clear, wait, init again;   OV_EVENT_EXIT: clear, end;
 *   SIGTERM: ov_session_exit, go on until OV_EVENT_EXIT.
 *
 * A server has one hub (hub/hub.h), which owns its sessions.
 */
#include "base/datagram.h"
#include "base/log.h"
#include "base/rng.h"
#include "base/time.h"
#include "options/push.h"
#include "session/event.h"
#include "session/settings.h"
#include "session/status.h"

struct ov_session; /* complete in session/state.h: embedded by value */

/* What a session borrows from whoever owns it; all of it outlives the session. */
struct ov_session_env
{
    const struct ov_session_settings *settings;
    const struct ov_rng *rng;
    const struct ov_log *log;
    const char
        *log_name; /* put in front of every line, such as "alice/192.0.2.1:1194"; "" or NULL: nothing */
};

/* A client session to server; its hard reset is due at once. OV_ERR_CRYPTO
 * (random generator), OV_ERR_NOMEM, OV_ERR_TLS. s is all-zero on failure. */
OV_MUST_USE enum ov_err ov_session_init(struct ov_session *s, const struct ov_session_env *env,
                                        const struct ov_addr *server, struct ov_now now);

/* In static key mode (settings->keys->has_secret) server is the other end, both have role client, and it may be left
 * open: family 0: whoever has the key; port 0: any port of this address. OV_EVENT_CONNECTED comes with its first
 * packet; data may be sent before, and the pulled options are there from the start. Also OV_ERR_UNSUPPORTED: cipher
 * or digest.
 *
 * Over a link that listens: the connection that came into use or went out of it; false: none. */
bool ov_session_claim(struct ov_session *s, struct ov_addr *addr, bool *used);
/* Is it the connection of this session that is meant? */
bool ov_session_is_at(const struct ov_session *s, const struct ov_addr *addr);

/* Frees and wipes everything. An all-zero session is fine. */
void ov_session_clear(struct ov_session *s);

/* Sort n datagrams from the peer: control packets are consumed, data packets
 * are opened in place and become OV_FATE_TUN, pings are consumed, everything
 * else is dropped with its reason and counted. */
void ov_session_receive(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now);

/* Seal n tunnel packets in place (headroom OV_BUF_HEADROOM, tailroom
 * OV_BUF_TAILROOM): OV_FATE_LINK with addr set, or dropped (no key yet, too
 * large, packet ids used up). Packet ids are issued in array order. */
void ov_session_send(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now);

/* Fill up to n datagrams with what is due now (control packets, acks, pings).
 * The caller provides empty views of at least OV_BUF_PACKET capacity. Returns
 * how many were filled; call again until it returns less than n. */
size_t ov_session_transmit(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now);

/* Earliest mono_ms at which ov_session_tick or _transmit has something to do;
 * 0 when transmit has something right now; OV_NEVER when the session ended. */
uint64_t ov_session_deadline(const struct ov_session *s);
void ov_session_tick(struct ov_session *s, struct ov_now now);

/* The connection that carries the session is gone (settings.stream); text says
 * why. A client connects again, a server's session is over. */
void ov_session_lost(struct ov_session *s, enum ov_err err, const char *text, struct ov_now now);

/* The next event; false when there is none. */
bool ov_session_event(struct ov_session *s, struct ov_event *event);

/* Client: say goodbye as --explicit-exit-notify says; OV_EVENT_EXIT comes when that is
 * done, at once where there is nobody to tell. */
void ov_session_exit(struct ov_session *s, struct ov_now now);

/* Client, after OV_EVENT_LOGIN: settings->login is filled. */
void ov_session_proceed(struct ov_session *s, struct ov_now now);
/* Client, after OV_EVENT_CHALLENGE. OV_ERR_AGAIN: not the time for it, OV_ERR_LIMIT: too long, OV_ERR_TLS. */
OV_MUST_USE enum ov_err ov_session_answer(struct ov_session *s, const char *answer, struct ov_now now);

/* Start a renegotiation now. OV_ERR_AGAIN: not connected, or one is running. */
OV_MUST_USE enum ov_err ov_session_renegotiate(struct ov_session *s, struct ov_now now);

/* Client, from OV_EVENT_CONNECTED on: its configuration with what the server
 * pushed. Borrowed until clear; NULL before. */
const struct ov_pulled *ov_session_pulled(const struct ov_session *s);

void ov_session_status(const struct ov_session *s, struct ov_session_status *out);

/* ---- sealing in another thread (data/outlet.h) ---- */

struct ov_lane;

/* Why tunnel packets can't be sealed by another thread; NULL: they can. Once connected. */
const char *ov_session_lane_obstacle(const struct ov_session *s);
/* From now on ov_session_send must not be called: a worker seals. lane is zeroed memory. */
void ov_session_lane_open(struct ov_session *s, struct ov_lane *lane);
/* On every wake-up: the worker gets the key that seals now, and its counts come here. Returns when that should
 * be done again at the latest. */
uint64_t ov_session_lane_follow(struct ov_session *s, struct ov_now now);
/* The worker has ended; before ov_session_clear at the latest. Without a lane nothing happens. */
void ov_session_lane_close(struct ov_session *s, struct ov_now now);

#endif
