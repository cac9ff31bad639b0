#ifndef OV_WIRE_STATIC_KEY_H
#define OV_WIRE_STATIC_KEY_H

#include <stddef.h>

#include "base/err.h"
#include "base/key2.h"

/* Text form of a static key: files and inline blocks of tls-auth, tls-crypt, secret
 * (wire-protocol.md 2.2). */

#define OV_STATIC_KEY_HALF 128u /* enough where one half serves both directions [WP-KEY-002] */
#define OV_STATIC_KEY_FULL 256u /* tls-crypt, and any use with a direction */

/* need is OV_STATIC_KEY_HALF or OV_STATIC_KEY_FULL; octets that the text lacks beyond it are zero.
 * OV_ERR_FORMAT: no BEGIN line, no END line, or a character that is neither hex digit nor white space between
 * them [WP-KEY-003]. OV_ERR_TRUNCATED: fewer octets than needed. On error out is wiped. */
OV_MUST_USE enum ov_err ov_static_key_parse(const char *text, size_t len, size_t need, struct ov_key2 *out);

#endif
