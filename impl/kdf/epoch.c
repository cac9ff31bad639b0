#include "kdf/epoch.h"

#include <string.h>

#include "base/cursor.h"
#include "base/wipe.h"

#define HASH_LEN   32u
#define PREFIX     "ovpn "
#define PREFIX_LEN 5u
#define INFO_MAX   (2u + 1u + 255u + 1u + 255u)
#define EXPAND_MAX (255u * HASH_LEN)

/* HKDF-Expand of RFC 5869: T(i) = HMAC(secret, T(i-1) | info | i). */
static enum ov_err expand(const struct ov_crypto *crypto, const uint8_t *secret, const struct ov_slice *info,
                          uint8_t *out, size_t out_len)
{
    uint8_t block[HASH_LEN];
    uint8_t number = 0;
    enum ov_err err = OV_OK;
    for (size_t done = 0; err == OV_OK && done < out_len; done += HASH_LEN)
    {
        const struct ov_slice pieces[] = {{block, number == 0 ? 0 : HASH_LEN}, *info, {&number, 1}};
        number++;
        err = crypto->hmac(OV_DIGEST_SHA256, secret, OV_EPOCH_SECRET_LEN, pieces, 3, block);
        if (err == OV_OK)
        {
            memcpy(out + done, block, out_len - done < HASH_LEN ? out_len - done : HASH_LEN);
        }
    }
    ov_wipe(block, sizeof(block));
    return err;
}

enum ov_err ov_expand_label(const struct ov_crypto *crypto, const uint8_t secret[static OV_EPOCH_SECRET_LEN],
                            const char *label, const void *context, size_t context_len, uint8_t *out,
                            size_t out_len)
{
    size_t label_len = strlen(label);
    memset(out, 0, out_len);
    if (label_len > 255 - PREFIX_LEN || context_len > 255 || out_len > EXPAND_MAX)
    {
        return OV_ERR_ARG;
    }
    /* WP-EPOCH-003: length, prefixed label with its length, context with its length. */
    uint8_t text[INFO_MAX];
    struct ov_writer w = ov_writer_over(text, sizeof(text));
    ov_write_u16(&w, (uint16_t)out_len);
    ov_write_u8(&w, (uint8_t)(PREFIX_LEN + label_len));
    ov_write_bytes(&w, PREFIX, PREFIX_LEN);
    ov_write_bytes(&w, label, label_len);
    ov_write_u8(&w, (uint8_t)context_len);
    ov_write_bytes(&w, context, context_len);
    const struct ov_slice info = {text, ov_writer_len(&w)};
    enum ov_err err = w.failed ? OV_ERR_NOSPACE : expand(crypto, secret, &info, out, out_len);
    if (err != OV_OK)
    {
        ov_wipe(out, out_len);
    }
    return err;
}

void ov_epoch_first(struct ov_epoch_secret *link, const struct ov_key_half *half)
{
    link->epoch = 1;
    memcpy(link->secret, half->cipher, sizeof(link->secret)); /* [WP-EPOCH-002] */
}

enum ov_err ov_epoch_advance(const struct ov_crypto *crypto, struct ov_epoch_secret *link)
{
    if (link->epoch == UINT16_MAX)
    {
        return OV_ERR_WRAP;
    }
    uint8_t next[OV_EPOCH_SECRET_LEN];
    enum ov_err err = ov_expand_label(crypto, link->secret, "datakey upd", NULL, 0, next, sizeof(next));
    if (err == OV_OK)
    {
        memcpy(link->secret, next, sizeof(next));
        link->epoch++;
    }
    ov_wipe(next, sizeof(next));
    return err;
}

enum ov_err ov_epoch_key_of(const struct ov_crypto *crypto, const struct ov_epoch_secret *link,
                            enum ov_aead_id aead, struct ov_epoch_key *out)
{
    memset(out, 0, sizeof(*out));
    enum ov_err err =
        ov_expand_label(crypto, link->secret, "data_key", NULL, 0, out->key, ov_aead_key_len(aead));
    if (err == OV_OK)
    {
        err = ov_expand_label(crypto, link->secret, "data_iv", NULL, 0, out->iv, sizeof(out->iv));
    }
    if (err != OV_OK)
    {
        ov_wipe(out, sizeof(*out));
    }
    return err;
}

void ov_epoch_nonce(uint64_t packet_id, const uint8_t iv[static OV_AEAD_NONCE_LEN],
                    uint8_t nonce[static OV_AEAD_NONCE_LEN])
{
    memcpy(nonce, iv, OV_AEAD_NONCE_LEN);
    for (unsigned i = 0; i < 8; i++)
    {
        nonce[i] ^= (uint8_t)(packet_id >> (56 - 8 * i));
    }
}
