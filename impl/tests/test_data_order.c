/* Rule 15 of the data path, for every packet format: packet ids are given in the order of sealing, and only what
 * authenticated marks the replay window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "tests/lib/octets.h"
#include "tests/lib/sealed.h"

#define MANY 300u /* more than a window */
#define ROOM 512u

static struct ov_data sender;
static struct ov_data receiver;
static uint8_t packets[MANY][ROOM];
static uint32_t lens[MANY];
static struct ov_test_batch batch;

static void open_ends(const struct ov_sealed_format *format, struct ov_rng *rng)
{
    const struct ov_crypto *crypto = ov_crypto_backends[0];
    crypto = ov_sealed_has(crypto, format) ? crypto : &ov_crypto_null;
    ov_sealed_open(&sender, crypto, format, OV_ROLE_CLIENT, true, rng, NULL);
    ov_sealed_open(&receiver, crypto, format, OV_ROLE_SERVER, true, rng, NULL);
}

static void close_ends(void)
{
    ov_data_clear(&sender);
    ov_data_clear(&receiver);
}

static void seal_many(void)
{
    for (uint32_t i = 0; i < MANY; i++)
    {
        uint8_t inner[100];
        (void)ov_test_inner4(inner, 1, 2, i, sizeof inner);
        lens[i] = ov_sealed_packet(&sender, inner, sizeof inner, packets[i], ROOM);
    }
}

static enum ov_err try_packet(uint32_t i)
{
    uint8_t out[ROOM];
    uint32_t len = 0;
    return ov_sealed_try(&receiver, packets[i], lens[i], out, &len);
}

/* The id in clear of an AEAD packet; 0: the format hides it. */
static uint64_t id_of(const struct ov_sealed_format *format, const uint8_t *packet)
{
    uint64_t id = 0;
    if (!format->epoch && format->cipher != OV_CIPHER_AES_256_GCM)
    {
        return 0;
    }
    for (size_t i = 4; i < (format->epoch ? 12u : 8u); i++)
    {
        id = id << 8 | packet[i];
    }
    return format->epoch ? id & 0xffffffffffffu : id;
}

static void test_ids_follow_the_array(void **state)
{
    struct ov_test_random random = {ov_test_seed(15)};
    struct ov_rng rng = ov_test_rng(&random);
    static const struct ov_addr to = {.family = 4, .port = 9};
    (void)state;
    for (size_t f = 0; f < ov_sealed_formats_count; f++)
    {
        open_ends(&ov_sealed_formats[f], &rng);
        uint64_t next = 1;
        for (uint32_t count = 1; count <= OV_TEST_BATCH; count += 5)
        {
            uint8_t inner[100];
            ov_test_batch_reset(&batch);
            for (uint32_t i = 0; i < count; i++)
            {
                (void)ov_test_inner4(inner, 1, 2, i, sizeof inner);
                ov_test_batch_add(&batch, NULL, inner,
                                  i == 2 ? 0 : sizeof inner); /* one is refused: no gap */
            }
            ov_data_seal(&sender, &to, batch.dg, count, 0);
            for (uint32_t i = 0; i < count; i++)
            {
                const uint64_t id = i == 2 ? 0 : id_of(&ov_sealed_formats[f], ov_buf_data(&batch.dg[i].buf));
                assert_int_equal(batch.dg[i].fate, i == 2 ? OV_FATE_DROPPED : OV_FATE_LINK);
                assert_true(id == 0 || id == next++);
            }
        }
        close_ends();
    }
}

/* A forgery far ahead does not close the window behind it, and one of an id that is under way does not use it
 * up [WP-DATA-064]. */
static void test_forgeries_mark_nothing(void **state)
{
    struct ov_test_random random = {ov_test_seed(16)};
    struct ov_rng rng = ov_test_rng(&random);
    (void)state;
    for (size_t f = 0; f < ov_sealed_formats_count; f++)
    {
        if (!ov_sealed_proves(&ov_sealed_formats[f]))
        {
            continue;
        }
        open_ends(&ov_sealed_formats[f], &rng);
        seal_many();
        for (uint32_t i = 0; i < MANY; i += MANY - 1)
        {
            packets[i][lens[i] - 1] ^= 1;
            ov_assert_err(try_packet(i), OV_ERR_AUTH);
            packets[i][lens[i] - 1] ^= 1;
        }
        ov_assert_err(try_packet(0), OV_OK);
        ov_assert_err(try_packet(0), OV_ERR_REPLAY);
        ov_assert_err(try_packet(MANY - 1), OV_OK);
        ov_assert_err(try_packet(1), OV_ERR_REPLAY); /* now it is behind the window */
        close_ends();
    }
}

/* The same within one batch, whichever comes first. */
static void test_forgery_beside_the_original(void **state)
{
    struct ov_test_random random = {ov_test_seed(17)};
    struct ov_rng rng = ov_test_rng(&random);
    (void)state;
    for (size_t f = 0; f < ov_sealed_formats_count; f++)
    {
        if (!ov_sealed_proves(&ov_sealed_formats[f]))
        {
            continue;
        }
        open_ends(&ov_sealed_formats[f], &rng);
        seal_many();
        ov_test_batch_reset(&batch);
        for (uint32_t i = 0; i < 6; i++)
        {
            ov_test_batch_add(&batch, NULL, packets[i / 3], lens[i / 3]); /* three times each */
        }
        ov_buf_data(&batch.dg[0].buf)[lens[0] - 1] ^= 1; /* before the original */
        ov_buf_data(&batch.dg[4].buf)[lens[1] - 1] ^= 1; /* behind it */
        assert_int_equal(ov_data_open(&receiver, batch.dg, 6), 2);
        static const enum ov_err want[6] = {OV_ERR_AUTH, OV_OK,       OV_ERR_REPLAY,
                                            OV_OK,       OV_ERR_AUTH, OV_ERR_REPLAY};
        for (size_t i = 0; i < 6; i++)
        {
            ov_assert_err((enum ov_err)batch.dg[i].why, want[i]);
        }
        close_ends();
    }
}

int main(void)
{
    char text[200] = "";
    if (ov_crypto_backends[0]->start(text, sizeof text) != OV_OK)
    {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_follow_the_array),
        cmocka_unit_test(test_forgeries_mark_nothing),
        cmocka_unit_test(test_forgery_beside_the_original),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
