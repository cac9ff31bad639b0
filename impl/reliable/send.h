#ifndef OV_RELIABLE_SEND_H
#define OV_RELIABLE_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/time.h"
#include "reliable/message.h"

/* Sending half of the reliability layer (wire-protocol.md 3.1), one per key-id.
 * It numbers, keeps, times and repeats messages; packets are built by the caller. */

#define OV_REL_SEND_SLOTS                                                                                    \
    6u /* ids from the oldest unacknowledged one on [WP-REL-004]; more wait for acks [WP-REL-042] */
#define OV_REL_SEND_PAYLOAD    1400u /* octets of one message */
#define OV_REL_TIMEOUT_MS      2000u /* first retransmission [WP-REL-010] */
#define OV_REL_FAST_RETRANSMIT 3u    /* later acks that trigger it [WP-REL-012] */
#define OV_REL_TIMEOUT_MAX_MS  3600000u

struct ov_rel_out
{
    bool used;
    uint8_t opcode;
    uint8_t later_acks; /* acks of later ids since the last transmission */
    uint32_t id;
    uint32_t attempts;    /* transmissions so far */
    uint32_t interval_ms; /* the next wait; doubles */
    uint64_t due_ms;
    uint32_t len;
    uint8_t payload[OV_REL_SEND_PAYLOAD];
};

struct ov_rel_send
{
    uint32_t next_id;    /* id of the next queued message */
    uint32_t timeout_ms; /* --tls-timeout */
    uint64_t retransmissions;
    uint64_t fast_retransmissions;
    struct ov_rel_out slot[OV_REL_SEND_SLOTS];
};

/* first_id is 0 but for a session that starts from a cookie: its reset, id 0, was sent statelessly. */
void ov_rel_send_init(struct ov_rel_send *s, uint32_t timeout_ms, uint32_t first_id);
/* Messages that can be queued now. */
uint32_t ov_rel_send_room(const struct ov_rel_send *s);
/* Nothing waits for its acknowledgement. */
bool ov_rel_send_empty(const struct ov_rel_send *s);
/* Was id not acknowledged yet, or not even queued? */
bool ov_rel_send_waits(const struct ov_rel_send *s, uint32_t id);
/* Copy a message into the window; it is due at once. *id (may be NULL) tells its message id.
 * OV_ERR_WINDOW: no room; OV_ERR_LIMIT: payload too long. */
OV_MUST_USE enum ov_err ov_rel_send_queue(struct ov_rel_send *s, uint8_t opcode, const void *payload,
                                          size_t len, uint32_t *id);
/* Lowest id that is due [WP-REL-014]; counts as transmitted now, its timer is set and doubled for the next
 * time [WP-REL-010]. OV_ERR_AGAIN: nothing is due. */
OV_MUST_USE enum ov_err ov_rel_send_next(struct ov_rel_send *s, uint64_t now_ms, struct ov_rel_message *out);
/* When ov_rel_send_next has something: 0 for a new message, OV_NEVER for nothing. */
uint64_t ov_rel_send_deadline(const struct ov_rel_send *s);
/* The peer acknowledged id. OV_ERR_DUPLICATE: not waiting (repeated, unknown, never sent): ignore
 * [WP-REL-021]. Otherwise earlier messages that were sent count it for fast retransmission [WP-REL-012]. */
OV_MUST_USE enum ov_err ov_rel_send_ack(struct ov_rel_send *s, uint32_t id);
/* The peer is known to have everything that was sent: nothing of it waits any more. */
void ov_rel_send_all_acked(struct ov_rel_send *s);
/* All that waits is due now, once; timers keep their doubling [WP-REL-013]. */
void ov_rel_send_burst(struct ov_rel_send *s, uint64_t now_ms);
/* Wipe and forget everything. */
void ov_rel_send_clear(struct ov_rel_send *s);

#endif
