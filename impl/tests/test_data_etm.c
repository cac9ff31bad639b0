/* Ciphers that are not AEAD: what a key holder may send that is wrong, what nothing protects, where chance comes
 * from, and keys that can't be made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "data/format.h"
#include "lib/sealed.h"
#include "lib/tlspair.h"

#define PACKET 2048u

/* ---- what is wrong from a key holder ---- */

/* A packet made by hand: text is what stands behind the IV (CBC) or behind the HMAC (none). */
static enum ov_err try_text(const struct ov_sealed_format *format, const uint8_t *text, uint32_t len)
{
    const struct ov_crypto *crypto = ov_test_real_backends()[0];
    struct ov_test_random random = {3};
    const struct ov_rng rng = ov_test_rng(&random);
    struct ov_data sender, receiver;
    uint8_t packet[PACKET], opened[PACKET];
    uint32_t opened_len = 0;
    ov_sealed_open(&sender, crypto, format, OV_ROLE_CLIENT, true, &rng, NULL);
    ov_sealed_open(&receiver, crypto, format, OV_ROLE_SERVER, true, &rng, NULL);
    const struct ov_data_key *key = &sender.key[OV_DATA_CURRENT];
    const uint32_t clear = 4 + key->etm.mac_len;
    packet[0] = 0x48;
    memset(packet + 1, 0, sizeof packet - 1);
    memcpy(packet + clear + key->etm.iv_len, text, len);
    struct ov_etm_op op = {
        .mac = packet + 4, .body = packet + clear, .body_len = key->etm.iv_len + len, .err = OV_ERR_ARG};
    crypto->etm.seal(key->etm.seal, &op, 1);
    ov_assert_err(op.err, OV_OK);
    const enum ov_err err =
        ov_sealed_try(&receiver, packet, clear + key->etm.iv_len + len, opened, &opened_len);
    assert_int_equal(receiver.key[OV_DATA_CURRENT].failed, 0);
    ov_data_clear(&sender);
    ov_data_clear(&receiver);
    return err;
}

static const struct ov_sealed_format cbc = {"", OV_CIPHER_AES_256_CBC, false, false, OV_DIGEST_SHA256, false};
static const struct ov_sealed_format plain_mac = {"", OV_CIPHER_NONE, false, false, OV_DIGEST_SHA1, false};

static void wrong_padding(void **state)
{
    (void)state;
    static const struct
    {
        uint8_t last[16];
        enum ov_err err;
    } cases[] = {
        {{0, 0, 0, 1, 0x45, [15] = 0}, OV_ERR_FORMAT},                         /* padding 0 */
        {{0, 0, 0, 1, 0x45, [15] = 17}, OV_ERR_FORMAT},                        /* 17 */
        {{0, 0, 0, 1, 0x45, [15] = 255}, OV_ERR_FORMAT},                       /* 255 */
        {{0, 0, 0, 1, 0x45, [15] = 128}, OV_ERR_FORMAT},                       /* sign */
        {{0, 0, 0, 1, 0x45, [14] = 1, 2}, OV_ERR_FORMAT},                      /* not all alike */
        {{0, 0, 0, 1, 0x45, [15] = 1}, OV_OK},                                 /* the shortest */
        {{0, 0, 0, 1, 0x45, [13] = 3, 3, 3}, OV_OK},                           /* */
        {{0, 0, 0, 1, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11}, OV_OK}, /* eleven, one octet of text */
        {{0, 0, 0, 1, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12}, OV_ERR_FORMAT},     /* empty */
        {{0, 0, 0, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13}, OV_ERR_TRUNCATED}, /* id cut */
        {{16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16}, OV_ERR_TRUNCATED},
        {{0, 0, 0, 0, 0x45, [15] = 1}, OV_ERR_REPLAY}, /* id 0 */
        {{255, 255, 255, 255, 0x45, [15] = 1}, OV_OK}, /* the last id */
        /* Both are wrong: padding is looked at before the id [WP-DATA-055]. */
        {{0, 0, 0, 0, 0x45, [15] = 17}, OV_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        const enum ov_err err = try_text(&cbc, cases[i].last, 16);
        if (err != cases[i].err)
        {
            fail_msg("row %zu: %s, want %s", i, ov_err_name(err), ov_err_name(cases[i].err));
        }
    }
}

static void wrong_texts(void **state)
{
    (void)state;
    static const struct
    {
        uint8_t text[8];
        uint32_t len;
        enum ov_err err;
    } cases[] = {
        {{0}, 0, OV_ERR_TRUNCATED},       {{0, 0, 0}, 3, OV_ERR_TRUNCATED},
        {{0, 0, 0, 1}, 4, OV_ERR_FORMAT}, /* authentic and empty: nothing to deliver [WP-DATA-003] */
        {{0, 0, 0, 1, 0x45}, 5, OV_OK},   {{0, 0, 0, 0, 0x45}, 5, OV_ERR_REPLAY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        ov_assert_err(try_text(&plain_mac, cases[i].text, cases[i].len), cases[i].err);
    }
}

/* cipher none, auth none: only ids are looked at, and the key says so to whoever wants to know. */
static void what_nothing_protects(void **state)
{
    (void)state;
    const struct ov_sealed_format nothing = {"", OV_CIPHER_NONE, false, true, OV_DIGEST_SHA1, false};
    static const uint8_t packet[] = {0x48, 0, 0, 5, 0, 0, 0, 9, 0x45, 0, 0, 1};
    uint8_t opened[PACKET];
    uint32_t len = 0;
    struct ov_test_random random = {4};
    const struct ov_rng rng = ov_test_rng(&random);
    struct ov_data d;
    ov_sealed_open(&d, &ov_crypto_null, &nothing, OV_ROLE_CLIENT, true, NULL, NULL);
    ov_assert_err(ov_sealed_try(&d, packet, sizeof packet, opened, &len), OV_OK);
    assert_int_equal(len, 4);
    ov_assert_err(ov_sealed_try(&d, packet, sizeof packet, opened, &len), OV_ERR_REPLAY);
    assert_false(ov_data_key_authenticates(&d.key[OV_DATA_CURRENT]));
    ov_data_clear(&d);
    for (size_t f = 0; f < ov_sealed_formats_count; f++)
    {
        const struct ov_sealed_format *format = &ov_sealed_formats[f];
        ov_sealed_open(&d, &ov_crypto_null, format, OV_ROLE_CLIENT, true, &rng, NULL);
        assert_int_equal(ov_data_key_authenticates(&d.key[OV_DATA_CURRENT]), ov_sealed_proves(format));
        ov_data_clear(&d);
    }
}

static enum ov_err no_chance(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    memset(out, 0, len);
    return OV_ERR_CRYPTO;
}

/* Without randomness no CBC packet leaves; and no two IVs are alike. */
static void ivs_are_drawn(void **state)
{
    (void)state;
    const struct ov_rng broken = {no_chance, NULL};
    const struct ov_addr nowhere = {0};
    struct ov_test_random random = {8};
    const struct ov_rng rng = ov_test_rng(&random);
    static struct ov_test_batch batch;
    const uint8_t plain[20] = {0x45};
    struct ov_data d;
    ov_sealed_open(&d, &ov_crypto_null, &cbc, OV_ROLE_CLIENT, true, &broken, NULL);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, plain, sizeof plain);
    ov_data_seal(&d, &nowhere, batch.dg, 1, 0);
    assert_int_equal(batch.dg[0].fate, OV_FATE_DROPPED);
    assert_int_equal(batch.dg[0].why, OV_ERR_CRYPTO);
    ov_data_clear(&d);
    ov_sealed_open(&d, &ov_crypto_null, &cbc, OV_ROLE_CLIENT, true, &rng, NULL);
    ov_test_batch_reset(&batch);
    for (size_t i = 0; i < OV_TEST_BATCH; i++)
    {
        ov_test_batch_add(&batch, NULL, plain, sizeof plain);
    }
    ov_data_seal(&d, &nowhere, batch.dg, OV_TEST_BATCH, 0);
    for (size_t i = 0; i < OV_TEST_BATCH; i++)
    {
        for (size_t j = i + 1; j < OV_TEST_BATCH; j++)
        {
            assert_memory_not_equal(ov_buf_data(&batch.dg[i].buf) + 36, ov_buf_data(&batch.dg[j].buf) + 36,
                                    16);
        }
    }
    ov_data_clear(&d);
}

/* Long ids: the time stays until ids have run out, and then goes on, so that the pair only grows [WP-RPL-002]. In TLS
 * mode new keys are asked for before that; a static key has nothing to ask for. */
static void long_ids_run_out(void **state)
{
    (void)state;
    static const struct ov_sealed_format formats[] = {
        {"", OV_CIPHER_AES_256_CFB, false, false, OV_DIGEST_SHA256, false},
        {"", OV_CIPHER_NONE, false, false, OV_DIGEST_SHA256, true},
    };
    static const uint8_t plain[20] = {0x45};
    static const struct ov_data_limits unlimited;
    for (size_t f = 0; f < 2; f++)
    {
        struct ov_test_random random = {8};
        const struct ov_rng rng = ov_test_rng(&random);
        uint8_t packet[3][PACKET], opened[PACKET];
        uint32_t len = 0, opened_len = 0;
        struct ov_data sender, receiver;
        ov_sealed_open(&sender, &ov_crypto_null, &formats[f], OV_ROLE_CLIENT, true, &rng, NULL);
        ov_sealed_open(&receiver, &ov_crypto_null, &formats[f], OV_ROLE_SERVER, true, &rng, NULL);
        struct ov_data_key *key = &sender.key[OV_DATA_CURRENT];
        len = ov_sealed_packet(&sender, plain, sizeof plain, packet[0], PACKET);
        assert_null(ov_data_key_worn(key, &unlimited));
        key->etm.issue.last = UINT32_MAX - 1;
        assert_int_equal(ov_data_key_worn(key, &unlimited) != NULL, f == 0);
        for (size_t i = 1; i < 3; i++)
        {
            (void)ov_sealed_packet(&sender, plain, sizeof plain, packet[i], PACKET);
        }
        assert_int_equal(key->etm.issue.last, 1);
        assert_int_equal(key->etm.issue.time, OV_SEALED_TIME + 1);
        ov_assert_err(ov_sealed_try(&receiver, packet[1], len, opened, &opened_len), OV_OK);
        ov_assert_err(ov_sealed_try(&receiver, packet[2], len, opened, &opened_len), OV_OK);
        ov_assert_err(ov_sealed_try(&receiver, packet[0], len, opened, &opened_len), OV_ERR_REPLAY);
        ov_assert_err(ov_sealed_try(&receiver, packet[2], len, opened, &opened_len), OV_ERR_REPLAY);
        ov_data_clear(&sender);
        ov_data_clear(&receiver);
    }
}

/* Static key mode is for CBC and none [WP-DATA-058]. */
static void what_a_static_key_may_be_for(void **state)
{
    (void)state;
    struct ov_key2 key2 = {0};
    struct ov_test_random random = {8};
    const struct ov_rng rng = ov_test_rng(&random);
    for (unsigned id = 0; id < OV_CIPHER_COUNT; id++)
    {
        const enum ov_cipher_mode mode = ov_cipher_mode((enum ov_cipher_id)id);
        const struct ov_data_key_spec spec = {.crypto = &ov_crypto_null,
                                              .rng = &rng,
                                              .cipher = (enum ov_cipher_id)id,
                                              .bare = true,
                                              .auth = OV_DIGEST_SHA1,
                                              .key2 = &key2};
        struct ov_data_key key;
        ov_assert_err(ov_data_key_init(&key, &spec),
                      mode == OV_MODE_CBC || mode == OV_MODE_NONE ? OV_OK : OV_ERR_ARG);
        ov_data_key_clear(&key);
    }
}

/* Specifications that no key can be made of. */
static void impossible_keys(void **state)
{
    (void)state;
    struct ov_key2 key2 = {0};
    static const struct
    {
        struct ov_data_key_spec spec;
        enum ov_err err;
    } cases[] = {
        {{.crypto = &ov_crypto_null, .cipher = OV_CIPHER_AES_256_CBC, .epoch = true}, OV_ERR_ARG},
        {{.crypto = &ov_crypto_null, .cipher = OV_CIPHER_NONE, .epoch = true}, OV_ERR_ARG},
        {{.crypto = &ov_crypto_null, .cipher = OV_CIPHER_AES_256_CBC}, OV_ERR_ARG}, /* no chance */
        {{.crypto = &ov_crypto_null, .cipher = OV_CIPHER_NONE, .replay_window = 1u << 20}, OV_ERR_ARG},
        {{.crypto = &ov_crypto_null,
          .cipher = OV_CIPHER_AES_128_GCM,
          .epoch = true,
          .replay_window = 1u << 20},
         OV_ERR_ARG},
        {{.crypto = &ov_crypto_null, .cipher = OV_CIPHER_AES_128_GCM, .epoch = true, .replay_window = 4096},
         OV_OK},
        {{.crypto = &ov_crypto_null, .cipher = OV_CIPHER_NONE, .auth_none = true}, OV_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_data_key_spec spec = cases[i].spec;
        struct ov_data_key key;
        spec.key2 = &key2;
        ov_assert_err(ov_data_key_init(&key, &spec), cases[i].err);
        assert_int_equal(ov_data_key_usable(&key), cases[i].err == OV_OK);
        ov_data_key_clear(&key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_padding),
        cmocka_unit_test(wrong_texts),
        cmocka_unit_test(what_nothing_protects),
        cmocka_unit_test(ivs_are_drawn),
        cmocka_unit_test(impossible_keys),
        cmocka_unit_test(long_ids_run_out),
        cmocka_unit_test(what_a_static_key_may_be_for),
    };
    return cmocka_run_group_tests_name("data_etm", tests, NULL, NULL);
}
