#include "tests/lib/sealed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct ov_sealed_format ov_sealed_formats[] = {
    {"AES-256-GCM", OV_CIPHER_AES_256_GCM, false, false, OV_DIGEST_SHA1, false},
    {"CHACHA20-POLY1305", OV_CIPHER_CHACHA20_POLY1305, false, false, OV_DIGEST_SHA1, false},
    {"epoch AES-128-GCM", OV_CIPHER_AES_128_GCM, true, false, OV_DIGEST_SHA1, false},
    {"epoch AES-192-GCM", OV_CIPHER_AES_192_GCM, true, false, OV_DIGEST_SHA1, false},
    {"epoch CHACHA20-POLY1305", OV_CIPHER_CHACHA20_POLY1305, true, false, OV_DIGEST_SHA1, false},
    {"AES-128-CBC SHA1", OV_CIPHER_AES_128_CBC, false, false, OV_DIGEST_SHA1, false},
    {"AES-192-CBC MD5", OV_CIPHER_AES_192_CBC, false, false, OV_DIGEST_MD5, false},
    {"AES-192-CBC SHA224", OV_CIPHER_AES_192_CBC, false, false, OV_DIGEST_SHA224, false},
    {"AES-256-CBC SHA256", OV_CIPHER_AES_256_CBC, false, false, OV_DIGEST_SHA256, false},
    {"AES-256-CBC SHA384", OV_CIPHER_AES_256_CBC, false, false, OV_DIGEST_SHA384, false},
    {"AES-256-CBC SHA512", OV_CIPHER_AES_256_CBC, false, false, OV_DIGEST_SHA512, false},
    {"AES-256-CBC none", OV_CIPHER_AES_256_CBC, false, true, OV_DIGEST_SHA1, false},
    {"none SHA256", OV_CIPHER_NONE, false, false, OV_DIGEST_SHA256, false},
    {"none SHA1", OV_CIPHER_NONE, false, false, OV_DIGEST_SHA1, false},
    {"none none", OV_CIPHER_NONE, false, true, OV_DIGEST_SHA1, false},
    {"ARIA-256-GCM", OV_CIPHER_ARIA_256_GCM, false, false, OV_DIGEST_SHA1, false},
    {"AES-256-CFB SHA1", OV_CIPHER_AES_256_CFB, false, false, OV_DIGEST_SHA1, false},
    {"AES-192-CFB8 SHA3-384", OV_CIPHER_AES_192_CFB8, false, false, OV_DIGEST_SHA3_384, false},
    {"AES-128-CFB1 MD5-SHA1", OV_CIPHER_AES_128_CFB1, false, false, OV_DIGEST_MD5_SHA1, false},
    {"AES-128-OFB SHA256", OV_CIPHER_AES_128_OFB, false, false, OV_DIGEST_SHA256, false},
    {"AES-192-OFB none", OV_CIPHER_AES_192_OFB, false, true, OV_DIGEST_SHA1, false},
    {"CAMELLIA-192-CBC RIPEMD160", OV_CIPHER_CAMELLIA_192_CBC, false, false, OV_DIGEST_RIPEMD160, false},
    {"CAMELLIA-256-CFB SHA1", OV_CIPHER_CAMELLIA_256_CFB, false, false, OV_DIGEST_SHA1, false},
    {"DES-EDE3-CBC SHA512", OV_CIPHER_DES_EDE3_CBC, false, false, OV_DIGEST_SHA512, false},
    {"BF-CBC SHA1", OV_CIPHER_BF_CBC, false, false, OV_DIGEST_SHA1, false},
    {"BF-CFB MD5", OV_CIPHER_BF_CFB, false, false, OV_DIGEST_MD5, false},
    {"static AES-256-CBC SHA1", OV_CIPHER_AES_256_CBC, false, false, OV_DIGEST_SHA1, true},
    {"static BF-CBC MD5", OV_CIPHER_BF_CBC, false, false, OV_DIGEST_MD5, true},
    {"static DES-CBC none", OV_CIPHER_DES_CBC, false, true, OV_DIGEST_SHA1, true},
    {"static none SHA256", OV_CIPHER_NONE, false, false, OV_DIGEST_SHA256, true},
    {"static none none", OV_CIPHER_NONE, false, true, OV_DIGEST_SHA1, true},
};
const size_t ov_sealed_formats_count = sizeof ov_sealed_formats / sizeof ov_sealed_formats[0];

void ov_sealed_open(struct ov_data *d, const struct ov_crypto *crypto, const struct ov_sealed_format *format,
                    enum ov_role role, bool v2, const struct ov_rng *rng, const struct ov_key2 *key2)
{
    struct ov_key2 standard;
    struct ov_data_key key;
    for (size_t i = 0; i < sizeof standard; i++)
    {
        ((uint8_t *)&standard)[i] = (uint8_t)(i * 13 + 5);
    }
    const struct ov_data_key_spec spec = {.crypto = crypto,
                                          .rng = rng,
                                          .cipher = format->cipher,
                                          .epoch = format->epoch,
                                          .auth_none = format->auth_none,
                                          .auth = format->auth,
                                          .key2 = key2 != NULL ? key2 : &standard,
                                          .bare = format->bare,
                                          .wall_s = OV_SEALED_TIME,
                                          .role = role,
                                          .replay_window = 64};
    ov_data_init(d, 1500);
    d->bare = format->bare;
    d->peer_id = v2 && !format->bare ? 5 : OV_PEER_ID_NONE;
    ov_assert_err(ov_data_key_init(&key, &spec), OV_OK);
    ov_data_install(d, &key, 0, OV_NEVER);
}

bool ov_sealed_has(const struct ov_crypto *crypto, const struct ov_sealed_format *format)
{
    uint8_t digest[OV_DIGEST_MAX];
    return ov_crypto_has_cipher(crypto, format->cipher) &&
           (format->auth_none || crypto->digest(format->auth, NULL, 0, digest) == OV_OK);
}

bool ov_sealed_proves(const struct ov_sealed_format *format)
{
    return ov_cipher_is_aead(format->cipher) || !format->auth_none;
}

uint32_t ov_sealed_packet(struct ov_data *d, const void *plain, size_t len, uint8_t *packet, size_t cap)
{
    static struct ov_test_batch batch;
    const struct ov_addr nowhere = {0};
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, plain, len);
    ov_data_seal(d, &nowhere, batch.dg, 1, 0);
    assert_int_equal(batch.dg[0].fate, OV_FATE_LINK);
    assert_in_range(batch.dg[0].buf.len, 1, cap);
    memcpy(packet, ov_buf_data(&batch.dg[0].buf), batch.dg[0].buf.len);
    return batch.dg[0].buf.len;
}

enum ov_err ov_sealed_try(struct ov_data *d, const void *packet, size_t len, uint8_t *out, uint32_t *out_len)
{
    uint8_t *copy = ov_test_copy(packet, len);
    struct ov_datagram dg = {.buf = ov_buf_over(copy, (uint32_t)len, 0)};
    dg.buf.len = (uint32_t)len;
    (void)ov_data_open(d, &dg, 1);
    if (dg.fate == OV_FATE_TUN)
    {
        memcpy(out, ov_buf_data(&dg.buf), dg.buf.len);
        *out_len = dg.buf.len;
    }
    const enum ov_err err = dg.fate == OV_FATE_TUN ? OV_OK : (enum ov_err)dg.why;
    free(copy);
    return err;
}
