#ifndef OV_REPLAY_ISSUE_H
#define OV_REPLAY_ISSUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/wrap_id.h"

/* Packet ids for sending: each once, ascending. All-zero is a valid start. */

#define OV_ISSUE_RENEGOTIATE 0xFF000000u /* ask for a new key from here on [WP-DATA-042] */

struct ov_issue
{
    uint32_t last; /* last id given out; 0: none yet */
};

/* Reserve count consecutive ids from *first on. OV_ERR_WRAP: fewer are left, nothing was taken; the key is
 * used up [WP-DATA-042]. OV_ERR_ARG: count 0. */
OV_MUST_USE enum ov_err ov_issue_take(struct ov_issue *issue, uint32_t count, uint32_t *first);
/* Ids that are left. */
uint32_t ov_issue_left(const struct ov_issue *issue);
/* Time for a renegotiation. */
bool ov_issue_wants_renegotiation(const struct ov_issue *issue);

/* Long form, for wrap packet ids [WP-RPL-001] and long data packet ids [WP-DATA-065]. A tls-crypt-v2 client that can resend its WKc starts with
 * last = 0x0F000000 [WP-TC2-020]. */
struct ov_issue_long
{
    uint32_t last;
    uint32_t time; /* taken at the first id, constant until the id wraps [WP-RPL-002] */
};

/* OV_ERR_WRAP: ids are used up and the clock has not advanced since. */
OV_MUST_USE enum ov_err ov_issue_long_take(struct ov_issue_long *issue, uint32_t wall_s,
                                           struct ov_wrap_id *out);

#endif
