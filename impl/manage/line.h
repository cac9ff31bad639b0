#ifndef OV_MANAGE_LINE_H
#define OV_MANAGE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* Lines of the management interface, as they come in pieces over a stream. Pure. */

#define OV_MANAGE_LINE  1024u /* octets of a line without its end */
#define OV_MANAGE_WORD  255u  /* octets of one parameter [WP-MGMT-002] */
#define OV_MANAGE_WORDS 16u

/* All-zero is the start. Holds what may be a password: to be wiped. */
struct ov_manage_lines
{
    char text[OV_MANAGE_LINE + 1];
    size_t len;
    bool too_long; /* the rest of this line is thrown away */
};

/* Take octets up to the end of a line, LF or CRLF; returns how many were used. *done: a line is complete in text,
 * NUL-terminated, or it was too long (OV_ERR_LIMIT in *err). The next call starts a new line. */
size_t ov_manage_lines_add(struct ov_manage_lines *lines, const char *data, size_t len, bool *done,
                           enum ov_err *err);

struct ov_manage_words
{
    size_t count; /* 0: an empty line */
    const char *word[OV_MANAGE_WORDS + 1];
};

/* Cut into words with the quoting of configuration files. OV_ERR_FORMAT: quoting or control characters;
 * OV_ERR_LIMIT: too many words, or one too long; OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_manage_words(struct ov_arena *arena, const char *text,
                                        struct ov_manage_words *out);

#endif
