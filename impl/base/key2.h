#ifndef OV_BASE_KEY2_H
#define OV_BASE_KEY2_H

#include <stdint.h>

/* A key2: 256 octets that are always cut the same way (wire-protocol.md 0.2).
 * Which half sends depends on the purpose [WP-GEN-001]. A secret: wipe it. */
struct ov_key_half
{
    uint8_t cipher[64];
    uint8_t hmac[64];
};

struct ov_key2
{
    struct ov_key_half half[2]; /* K0, K1 */
};

#define OV_KEY2_SIZE 256

/* The two ends of a TLS connection; the TLS client is the OpenVPN client. */
enum ov_role
{
    OV_ROLE_CLIENT = 0,
    OV_ROLE_SERVER = 1
};

#endif
