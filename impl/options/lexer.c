#include "options/lexer.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"

void ov_lexer_init(struct ov_lexer *lexer, struct ov_arena *arena, const char *text, size_t len)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    *lexer = (struct ov_lexer){arena, text, text + len, 1, NULL};
    if (len >= sizeof(mark) && memcmp(text, mark, sizeof(mark)) == 0)
    {
        lexer->at += sizeof(mark);
    }
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_control(char c)
{
    unsigned char u = (unsigned char)c;
    return (u < 0x20 && !is_space(c)) || u == 0x7f;
}

/* One word being copied: from is what is left of the line, to where the word goes. */
struct word
{
    const char *from;
    const char *end;
    char *to;
    const char *reason;
};

/* A backslash escapes a quote, a backslash or a space; anything else is
 * refused as 2.x does, because C:\temp\new would silently lose its separators. */
static bool copy_escaped(struct word *w)
{
    w->from++;
    if (w->from == w->end)
    {
        w->reason = "a backslash at the end of the line";
        return false;
    }
    if (*w->from != '\\' && *w->from != '"' && !is_space(*w->from))
    {
        w->reason = "a backslash may only stand before a backslash, a double quote or a space "
                    "(write C:\\\\dir, or use single quotes)";
        return false;
    }
    *w->to++ = *w->from++;
    return true;
}

static bool copy_quoted(struct word *w, char quote)
{
    w->from++;
    while (w->from < w->end && *w->from != quote)
    {
        if (quote == '"' && *w->from == '\\')
        {
            if (!copy_escaped(w))
            {
                return false;
            }
            continue;
        }
        *w->to++ = *w->from++;
    }
    if (w->from == w->end)
    {
        w->reason = quote == '"' ? "a double quote is opened but not closed"
                                 : "a single quote is opened but not closed";
        return false;
    }
    w->from++;
    return true;
}

static bool copy_plain(struct word *w)
{
    while (w->from < w->end && !is_space(*w->from))
    {
        if (*w->from == '\\')
        {
            if (!copy_escaped(w))
            {
                return false;
            }
            continue;
        }
        *w->to++ = *w->from++;
    }
    return true;
}

static bool copy_word(struct word *w)
{
    bool ok = *w->from == '"' || *w->from == '\'' ? copy_quoted(w, *w->from) : copy_plain(w);
    *w->to++ = '\0';
    return ok;
}

/* What must not be anywhere in the line, comments included. */
static const char *find_bad_octet(struct ov_arena *arena, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        if (text[i] == '\0')
        {
            return "a NUL octet: this is not a text file";
        }
        if (is_control(text[i]))
        {
            char reason[64];
            snprintf(reason, sizeof(reason), "control character 0x%02x", (unsigned)(unsigned char)text[i]);
            const char *copy = ov_arena_strdup(arena, reason);
            return copy != NULL ? copy : "control character";
        }
    }
    return NULL;
}

enum ov_err ov_lex_words(struct ov_arena *arena, const char *text, size_t len, struct ov_line *line,
                         const char **reason)
{
    memset(line->word, 0, sizeof(line->word));
    line->count = 0;
    line->has_block = false;
    *reason = find_bad_octet(arena, text, len);
    if (*reason != NULL)
    {
        return OV_ERR_FORMAT;
    }
    /* A word is never longer than its source, but for the NUL behind it. */
    char *copy = ov_arena_alloc(arena, 2 * len + 1);
    if (copy == NULL)
    {
        return OV_ERR_NOMEM;
    }
    struct word w = {text, text + len, copy, NULL};
    for (;;)
    {
        while (w.from < w.end && is_space(*w.from))
        {
            w.from++;
        }
        if (w.from == w.end || *w.from == '#' || *w.from == ';')
        {
            return OV_OK;
        }
        if (line->count == OV_WORDS_MAX)
        {
            *reason = "more than 16 words in one line";
            return OV_ERR_LIMIT;
        }
        line->word[line->count++] = w.to;
        if (!copy_word(&w))
        {
            *reason = w.reason;
            return OV_ERR_FORMAT;
        }
    }
}

/* The physical line at the cursor without its line end; the cursor moves behind it. */
static size_t take_line(struct ov_lexer *lexer, const char **text)
{
    *text = lexer->at;
    const char *newline = memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));
    size_t len = (size_t)((newline != NULL ? newline : lexer->end) - lexer->at);
    lexer->at = newline != NULL ? newline + 1 : lexer->end;
    lexer->number++;
    return len > 0 && (*text)[len - 1] == '\r' ? len - 1 : len;
}

static const char *unclosed_reason(struct ov_lexer *lexer, const char *name)
{
    char text[200];
    snprintf(text, sizeof(text), "inline block <%.60s> is opened here but never closed by </%.60s>", name,
             name);
    const char *copy = ov_arena_strdup(lexer->arena, text);
    return copy != NULL ? copy : "an inline block is never closed";
}

static bool is_block_end(const char *text, size_t len, const char *name)
{
    while (len > 0 && is_space(*text))
    {
        text++;
        len--;
    }
    while (len > 0 && is_space(text[len - 1]))
    {
        len--;
    }
    size_t name_len = strlen(name);
    return len == name_len + 3 && text[0] == '<' && text[1] == '/' && memcmp(text + 2, name, name_len) == 0 &&
           text[len - 1] == '>';
}

/* CRLF inside a block becomes LF, so that the content doesn't depend on where the file was written. */
static enum ov_err copy_block(struct ov_lexer *lexer, const char *from, const char *to, struct ov_text *block)
{
    char *data = ov_arena_alloc(lexer->arena, (size_t)(to - from) + 1);
    if (data == NULL)
    {
        return OV_ERR_NOMEM;
    }
    size_t len = 0;
    for (; from < to; from++)
    {
        if (*from == '\0')
        {
            lexer->reason = "a NUL octet inside an inline block";
            return OV_ERR_FORMAT;
        }
        if (!(*from == '\r' && from + 1 < to && from[1] == '\n'))
        {
            data[len++] = *from;
        }
    }
    *block = (struct ov_text){"[inline]", data, len};
    return OV_OK;
}

static enum ov_err take_block(struct ov_lexer *lexer, struct ov_line *line)
{
    const char *start = lexer->at;
    while (lexer->at < lexer->end)
    {
        const char *text;
        size_t len = take_line(lexer, &text);
        if (is_block_end(text, len, line->word[0]))
        {
            line->has_block = true;
            return copy_block(lexer, start, text, &line->block);
        }
    }
    lexer->reason = unclosed_reason(lexer, line->word[0]);
    return OV_ERR_FORMAT;
}

/* "<name>" alone in its line opens a block: cut the name out. */
static bool opens_block(struct ov_lexer *lexer, struct ov_line *line)
{
    const char *word = line->word[0];
    size_t len = strlen(word);
    if (line->count != 1 || len < 3 || word[0] != '<' || word[1] == '/' || word[len - 1] != '>')
    {
        return false;
    }
    line->word[0] = ov_arena_strndup(lexer->arena, word + 1, len - 2);
    return true;
}

enum ov_err ov_lexer_next(struct ov_lexer *lexer, struct ov_line *line)
{
    while (lexer->at < lexer->end)
    {
        const char *text;
        line->number = lexer->number;
        size_t len = take_line(lexer, &text);
        if (len > OV_LINE_OCTETS)
        {
            lexer->reason = "a line of more than 4096 octets";
            return OV_ERR_LIMIT;
        }
        enum ov_err err = ov_lex_words(lexer->arena, text, len, line, &lexer->reason);
        if (err != OV_OK)
        {
            return err;
        }
        if (line->count == 0)
        {
            continue;
        }
        if (!opens_block(lexer, line))
        {
            return OV_OK;
        }
        return line->word[0] != NULL ? take_block(lexer, line) : OV_ERR_NOMEM;
    }
    return OV_ERR_CLOSED;
}
