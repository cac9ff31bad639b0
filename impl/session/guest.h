#ifndef OV_SESSION_GUEST_H
#define OV_SESSION_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "session/auth_token.h"
#include "session/login.h"
#include "wire/key_method2.h"

/* Server: what a client says of itself beside its certificate, and where the
 * verdict on it stands. Made with the first login of a session that has one. */

enum ov_guest_state
{
    OV_GUEST_NONE = 0, /* nobody has been heard */
    OV_GUEST_WAITS,    /* the program was asked */
    OV_GUEST_GOOD,
    OV_GUEST_BAD
};

#define OV_GUEST_PEER_INFO 1200u

struct ov_guest
{
    char username[OV_KM2_CREDENTIAL_MAX]; /* of the newest negotiation */
    char password[OV_KM2_CREDENTIAL_MAX]; /* wiped with the verdict */
    char locked[OV_KM2_CREDENTIAL_MAX];   /* name of the first good login [WP-STATE-026] */
    bool is_locked;
    bool renamed; /* --override-username: the client's own name for itself is ... */
    char original[OV_KM2_CREDENTIAL_MAX];
    char peer_info[OV_GUEST_PEER_INFO];
    char answer[512];
    char farewell[320]; /* AUTH_FAILED with its reason */
    bool has_token;     /* one was made or taken in this session */
    struct ov_token token;
    char token_text[OV_TOKEN_TEXT];
    const char *token_state; /* "Initial" and the like */
    char token_id[20];       /* base64 of its session id */
    bool pending_due;        /* AUTH_PENDING shall be said as soon as that can be read */
    uint32_t pending_s;
    char pending_extra[512];
};

#endif
