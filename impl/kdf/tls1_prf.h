#ifndef OV_KDF_TLS1_PRF_H
#define OV_KDF_TLS1_PRF_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/crypto.h"

/* Pieces of label and seed that one call takes. */
#define OV_TLS1_PRF_PIECES 7u

/* The PRF of TLS 1.0: P_MD5 xor P_SHA1, whatever TLS version carries the
 * session [WP-KDF-002]. seed is the pieces in order, the label first and
 * without a NUL; at most OV_TLS1_PRF_PIECES of them.
 *
 * OV_ERR_ARG: too many pieces. OV_ERR_UNSUPPORTED: the library has no MD5
 * (FIPS mode, [WP-KDF-005]). OV_ERR_CRYPTO. out is zeroed on failure. */
OV_MUST_USE enum ov_err ov_tls1_prf(const struct ov_crypto *crypto, const uint8_t *secret, size_t secret_len,
                                    const struct ov_slice *seed, size_t seed_count, uint8_t *out,
                                    size_t out_len);

#endif
