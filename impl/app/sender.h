#ifndef OV_APP_SENDER_H
#define OV_APP_SENDER_H

#include "data/outlet.h"
#include "net/link.h"
#include "tun/tun.h"

/* A thread that owns the direction from the tun device to the socket: it reads,
 * seals and sends, by a lane's keys (data/outlet.h). It has its own views of both
 * files, so nothing but the lane, counters and a bell is shared. */

struct ov_sender;

/* Zeroed by new; valid until free. */
struct ov_lane *ov_sender_lane(struct ov_sender *sender);

/* Makes everything but the thread: first a key is offered, then it runs. OV_ERR_UNSUPPORTED: this link can't
 * be in two threads; OV_ERR_NOMEM, OV_ERR_IO. link and tun stay the caller's, and open until stop. */
OV_MUST_USE enum ov_err ov_sender_new(struct ov_link *link, struct ov_tun *tun, struct ov_sender **out);
/* OV_ERR_IO: no thread. */
OV_MUST_USE enum ov_err ov_sender_run(struct ov_sender *sender);
/* Let it look at the lane, if there is something new. */
void ov_sender_ring(struct ov_sender *sender);
/* Add what it counted since the last time to the counters of link and tun. */
void ov_sender_collect(struct ov_sender *sender);
/* The tun device is gone. */
bool ov_sender_failed(const struct ov_sender *sender);
/* What waits in the lane is sent, and the thread has ended when this returns: at most a batch later. */
void ov_sender_stop(struct ov_sender *sender);
/* After stop, and after the lane was closed. NULL is fine. */
void ov_sender_free(struct ov_sender *sender);

#endif
