#ifndef OV_SESSION_SETTINGS_H
#define OV_SESSION_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compress/compress.h"
#include "crypto/crypto.h"
#include "options/push.h"
#include "session/login.h"
#include "wire/peer_info.h"
#include "wire/wkc.h"
#include "wrap/wrap.h"

/* Keys of the control channel: --tls-auth, --tls-crypt, --tls-crypt-v2. All-zero: plain. A secret. */
struct ov_control_keys
{
    struct ov_wrap_key wrap; /* the static key; a client's tls-crypt-v2: Kc */
    struct ov_wkc wkc;       /* client with tls-crypt-v2: what goes along with Kc; len 0: none */
    bool has_server_key;     /* server: takes tls-crypt-v2 clients, beside those of the static key if there is
                              * one, else only those [WP-TC2-014] */
    struct ov_key_half server_key;
    bool has_secret; /* static key mode: no control channel at all */
    struct ov_key2 secret;
};

/* What every session of one program shares. Filled once before the first
 * session starts, never changed while one lives; everything is borrowed. */
struct ov_session_settings
{
    const struct ov_config *config; /* its role is the role of the sessions */
    const struct ov_crypto *crypto;
    struct ov_tls_conf *tls;            /* made by crypto->tls->conf_new for this role */
    const struct ov_control_keys *keys; /* what protects the control channel; never NULL */
    const char *version;                /* client: IV_VER */
    const char *platform;               /* client: IV_PLAT, "linux" */

    /* Client: what it logs in with; NULL: nothing, and tokens are not kept. */
    struct ov_login *login;
    /* Client: further lines of its peer info, as far as there is room. */
    const struct ov_peer_info_more *more;
    size_t more_count;
    const char *sso; /* client: IV_SSO, the questions that somebody here can answer; NULL: none */
    /* Server: somebody judges logins (OV_EVENT_LOGIN, ov_hub_verdict); without, the certificate is enough. */
    bool keeps_info; /* server: what a client says of itself can be asked for later */
    bool judged;
    bool
        adapts; /* server: each client gets its settings by ov_session_adapt, so that it has no cipher yet is no
                  * reason to refuse it [WP-SRV-033] */
    const uint8_t *token_key; /* server: OV_TOKEN_KEY octets, a secret; NULL: no tokens are made */

    /* Called before each TLS handshake: the time to look whether files have changed. NULL: nothing to do. */
    void (*before_tls)(void *ctx);
    void *before_tls_ctx;
    /* Libraries that expand and compress data packets; NULL: none. */
    const struct ov_compressor *const *compressors;

    /* As a client from before DATA_V2: without a peer-id, packets are DATA_V1. For tests of servers. */
    bool without_v2;

    /* Carried by TCP: one connection is one peer, nothing is lost, and what
     * does not authenticate means that the stream is broken. A client sets it
     * anew for each attempt, before the session. */
    bool stream;
    /* What stands in front of each packet on the way: the header of a SOCKS5 relay [WP-PROXY-022]. Set likewise. */
    uint32_t outer_more;

    /* What a client announces and a server pushes to clients that announced it
     * [WP-FLAG-001]. */
    struct ov_proto_flags built;
};

/* Everything that has a default: flags and platform. The rest is what the
 * arguments say. keys NULL: plain control channel. */
void ov_session_settings_init(struct ov_session_settings *settings, const struct ov_config *config,
                              const struct ov_crypto *crypto, struct ov_tls_conf *tls,
                              const struct ov_control_keys *keys, const char *version);

#endif
