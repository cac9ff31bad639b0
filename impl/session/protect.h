#ifndef OV_SESSION_PROTECT_H
#define OV_SESSION_PROTECT_H

#include "replay/issue.h"
#include "replay/window.h"
#include "wrap/wrap.h"

/* Protection of the control channel under one wrap key: the wrap, the ids it
 * sends, and those it has seen. A session has one for its configured key and,
 * where it was agreed, one for dynamic tls-crypt [WP-DYN-004]. */
struct ov_protect
{
    struct ov_wrap wrap;
    struct ov_issue_long issue;
    struct ov_replay_long window;
};

/* sent is the last wrap id that was used before: 1 where the reset was answered statelessly [WP-RPL-005],
 * OV_WRAP_ID_EARLY as WP-TC2-020 and WP-TC2-023 say, else 0. OV_ERR_ARG: unusable key [WP-KEY-005]. */
OV_MUST_USE enum ov_err ov_protect_init(struct ov_protect *p, const struct ov_crypto *crypto,
                                        const struct ov_wrap_key *key, enum ov_role own, uint32_t sent);
void ov_protect_clear(struct ov_protect *p);

/* packet: body becomes whole packet in place. OV_ERR_WRAP, OV_ERR_NOSPACE, OV_ERR_CRYPTO. */
OV_MUST_USE enum ov_err ov_protect_seal(struct ov_protect *p, uint32_t wall_s, uint8_t first_octet,
                                        const struct ov_sid *sid, struct ov_buf *packet);
/* packet: whole packet becomes body in place. First authenticity, then the window, which is marked
 * [WP-TLC-004]. OV_ERR_TRUNCATED, OV_ERR_AUTH, OV_ERR_REPLAY, OV_ERR_CRYPTO; the packet is dropped then. */
OV_MUST_USE enum ov_err ov_protect_open(struct ov_protect *p, struct ov_buf *packet,
                                        struct ov_wrap_head *head);

#endif
