#ifndef OV_OPTIONS_OCC_H
#define OV_OPTIONS_OCC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "options/config.h"

/* The options (OCC) string of key method 2 (wire-protocol.md 4.3, 8.6). Peers
 * compare it for the log only, and read cipher and compression out of it. */

#define OV_OCC_MAX 512u /* with NUL [WP-KM2-007] */

enum ov_occ_transport
{
    OV_OCC_UDP,
    OV_OCC_TCP_CLIENT,
    OV_OCC_TCP_SERVER
};

/* Everything the string depends on, so that the history of the format can be
 * computed, also for modes that ovref doesn't speak. */
struct ov_occ
{
    bool tls;    /* neither tls nor secret: no protection at all */
    bool secret; /* static key mode */
    enum ov_role role;
    enum ov_occ_transport transport;
    bool tap;
    uint32_t mtu_extra; /* --tun-mtu-extra, 32 for tap */
    bool socks;
    bool compression;    /* any framing */
    bool compression_v2; /* of the form that adds no octet */
    bool fragment;
    bool tls_auth;
    int8_t key_direction;   /* -1: not set */
    uint32_t tun_mtu;       /* what counts for link-mtu */
    uint32_t tun_mtu_shown; /* what the item says; 0: same */
    const char *cipher;     /* OCC cipher: "BF-CBC", "none", ... */
    /* Point to point: addresses as ifconfig has them. */
    bool has_ip4;
    uint32_t ip4, ip4_second; /* own address, and the other end's or the netmask */
    bool subnet;              /* the second is a netmask */
    bool has_ip6;
    bool cipher_shown; /* p2p mode, or the cipher is in data-ciphers */
    bool auth_none;
    enum ov_digest_id auth;
};

void ov_occ_from_config(const struct ov_config *config, struct ov_occ *out);

/* OV_ERR_UNSUPPORTED for a cipher name that the table of OCC ciphers lacks. */
OV_MUST_USE enum ov_err ov_occ_link_mtu(const struct ov_occ *occ, uint32_t *link_mtu);
/* The string with NUL. OV_ERR_UNSUPPORTED as above, OV_ERR_NOSPACE. */
OV_MUST_USE enum ov_err ov_occ_text(const struct ov_occ *occ, char *out, size_t cap);

/* How the peer of this one should see things: the other role, direction and addresses. */
struct ov_occ ov_occ_of_peer(const struct ov_occ *own);
/* What differs between the string that is expected and the one that came, at most OV_OCC_FINDINGS lines such as "'auth'
 * is used inconsistently: 'auth SHA1' expected, the peer has 'auth SHA256'". theirs may hold anything but NUL. */
#define OV_OCC_FINDINGS 16u
void ov_occ_compare(const char *expected, const char *theirs, void (*line)(void *ctx, const char *text),
                    void *ctx);

/* Is it a cipher name that may stand in the string? */
bool ov_occ_knows_cipher(const char *name);

/* Reading the peer's string, any octets but NUL [WP-OPT-003]. Cipher: OV_ERR_FORMAT if there
 * is no cipher item, OV_ERR_NOSPACE if it is longer than cap; "[null-cipher]" gives "none" [WP-OPT-004]. */
OV_MUST_USE enum ov_err ov_occ_cipher(const char *text, char *out, size_t cap);
bool ov_occ_compressed(const char *text);

#endif
