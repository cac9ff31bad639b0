#ifndef OV_WRAP_WRAP_H
#define OV_WRAP_WRAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/key2.h"
#include "crypto/crypto.h"
#include "wire/session_id.h"
#include "wire/wrap_id.h"

/* Protection of control packets (wire-protocol.md 2.3, 2.4). The head (first
 * octet and sid) stays in clear; a wrap authenticates it together with the
 * body and may encrypt the body.
 *
 *   none:      | head 9 | body |
 *   tls-auth:  | head 9 | HMAC | id u32 | time u32 | body |
 *   tls-crypt: | head 9 | id u32 | time u32 | tag 32 | encrypted body |
 *
 * Issuing ids (replay/issue.h) and the replay window (replay/window.h) are the caller's: seal takes an id,
 * open gives one back. */

#define OV_WRAP_OVERHEAD_MAX 72u /* tls-auth with SHA512 */

struct ov_wrap_method;

/* Keys of one wrap, both directions. A secret: ov_wrap_clear. */
struct ov_wrap
{
    const struct ov_wrap_method *method; /* NULL is the same as none */
    const struct ov_crypto *crypto;
    enum ov_digest_id digest; /* tls-auth */
    struct ov_key_half send;
    struct ov_key_half recv;
};

/* What stood in clear, and the id. */
struct ov_wrap_head
{
    uint8_t first_octet;
    struct ov_sid sid;
    struct ov_wrap_id id; /* zero if !ov_wrap_has_id */
};

/* No protection. The same as all-zero. */
void ov_wrap_none(struct ov_wrap *wrap);
/* tls-crypt, also for dynamic tls-crypt. own is this end's TLS role: server sends with K0, client with K1
 * [WP-TLC-001]. OV_ERR_ARG: a cipher key is all zero [WP-KEY-005]. */
OV_MUST_USE enum ov_err ov_wrap_tls_crypt(struct ov_wrap *wrap, const struct ov_crypto *crypto,
                                          const struct ov_key2 *key, enum ov_role own);

/* key-direction of tls-auth [WP-GEN-001]. */
enum ov_key_direction
{
    OV_KEY_DIRECTION_BOTH = -1, /* none given: K0 both ways */
    OV_KEY_DIRECTION_0 = 0,     /* send with K0 */
    OV_KEY_DIRECTION_1 = 1      /* send with K1 */
};

enum ov_wrap_kind
{
    OV_WRAP_PLAIN = 0,
    OV_WRAP_TLS_AUTH,
    OV_WRAP_TLS_CRYPT
};

/* What a wrap is made from. All-zero: no protection. A secret. */
struct ov_wrap_key
{
    enum ov_wrap_kind kind;
    enum ov_digest_id digest;        /* tls-auth: --auth */
    enum ov_key_direction direction; /* tls-auth */
    struct ov_key2 key;
};
/* The wrap of this kind. OV_ERR_ARG: as ov_wrap_tls_crypt. */
OV_MUST_USE enum ov_err ov_wrap_init(struct ov_wrap *wrap, const struct ov_crypto *crypto,
                                     const struct ov_wrap_key *key, enum ov_role own);

/* tls-auth with digest of --auth [WP-TLA-002]. */
void ov_wrap_tls_auth(struct ov_wrap *wrap, const struct ov_crypto *crypto, enum ov_digest_id digest,
                      const struct ov_key2 *key, enum ov_key_direction direction);
/* Wipe; it is none afterwards. */
void ov_wrap_clear(struct ov_wrap *wrap);

/* "none", "tls-auth", "tls-crypt". */
const char *ov_wrap_name(const struct ov_wrap *wrap);
/* Do packets carry a wrap packet id? */
bool ov_wrap_has_id(const struct ov_wrap *wrap);
/* Octets between head and body: 0, 40 for tls-crypt, 8 and the digest's length for tls-auth. */
uint32_t ov_wrap_overhead(const struct ov_wrap *wrap);

/* packet holds the body in clear and has headroom for head and overhead; it becomes the whole packet in
 * place. id is not looked at if !ov_wrap_has_id. OV_ERR_NOSPACE: headroom (packet unchanged);
 * OV_ERR_CRYPTO, OV_ERR_UNSUPPORTED: the library refused (packet dropped). */
OV_MUST_USE enum ov_err ov_wrap_seal(const struct ov_wrap *wrap, struct ov_wrap_id id, uint8_t first_octet,
                                     const struct ov_sid *sid, struct ov_buf *packet);

/* packet holds a whole packet; it becomes the body in clear, in place. Nothing is said about id being new,
 * first_octet being valid, or sid being known: that is the caller's. On every error packet is dropped.
 * OV_ERR_TRUNCATED: shorter than the format's minimum [WP-TLC-005]; OV_ERR_AUTH: forged or another key
 * [WP-TLA-004]; OV_ERR_CRYPTO. */
OV_MUST_USE enum ov_err ov_wrap_open(const struct ov_wrap *wrap, struct ov_buf *packet,
                                     struct ov_wrap_head *head);

/* Key of dynamic tls-crypt: exporter of the first TLS session, XOR the original key; original NULL: the
 * control channel was plain [WP-DYN-002]. */
#define OV_WRAP_DYNAMIC_LABEL "EXPORTER-OpenVPN-dynamic-tls-crypt"
void ov_wrap_dynamic_key(const uint8_t exporter[static OV_KEY2_SIZE], const struct ov_key2 *original,
                         struct ov_key2 *out);

#endif
