#ifndef OV_PROXY_DIGEST_H
#define OV_PROXY_DIGEST_H

#include "crypto/crypto.h"
#include "proxy/challenge.h"

/* The answer to a Digest challenge [WP-PROXY-004], RFC 7616. */

#define OV_HTTP_RESPONSE (2u * 32u + 1u) /* hex digits of SHA-256, and NUL */

/* uri is "host:port"; cnonce is our own. out gets hex digits and NUL. Errors are those of crypto->digest. */
OV_MUST_USE enum ov_err ov_http_digest_response(const struct ov_crypto *crypto,
                                                const struct ov_http_digest *d, const char *username,
                                                const char *password, const char *uri, const char *cnonce,
                                                char out[static OV_HTTP_RESPONSE]);

#endif
