#ifndef OV_OPTIONS_NCP_H
#define OV_OPTIONS_NCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/crypto.h"

/* Lists of data channel ciphers, and how two peers agree on one (wire-protocol.md 4.5). */

/* More than fit into a list text. */
#define OV_CIPHERS_MAX 32u

struct ov_ciphers
{
    uint8_t count;
    uint8_t id[OV_CIPHERS_MAX];    /* enum ov_cipher_id, preferred first, each at most once */
    bool optional[OV_CIPHERS_MAX]; /* written as ?NAME: may be missing in the crypto library */
};

/* Longest list text, without NUL [WP-NCP-005]. */
#define OV_CIPHERS_TEXT 127

/* What --data-ciphers is when nobody sets it: AES-256-GCM:AES-128-GCM:?CHACHA20-POLY1305 [WP-NCP-005]. */
extern const struct ov_ciphers ov_ciphers_default;

/* Parse "A:B:?C"; DEFAULT stands for the default list. OV_ERR_UNSUPPORTED with the first name that is no
 * cipher of ours and not optional in bad; OV_ERR_FORMAT for an empty list or item (bad empty);
 * OV_ERR_LIMIT for a text longer than OV_CIPHERS_TEXT, also with DEFAULT written out. Unknown optional names are left out. */
OV_MUST_USE enum ov_err ov_ciphers_parse(const char *text, struct ov_ciphers *out, char *bad, size_t bad_cap);

/* One more at the end, unless it is there. OV_ERR_LIMIT. */
OV_MUST_USE enum ov_err ov_ciphers_add(struct ov_ciphers *list, enum ov_cipher_id id);

/* The text as on the wire (IV_CIPHERS): no question marks. */
void ov_ciphers_text(const struct ov_ciphers *list, char out[static OV_CIPHERS_TEXT + 1]);

/* Leave out optional ciphers that the library lacks. OV_ERR_UNSUPPORTED with the missing one in
 * *missing if it isn't optional or nothing is left. */
OV_MUST_USE enum ov_err ov_ciphers_limit(struct ov_ciphers *list, const struct ov_crypto *crypto,
                                         enum ov_cipher_id *missing);

bool ov_ciphers_has(const struct ov_ciphers *list, enum ov_cipher_id id);
/* Is name, in its exact canonical spelling, in list? [WP-NCP-001] */
bool ov_ciphers_has_name(const struct ov_ciphers *list, const char *name, enum ov_cipher_id *id);

/* What a server knows of a client, from peer info and the options string. */
struct ov_ncp_peer
{
    const char *iv_ciphers; /* value of IV_CIPHERS; NULL: not sent */
    uint32_t iv_ncp;        /* value of IV_NCP; 0: not sent */
    const char *occ_cipher; /* cipher of the options string; NULL: none in it */
};

/* Server side [WP-NCP-001, 002, 004]. fallback is --data-ciphers-fallback or NULL. *push says whether the
 * result is pushed to this client. OV_ERR_NEGOTIATION: nothing in common; answer with
 * OV_NCP_NO_SHARED [WP-NCP-003]. */
OV_MUST_USE enum ov_err ov_ncp_server(const struct ov_ciphers *own, const enum ov_cipher_id *fallback,
                                      const struct ov_ncp_peer *peer, enum ov_cipher_id *cipher, bool *push);

#define OV_NCP_NO_SHARED "AUTH_FAILED,Data channel cipher negotiation failed (no shared cipher)"

/* Client side [WP-NCP-006, 007]: pushed is the name the server pushed (NULL: none), occ_cipher what its
 * options string says (NULL: nothing). OV_ERR_NEGOTIATION: refuse the connection. */
OV_MUST_USE enum ov_err ov_ncp_client(const struct ov_ciphers *own, const enum ov_cipher_id *fallback,
                                      const char *pushed, const char *occ_cipher, enum ov_cipher_id *cipher);

#endif
