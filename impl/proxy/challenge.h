#ifndef OV_PROXY_CHALLENGE_H
#define OV_PROXY_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "crypto/digest.h"

/* What an HTTP proxy asks for: the value of Proxy-Authenticate (RFC 9110 11.6.1, RFC 7616). */

#define OV_HTTP_REALM 256u
#define OV_HTTP_NONCE 1024u
#define OV_HTTP_TOKEN 2048u

struct ov_http_digest
{
    enum ov_digest_id digest;
    const char *algorithm; /* as it is named in the answer; NULL: the proxy named none */
    bool sess;             /* MD5-sess and the like */
    bool qop_auth;         /* qop=auth is among what it takes */
    bool has_qop;
    bool stale; /* the login is good, only the nonce is old */
    char realm[OV_HTTP_REALM];
    char nonce[OV_HTTP_NONCE];
    char opaque[OV_HTTP_REALM];
    bool has_opaque;
};

struct ov_http_challenge
{
    bool basic;
    bool ntlm;
    bool has_digest;
    struct ov_http_digest digest; /* the strongest one that can be answered */
    char token[OV_HTTP_TOKEN];    /* NTLM: base64 of the type 2 message, "" in a first answer */
};

/* Add what one Proxy-Authenticate line offers; challenge starts all-zero. What is malformed, or can't be
 * answered (no nonce, an unknown algorithm, only auth-int), is left out. */
void ov_http_challenge_add(struct ov_http_challenge *challenge, const char *text, size_t len);

#endif
