#ifndef OV_WIRE_CHALLENGE_H
#define OV_WIRE_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Questions that a server asks beside name and password, and their answers
 * (wire-protocol.md 5.6). Everything is text; answers are secrets: wipe them. */

#define OV_CHALLENGE_TEXT 512u /* room for each part, with NUL */

/* One question. */
struct ov_challenge
{
    bool wants_answer;                /* flag R: without it the text is only shown */
    bool echo;                        /* flag E: what is typed may be seen */
    char state_id[OV_CHALLENGE_TEXT]; /* CRV1 only: to be given back as it came */
    char username[OV_CHALLENGE_TEXT]; /* CRV1 only: decoded */
    char text[OV_CHALLENGE_TEXT];
};

/* The reason of AUTH_FAILED: "CRV1:R,E:state id:base64 of user name:text" [WP-AUTH-005]. OV_ERR_FORMAT: it isn't
 * one, OV_ERR_LIMIT: a part is too long. out is wiped on error. */
OV_MUST_USE enum ov_err ov_challenge_crv1(const char *reason, size_t len, struct ov_challenge *out);
/* What INFO_PRE and INFO bring: "CR_TEXT:R,E:text" [WP-AUTH-011]. Errors as above. */
OV_MUST_USE enum ov_err ov_challenge_cr_text(const char *info, size_t len, struct ov_challenge *out);

/* The password that answers a CRV1: "CRV1::state id::answer". OV_ERR_LIMIT; out is wiped then. */
OV_MUST_USE enum ov_err ov_challenge_answer(const struct ov_challenge *challenge, const char *answer,
                                            char *out, size_t cap);
/* The password of --static-challenge: "SCRV1:base64:base64", or both joined [WP-AUTH-006]. OV_ERR_LIMIT. */
OV_MUST_USE enum ov_err ov_challenge_static(const char *password, const char *answer, bool joined, char *out,
                                            size_t cap);
/* "CR_RESPONSE,base64" [WP-AUTH-013]. OV_ERR_LIMIT. */
OV_MUST_USE enum ov_err ov_challenge_response(const char *answer, char *out, size_t cap);

/* User name and password: the first two lines of a file or block; a line end is LF or CRLF, other control
 * characters are left out [WP-KM2-011]. has_password tells whether there was a second line. OV_ERR_FORMAT: no
 * user name; OV_ERR_LIMIT: a line doesn't fit; both are wiped then. */
OV_MUST_USE enum ov_err ov_credentials_read(const char *text, size_t len, char *username, char *password,
                                            size_t cap, bool *has_password);

#endif
