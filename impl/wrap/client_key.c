#include "wrap/client_key.h"

#include <string.h>

#include "base/cursor.h"
#include "base/wipe.h"
#include "wire/pem.h"

#define KEY_LEN 32u

static enum ov_err make_tag(const struct ov_crypto *crypto, const struct ov_key_half *server,
                            const uint8_t *length, const uint8_t *clear, size_t clear_len,
                            uint8_t tag[static OV_DIGEST_MAX])
{
    /* The length comes last in the packet and first in the tag [WP-TC2-004]. */
    const struct ov_slice in[] = {{length, OV_WKC_LENGTH_LEN}, {clear, clear_len}};
    return crypto->hmac(OV_DIGEST_SHA256, server->hmac, KEY_LEN, in, 2, tag);
}

enum ov_err ov_client_key_wrap(const struct ov_crypto *crypto, const struct ov_key_half *server,
                               const struct ov_key2 *kc, const uint8_t *metadata, size_t len,
                               struct ov_wkc *out)
{
    uint8_t tag[OV_DIGEST_MAX];
    const size_t clear_len = sizeof *kc + len;
    memset(out, 0, sizeof *out);
    if (len > OV_WKC_METADATA_MAX)
    {
        return OV_ERR_LIMIT;
    }
    struct ov_writer w = ov_writer_over(out->octets, sizeof out->octets);
    uint8_t *tag_at = ov_write_space(&w, OV_WKC_TAG_LEN);
    uint8_t *clear = w.at;
    ov_write_bytes(&w, kc, sizeof *kc);
    ov_write_bytes(&w, metadata, len);
    const uint8_t *length = w.at;
    ov_write_u16(&w, (uint16_t)(OV_WKC_MIN + len));
    enum ov_err err = w.failed ? OV_ERR_NOSPACE : make_tag(crypto, server, length, clear, clear_len, tag);
    if (err == OV_OK)
    {
        memcpy(tag_at, tag, OV_WKC_TAG_LEN);
        err = crypto->aes256_ctr(server->cipher, tag, clear, clear_len);
    }
    out->len = (uint16_t)(OV_WKC_MIN + len);
    if (err != OV_OK)
    {
        ov_wipe(out, sizeof *out); /* Kc stood there in clear */
    }
    return err;
}

static enum ov_err open_wkc(const struct ov_crypto *crypto, const struct ov_key_half *server,
                            const uint8_t *wkc, size_t clear_len, uint8_t *clear)
{
    uint8_t expected[OV_DIGEST_MAX];
    memcpy(clear, wkc + OV_WKC_TAG_LEN, clear_len);
    enum ov_err err = crypto->aes256_ctr(server->cipher, wkc, clear, clear_len);
    if (err == OV_OK)
    {
        err = make_tag(crypto, server, wkc + OV_WKC_TAG_LEN + clear_len, clear, clear_len, expected);
    }
    if (err != OV_OK)
    {
        return err;
    }
    return ov_equal_secret(wkc, expected, OV_WKC_TAG_LEN) ? OV_OK : OV_ERR_AUTH;
}

enum ov_err ov_client_key_unwrap(const struct ov_crypto *crypto, const struct ov_key_half *server,
                                 const uint8_t *wkc, size_t len, struct ov_key2 *kc,
                                 struct ov_wkc_metadata *metadata)
{
    uint8_t clear[OV_WKC_MAX];
    uint16_t said = 0;
    memset(kc, 0, sizeof *kc);
    memset(metadata, 0, sizeof *metadata);
    if (ov_wkc_find(wkc, len, 0, &said) != OV_OK || said != len)
    {
        return OV_ERR_FORMAT;
    }
    const size_t clear_len = len - OV_WKC_TAG_LEN - OV_WKC_LENGTH_LEN;
    enum ov_err err = open_wkc(crypto, server, wkc, clear_len, clear);
    if (err == OV_OK)
    {
        struct ov_reader r = ov_reader_over(clear, clear_len);
        ov_read_copy(&r, kc, sizeof *kc);
        metadata->len = (uint16_t)ov_reader_left(&r);
        ov_read_copy(&r, metadata->octets, metadata->len);
    }
    ov_wipe(clear, sizeof clear);
    return err;
}

/* ---- key files ---- */

enum ov_err ov_server_key_parse(const char *text, size_t len, struct ov_key_half *out)
{
    size_t got = 0;
    memset(out, 0, sizeof *out);
    enum ov_err err = ov_pem_decode(OV_SERVER_KEY_LABEL, text, len, (uint8_t *)out, sizeof *out, &got);
    if (err == OV_OK && got != sizeof *out)
    {
        err = OV_ERR_TRUNCATED;
    }
    if (err != OV_OK)
    {
        ov_wipe(out, sizeof *out);
    }
    return err;
}

static enum ov_err split(const uint8_t *body, size_t len, struct ov_key2 *kc, struct ov_wkc *wkc)
{
    struct ov_reader r = ov_reader_over(body, len);
    uint16_t said = 0;
    if (len < sizeof *kc + OV_WKC_MIN)
    {
        return OV_ERR_TRUNCATED;
    }
    ov_read_copy(&r, kc, sizeof *kc);
    wkc->len = (uint16_t)ov_reader_left(&r);
    ov_read_copy(&r, wkc->octets, wkc->len);
    return ov_wkc_find(wkc->octets, wkc->len, 0, &said) == OV_OK && said == wkc->len ? OV_OK : OV_ERR_FORMAT;
}

enum ov_err ov_client_key_parse(const char *text, size_t len, struct ov_key2 *kc, struct ov_wkc *wkc)
{
    uint8_t body[sizeof *kc + OV_WKC_MAX];
    size_t got = 0;
    memset(kc, 0, sizeof *kc);
    memset(wkc, 0, sizeof *wkc);
    enum ov_err err = ov_pem_decode(OV_CLIENT_KEY_LABEL, text, len, body, sizeof body, &got);
    if (err == OV_OK)
    {
        err = split(body, got, kc, wkc);
    }
    if (err != OV_OK)
    {
        ov_wipe(kc, sizeof *kc);
        ov_wipe(wkc, sizeof *wkc);
    }
    ov_wipe(body, sizeof body);
    return err;
}
