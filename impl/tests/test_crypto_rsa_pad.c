/* What RSA signs instead of a digest: blocks made here, signed and checked by the openssl command; and keys that are
 * too short for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/rsa_pad.h"
#include "lib/tlspair.h"

static const char message[] = "It was a bright cold day in April, and the clocks were striking thirteen.";

static char dir[] = "/tmp/ovref-rsa-pad.XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int drop_dir(void **state)
{
    char command[64];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

static void spill(const char *name, const void *data, size_t len)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* In the folder, without a word. */
static int run(const char *words)
{
    char command[400];
    (void)snprintf(command, sizeof command, "cd %s && %s >words 2>&1", dir, words);
    return system(command);
}

static void make_key(size_t bits)
{
    char words[100];
    (void)snprintf(words, sizeof words,
                   "openssl genrsa -out key %zu && openssl rsa -in key -pubout -out public", bits);
    assert_int_equal(run(words), 0);
}

static int check(const uint8_t *block, size_t len, enum ov_digest_id id, const char *options)
{
    char words[200];
    spill("block", block, len);
    assert_int_equal(run("openssl rsautl -sign -raw -inkey key -in block -out signature"), 0);
    (void)snprintf(words, sizeof words, "openssl dgst -%s -verify public -signature signature %s message",
                   ov_digest_name(id), options);
    return run(words);
}

static const enum ov_digest_id digests[] = {OV_DIGEST_SHA1, OV_DIGEST_SHA224, OV_DIGEST_SHA256,
                                            OV_DIGEST_SHA384, OV_DIGEST_SHA512};

/* Lengths of which the block has an octet less than the modulus, one bit in the first, seven and eight. */
static const size_t lengths[] = {1025, 1026, 1032, 1040};

static void check_one(const struct ov_crypto *crypto, enum ov_digest_id id, size_t bits)
{
    const struct ov_slice in = {message, sizeof message - 1};
    const size_t size = (bits + 7) / 8;
    uint8_t digest[OV_DIGEST_MAX], salt[OV_DIGEST_MAX], info[OV_RSA_INFO_MAX], block[200];
    size_t len = 0;
    assert_int_equal(crypto->digest(id, &in, 1, digest), OV_OK);
    memset(salt, 0x5a, sizeof salt);
    memset(block, 0xee, sizeof block);
    assert_int_equal(ov_rsa_digest_info(id, digest, info, &len), OV_OK);
    assert_int_equal(ov_rsa_pad_pkcs1(info, len, block, size), OV_OK);
    assert_int_equal(block[size], 0xee);
    assert_int_equal(check(block, size, id, ""), 0);
    const bool room = 2 * ov_digest_len(id) + 2 <= (bits + 6) / 8;
    assert_int_equal(ov_rsa_pad_pss(crypto->digest, id, digest, salt, bits, block),
                     room ? OV_OK : OV_ERR_LIMIT);
    assert_int_equal(block[size], 0xee);
    if (room)
    {
        static const char pss[] = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest";
        assert_int_equal(check(block, size, id, pss), 0);
        block[size - 2] ^= 1; /* the check can fail */
        assert_int_not_equal(check(block, size, id, pss), 0);
    }
}

static void test_blocks(void **state)
{
    const struct ov_crypto *const *all = ov_test_real_backends();
    (void)state;
    spill("message", message, sizeof message - 1);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
    {
        make_key(lengths[i]);
        for (size_t k = 0; k < sizeof digests / sizeof digests[0]; k++)
        {
            /* Libraries take turns: their digests are compared elsewhere. */
            const struct ov_crypto *crypto = (i + k) % 2 == 1 && all[1] != NULL ? all[1] : all[0];
            check_one(crypto, digests[k], lengths[i]);
        }
    }
}

static void test_limits(void **state)
{
    static const uint8_t octets[OV_DIGEST_MAX];
    const struct ov_crypto *crypto = ov_test_real_backends()[0];
    uint8_t out[OV_RSA_INFO_MAX];
    size_t len = 0;
    (void)state;
    for (size_t size = 0; size < 20; size++)
    {
        assert_int_equal(ov_rsa_pad_pkcs1(octets, 4, out, size), size < 15 ? OV_ERR_LIMIT : OV_OK);
    }
    for (size_t bits = 0; bits < 340; bits++)
    {
        /* SHA-1: 42 octets below the modulus. */
        assert_int_equal(ov_rsa_pad_pss(crypto->digest, OV_DIGEST_SHA1, octets, octets, bits, out),
                         bits < 330 ? OV_ERR_LIMIT : OV_OK);
    }
    assert_int_equal(ov_rsa_digest_info(OV_DIGEST_MD5, octets, out, &len), OV_ERR_UNSUPPORTED);
    assert_int_equal(ov_rsa_digest_info(OV_DIGEST_BLAKE2B512, octets, out, &len), OV_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_blocks), cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests_name("rsa padding", tests, make_dir, drop_dir);
}
