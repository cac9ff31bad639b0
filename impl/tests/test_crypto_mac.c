/* Digests, HMAC and AES-CTR: known answers of the RFCs and NIST, and backends against each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/octets.h"
#include "lib/tlspair.h"

struct digest_case
{
    enum ov_digest_id id;
    const char *text;
    const char *hex;
};

/* RFC 1321, FIPS 180-4. */
static const struct digest_case digests[] = {
    {OV_DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
    {OV_DIGEST_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
    {OV_DIGEST_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {OV_DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {OV_DIGEST_SHA224, "abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
    {OV_DIGEST_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {OV_DIGEST_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {OV_DIGEST_SHA384, "abc",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
    {OV_DIGEST_SHA512, "abc",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static void test_digests(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++)
        {
            const struct digest_case *c = &digests[i];
            uint8_t want[OV_DIGEST_MAX];
            uint8_t got[OV_DIGEST_MAX];
            size_t len = strlen(c->text);
            assert_int_equal(ov_test_hex(c->hex, want, sizeof(want)), ov_digest_len(c->id));
            const struct ov_slice pieces[] = {
                {c->text, len / 2}, {NULL, 0}, {c->text + len / 2, len - len / 2}};
            assert_int_equal((*b)->digest(c->id, pieces, 3, got), OV_OK);
            assert_memory_equal(got, want, ov_digest_len(c->id));
        }
    }
}

struct hmac_case
{
    enum ov_digest_id id;
    const char *key; /* hex */
    const char *text;
    const char *hex;
};

#define KEY_20 "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
#define WHAT   "what do ya want for nothing?"

/* RFC 2202 cases 1 and 2 of MD5 and SHA-1, RFC 4231 cases 1 and 2 of the others. */
static const struct hmac_case hmacs[] = {
    {OV_DIGEST_MD5, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There", "9294727a3638bb1c13f48ef8158bfc9d"},
    {OV_DIGEST_MD5, "4a656665", WHAT, "750c783e6ab0b503eaa86e310a5db738"},
    {OV_DIGEST_SHA1, KEY_20, "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"},
    {OV_DIGEST_SHA1, "4a656665", WHAT, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {OV_DIGEST_SHA224, KEY_20, "Hi There", "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22"},
    {OV_DIGEST_SHA256, KEY_20, "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {OV_DIGEST_SHA256, "4a656665", WHAT, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {OV_DIGEST_SHA384, KEY_20, "Hi There",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6"},
    {OV_DIGEST_SHA512, "4a656665", WHAT,
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
     "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    /* RFC 4868 has none with an empty key; this is the well known HMAC of nothing. */
    {OV_DIGEST_SHA256, "", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
};

static void test_hmacs(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        for (size_t i = 0; i < sizeof(hmacs) / sizeof(hmacs[0]); i++)
        {
            const struct hmac_case *c = &hmacs[i];
            uint8_t key[64];
            uint8_t want[OV_DIGEST_MAX];
            uint8_t got[OV_DIGEST_MAX];
            size_t key_len = ov_test_hex(c->key, key, sizeof(key));
            assert_int_equal(ov_test_hex(c->hex, want, sizeof(want)), ov_digest_len(c->id));
            size_t len = strlen(c->text);
            const struct ov_slice pieces[] = {
                {c->text, len / 3}, {NULL, 0}, {c->text + len / 3, len - len / 3}};
            assert_int_equal((*b)->hmac(c->id, key_len > 0 ? key : NULL, key_len, pieces, 3, got), OV_OK);
            assert_memory_equal(got, want, ov_digest_len(c->id));
        }
    }
}

/* NIST SP 800-38A F.5.5 (AES-256-CTR), whole and cut short. */
static void test_ctr(void **state)
{
    (void)state;
    uint8_t key[32];
    uint8_t iv[16];
    uint8_t plain[64];
    uint8_t want[64];
    assert_int_equal(
        ov_test_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", key, sizeof(key)),
        32);
    assert_int_equal(ov_test_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", iv, sizeof(iv)), 16);
    assert_int_equal(ov_test_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                                 "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
                                 plain, sizeof(plain)),
                     64);
    assert_int_equal(ov_test_hex("601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
                                 "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
                                 want, sizeof(want)),
                     64);
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        for (size_t len = 0; len <= sizeof(plain); len++)
        {
            uint8_t text[64];
            memcpy(text, plain, sizeof(text));
            assert_int_equal((*b)->aes256_ctr(key, iv, text, len), OV_OK);
            assert_memory_equal(text, want, len);
            assert_memory_equal(text + len, plain + len, sizeof(text) - len);
        }
    }
}

/* The counter carries over all 16 octets [WP-TLC-003]. */
static void test_ctr_carry(void **state)
{
    (void)state;
    const uint8_t key[32] = {1};
    uint8_t high[16];
    uint8_t zero[16] = {0};
    memset(high, 0xff, sizeof(high));
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        uint8_t pad[32] = {0};
        uint8_t next[16] = {0};
        assert_int_equal((*b)->aes256_ctr(key, high, pad, sizeof(pad)), OV_OK);
        assert_int_equal((*b)->aes256_ctr(key, zero, next, sizeof(next)), OV_OK);
        assert_memory_equal(pad + 16, next, sizeof(next));
    }
}

/* What all backends promise, the null backend too: the cut into slices does not matter, key, digest and
 * every octet do, and ctr undoes itself. */
static void check_promises(const struct ov_crypto *crypto, struct ov_test_random *random)
{
    uint8_t data[100];
    uint8_t whole[OV_DIGEST_MAX];
    uint8_t got[OV_DIGEST_MAX];
    const struct ov_rng rng = ov_test_rng(random);
    assert_int_equal(ov_rng_fill(&rng, data, sizeof(data)), OV_OK);
    size_t len = ov_test_below(random, sizeof(data)) + 1;
    const struct ov_slice one = {data, len};
    const struct ov_slice all = {data, sizeof(data)};
    assert_int_equal(crypto->hmac(OV_DIGEST_SHA256, data, 32, &all, 1, whole), OV_OK);
    const struct ov_slice two[] = {one, {data + len, sizeof(data) - len}};
    assert_int_equal(crypto->hmac(OV_DIGEST_SHA256, data, 32, two, 2, got), OV_OK);
    assert_memory_equal(whole, got, 32);
    assert_int_equal(crypto->hmac(OV_DIGEST_SHA256, data + 1, 32, two, 2, got), OV_OK);
    assert_memory_not_equal(whole, got, 32);
    assert_int_equal(crypto->digest(OV_DIGEST_SHA1, &all, 1, whole), OV_OK);
    data[ov_test_below(random, sizeof(data))] ^= 1;
    assert_int_equal(crypto->digest(OV_DIGEST_SHA1, &all, 1, got), OV_OK);
    assert_memory_not_equal(whole, got, 20);
    uint8_t text[100];
    memcpy(text, data, sizeof(text));
    assert_int_equal(crypto->aes256_ctr(data, data + 32, text, sizeof(text)), OV_OK);
    assert_memory_not_equal(text, data, sizeof(text));
    assert_int_equal(crypto->aes256_ctr(data, data + 32, text, sizeof(text)), OV_OK);
    assert_memory_equal(text, data, sizeof(text));
}

static void test_promises(void **state)
{
    (void)state;
    struct ov_test_random random = {ov_test_seed(5)};
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        for (unsigned i = 0; i < 200; i++)
        {
            check_promises(*b, &random);
        }
    }
}

/* Not a test of randomness: only that octets are made, all of them, other ones each time. */
static void test_random(void **state)
{
    (void)state;
    static uint8_t a[70000];
    static uint8_t b[70000];
    for (const struct ov_crypto *const *backend = ov_test_backends(); *backend != NULL; backend++)
    {
        uint64_t seed = 1;
        bool is_null = strcmp((*backend)->name, "null") == 0;
        memset(a, 0, sizeof(a));
        memset(b, 0, sizeof(b));
        assert_int_equal((*backend)->random(is_null ? &seed : NULL, a, sizeof(a)), OV_OK);
        assert_int_equal((*backend)->random(is_null ? &seed : NULL, b, sizeof(b)), OV_OK);
        assert_memory_not_equal(a, b, 16);
        assert_memory_not_equal(a + sizeof(a) - 16, b + sizeof(b) - 16, 16);
        assert_int_equal((*backend)->random(is_null ? &seed : NULL, a, 0), OV_OK);
        seed = 1;
        assert_true(!is_null || (*backend)->random(&seed, b, sizeof(b)) == OV_OK);
        assert_true(!is_null || memcmp(a, b, sizeof(a)) == 0);
        assert_true(!is_null || (*backend)->random(NULL, b, sizeof(b)) == OV_ERR_ARG);
    }
}

static void test_names(void **state)
{
    (void)state;
    enum ov_digest_id id = OV_DIGEST_COUNT;
    for (unsigned i = 0; i < OV_DIGEST_COUNT; i++)
    {
        assert_int_equal(ov_digest_by_name(ov_digest_name((enum ov_digest_id)i), &id), OV_OK);
        assert_int_equal(id, i);
    }
    assert_int_equal(ov_digest_by_name("sha-256", &id), OV_OK);
    assert_int_equal(id, OV_DIGEST_SHA256);
    assert_int_equal(ov_digest_by_name("SHA3-256", &id), OV_OK);
    assert_int_equal(id, OV_DIGEST_SHA3_256);
    assert_int_equal(ov_digest_by_name("SHAKE128", &id), OV_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests),   cmocka_unit_test(test_hmacs),    cmocka_unit_test(test_ctr),
        cmocka_unit_test(test_ctr_carry), cmocka_unit_test(test_promises), cmocka_unit_test(test_random),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
