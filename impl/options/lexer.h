#ifndef OV_OPTIONS_LEXER_H
#define OV_OPTIONS_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "options/text.h"

/* Words and inline blocks of OpenVPN 2.x configuration text.
 *
 *   remote vpn.example.org 1194   # words end at white space; a word can't begin with # or ;
 *   push "route 10.0.0.0 255.0.0.0"   double quotes; \" \\ and \ before a space escape
 *   dev 'tun0'                        single quotes; no escapes inside
 *   <ca>                              everything up to a line </ca> is the block's content
 *   </ca>
 */

#define OV_WORDS_MAX   16u   /* in one line, the option's name included */
#define OV_LINE_OCTETS 4096u /* longest line outside blocks */

struct ov_line
{
    uint32_t number;                    /* from 1; where the block was opened */
    size_t count;                       /* words, at least 1 */
    const char *word[OV_WORDS_MAX + 1]; /* in the arena, NULL behind the last */
    bool has_block;                     /* word[0] is then the name inside <> */
    struct ov_text block;
};

struct ov_lexer
{
    struct ov_arena *arena;
    const char *at;
    const char *end;
    uint32_t number;    /* of the line that begins at .at */
    const char *reason; /* after OV_ERR_FORMAT or OV_ERR_LIMIT: one sentence, lives as long as the arena */
};

/* Text is borrowed. A UTF-8 byte order mark in front is skipped. */
void ov_lexer_init(struct ov_lexer *lexer, struct ov_arena *arena, const char *text, size_t len);

/* The next line that has words. OV_ERR_CLOSED: no more lines. OV_ERR_FORMAT, OV_ERR_LIMIT: line->number
 * and lexer->reason say what is wrong; the next call goes on behind it. OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_lexer_next(struct ov_lexer *lexer, struct ov_line *line);

/* Cut one piece of text without line ends into words; *count may be 0. Errors as above. */
OV_MUST_USE enum ov_err ov_lex_words(struct ov_arena *arena, const char *text, size_t len,
                                     struct ov_line *line, const char **reason);

#endif
