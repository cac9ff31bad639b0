#include "wire/message.h"

#include <stdbool.h>
#include <string.h>

struct keyword
{
    const char *word;
    enum ov_message_kind kind;
    bool whole; /* must be followed by a comma or the end */
};

/* Order matters: the first prefix that fits decides, INFO_PRE before INFO [WP-MSG-004]. Push messages name what
 * they want exactly; PUSH_REPLYX is nothing. */
static const struct keyword keywords[] = {
    {"AUTH_FAILED", OV_MSG_AUTH_FAILED, false},
    {"PUSH_REQUEST", OV_MSG_PUSH_REQUEST, true},
    {"PUSH_REPLY", OV_MSG_PUSH_REPLY, true},
    {"PUSH_UPDATE", OV_MSG_PUSH_UPDATE, true},
    {"RESTART", OV_MSG_RESTART, false},
    {"HALT", OV_MSG_HALT, false},
    {"INFO_PRE", OV_MSG_INFO_PRE, false},
    {"INFO", OV_MSG_INFO, false},
    {"CR_RESPONSE", OV_MSG_CR_RESPONSE, false},
    {"AUTH_PENDING", OV_MSG_AUTH_PENDING, false},
    {"EXIT", OV_MSG_EXIT, false},
};
#define KEYWORD_COUNT (sizeof(keywords) / sizeof(keywords[0]))

const char *ov_message_kind_name(enum ov_message_kind kind)
{
    for (size_t i = 0; i < KEYWORD_COUNT; i++)
    {
        if (keywords[i].kind == kind)
        {
            return keywords[i].word;
        }
    }
    return "unknown";
}

static bool is_printable(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        if ((uint8_t)text[i] < 0x20 || (uint8_t)text[i] > 0x7E)
        {
            return false;
        }
    }
    return true;
}

static bool fits(const struct keyword *keyword, const struct ov_message *message)
{
    size_t len = strlen(keyword->word);
    if (message->text_len < len || memcmp(message->text, keyword->word, len) != 0)
    {
        return false;
    }
    return !keyword->whole || message->text_len == len || message->text[len] == ',';
}

static void dispatch(struct ov_message *message)
{
    for (size_t i = 0; i < KEYWORD_COUNT; i++)
    {
        if (fits(&keywords[i], message))
        {
            size_t len = strlen(keywords[i].word);
            len += len < message->text_len && message->text[len] == ',';
            message->kind = keywords[i].kind;
            message->arg = message->text + len;
            message->arg_len = message->text_len - len;
            return;
        }
    }
}

enum ov_err ov_message_next(struct ov_reader *record, struct ov_message *out)
{
    memset(out, 0, sizeof(*out));
    out->text = out->arg = "";
    size_t left = ov_reader_left(record);
    if (left == 0)
    {
        return OV_ERR_AGAIN;
    }
    const char *text = (const char *)record->at;
    const char *nul = memchr(text, '\0', left);
    size_t len = nul == NULL ? left : (size_t)(nul - text);
    ov_read_bytes(record, nul == NULL ? len : len + 1);
    out->text = text;
    out->text_len = len;
    if (nul == NULL)
    {
        return OV_ERR_TRUNCATED;
    }
    while (len > 0 && (text[len - 1] == '\r' || text[len - 1] == '\n'))
    {
        len--;
    }
    out->text_len = len;
    out->arg = text + len;
    if (!is_printable(text, len))
    {
        return OV_ERR_FORMAT;
    }
    dispatch(out);
    return OV_OK;
}

enum ov_err ov_message_write(const char *text, struct ov_writer *w)
{
    size_t len = strlen(text);
    if (!is_printable(text, len))
    {
        return OV_ERR_FORMAT;
    }
    if (len + 1 > OV_MESSAGE_MAX)
    {
        return OV_ERR_LIMIT;
    }
    ov_write_bytes(w, text, len + 1);
    return w->failed ? OV_ERR_NOSPACE : OV_OK;
}
