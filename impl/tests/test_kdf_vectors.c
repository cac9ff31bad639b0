/* Key derivation against the vectors of sections 11.5, 11.6 and 11.7, on every backend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/key2.h"
#include "kdf/epoch.h"
#include "kdf/key2.h"
#include "kdf/tls1_prf.h"
#include "lib/tlspair.h"
#include "lib/vectors.h"

static void check_prf(const struct ov_crypto *crypto, const struct ov_vec_section *vec)
{
    uint8_t secret[256];
    uint8_t seed[256];
    uint8_t want[256];
    uint8_t got[256];
    size_t secret_len = ov_vec_octets(vec, "secret", secret, sizeof(secret));
    size_t seed_len = ov_vec_octets(vec, "seed", seed, sizeof(seed));
    size_t len = ov_vec_number(vec, "output_length");
    ov_vec_exactly(vec, "output", want, len);
    /* The cut of the seed into pieces has no influence. */
    const struct ov_slice pieces[] = {{seed, 5}, {seed + 5, seed_len - 5}};
    assert_int_equal(ov_tls1_prf(crypto, secret, secret_len, pieces, 2, got, len), OV_OK);
    assert_memory_equal(got, want, len);
    const struct ov_slice whole = {seed, seed_len};
    assert_int_equal(ov_tls1_prf(crypto, secret, secret_len, &whole, 1, got, len), OV_OK);
    assert_memory_equal(got, want, len);
}

static void test_prf(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("prf");
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        check_prf(*b, ov_vec_section(file, "prf-short"));
        check_prf(*b, ov_vec_section(file, "prf-long"));
    }
    ov_vec_free(file);
}

static void test_prf_limits(void **state)
{
    (void)state;
    const struct ov_crypto *crypto = ov_test_real_backends()[0];
    struct ov_slice pieces[OV_TLS1_PRF_PIECES + 1];
    uint8_t out[8];
    for (size_t i = 0; i < OV_TLS1_PRF_PIECES + 1; i++)
    {
        pieces[i] = (struct ov_slice){"x", 1};
    }
    assert_int_equal(ov_tls1_prf(crypto, (const uint8_t *)"s", 1, pieces, OV_TLS1_PRF_PIECES, out, 8), OV_OK);
    memset(out, 0xff, sizeof(out));
    assert_int_equal(ov_tls1_prf(crypto, (const uint8_t *)"s", 1, pieces, OV_TLS1_PRF_PIECES + 1, out, 8),
                     OV_ERR_ARG);
    assert_memory_equal(out, "\0\0\0\0\0\0\0\0", 8);
}

/* The master step, and both session ids in the seed of the second [WP-KDF-002, WP-KDF-006]. */
static void test_expansion(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("prf");
    const struct ov_vec_section *vec = ov_vec_section(file, "openvpn-expansion");
    struct ov_key_source client;
    struct ov_key_source server = {{0}, {0}, {0}};
    uint8_t client_sid[OV_KEY_SID_LEN];
    uint8_t server_sid[OV_KEY_SID_LEN];
    uint8_t want[OV_KEY2_SIZE];
    ov_vec_exactly(vec, "pre_master", client.pre_master, sizeof(client.pre_master));
    ov_vec_exactly(vec, "client_random1", client.random1, sizeof(client.random1));
    ov_vec_exactly(vec, "client_random2", client.random2, sizeof(client.random2));
    ov_vec_exactly(vec, "server_random1", server.random1, sizeof(server.random1));
    ov_vec_exactly(vec, "server_random2", server.random2, sizeof(server.random2));
    ov_vec_exactly(vec, "client_sid", client_sid, sizeof(client_sid));
    ov_vec_exactly(vec, "server_sid", server_sid, sizeof(server_sid));
    ov_vec_exactly(vec, "key2", want, sizeof(want));
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        struct ov_key2 got;
        assert_int_equal(ov_key2_from_prf(*b, &client, &server, client_sid, server_sid, &got), OV_OK);
        assert_memory_equal(&got, want, sizeof(want));
    }
    ov_vec_free(file);
}

/* WP-GEN-001 and WP-KDF-004: which octets of key256 each vector is sealed with. */
static void test_selection(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("aead");
    struct ov_key2 key2;
    ov_vec_exactly(ov_vec_section(file, "inputs"), "key256", (uint8_t *)&key2, sizeof(key2));
    size_t checked = 0;
    for (size_t i = 0; i < file->count; i++)
    {
        const struct ov_vec_section *vec = &file->sections[i];
        if (!ov_vec_has(vec, "cipher"))
        {
            continue;
        }
        bool by_client = strcmp(ov_vec_text(vec, "sender"), "client") == 0;
        const struct ov_key_half *half = ov_key2_data_half(&key2, OV_ROLE_CLIENT, by_client);
        assert_ptr_equal(half, ov_key2_data_half(&key2, OV_ROLE_SERVER, !by_client));
        struct ov_data_secret secret = ov_data_secret_of(half);
        uint8_t key[OV_AEAD_KEY_MAX];
        uint8_t iv[OV_IMPLICIT_IV_LEN];
        uint8_t want[OV_AEAD_NONCE_LEN];
        uint8_t nonce[OV_AEAD_NONCE_LEN];
        uint8_t id[4];
        size_t key_len = ov_vec_octets(vec, "key", key, sizeof(key));
        ov_vec_exactly(vec, "implicit_iv", iv, sizeof(iv));
        ov_vec_exactly(vec, "nonce", want, sizeof(want));
        ov_vec_exactly(vec, "packet_id", id, sizeof(id));
        assert_memory_equal(secret.key, key, key_len);
        assert_memory_equal(secret.implicit_iv, iv, sizeof(iv));
        ov_data_nonce((uint32_t)(id[0] << 24 | id[1] << 16 | id[2] << 8 | id[3]), secret.implicit_iv, nonce);
        assert_memory_equal(nonce, want, sizeof(want));
        checked++;
    }
    assert_int_equal(checked, 9);
    ov_vec_free(file);
}

/* Label with its prefix, empty context [WP-EPOCH-003]. */
static void test_expand_label(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("epoch");
    const struct ov_vec_section *vec = ov_vec_section(file, "expand-label-unit-test");
    uint8_t secret[32];
    uint8_t want[16];
    uint8_t got[16];
    ov_vec_exactly(vec, "secret", secret, sizeof(secret));
    ov_vec_exactly(vec, "output", want, sizeof(want));
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        assert_int_equal(ov_expand_label(*b, secret, ov_vec_text(vec, "label"), NULL, 0, got, sizeof(got)),
                         OV_OK);
        assert_memory_equal(got, want, sizeof(want));
    }
    ov_vec_free(file);
}

/* The longest that the format can say, and one more. */
static void test_expand_label_limits(void **state)
{
    (void)state;
    static uint8_t out[8161];
    static const uint8_t secret[32] = {1};
    char label[252];
    uint8_t context[256] = {0};
    memset(label, 'l', sizeof(label));
    label[250] = '\0';
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        label[250] = '\0';
        assert_int_equal(ov_expand_label(*b, secret, label, context, 255, out, 8160), OV_OK);
        assert_int_equal(ov_expand_label(*b, secret, label, context, 256, out, 16), OV_ERR_ARG);
        assert_int_equal(ov_expand_label(*b, secret, label, context, 255, out, 8161), OV_ERR_ARG);
        label[250] = 'l';
        label[251] = '\0';
        assert_int_equal(ov_expand_label(*b, secret, label, context, 255, out, 16), OV_ERR_ARG);
    }
}

/* Keys, IVs and nonces as the vectors have them: the id stands left in the nonce [WP-EPOCH-004]. */
static void check_epoch(const struct ov_crypto *crypto, const struct ov_vec_section *vec)
{
    enum ov_aead_id aead;
    struct ov_epoch_secret link = {.epoch = 1, .secret = {0}};
    struct ov_epoch_key got;
    uint8_t key[OV_AEAD_KEY_MAX];
    uint8_t iv[OV_AEAD_NONCE_LEN];
    assert_int_equal(ov_aead_by_name(ov_vec_text(vec, "cipher"), &aead), OV_OK);
    ov_vec_exactly(vec, "epoch_key", link.secret, sizeof(link.secret));
    ov_vec_exactly(vec, "data_key", key, ov_aead_key_len(aead));
    ov_vec_exactly(vec, "data_iv", iv, sizeof(iv));
    assert_int_equal(ov_epoch_key_of(crypto, &link, aead, &got), OV_OK);
    assert_memory_equal(got.key, key, ov_aead_key_len(aead));
    assert_memory_equal(got.iv, iv, sizeof(iv));
    if (ov_vec_has(vec, "next_epoch_key"))
    {
        uint8_t next[OV_EPOCH_SECRET_LEN];
        ov_vec_exactly(vec, "next_epoch_key", next, sizeof(next));
        assert_int_equal(ov_epoch_advance(crypto, &link), OV_OK);
        assert_int_equal(link.epoch, 2);
        assert_memory_equal(link.secret, next, sizeof(next));
    }
    if (ov_vec_has(vec, "nonce"))
    {
        uint8_t id[8];
        uint8_t want[OV_AEAD_NONCE_LEN];
        uint8_t nonce[OV_AEAD_NONCE_LEN];
        uint64_t number = 0;
        ov_vec_exactly(vec, "epoch", id, 2);
        ov_vec_exactly(vec, "counter", id + 2, 6);
        ov_vec_exactly(vec, "nonce", want, sizeof(want));
        for (size_t i = 0; i < sizeof(id); i++)
        {
            number = number << 8 | id[i];
        }
        ov_epoch_nonce(number, got.iv, nonce);
        assert_memory_equal(nonce, want, sizeof(want));
    }
}

static void test_epoch(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("epoch");
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        size_t checked = 0;
        for (size_t i = 0; i < file->count; i++)
        {
            if (ov_vec_has(&file->sections[i], "data_key"))
            {
                check_epoch(*b, &file->sections[i]);
                checked++;
            }
        }
        assert_true(checked >= 5);
    }
    ov_vec_free(file);
}

/* E_1 is cut out of the sender's half; the chain ends at the last epoch [WP-EPOCH-002]. */
static void test_epoch_chain_ends(void **state)
{
    (void)state;
    struct ov_key_half half;
    struct ov_epoch_secret link;
    memset(&half, 0x5a, sizeof(half));
    memset(half.hmac, 0, sizeof(half.hmac));
    ov_epoch_first(&link, &half);
    assert_int_equal(link.epoch, 1);
    assert_memory_equal(link.secret, half.cipher, sizeof(link.secret));
    link.epoch = 65534;
    const struct ov_crypto *crypto = ov_test_real_backends()[0];
    assert_int_equal(ov_epoch_advance(crypto, &link), OV_OK);
    struct ov_epoch_secret before = link;
    assert_int_equal(ov_epoch_advance(crypto, &link), OV_ERR_WRAP);
    assert_memory_equal(&before, &link, sizeof(link));
}

/* A library without MD5 (FIPS mode) must be told from a failure [WP-KDF-005]. */
static enum ov_err hmac_without_md5(enum ov_digest_id id, const uint8_t *key, size_t key_len,
                                    const struct ov_slice *in, size_t count, uint8_t *out)
{
    return id == OV_DIGEST_MD5 ? OV_ERR_UNSUPPORTED
                               : ov_crypto_backends[0]->hmac(id, key, key_len, in, count, out);
}

static void test_no_md5(void **state)
{
    (void)state;
    struct ov_crypto fips = *ov_test_real_backends()[0];
    fips.hmac = hmac_without_md5;
    struct ov_key_source source;
    struct ov_key2 out;
    const struct ov_key2 zero = {0};
    const uint8_t sid[OV_KEY_SID_LEN] = {1};
    memset(&source, 7, sizeof(source));
    memset(&out, 0xff, sizeof(out));
    assert_int_equal(ov_key2_from_prf(&fips, &source, &source, sid, sid, &out), OV_ERR_UNSUPPORTED);
    assert_memory_equal(&out, &zero, sizeof(out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prf),          cmocka_unit_test(test_prf_limits),
        cmocka_unit_test(test_expansion),    cmocka_unit_test(test_selection),
        cmocka_unit_test(test_expand_label), cmocka_unit_test(test_expand_label_limits),
        cmocka_unit_test(test_epoch),        cmocka_unit_test(test_epoch_chain_ends),
        cmocka_unit_test(test_no_md5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
