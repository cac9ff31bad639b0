#ifndef OV_HUB_SETTINGS_H
#define OV_HUB_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "session/settings.h"
#include "wire/wkc.h"

struct ov_hub_peer; /* hub/hub.h */

/* A client that has no session yet. */
struct ov_newcomer
{
    struct ov_addr addr;
    struct ov_sid sid; /* the one it chose */
};

/* What a server adds to the settings of its sessions; pool, push list, limits
 * and policies come from session.config. Never changed while a hub lives. */
struct ov_hub_settings
{
    struct ov_session_settings session; /* role OV_ROLE_SERVER */
    uint32_t
        stream_ways; /* several sockets: bit n says that socket n has connections (ov_addr.way); 0: all are
                           * as session.stream says [WP-SRV-014] */
    uint32_t max_half_open; /* sessions in negotiation at one time, 256 */
    bool has_mac;           /* tap: the device's own address, which no client can have */
    uint8_t mac[6];
    bool
        asks; /* OV_EVENT_CLIENT for each client; nothing is pushed before ov_hub_settle [WP-SRV-030, WP-SRV-033] */
    /* A client that was asked about is gone: what there was to see of it last. NULL: nobody wants to know. */
    void (*left)(void *ctx, uint64_t ticket, const struct ov_hub_peer *last);
    void *left_ctx;
    /* tap, --learn-address: asked about a station that the hub doesn't know behind this client. Not OV_OK: its frames
     * are dropped, and those that come later ask again. NULL: every one is learned. */
    enum ov_err (*learn)(void *ctx, uint64_t ticket, const uint8_t mac[static 6], uint16_t vlan,
                         struct ov_now now);
    void *learn_ctx;
    /* --tls-crypt-v2-verify: asked about the metadata of a client's key before a session begins with it, and once
     * for a session. OV_ERR_AGAIN: not yet; the client's packet waits, and ov_hub_answered asks again, until
     * --hand-window is over. Any other error: there is none, and why is logged. NULL: every key of ours will do. */
    enum ov_err (*judge_key)(void *ctx, const struct ov_newcomer *who, const struct ov_wkc_metadata *metadata,
                             char why[static OV_TLS_JUDGE_TEXT]);
    /* Nobody will ask about this one again, of which OV_ERR_AGAIN was said. NULL: it doesn't matter. */
    void (*judge_key_left)(void *ctx, const struct ov_newcomer *who);
    void *judge_key_ctx;
};

/* session as given, the rest by default. */
void ov_hub_settings_init(struct ov_hub_settings *settings, const struct ov_session_settings *session);

#endif
