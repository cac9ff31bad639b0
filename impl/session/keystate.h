#ifndef OV_SESSION_KEYSTATE_H
#define OV_SESSION_KEYSTATE_H

#include <stdbool.h>
#include <stdint.h>

#include "kdf/key2.h"
#include "reliable/acks.h"
#include "reliable/recv.h"
#include "reliable/send.h"
#include "tls/tls.h"
#include "wire/early_neg.h"

/* States of one negotiation, with the numbers of the field (section 3.3). */
enum ov_key_state
{
    OV_KS_ERROR = -2,         /* over; keys are gone */
    OV_KS_ERROR_PRE = -1,     /* failed; a TLS alert and acks may still leave [WP-STATE-005] */
    OV_KS_UNDEF = 0,          /* none [WP-STATE-001] */
    OV_KS_INITIAL = 1,        /* reset not queued yet */
    OV_KS_PRE_START_SKIP = 2, /* server: the reset was sent statelessly */
    OV_KS_PRE_START = 3,      /* reset sent, not acknowledged */
    OV_KS_START = 4,          /* TLS handshake */
    OV_KS_SENT_KEY = 5,       /* own key method message written */
    OV_KS_GOT_KEY = 6,        /* the peer's was read */
    OV_KS_ACTIVE = 7,         /* both, and all of ours acknowledged */
    OV_KS_GENERATED_KEYS = 8  /* data keys exist */
};

/* "START"; never NULL. */
const char *ov_key_state_name(enum ov_key_state state);

/* One negotiation: one key-id, one TLS connection, one numbering of messages.
 * All-zero is "none". */
struct ov_keystate
{
    enum ov_key_state state;
    uint8_t key_id;
    struct ov_rel_send tx;
    struct ov_rel_recv rx;
    struct ov_acks acks;
    struct ov_tls tls;
    struct ov_key_source client; /* secrets, wiped when the data keys exist */
    struct ov_key_source server;
    struct ov_early_neg early; /* client: what the server's hard reset said */
    uint16_t wkc_len; /* client: message 1 is CONTROL_WKC_V1 with a WKc of that length; 0: it isn't */
    bool met;         /* the peer's certificate was looked at */
    uint64_t created_ms;
    uint64_t give_up_ms; /* hand-window; OV_NEVER from ACTIVE on [WP-STATE-004] */
};

/* The message that carries WKc, if the server asked for it [WP-TC2-032]. */
#define OV_KS_WKC_MESSAGE 1u

/* first_id: 0, or 1 for a server session that starts from a cookie: message 0 of both sides is done. */
void ov_keystate_init(struct ov_keystate *ks, uint8_t key_id, uint32_t first_id, uint32_t timeout_ms,
                      uint64_t now_ms, uint64_t give_up_ms);
/* Frees and wipes. */
void ov_keystate_clear(struct ov_keystate *ks);

/* Feed TLS with what arrived in order; *moved is set if there was anything. Until TLS exists only the
 * reset is taken. The error of ov_tls_feed; those of ov_early_neg_decode [WP-TC2-031]. */
OV_MUST_USE enum ov_err ov_keystate_pump_in(struct ov_keystate *ks, uint64_t now_ms, bool *moved);
/* Cut what TLS wants to send into messages of at most slice octets while the window has room; less where WKc
 * goes along [WP-TC2-034]. */
OV_MUST_USE enum ov_err ov_keystate_pump_out(struct ov_keystate *ks, uint32_t slice, bool *moved);

/* Nothing of ours is unacknowledged or waiting to become a message. */
bool ov_keystate_sent_all(const struct ov_keystate *ks);

#endif
