#include "wire/key_method2.h"

#include <string.h>

#include "base/wipe.h"

#define KEY_METHOD 2u

/* A string that may be missing at the very end of the message [WP-KM2-005]. *len counts the NUL. */
static const char *read_string(struct ov_reader *r, size_t *len, bool *unterminated)
{
    *len = 0;
    if (ov_reader_left(r) == 0)
    {
        return "";
    }
    *len = ov_read_u16(r);
    const uint8_t *text = ov_read_bytes(r, *len);
    if (text == NULL || *len == 0)
    {
        return "";
    }
    *unterminated = *unterminated || text[*len - 1] != '\0';
    return (const char *)text;
}

static enum ov_err read_strings(struct ov_reader *r, struct ov_km2 *out)
{
    size_t options_len;
    size_t username_len;
    size_t password_len;
    size_t peer_info_len;
    bool unterminated = false;
    /* The options string is the one that is never missing. */
    r->failed = r->failed || ov_reader_left(r) == 0;
    out->options = read_string(r, &options_len, &unterminated);
    out->username = read_string(r, &username_len, &unterminated);
    out->password = read_string(r, &password_len, &unterminated);
    out->peer_info = read_string(r, &peer_info_len, &unterminated);
    if (r->failed)
    {
        return OV_ERR_TRUNCATED;
    }
    if (unterminated)
    {
        return OV_ERR_FORMAT;
    }
    if (options_len > OV_KM2_OPTIONS_MAX)
    {
        return OV_ERR_LIMIT;
    }
    if (username_len > OV_KM2_CREDENTIAL_MAX || password_len > OV_KM2_CREDENTIAL_MAX)
    {
        /* The peer deserves to hear why, so this is no failure of the message [WP-KM2-008]. */
        out->credentials_too_long = true;
        out->username = "";
        out->password = "";
    }
    return OV_OK;
}

static enum ov_err decode(enum ov_role sender, struct ov_reader *r, struct ov_km2 *out)
{
    ov_read_bytes(r, 4); /* zero, ignored [WP-KM2-001] */
    uint8_t method = ov_read_u8(r) & 0x0Fu;
    if (!r->failed && method != KEY_METHOD)
    {
        return OV_ERR_UNSUPPORTED;
    }
    if (sender == OV_ROLE_CLIENT)
    {
        ov_read_copy(r, out->source.pre_master, OV_KM2_PRE_MASTER_LEN);
    }
    ov_read_copy(r, out->source.random1, OV_KM2_RANDOM_LEN);
    ov_read_copy(r, out->source.random2, OV_KM2_RANDOM_LEN);
    return read_strings(r, out);
}

enum ov_err ov_km2_decode(enum ov_role sender, const void *message, size_t len, struct ov_km2 *out)
{
    memset(out, 0, sizeof(*out));
    struct ov_reader r = ov_reader_over(message, len);
    enum ov_err err = len > OV_KM2_MESSAGE_MAX ? OV_ERR_LIMIT : decode(sender, &r, out);
    if (err != OV_OK)
    {
        ov_km2_clear(out);
    }
    return err;
}

/* An empty string has no NUL on the wire [WP-KM2-003]. */
static size_t string_size(const char *text)
{
    return text == NULL || text[0] == '\0' ? 0 : strlen(text) + 1;
}

static void write_string(struct ov_writer *w, const char *text)
{
    size_t len = string_size(text);
    ov_write_u16(w, (uint16_t)len);
    ov_write_bytes(w, text, len);
}

enum ov_err ov_km2_encode(enum ov_role sender, const struct ov_km2 *km2, struct ov_writer *w)
{
    size_t username_len = string_size(km2->username);
    size_t password_len = string_size(km2->password);
    size_t options_len = string_size(km2->options);
    size_t secrets_len = 2 * OV_KM2_RANDOM_LEN + (sender == OV_ROLE_CLIENT ? OV_KM2_PRE_MASTER_LEN : 0);
    size_t total =
        5 + secrets_len + 4 * 2 + options_len + username_len + password_len + string_size(km2->peer_info);
    if (options_len > OV_KM2_OPTIONS_MAX || username_len > OV_KM2_CREDENTIAL_SENT ||
        password_len > OV_KM2_CREDENTIAL_SENT || total > OV_KM2_MESSAGE_MAX)
    {
        return OV_ERR_LIMIT;
    }
    ov_write_u32(w, 0);
    ov_write_u8(w, KEY_METHOD);
    if (sender == OV_ROLE_CLIENT)
    {
        ov_write_bytes(w, km2->source.pre_master, OV_KM2_PRE_MASTER_LEN);
    }
    ov_write_bytes(w, km2->source.random1, OV_KM2_RANDOM_LEN);
    ov_write_bytes(w, km2->source.random2, OV_KM2_RANDOM_LEN);
    write_string(w, km2->options);
    write_string(w, km2->username);
    write_string(w, km2->password);
    write_string(w, km2->peer_info);
    return w->failed ? OV_ERR_NOSPACE : OV_OK;
}

void ov_km2_clear(struct ov_km2 *km2)
{
    ov_wipe(km2, sizeof(*km2));
    km2->options = km2->username = km2->password = km2->peer_info = "";
}
