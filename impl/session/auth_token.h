#ifndef OV_SESSION_AUTH_TOKEN_H
#define OV_SESSION_AUTH_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/crypto.h"

/* Tokens of --auth-gen-token: a password that only the server can make, and
 * that says since when and for whom [WP-TOK-002]. */

#define OV_TOKEN_PREFIX     "SESS_ID_AT_"
#define OV_TOKEN_SESSION_ID 12u
#define OV_TOKEN_TEXT       92u /* with NUL; all are of the same length */
#define OV_TOKEN_KEY        32u
#define OV_TOKEN_LABEL      "OpenVPN auth-token server key"

struct ov_token
{
    uint8_t session_id[OV_TOKEN_SESSION_ID];
    uint64_t first_s;  /* when the user logged in with the password; unix seconds */
    uint64_t issued_s; /* when this token was made */
};

/* Does it claim to be one? Any length. */
bool ov_token_claimed(const char *password);

/* OV_ERR_CRYPTO. */
OV_MUST_USE enum ov_err ov_token_make(const struct ov_crypto *crypto, const uint8_t key[static OV_TOKEN_KEY],
                                      const char *username, const struct ov_token *token,
                                      char out[static OV_TOKEN_TEXT]);
/* OV_ERR_FORMAT: not of this form, or too short or too long (CVE-2026-13122). OV_ERR_AUTH: not ours, or not of this
 * user. *nameless: it was made for an empty user name [WP-TOK-006]. out is wiped on error. */
OV_MUST_USE enum ov_err ov_token_open(const struct ov_crypto *crypto, const uint8_t key[static OV_TOKEN_KEY],
                                      const char *username, const char *text, struct ov_token *out,
                                      bool *nameless);
/* Still good [WP-TOK-004]? OV_ERR_TIMEOUT: not any more, or not yet. lifetime_s 0: for ever. */
OV_MUST_USE enum ov_err ov_token_check(const struct ov_token *token, uint64_t now_s, uint32_t renewal_s,
                                       uint32_t lifetime_s);

#endif
