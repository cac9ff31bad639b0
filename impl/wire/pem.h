#ifndef OV_WIRE_PEM_H
#define OV_WIRE_PEM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* PEM blocks whose names no TLS library knows: keys of tls-crypt-v2
 * [WP-TC2-001, WP-TC2-002].
 *
 *   -----BEGIN label-----
 *   base64, lines of 64
 *   -----END label----- */

/* The first block with this label; text around it is ignored. OV_ERR_FORMAT: no such block, or not base64;
 * OV_ERR_LIMIT: more than cap octets. On error out is wiped and *out_len 0. */
OV_MUST_USE enum ov_err ov_pem_decode(const char *label, const char *text, size_t len, uint8_t *out,
                                      size_t cap, size_t *out_len);
/* The block as text with NUL. OV_ERR_NOSPACE. */
OV_MUST_USE enum ov_err ov_pem_encode(const char *label, const uint8_t *data, size_t len, char *out,
                                      size_t cap);

/* Base64 alone. White space anywhere is skipped; padding is wanted. OV_ERR_FORMAT, OV_ERR_LIMIT as above. */
OV_MUST_USE enum ov_err ov_base64_decode(const char *text, size_t len, uint8_t *out, size_t cap,
                                         size_t *out_len);
/* One line with padding and a NUL, no line end. OV_ERR_NOSPACE; out is wiped then. */
OV_MUST_USE enum ov_err ov_base64_encode(const void *data, size_t len, char *out, size_t cap);

#endif
