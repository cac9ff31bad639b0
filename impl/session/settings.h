#ifndef OV_SESSION_SETTINGS_H
#define OV_SESSION_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/key2.h"
#include "crypto/crypto.h"
#include "options/push.h"

/* What every session of one program shares. Filled once before the first
 * session starts, never changed while one lives; everything is borrowed. */
struct ov_session_settings
{
    const struct ov_config *config; /* its role is the role of the sessions */
    const struct ov_crypto *crypto;
    struct ov_tls_conf *tls;         /* made by crypto->tls->conf_new for this role */
    const struct ov_key2 *tls_crypt; /* key of --tls-crypt; NULL: plain control channel */
    const char *version;             /* client: IV_VER */
    const char *platform;            /* client: IV_PLAT, "linux" */

    /* Carried by TCP: one connection is one peer, nothing is lost, and what
     * does not authenticate means that the stream is broken. A client sets it
     * anew for each attempt, before the session. */
    bool stream;

    /* What a client announces and a server pushes to clients that announced it
     * [WP-FLAG-001]. Epoch format is not built: aead_epoch must be false. */
    struct ov_proto_flags built;
};

/* Everything that has a default: flags and platform. The rest is what the
 * arguments say. */
void ov_session_settings_init(struct ov_session_settings *settings, const struct ov_config *config,
                              const struct ov_crypto *crypto, struct ov_tls_conf *tls,
                              const struct ov_key2 *tls_crypt, const char *version);

#endif
