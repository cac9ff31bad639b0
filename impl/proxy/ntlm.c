#include "proxy/ntlm.h"

#include <string.h>

#include "base/cursor.h"
#include "base/wipe.h"
#include "proxy/md4.h"
#include "wire/pem.h"
#include "wire/proxy.h"

#define FLAGS       0x00000202u /* OEM characters, NTLM */
#define TARGET_INFO 0x00800000u /* of a type 2 message: it has target information */
#define HEAD        0x40u
#define BLOB_HEAD   0x1cu
#define EPOCH_S     UINT64_C(11644473600) /* from 1601 to 1970 */
#define WIDE        (2u * OV_PROXY_LOGIN)

struct challenge
{
    uint8_t octets[8];
    const uint8_t *info;
    size_t info_len;
};

static uint32_t little(const uint8_t *at, unsigned octets)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < octets; i++)
    {
        value |= (uint32_t)at[i] << (8 * i);
    }
    return value;
}

static void write_little(struct ov_writer *w, uint64_t value, unsigned octets)
{
    for (unsigned i = 0; i < octets; i++)
    {
        ov_write_u8(w, (uint8_t)(value >> (8 * i)));
    }
}

/* Challenge: octets 24 to 31; target information: length at 40, place at 44. */
static enum ov_err read_type2(const uint8_t *raw, size_t len, struct challenge *out)
{
    *out = (struct challenge){.info = NULL};
    if (len < 32 || memcmp(raw, "NTLMSSP", 8) != 0 || little(raw + 8, 4) != 2)
    {
        return OV_ERR_FORMAT;
    }
    memcpy(out->octets, raw + 24, sizeof out->octets);
    if ((little(raw + 20, 4) & TARGET_INFO) == 0)
    {
        return OV_OK;
    }
    if (len < 48)
    {
        return OV_ERR_TRUNCATED;
    }
    const uint32_t info_len = little(raw + 40, 2);
    const uint32_t at = little(raw + 44, 4);
    if (at > len || info_len > len - at)
    {
        return OV_ERR_TRUNCATED;
    }
    out->info = raw + at;
    out->info_len = info_len;
    return OV_OK;
}

/* Each octet becomes two: characters beyond ASCII are not known here. */
static size_t widen(const char *text, size_t len, bool upper, uint8_t *out)
{
    for (size_t i = 0; i < len; i++)
    {
        const bool is_small = upper && text[i] >= 'a' && text[i] <= 'z';
        out[2 * i] = (uint8_t)(is_small ? text[i] - 'a' + 'A' : text[i]);
        out[2 * i + 1] = 0;
    }
    return 2 * len;
}

static enum ov_err hmac_md5(const struct ov_crypto *crypto, const uint8_t key[static OV_MD4_LEN],
                            const void *first, size_t first_len, const void *second, size_t second_len,
                            uint8_t out[static 16])
{
    const struct ov_slice in[] = {{first, first_len}, {second, second_len}};
    return crypto->hmac(OV_DIGEST_MD5, key, OV_MD4_LEN, in, second_len > 0 ? 2 : 1, out);
}

/* The user's key: what the proxy's side has too. */
static enum ov_err user_key(const struct ov_crypto *crypto, const char *user, const char *domain,
                            size_t domain_len, const char *password, uint8_t out[static 16])
{
    uint8_t wide[WIDE];
    uint8_t wide_domain[WIDE];
    uint8_t hash[OV_MD4_LEN];
    ov_md4(wide, widen(password, strlen(password), false, wide), hash);
    const size_t user_len = widen(user, strlen(user), true, wide);
    const size_t len = widen(domain, domain_len, false, wide_domain);
    const enum ov_err err = hmac_md5(crypto, hash, wide, user_len, wide_domain, len, out);
    ov_wipe(wide, sizeof wide);
    ov_wipe(hash, sizeof hash);
    return err;
}

static void write_buffer(struct ov_writer *w, size_t len, size_t at)
{
    write_little(w, len, 2);
    write_little(w, len, 2);
    write_little(w, at, 4);
}

/* Time, our nonce and the target information; 0x20 octets and the information [WP-PROXY-007]. */
static enum ov_err write_blob(struct ov_writer *w, const struct challenge *challenge,
                              const struct ov_rng *rng, uint32_t unix_s)
{
    uint8_t nonce[8];
    const enum ov_err err = ov_rng_fill(rng, nonce, sizeof nonce);
    write_little(w, 0x0101, 8);
    write_little(w, (EPOCH_S + unix_s) * UINT64_C(10000000), 8);
    ov_write_bytes(w, nonce, sizeof nonce);
    write_little(w, 0, 4);
    if (challenge->info_len > 0)
    {
        ov_write_bytes(w, challenge->info, challenge->info_len);
    }
    write_little(w, 0, 4);
    return err;
}

static enum ov_err write_type3(struct ov_writer *w, const struct ov_crypto *crypto, const struct ov_rng *rng,
                               uint32_t unix_s, const struct challenge *challenge, const char *username,
                               const char *password)
{
    const char *slash = strchr(username, '\\');
    const size_t domain_len = slash != NULL ? (size_t)(slash - username) : 0;
    const char *user = slash != NULL ? slash + 1 : username;
    const size_t response_len = 16 + 0x20 + challenge->info_len;
    const size_t end = HEAD + response_len + strlen(user) + domain_len;
    uint8_t key[16];
    ov_write_bytes(w, "NTLMSSP", 8);
    write_little(w, 3, 4);
    write_buffer(w, 0, end);
    write_buffer(w, response_len, HEAD);
    write_buffer(w, domain_len, HEAD + response_len + strlen(user));
    write_buffer(w, strlen(user), HEAD + response_len);
    write_buffer(w, 0, end);
    write_buffer(w, 0, end);
    write_little(w, FLAGS, 4);
    uint8_t *proof = ov_write_space(w, 16);
    const uint8_t *blob = w->at;
    enum ov_err err = write_blob(w, challenge, rng, unix_s);
    ov_write_bytes(w, user, strlen(user));
    ov_write_bytes(w, username, domain_len);
    if (w->failed)
    {
        return OV_ERR_LIMIT;
    }
    err = err != OV_OK ? err : user_key(crypto, user, username, domain_len, password, key);
    if (err == OV_OK)
    {
        err = hmac_md5(crypto, key, challenge->octets, 8, blob, 0x20 + challenge->info_len, proof);
    }
    ov_wipe(key, sizeof key);
    return err;
}

enum ov_err ov_ntlm_answer(const struct ov_crypto *crypto, const struct ov_rng *rng, uint32_t unix_s,
                           const char *type2, const char *username, const char *password, char *out,
                           size_t cap)
{
    uint8_t raw[OV_NTLM_RAW / 2];
    uint8_t answer[OV_NTLM_RAW];
    struct challenge challenge;
    size_t len = 0;
    struct ov_writer w = ov_writer_over(answer, sizeof answer);
    if (strlen(username) >= OV_PROXY_LOGIN || strlen(password) >= OV_PROXY_LOGIN)
    {
        return OV_ERR_LIMIT;
    }
    enum ov_err err = ov_base64_decode(type2, strlen(type2), raw, sizeof raw, &len);
    err = err != OV_OK ? err : read_type2(raw, len, &challenge);
    err = err != OV_OK ? err : write_type3(&w, crypto, rng, unix_s, &challenge, username, password);
    err = err != OV_OK ? err : ov_base64_encode(answer, ov_writer_len(&w), out, cap);
    ov_wipe(answer, sizeof answer);
    return err == OV_ERR_NOSPACE ? OV_ERR_LIMIT : err;
}
