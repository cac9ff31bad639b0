#include "wire/pem.h"

#include <stdbool.h>
#include <string.h>

#include "base/cursor.h"
#include "base/wipe.h"

#define LINE_OCTETS 48u /* 64 characters */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int digit_value(char c)
{
    if (c >= 'A' && c <= 'Z')
    {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z')
    {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9')
    {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Four digits at a time become three octets. */
struct quantum
{
    uint32_t bits;
    unsigned digits;
    unsigned padding;
};

static bool quantum_take(struct quantum *q, char c)
{
    const int value = c == '=' ? 0 : digit_value(c);
    q->padding += c == '=';
    q->bits = q->bits << 6 | (uint32_t)(value & 63);
    q->digits++;
    /* Nothing but padding follows padding, and two digits at least stand in front of it. */
    return value >= 0 && (c == '=' ? q->digits > 2 : q->padding == 0);
}

static enum ov_err quantum_give(struct quantum *q, struct ov_writer *w)
{
    for (unsigned i = 0; i < 3 - q->padding; i++)
    {
        ov_write_u8(w, (uint8_t)(q->bits >> (16 - 8 * i)));
    }
    q->bits = 0;
    q->digits = 0;
    return w->failed ? OV_ERR_LIMIT : OV_OK;
}

static enum ov_err decode(const char *text, size_t len, struct ov_writer *w)
{
    struct quantum q = {0};
    enum ov_err err = OV_OK;
    for (size_t i = 0; i < len && err == OV_OK; i++)
    {
        if (is_space(text[i]))
        {
            continue;
        }
        if ((q.digits == 0 && q.padding > 0) || !quantum_take(&q, text[i]))
        {
            return OV_ERR_FORMAT;
        }
        err = q.digits == 4 ? quantum_give(&q, w) : OV_OK;
    }
    return err == OV_OK && q.digits != 0 ? OV_ERR_FORMAT : err;
}

enum ov_err ov_base64_decode(const char *text, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
    struct ov_writer w = ov_writer_over(out, cap);
    enum ov_err err = decode(text, len, &w);
    *out_len = err == OV_OK ? ov_writer_len(&w) : 0;
    if (err != OV_OK)
    {
        ov_wipe(out, cap);
    }
    return err;
}

/* Where "-----KIND label-----" ends, from at on; NULL if there is none. *start is where it begins. */
static const char *find_mark(const char *at, const char *end, const char *kind, const char *label,
                             const char **start)
{
    static const char dashes[] = "-----";
    const char *const parts[] = {dashes, kind, label, dashes};
    for (; at < end; at++)
    {
        const char *p = at;
        size_t part = 0;
        while (part < 4 && strlen(parts[part]) <= (size_t)(end - p) &&
               memcmp(p, parts[part], strlen(parts[part])) == 0)
        {
            p += strlen(parts[part++]);
        }
        if (part == 4)
        {
            *start = at;
            return p;
        }
    }
    return NULL;
}

enum ov_err ov_pem_decode(const char *label, const char *text, size_t len, uint8_t *out, size_t cap,
                          size_t *out_len)
{
    const char *end = text + len;
    const char *start = NULL;
    const char *body = find_mark(text, end, "BEGIN ", label, &start);
    *out_len = 0;
    if (body == NULL || find_mark(body, end, "END ", label, &start) == NULL)
    {
        ov_wipe(out, cap);
        return OV_ERR_FORMAT;
    }
    return ov_base64_decode(body, (size_t)(start - body), out, cap, out_len);
}

static void encode(struct ov_writer *w, const uint8_t *data, size_t len)
{
    for (size_t at = 0; at < len; at += 3)
    {
        const size_t left = len - at;
        const uint32_t bits = (uint32_t)data[at] << 16 | (left > 1 ? (uint32_t)data[at + 1] << 8 : 0) |
                              (left > 2 ? data[at + 2] : 0);
        for (unsigned i = 0; i < 4; i++)
        {
            ov_write_u8(w, i > left ? '=' : (uint8_t)digits[bits >> (18 - 6 * i) & 63]);
        }
    }
}

enum ov_err ov_base64_encode(const void *data, size_t len, char *out, size_t cap)
{
    struct ov_writer w = ov_writer_over(out, cap);
    encode(&w, data, len);
    ov_write_u8(&w, 0);
    if (w.failed && cap > 0)
    {
        ov_wipe(out, cap);
    }
    return w.failed ? OV_ERR_NOSPACE : OV_OK;
}

static void write_text(struct ov_writer *w, const char *text)
{
    ov_write_bytes(w, text, strlen(text));
}

static void write_mark(struct ov_writer *w, const char *kind, const char *label)
{
    write_text(w, "-----");
    write_text(w, kind);
    write_text(w, label);
    write_text(w, "-----\n");
}

enum ov_err ov_pem_encode(const char *label, const uint8_t *data, size_t len, char *out, size_t cap)
{
    struct ov_writer w = ov_writer_over(out, cap);
    write_mark(&w, "BEGIN ", label);
    for (size_t at = 0; at < len; at += LINE_OCTETS)
    {
        encode(&w, data + at, len - at < LINE_OCTETS ? len - at : LINE_OCTETS);
        ov_write_u8(&w, '\n');
    }
    write_mark(&w, "END ", label);
    ov_write_u8(&w, 0);
    if (w.failed)
    {
        ov_wipe(out, cap);
        return OV_ERR_NOSPACE;
    }
    return OV_OK;
}
