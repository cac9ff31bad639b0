#ifndef OV_WIRE_MESSAGE_H
#define OV_WIRE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

/* Control channel messages: text and one NUL inside the TLS stream (wire-protocol.md 5) [WP-MSG-001]. */

/* What to write at most, NUL included [WP-MSG-005]. */
#define OV_MESSAGE_MAX 1024u

enum ov_message_kind
{
    OV_MSG_UNKNOWN = 0, /* log and ignore [WP-MSG-004] */
    OV_MSG_AUTH_FAILED,
    OV_MSG_PUSH_REQUEST,
    OV_MSG_PUSH_REPLY,
    OV_MSG_PUSH_UPDATE,
    OV_MSG_RESTART,
    OV_MSG_HALT,
    OV_MSG_INFO_PRE,
    OV_MSG_INFO,
    OV_MSG_CR_RESPONSE,
    OV_MSG_AUTH_PENDING,
    OV_MSG_EXIT,
    OV_MSG_COUNT
};

/* Views into the record; not NUL-terminated at their lengths. */
struct ov_message
{
    enum ov_message_kind kind;
    const char *text; /* the whole message without NUL and trailing CR/LF */
    size_t text_len;
    /* What follows the keyword, without the one comma that separates it: the reason of AUTH_FAILED, the
     * options of PUSH_REPLY. Empty if there is none. */
    const char *arg;
    size_t arg_len;
};

/* The keyword, such as "PUSH_REPLY"; "unknown". Never NULL. */
const char *ov_message_kind_name(enum ov_message_kind kind);

/* Next message of one TLS record; call until OV_ERR_AGAIN (nothing left).
 * OV_ERR_FORMAT: this message contains octets that are not printable ASCII: it is skipped whole
 * [WP-MSG-003]; go on. OV_ERR_TRUNCATED: the record ends with text without NUL: ignored [WP-MSG-002]; go on.
 * On these two text and text_len are set for counting and logging (escape it), kind is OV_MSG_UNKNOWN. */
OV_MUST_USE enum ov_err ov_message_next(struct ov_reader *record, struct ov_message *out);

/* Append text and NUL. OV_ERR_FORMAT: not printable ASCII; OV_ERR_LIMIT: longer than OV_MESSAGE_MAX;
 * OV_ERR_NOSPACE. */
OV_MUST_USE enum ov_err ov_message_write(const char *text, struct ov_writer *w);

#endif
