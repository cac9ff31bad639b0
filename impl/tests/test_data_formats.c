/* All packet formats side by side: the vectors of sections 11.7 and 11.8, every backend against every other,
 * damage, truncation, sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "data/epoch_keys.h"
#include "lib/sealed.h"
#include "lib/tlspair.h"
#include "lib/vectors.h"

#define PACKET 2048u

/* ---- vectors ---- */

static enum ov_err fixed_iv(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    for (size_t i = 0; i < len; i++)
    {
        out[i] = (uint8_t)(0xa0 + i % 16);
    }
    return OV_OK;
}

static const struct ov_rng fixed_rng = {fixed_iv, NULL};

static bool is_in_scope(const struct ov_vec_section *section, struct ov_sealed_format *format)
{
    memset(format, 0, sizeof *format);
    if (!ov_vec_has(section, "packet") ||
        ov_cipher_by_name(ov_vec_text(section, "cipher"), &format->cipher) != OV_OK)
    {
        return false; /* inputs, key schedule */
    }
    format->name = section->name;
    format->bare = ov_vec_has(section, "header") && strcmp(ov_vec_text(section, "header"), "") == 0;
    format->epoch = ov_vec_has(section, "epoch");
    if (ov_vec_has(section, "auth"))
    {
        const char *auth = ov_vec_text(section, "auth");
        format->auth_none = strcmp(auth, "none") == 0;
        assert_true(format->auth_none || ov_digest_by_name(auth, &format->auth) == OV_OK);
    }
    return true;
}

/* A vector of epoch n comes after n - 1 steps of the sender. */
static void go_to_epoch(struct ov_data *d, const struct ov_vec_section *section)
{
    struct ov_data_key *key = &d->key[OV_DATA_CURRENT];
    uint8_t epoch[2] = {0, 1};
    if (ov_vec_has(section, "epoch"))
    {
        ov_vec_exactly(section, "epoch", epoch, sizeof epoch);
    }
    for (unsigned i = 1; i < epoch[1]; i++)
    {
        key->epoch->counter = OV_EPOCH_COUNTER_SOFT;
        ov_assert_err(ov_epoch_keep_up(key), OV_OK);
    }
}

static void check_vector(const struct ov_crypto *crypto, const struct ov_vec_section *section,
                         const struct ov_sealed_format *format, const struct ov_key2 *key2)
{
    struct ov_data sender;
    struct ov_data receiver;
    uint8_t want[128], got[PACKET], plain[64], opened[PACKET];
    uint8_t header[4];
    uint32_t opened_len = 0;
    const bool v2 = ov_vec_octets(section, "header", header, sizeof header) == 4;
    const size_t want_len = ov_vec_octets(section, "packet", want, sizeof want);
    const size_t plain_len = ov_vec_octets(section, "plaintext", plain, sizeof plain);
    ov_sealed_open(&sender, crypto, format, OV_ROLE_CLIENT, v2, &fixed_rng, key2);
    ov_sealed_open(&receiver, crypto, format, OV_ROLE_SERVER, v2, &fixed_rng, key2);
    go_to_epoch(&sender, section);
    const uint32_t got_len = ov_sealed_packet(&sender, plain, plain_len, got, sizeof got);
    assert_int_equal(got_len, want_len);
    assert_memory_equal(got, want, want_len);
    ov_assert_err(ov_sealed_try(&receiver, want, want_len, opened, &opened_len), OV_OK);
    assert_int_equal(opened_len, plain_len);
    assert_memory_equal(opened, plain, plain_len);
    ov_assert_err(ov_sealed_try(&receiver, want, want_len, opened, &opened_len), OV_ERR_REPLAY);
    ov_data_clear(&sender);
    ov_data_clear(&receiver);
}

/* CFB and OFB with their id as IV, none with its id in clear, and keys cut to their length [WP-DATA-052,
 * WP-DATA-053, WP-DATA-054]. */
static void vectors_pass(void **state)
{
    (void)state;
    static const struct
    {
        const char *file;
        size_t count;
    } files[] = {{"epoch", 4}, {"cbc", 8}, {"aead", 9}};
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++)
    {
        struct ov_vec_file *file = ov_vec_load(files[f].file);
        struct ov_key2 key2;
        ov_vec_exactly(ov_vec_section(file, "inputs"), "key256", (uint8_t *)&key2, sizeof key2);
        for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
        {
            size_t checked = 0;
            for (size_t i = 0; i < file->count; i++)
            {
                struct ov_sealed_format format;
                if (!is_in_scope(&file->sections[i], &format))
                {
                    continue;
                }
                checked++;
                if (strcmp(ov_vec_text(&file->sections[i], "sender"), "client") == 0)
                {
                    check_vector(*b, &file->sections[i], &format, &key2);
                }
            }
            assert_int_equal(checked, files[f].count);
        }
        ov_vec_free(file);
    }
}

/* ---- crosswise ---- */

static void each_format(void (*check)(const struct ov_crypto *, const struct ov_crypto *,
                                      const struct ov_sealed_format *, bool v2))
{
    const struct ov_crypto *const *real = ov_test_real_backends();
    for (size_t f = 0; f < ov_sealed_formats_count; f++)
    {
        const struct ov_sealed_format *format = &ov_sealed_formats[f];
        for (unsigned v2 = format->epoch; v2 < (format->bare ? 1u : 2u); v2++)
        {
            for (size_t s = 0; real[s] != NULL; s++)
            {
                for (size_t o = 0; real[o] != NULL; o++)
                {
                    if (ov_sealed_has(real[s], format) && ov_sealed_has(real[o], format))
                    {
                        check(real[s], real[o], format, v2);
                    }
                }
            }
            check(&ov_crypto_null, &ov_crypto_null, format, v2);
        }
    }
}

/* Every length that touches a block boundary, and the largest; in batches larger than a chunk. */
static void check_lengths(const struct ov_crypto *sealer, const struct ov_crypto *opener,
                          const struct ov_sealed_format *format, bool v2)
{
    enum
    {
        COUNT = 150
    };
    static struct ov_datagram dg[COUNT];
    static uint8_t mem[COUNT][2048];
    struct ov_test_random random = {format->cipher + 1};
    const struct ov_rng rng = ov_test_rng(&random);
    const struct ov_addr nowhere = {0};
    struct ov_data sender, receiver;
    ov_sealed_open(&sender, sealer, format, OV_ROLE_SERVER, v2, &rng, NULL);
    ov_sealed_open(&receiver, opener, format, OV_ROLE_CLIENT, v2, &rng, NULL);
    for (size_t i = 0; i < COUNT; i++)
    {
        const uint32_t len = i < 100 ? (uint32_t)i + 1 : 1351 + (uint32_t)i;
        dg[i] = (struct ov_datagram){.buf = ov_buf_over(mem[i], sizeof mem[i], OV_BUF_HEADROOM)};
        memset(ov_buf_put(&dg[i].buf, len), (int)i, len);
    }
    ov_data_seal(&sender, &nowhere, dg, COUNT, 0);
    for (size_t i = 0; i < COUNT; i++)
    {
        assert_int_equal(dg[i].fate, OV_FATE_LINK);
        dg[i].fate = OV_FATE_NONE;
    }
    assert_int_equal(ov_data_open(&receiver, dg, COUNT), COUNT);
    for (size_t i = 0; i < COUNT; i++)
    {
        assert_int_equal(dg[i].buf.len, i < 100 ? i + 1 : 1351 + i);
        for (uint32_t at = 0; at < dg[i].buf.len; at++)
        {
            assert_int_equal(ov_buf_data(&dg[i].buf)[at], (uint8_t)i);
        }
    }
    ov_data_clear(&sender);
    ov_data_clear(&receiver);
}

static void backends_agree(void **state)
{
    (void)state;
    each_format(check_lengths);
}

/* ---- what is wrong from outside ---- */

static size_t prefix_len(const struct ov_sealed_format *format, bool v2)
{
    return format->bare ? 0 : v2 ? 4 : 1;
}

/* Whatever is cut off, it is noticed before the crypto library, or by it. */
static enum ov_err wanted_for_length(const struct ov_sealed_format *format, bool v2, size_t len)
{
    const uint32_t mac = format->auth_none ? 0 : ov_digest_len(format->auth);
    const size_t header = prefix_len(format, v2);
    const uint32_t iv = ov_etm_iv_len(format->cipher);
    const uint32_t unit = ov_etm_unit(format->cipher);
    if (ov_cipher_is_aead(format->cipher))
    {
        return len < header + (format->epoch ? 8u : 4u) + 16 ? OV_ERR_TRUNCATED : OV_ERR_AUTH;
    }
    if (format->cipher == OV_CIPHER_NONE)
    {
        return len < header + mac + (format->bare ? 8u : 4u) ? OV_ERR_TRUNCATED : OV_ERR_AUTH;
    }
    if (len < header + mac + iv + (unit > 1 ? unit : 0))
    {
        return OV_ERR_TRUNCATED;
    }
    return (len - header - mac - iv) % unit != 0 ? OV_ERR_FORMAT : OV_ERR_AUTH;
}

static void check_truncation(const struct ov_crypto *sealer, const struct ov_crypto *opener,
                             const struct ov_sealed_format *format, bool v2)
{
    struct ov_test_random random = {7};
    const struct ov_rng rng = ov_test_rng(&random);
    struct ov_data sender, receiver;
    uint8_t packet[PACKET], opened[PACKET];
    const uint8_t plain[40] = {0x45};
    uint32_t opened_len = 0;
    if (!ov_sealed_proves(format))
    {
        return; /* see what_nothing_protects */
    }
    ov_sealed_open(&sender, sealer, format, OV_ROLE_CLIENT, v2, &rng, NULL);
    ov_sealed_open(&receiver, opener, format, OV_ROLE_SERVER, v2, &rng, NULL);
    const uint32_t len = ov_sealed_packet(&sender, plain, sizeof plain, packet, sizeof packet);
    for (uint32_t cut = 0; cut < len; cut++)
    {
        ov_assert_err(ov_sealed_try(&receiver, packet, cut, opened, &opened_len),
                      cut == 0 ? OV_ERR_TRUNCATED : wanted_for_length(format, v2, cut));
    }
    /* None of it moved the window: the true packet still passes, once. */
    ov_assert_err(ov_sealed_try(&receiver, packet, len, opened, &opened_len), OV_OK);
    ov_assert_err(ov_sealed_try(&receiver, packet, len, opened, &opened_len), OV_ERR_REPLAY);
    ov_data_clear(&sender);
    ov_data_clear(&receiver);
}

static void truncation_is_noticed(void **state)
{
    (void)state;
    each_format(check_truncation);
}

/* Every bit behind the unauthenticated header counts. */
static void check_damage(const struct ov_crypto *sealer, const struct ov_crypto *opener,
                         const struct ov_sealed_format *format, bool v2)
{
    struct ov_test_random random = {9};
    const struct ov_rng rng = ov_test_rng(&random);
    struct ov_data sender, receiver;
    uint8_t packet[PACKET], opened[PACKET];
    const uint8_t plain[30] = {0x45};
    uint32_t opened_len = 0;
    if (!ov_sealed_proves(format) || sealer != opener)
    {
        return;
    }
    ov_sealed_open(&sender, sealer, format, OV_ROLE_CLIENT, v2, &rng, NULL);
    ov_sealed_open(&receiver, opener, format, OV_ROLE_SERVER, v2, &rng, NULL);
    const uint32_t len = ov_sealed_packet(&sender, plain, sizeof plain, packet, sizeof packet);
    const uint32_t clear = (uint32_t)prefix_len(format, v2); /* [WP-DATA-050, 056] */
    for (uint32_t bit = ov_cipher_is_aead(format->cipher) ? 0 : clear * 8; bit < len * 8; bit++)
    {
        packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(ov_sealed_try(&receiver, packet, len, opened, &opened_len), OV_OK);
        packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    ov_assert_err(ov_sealed_try(&receiver, packet, len, opened, &opened_len), OV_OK);
    ov_data_clear(&sender);
    ov_data_clear(&receiver);
}

static void damage_is_noticed(void **state)
{
    (void)state;
    each_format(check_damage);
}

/* Every length up to 64 of every content, for every cipher: none crashes, none is a packet. */
static void short_garbage(void **state)
{
    (void)state;
    struct ov_test_random random = {11};
    const struct ov_rng rng = ov_test_rng(&random);
    uint8_t opened[PACKET], packet[64];
    uint32_t opened_len = 0;
    for (size_t f = 0; f < ov_sealed_formats_count; f++)
    {
        struct ov_data receiver;
        const struct ov_crypto *crypto = ov_test_real_backends()[0];
        crypto = ov_sealed_has(crypto, &ov_sealed_formats[f]) ? crypto : &ov_crypto_null;
        ov_sealed_open(&receiver, crypto, &ov_sealed_formats[f], OV_ROLE_CLIENT, true, &rng, NULL);
        for (size_t round = 0; round < 65 * 20; round++)
        {
            const size_t len = round % 65;
            assert_int_equal(ov_rng_fill(&rng, packet, sizeof packet), OV_OK);
            packet[0] = (uint8_t)(round % 2 == 0 ? 0x48 : 0x30);
            const enum ov_err err = ov_sealed_try(&receiver, packet, len, opened, &opened_len);
            assert_true(err != OV_OK || !ov_sealed_proves(&ov_sealed_formats[f]));
        }
        ov_data_clear(&receiver);
    }
}

/* ---- sizes and room ---- */

/* What fits is exactly what fits [WP-MTU-002]: one octet more makes the packet too long. */
static void sizes_are_exact(void **state)
{
    (void)state;
    struct ov_test_random random = {5};
    const struct ov_rng rng = ov_test_rng(&random);
    uint8_t plain[1500] = {0x45}, packet[PACKET];
    for (size_t f = 0; f < ov_sealed_formats_count; f++)
    {
        for (unsigned v2 = ov_sealed_formats[f].epoch; v2 < (ov_sealed_formats[f].bare ? 1u : 2u); v2++)
        {
            struct ov_data d;
            ov_sealed_open(&d, &ov_crypto_null, &ov_sealed_formats[f], OV_ROLE_CLIENT, v2, &rng, NULL);
            const struct ov_data_key *key = &d.key[OV_DATA_CURRENT];
            for (uint32_t octets = 0; octets < 1460; octets++)
            {
                const uint32_t fits = ov_data_key_fits(key, v2, octets);
                assert_true(fits == 0 || ov_sealed_packet(&d, plain, fits, packet, sizeof packet) <= octets);
                assert_true(ov_sealed_packet(&d, plain, fits + 1, packet, sizeof packet) > octets);
            }
            ov_data_clear(&d);
        }
    }
}

/* Too little room in front or behind: dropped, nothing written, no id used up. */
static void room_is_checked(void **state)
{
    (void)state;
    const struct ov_addr nowhere = {0};
    struct ov_test_random random = {6};
    const struct ov_rng rng = ov_test_rng(&random);
    for (size_t f = 0; f < ov_sealed_formats_count; f++)
    {
        struct ov_data d;
        uint8_t plain[41] = {0x45}, packet[PACKET], mem[256];
        ov_sealed_open(&d, &ov_crypto_null, &ov_sealed_formats[f], OV_ROLE_CLIENT, true, &rng, NULL);
        const uint32_t len = ov_sealed_packet(&d, plain, sizeof plain, packet, sizeof packet);
        const struct ov_sealed_format *format = &ov_sealed_formats[f];
        const uint32_t unit = ov_cipher_is_aead(format->cipher) ? 1 : ov_etm_unit(format->cipher);
        const uint32_t id = format->bare ? 8 : 4;
        const uint32_t tail = format->epoch ? 16 : unit > 1 ? unit - (sizeof plain + id) % unit : 0;
        const uint32_t head = len - (uint32_t)sizeof plain - tail;
        for (unsigned which = 0; which < 3; which++)
        {
            const uint32_t before = which == 1 ? head - 1 : head;
            const uint32_t behind = which == 2 ? tail - 1 : tail;
            if (which == 2 && tail == 0)
            {
                continue;
            }
            memset(mem, 0xee, sizeof mem);
            struct ov_datagram dg = {.buf =
                                         ov_buf_over(mem, before + (uint32_t)sizeof plain + behind, before)};
            memcpy(ov_buf_put(&dg.buf, sizeof plain), plain, sizeof plain);
            ov_data_seal(&d, &nowhere, &dg, 1, 0);
            assert_int_equal(dg.fate, which == 0 ? OV_FATE_LINK : OV_FATE_DROPPED);
            assert_true(which == 0 || dg.why == OV_ERR_NOSPACE);
            assert_int_equal(mem[before + sizeof plain + behind], 0xee);
        }
        ov_data_clear(&d);
    }
}

/* What a library has besides the usual. */
static int load_more(void **state)
{
    (void)state;
    char text[256];
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        if ((*b)->load != NULL)
        {
            (void)(*b)->load("legacy", text, sizeof text);
        }
    }
    return 0;
}

/* Each cipher that a library has gives back what it got, in every mode that it may be used in; and of the ciphers of
 * old set-ups each library has some. */
static void every_cipher(void **state)
{
    (void)state;
    static const char *const all_have[] = {"CAMELLIA-256-CBC", "DES-EDE3-CBC", "AES-256-CFB", "AES-128-OFB",
                                           "none"};
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        unsigned count = 0;
        for (unsigned id = 0; id < OV_CIPHER_COUNT; id++)
        {
            struct ov_sealed_format format = {.name = ov_cipher_name((enum ov_cipher_id)id),
                                              .cipher = (enum ov_cipher_id)id,
                                              .auth = OV_DIGEST_SHA1};
            if (ov_sealed_has(*b, &format))
            {
                check_lengths(*b, *b, &format, true);
                format.bare = ov_cipher_mode(format.cipher) == OV_MODE_CBC;
                check_lengths(*b, *b, &format, false);
                count++;
            }
        }
        print_message("%s: %u of %u ciphers\n", (*b)->name, count, (unsigned)OV_CIPHER_COUNT);
        for (size_t i = 0; i < sizeof all_have / sizeof all_have[0]; i++)
        {
            enum ov_cipher_id id;
            ov_assert_err(ov_cipher_by_name(all_have[i], &id), OV_OK);
            assert_true(ov_crypto_has_cipher(*b, id));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_pass),      cmocka_unit_test(backends_agree),
        cmocka_unit_test(damage_is_noticed), cmocka_unit_test(truncation_is_noticed),
        cmocka_unit_test(short_garbage),     cmocka_unit_test(sizes_are_exact),
        cmocka_unit_test(room_is_checked),   cmocka_unit_test(every_cipher),
    };
    return cmocka_run_group_tests_name("data_formats", tests, load_more, NULL);
}
