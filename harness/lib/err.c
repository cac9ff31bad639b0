#include "lib/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *lab_err_name(enum lab_err err)
{
    static const char *const names[] = {
        [LAB_OK] = "ok",
        [LAB_ERR_SYSTEM] = "system",
        [LAB_ERR_TIMEOUT] = "timeout",
        [LAB_ERR_INTERRUPTED] = "interrupted",
        [LAB_ERR_EXITED] = "exited",
        [LAB_ERR_FORMAT] = "format",
        [LAB_ERR_ABSENT] = "absent",
        [LAB_ERR_USAGE] = "usage",
    };
    return (size_t)err < sizeof names / sizeof names[0] ? names[err] : "unknown";
}

enum lab_err lab_why_set(struct lab_why *why, enum lab_err err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(why->text, sizeof why->text, fmt, args);
    va_end(args);
    lab_text_clean(why->text);
    return err;
}

enum lab_err lab_why_errno(struct lab_why *why, const char *fmt, ...)
{
    int saved = errno;
    va_list args;
    va_start(args, fmt);
    vsnprintf(why->text, sizeof why->text, fmt, args);
    va_end(args);

    size_t len = strlen(why->text);
    snprintf(why->text + len, sizeof why->text - len, ": %s", strerror(saved));
    lab_text_clean(why->text);
    return LAB_ERR_SYSTEM;
}

/* Length of the well-formed UTF-8 sequence at text, 0 when there is none. */
static size_t utf8_len(const unsigned char *text)
{
    size_t len = text[0] < 0x80 ? 1 : text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : text[0] >= 0xc2 ? 2 : 0;
    if (text[0] > 0xf4)
    {
        return 0;
    }
    for (size_t i = 1; i < len; i++)
    {
        if ((text[i] & 0xc0) != 0x80)
        {
            return 0;
        }
    }
    return len;
}

void lab_text_clean(char *text)
{
    unsigned char *at = (unsigned char *)text;
    while (*at != '\0')
    {
        size_t len = utf8_len(at);
        if (len == 0 || *at < 0x20 || *at == 0x7f)
        {
            *at = *at == '\t' || *at == '\n' ? ' ' : '?';
            len = 1;
        }
        at += len;
    }
}

bool lab_text_same_words(const char *left, const char *right)
{
    for (;;)
    {
        left += strspn(left, "0123456789.");
        right += strspn(right, "0123456789.");
        if (*left != *right || *left == '\0')
        {
            return *left == *right;
        }
        left++;
        right++;
    }
}
