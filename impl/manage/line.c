#include "manage/line.h"

#include <string.h>

#include "options/lexer.h"

size_t ov_manage_lines_add(struct ov_manage_lines *lines, const char *data, size_t len, bool *done,
                           enum ov_err *err)
{
    const char *end = memchr(data, '\n', len);
    const size_t part = end != NULL ? (size_t)(end - data) : len;
    *done = end != NULL;
    *err = OV_OK;
    if (part > OV_MANAGE_LINE - lines->len)
    {
        lines->too_long = true;
        lines->len = 0;
    }
    else if (!lines->too_long)
    {
        memcpy(lines->text + lines->len, data, part);
        lines->len += part;
    }
    if (end == NULL)
    {
        return len;
    }
    lines->len -= lines->len > 0 && lines->text[lines->len - 1] == '\r';
    lines->text[lines->len] = '\0';
    *err = lines->too_long                                 ? OV_ERR_LIMIT
           : memchr(lines->text, '\0', lines->len) != NULL ? OV_ERR_FORMAT
                                                           : OV_OK;
    lines->len = 0;
    lines->too_long = false;
    return part + 1;
}

enum ov_err ov_manage_words(struct ov_arena *arena, const char *text, struct ov_manage_words *out)
{
    struct ov_line line;
    const char *reason = NULL;
    *out = (struct ov_manage_words){0};
    for (const char *at = text; *at != '\0'; at++)
    {
        if ((unsigned char)*at < 0x20 && *at != '\t')
        {
            return OV_ERR_FORMAT;
        }
    }
    enum ov_err err = ov_lex_words(arena, text, strlen(text), &line, &reason);
    if (err != OV_OK)
    {
        return err;
    }
    if (line.count > OV_MANAGE_WORDS)
    {
        return OV_ERR_LIMIT;
    }
    for (size_t i = 0; i < line.count; i++)
    {
        if (strlen(line.word[i]) > OV_MANAGE_WORD)
        {
            return OV_ERR_LIMIT;
        }
        out->word[i] = line.word[i];
    }
    out->count = line.count;
    return OV_OK;
}
