#ifndef OV_PROXY_NTLM_H
#define OV_PROXY_NTLM_H

#include "base/rng.h"
#include "crypto/crypto.h"

/* NTLMv2 at an HTTP proxy [WP-PROXY-005, WP-PROXY-006, WP-PROXY-007]. Old and weak: MD4 and MD5 without salt;
 * whoever hears the dialogue can guess passwords at leisure. Only used where http-proxy names it. MD4 is our
 * own (md4.h), since TLS libraries have put it away. */

#define OV_NTLM_FIRST "TlRMTVNTUAABAAAAAgIAAA==" /* type 1: signature, 1, flags 0x00000202 */
#define OV_NTLM_TEXT  6144u                      /* room for the answer in base64, with NUL */
#define OV_NTLM_RAW   4096u                      /* longest message */

/* type2 is the proxy's message in base64, username may be "DOMAIN\name" (7-bit characters, as 2.x has it). The
 * answer is type 3 in base64. OV_ERR_FORMAT: not a type 2 message; OV_ERR_TRUNCATED: its target information
 * reaches out of it; OV_ERR_LIMIT: too long; or the errors of crypto and rng. */
OV_MUST_USE enum ov_err ov_ntlm_answer(const struct ov_crypto *crypto, const struct ov_rng *rng,
                                       uint32_t unix_s, const char *type2, const char *username,
                                       const char *password, char *out, size_t cap);

#endif
