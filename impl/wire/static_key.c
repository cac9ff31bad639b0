#include "wire/static_key.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/wipe.h"

static const char begin_mark[] = "-----BEGIN OpenVPN Static key V1-----";
static const char end_mark[] = "-----END OpenVPN Static key V1-----";

_Static_assert(sizeof(struct ov_key2) == OV_KEY2_SIZE, "a key2 is 256 octets without gaps");

/* The start of the first line from at on that begins with mark; NULL if none does. at begins a line. */
static const char *find_line(const char *at, const char *end, const char *mark)
{
    size_t mark_len = strlen(mark);
    while ((size_t)(end - at) >= mark_len)
    {
        if (memcmp(at, mark, mark_len) == 0)
        {
            return at;
        }
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL)
        {
            return NULL;
        }
        at = newline + 1;
    }
    return NULL;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
    {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Every character counts as input to the check, only the first 256 octets as key [WP-KEY-002, WP-KEY-003]. */
static enum ov_err read_hex(const char *at, const char *end, uint8_t out[static OV_KEY2_SIZE], size_t *digits)
{
    *digits = 0;
    for (; at < end; at++)
    {
        int value = hex_value(*at);
        if (value < 0 && !is_space(*at))
        {
            return OV_ERR_FORMAT;
        }
        if (value >= 0 && *digits < 2 * OV_KEY2_SIZE)
        {
            uint8_t *octet = &out[*digits / 2];
            *octet = (uint8_t)(*octet << 4 | value);
            *digits += 1;
        }
    }
    return OV_OK;
}

static enum ov_err parse(const char *text, size_t len, size_t need, uint8_t out[static OV_KEY2_SIZE])
{
    const char *end = text + len;
    const char *begin_line = find_line(text, end, begin_mark);
    if (begin_line == NULL)
    {
        return OV_ERR_FORMAT;
    }
    const char *block = memchr(begin_line, '\n', (size_t)(end - begin_line));
    const char *end_line = block == NULL ? NULL : find_line(block + 1, end, end_mark);
    if (end_line == NULL)
    {
        return OV_ERR_FORMAT;
    }
    size_t digits;
    enum ov_err err = read_hex(block + 1, end_line, out, &digits);
    if (err != OV_OK)
    {
        return err;
    }
    if (digits % 2 != 0)
    {
        out[digits / 2] = 0; /* half an octet is no key material */
    }
    return digits / 2 < need ? OV_ERR_TRUNCATED : OV_OK;
}

enum ov_err ov_static_key_parse(const char *text, size_t len, size_t need, struct ov_key2 *out)
{
    memset(out, 0, sizeof(*out));
    enum ov_err err = parse(text, len, need, (uint8_t *)out);
    if (err != OV_OK)
    {
        ov_wipe(out, sizeof(*out));
    }
    return err;
}
