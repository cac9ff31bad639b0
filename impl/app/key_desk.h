#ifndef OV_APP_KEY_DESK_H
#define OV_APP_KEY_DESK_H

#include "app/ask.h"
#include "crypto/tls.h"
#include "options/certs.h"

/* --management-external-key: whoever controls this program signs. A handshake that wants a signature waits; packets
 * of the tunnel that is up go on. */

/* All-zero: closed. Must stay where it is while it is open. */
struct ov_key_desk
{
    struct ov_manage *manage; /* borrowed */
    struct ov_tls_signer signer;
    bool pkcs1;   /* it can pad */
    bool digests; /* it can digest */
    enum ov_desk_state
    {
        OV_DESK_IDLE = 0,
        OV_DESK_ASKED,
        OV_DESK_ANSWERED
    } state;
    unsigned late;    /* answers to come that nobody waits for any more */
    bool passed_over; /* such an answer came since the latest question */
    bool only_latest; /* it doesn't answer the others */
    enum ov_sign_kind kind;
    uint8_t in[OV_SIGN_MAX];
    size_t in_len;
    uint8_t out[OV_SIGN_MAX];
    size_t out_len; /* 0: refused */
    void (*answered)(void *ctx);
    void *ctx;
};

void ov_key_desk_open(struct ov_key_desk *desk, struct ov_manage *manage,
                      const struct ov_cert_options *certs);
void ov_key_desk_close(struct ov_key_desk *desk);
/* Called when an answer has come, from within the management interface: let handshakes go on. */
void ov_key_desk_tell(struct ov_key_desk *desk, void (*answered)(void *ctx), void *ctx);

#endif
