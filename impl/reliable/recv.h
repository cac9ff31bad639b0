#ifndef OV_RELIABLE_RECV_H
#define OV_RELIABLE_RECV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "reliable/message.h"

/* Receiving half of the reliability layer, one per key-id: any order in, message id order out
 * [WP-REL-005]. */

#define OV_REL_RECV_SLOTS 12u /* [WP-REL-002] */
#define OV_REL_RECV_PAYLOAD                                                                                  \
    2048u /* a whole packet of the largest size received; 1 octet will do [WP-REL-041] */

struct ov_rel_in
{
    bool used;
    uint8_t opcode;
    uint32_t len;
    uint8_t payload[OV_REL_RECV_PAYLOAD];
};

struct ov_rel_recv
{
    uint32_t next_id; /* id that is delivered next */
    struct ov_rel_in slot[OV_REL_RECV_SLOTS];
    uint32_t first; /* slot of next_id */
};

/* first_id is 0 but for a session that starts from a cookie. */
void ov_rel_recv_init(struct ov_rel_recv *r, uint32_t first_id);
/* Take a message in (copied). OV_OK: stored, acknowledge it [WP-REL-023]. OV_ERR_DUPLICATE: had it already,
 * acknowledge again, nothing else [WP-REL-003]. OV_ERR_WINDOW: too far ahead, do not acknowledge
 * [WP-REL-002]. OV_ERR_LIMIT: payload too long, do not acknowledge. */
OV_MUST_USE enum ov_err ov_rel_recv_put(struct ov_rel_recv *r, uint8_t opcode, uint32_t id,
                                        const void *payload, size_t len);
/* What put would return, without storing. */
OV_MUST_USE enum ov_err ov_rel_recv_check(const struct ov_rel_recv *r, uint32_t id, size_t len);
/* Next message in order. OV_ERR_AGAIN: it has not come yet. out borrows until the next put. */
OV_MUST_USE enum ov_err ov_rel_recv_next(struct ov_rel_recv *r, struct ov_rel_message *out);
/* Wipe and forget everything. */
void ov_rel_recv_clear(struct ov_rel_recv *r);

#endif
