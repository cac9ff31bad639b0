#ifndef OV_WIRE_KEY_METHOD2_H
#define OV_WIRE_KEY_METHOD2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "base/key2.h"

/* The key method 2 message: first application data in each direction, one
 * TLS record (wire-protocol.md 4.2).
 *
 *   client: | 0 u32 | 02 | pre_master 48 | random1 32 | random2 32 | options | username | password | peer info |
 *   server: | 0 u32 | 02 |                 random1 32 | random2 32 | options | username | password | peer info |
 *   string: | len u16, NUL counted | octets | NUL |, empty: 0000 [WP-KM2-006, WP-KM2-012] */

#define OV_KM2_PRE_MASTER_LEN 48u
#define OV_KM2_RANDOM_LEN     32u
#define OV_KM2_OPTIONS_MAX    512u /* with NUL [WP-KM2-007] */
#define OV_KM2_CREDENTIAL_MAX 128u /* user name or password, with NUL [WP-KM2-008] */
/* What we send may be longer: many servers read 4096 octets, and one that does not says so [WP-KM2-008]. */
#define OV_KM2_CREDENTIAL_SENT 512u
#define OV_KM2_MESSAGE_MAX     2048u /* one plaintext record of a stock reader [WP-KM2-004] */

/* Secret parts of the message: what key derivation needs. Wipe it. */
struct ov_km2_source
{
    uint8_t pre_master[OV_KM2_PRE_MASTER_LEN]; /* client's message only, zero otherwise */
    uint8_t random1[OV_KM2_RANDOM_LEN];
    uint8_t random2[OV_KM2_RANDOM_LEN];
};

struct ov_km2
{
    struct ov_km2_source source;
    /* C strings, never NULL after decode, "" if empty or missing; when decoded they borrow from the message
     * and end at the first NUL [WP-KM2-011]. For encode NULL is the same as "". */
    const char *options;
    const char *username;
    const char *password;
    const char *peer_info;
    /* Decode only: username or password was longer than allowed. Both are "" then, the rest is valid, and a
     * server answers AUTH_FAILED [WP-KM2-008]. */
    bool credentials_too_long;
};

/* sender is whose message it is. Messages that end after the options string, or after any later one, are
 * accepted: what is missing is "" [WP-KM2-005]. Octets after peer info are ignored.
 * OV_ERR_TRUNCATED; OV_ERR_UNSUPPORTED: key method other than 2; OV_ERR_FORMAT: a string without its NUL;
 * OV_ERR_LIMIT: message or options too long. On error out is wiped. */
OV_MUST_USE enum ov_err ov_km2_decode(enum ov_role sender, const void *message, size_t len,
                                      struct ov_km2 *out);

/* Append the message. OV_ERR_LIMIT: a string or the whole is longer than a stock peer reads;
 * OV_ERR_NOSPACE. */
OV_MUST_USE enum ov_err ov_km2_encode(enum ov_role sender, const struct ov_km2 *km2, struct ov_writer *w);

/* Wipes; the strings are only forgotten, they belong to somebody else. */
void ov_km2_clear(struct ov_km2 *km2);

#endif
