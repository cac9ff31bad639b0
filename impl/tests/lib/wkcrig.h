#ifndef OV_TESTS_LIB_WKCRIG_H
#define OV_TESTS_LIB_WKCRIG_H

#include "tests/lib/hubrig.h"

/* A client of tls-crypt-v2 whose packets are made by hand, at a rig of one of the modes that take it. */

/* Its session id, and where it sends from. */
extern const struct ov_sid ov_wkcrig_sid;
struct ov_addr ov_wkcrig_home(void);

/* HARD_RESET_CLIENT_V3, and the CONTROL_WKC_V1 that answers with this cookie. */
struct ov_control ov_wkcrig_reset(const struct ov_sid *sid);
struct ov_control ov_wkcrig_third(const struct ov_sid *sid, const struct ov_sid *cookie);

/* The packet into the hub; OV_OK, or why it was dropped. */
enum ov_err ov_wkcrig_give(struct ov_rig *rig, const struct ov_control *control);
/* The hub's next packet, which must be its reset for us as WP-TC2-022 (stateless) or WP-TC2-023 want it; its sid. */
struct ov_sid ov_wkcrig_take_reply(struct ov_rig *rig, bool stateless);
/* Reset and stateless reply: the cookie. */
struct ov_sid ov_wkcrig_ask(struct ov_rig *rig);
/* The hub has nothing to send; if it had, that is gone now. */
bool ov_wkcrig_silent(struct ov_rig *rig);

#endif
