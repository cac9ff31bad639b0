#include "session/auth_token.h"

#include <string.h>

#include "base/cursor.h"
#include "base/wipe.h"
#include "wire/pem.h"

#define CLAIMS_LEN (OV_TOKEN_SESSION_ID + 16u)
#define TAG_LEN    32u
#define RAW_LEN    (CLAIMS_LEN + TAG_LEN)
#define PREFIX_LEN (sizeof OV_TOKEN_PREFIX - 1)

bool ov_token_claimed(const char *password)
{
    return strncmp(password, OV_TOKEN_PREFIX, PREFIX_LEN) == 0;
}

static enum ov_err make_tag(const struct ov_crypto *crypto, const uint8_t *key, const char *username,
                            const uint8_t *claims, uint8_t tag[static OV_DIGEST_MAX])
{
    const struct ov_slice in[] = {{username, strlen(username)}, {claims, CLAIMS_LEN}};
    return crypto->hmac(OV_DIGEST_SHA256, key, OV_TOKEN_KEY, in, 2, tag);
}

enum ov_err ov_token_make(const struct ov_crypto *crypto, const uint8_t key[static OV_TOKEN_KEY],
                          const char *username, const struct ov_token *token, char out[static OV_TOKEN_TEXT])
{
    uint8_t raw[RAW_LEN];
    uint8_t tag[OV_DIGEST_MAX];
    struct ov_writer w = ov_writer_over(raw, sizeof raw);
    ov_write_bytes(&w, token->session_id, sizeof token->session_id);
    ov_write_u64(&w, token->first_s);
    ov_write_u64(&w, token->issued_s);
    enum ov_err err = make_tag(crypto, key, username, raw, tag);
    if (err == OV_OK)
    {
        ov_write_bytes(&w, tag, TAG_LEN);
        memcpy(out, OV_TOKEN_PREFIX, PREFIX_LEN);
        err = w.failed ? OV_ERR_NOSPACE
                       : ov_base64_encode(raw, sizeof raw, out + PREFIX_LEN, OV_TOKEN_TEXT - PREFIX_LEN);
    }
    ov_wipe(raw, sizeof raw);
    ov_wipe(tag, sizeof tag);
    return err;
}

static bool is_tag_of(const struct ov_crypto *crypto, const uint8_t *key, const char *username,
                      const uint8_t raw[static RAW_LEN])
{
    uint8_t tag[OV_DIGEST_MAX];
    return make_tag(crypto, key, username, raw, tag) == OV_OK &&
           ov_equal_secret(tag, raw + CLAIMS_LEN, TAG_LEN);
}

enum ov_err ov_token_open(const struct ov_crypto *crypto, const uint8_t key[static OV_TOKEN_KEY],
                          const char *username, const char *text, struct ov_token *out, bool *nameless)
{
    uint8_t raw[RAW_LEN];
    size_t len = 0;
    memset(out, 0, sizeof *out);
    *nameless = false;
    /* The length first: nothing is read that isn't there (CVE-2026-13122). */
    if (!ov_token_claimed(text) || strlen(text) != OV_TOKEN_TEXT - 1 ||
        ov_base64_decode(text + PREFIX_LEN, OV_TOKEN_TEXT - 1 - PREFIX_LEN, raw, sizeof raw, &len) != OV_OK ||
        len != sizeof raw)
    {
        return OV_ERR_FORMAT;
    }
    enum ov_err err = OV_OK;
    if (!is_tag_of(crypto, key, username, raw))
    {
        *nameless = is_tag_of(crypto, key, "", raw); /* [WP-TOK-006] */
        err = *nameless ? OV_OK : OV_ERR_AUTH;
    }
    if (err == OV_OK)
    {
        struct ov_reader r = ov_reader_over(raw, sizeof raw);
        ov_read_copy(&r, out->session_id, sizeof out->session_id);
        out->first_s = ov_read_u64(&r);
        out->issued_s = ov_read_u64(&r);
    }
    ov_wipe(raw, sizeof raw);
    return err;
}

enum ov_err ov_token_check(const struct ov_token *token, uint64_t now_s, uint32_t renewal_s,
                           uint32_t lifetime_s)
{
    /* The tag is ours, so the sums can't run over unless somebody has our key: then they are merely wrong. */
    const bool fresh = now_s >= token->issued_s && now_s - token->issued_s < 2 * (uint64_t)renewal_s;
    const bool alive = lifetime_s == 0 || (now_s >= token->first_s && now_s - token->first_s <= lifetime_s);
    return fresh && alive && token->issued_s >= token->first_s ? OV_OK : OV_ERR_TIMEOUT;
}
