/* Data channel engines against every TLS library, and the self-test's own eyes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/engine.h"

static void test_engines_agree(void **state)
{
    (void)state;
    char text[200] = "";
    size_t compared = 0;
    for (size_t e = 0; ov_aead_engines[e] != NULL; e++)
    {
        if (ov_aead_engines[e]->start(text, sizeof text) != OV_OK)
        {
            print_message("%s: %s\n", ov_aead_engines[e]->name, text);
            continue;
        }
        for (size_t b = 0; ov_crypto_backends[b] != NULL; b++)
        {
            assert_int_equal(ov_crypto_backends[b]->start(text, sizeof text), OV_OK);
            assert_int_equal(ov_aead_engine_agrees(&ov_aead_engines[e]->aead, &ov_crypto_backends[b]->aead),
                             OV_OK);
            compared++;
        }
    }
    if (compared == 0)
    {
        print_message("SKIP: no engine is built in, or this CPU lacks what it needs\n");
        skip();
    }
}

/* ---- engines that are wrong in one way each must be found ---- */

static const struct ov_aead_ops *honest;

static void seal_wrong_tag(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    honest->seal(key, ops, count);
    ops[count - 1].tag[15] ^= 1;
}

static void seal_wrong_text(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    honest->seal(key, ops, count);
    if (ops[0].text_len == 1024) /* only one length is wrong: the sweep must meet it */
    {
        ops[0].text[1000] ^= 1;
    }
}

static void open_takes_anything(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    honest->open(key, ops, count);
    for (size_t i = 0; i < count; i++)
    {
        ops[i].err = OV_OK;
    }
}

static void test_self_test_finds_faults(void **state)
{
    (void)state;
    char text[200] = "";
    const struct ov_crypto *crypto = ov_crypto_backends[0];
    assert_int_equal(crypto->start(text, sizeof text), OV_OK);
    honest = &crypto->aead;
    struct ov_aead_ops faulty = *honest;
    assert_int_equal(ov_aead_engine_agrees(&faulty, honest), OV_OK);
    faulty.seal = seal_wrong_tag;
    assert_int_equal(ov_aead_engine_agrees(&faulty, honest), OV_ERR_CRYPTO);
    faulty.seal = seal_wrong_text;
    assert_int_equal(ov_aead_engine_agrees(&faulty, honest), OV_ERR_CRYPTO);
    faulty = *honest;
    faulty.open = open_takes_anything;
    assert_int_equal(ov_aead_engine_agrees(&faulty, honest), OV_ERR_CRYPTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engines_agree),
        cmocka_unit_test(test_self_test_finds_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
