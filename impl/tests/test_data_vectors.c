/* The data channel against the vectors of section 11.6, on every backend: sealed octet for octet, opened again, and
 * nothing else is opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "data/data.h"
#include "lib/ends.h"
#include "lib/tlspair.h"
#include "lib/vectors.h"

struct vector
{
    enum ov_aead_id cipher;
    enum ov_role sender;
    uint32_t peer_id;
    uint8_t plaintext[64];
    size_t plaintext_len;
    uint8_t packet[128];
    size_t packet_len;
};

static void read_vector(const struct ov_vec_section *section, struct vector *v)
{
    memset(v, 0, sizeof *v);
    assert_int_equal(ov_aead_by_name(ov_vec_text(section, "cipher"), &v->cipher), OV_OK);
    v->sender = strcmp(ov_vec_text(section, "sender"), "client") == 0 ? OV_ROLE_CLIENT : OV_ROLE_SERVER;
    v->peer_id = OV_PEER_ID_NONE;
    uint8_t header[4];
    if (ov_vec_octets(section, "header", header, sizeof header) == 4)
    {
        v->peer_id = (uint32_t)header[1] << 16 | (uint32_t)header[2] << 8 | header[3];
    }
    v->plaintext_len = ov_vec_octets(section, "plaintext", v->plaintext, sizeof v->plaintext);
    v->packet_len = ov_vec_octets(section, "packet", v->packet, sizeof v->packet);
}

static void open_channel(struct ov_data *d, const struct ov_crypto *crypto, const struct ov_key2 *key2,
                         const struct vector *v, enum ov_role role)
{
    struct ov_data_key key;
    const struct ov_data_key_spec spec = {.crypto = crypto,
                                          .cipher = (enum ov_cipher_id)v->cipher,
                                          .key2 = key2,
                                          .role = role,
                                          .replay_window = 64};
    ov_data_init(d, 1500);
    d->peer_id = v->peer_id;
    ov_assert_err(ov_data_key_init(&key, &spec), OV_OK);
    ov_data_install(d, &key, 0, OV_NEVER);
}

static void check_vector(const struct ov_crypto *crypto, const struct ov_key2 *key2, const struct vector *v)
{
    static struct ov_test_batch batch;
    const struct ov_addr addr = ov_test_addr4(1, 1194);
    struct ov_data sender;
    struct ov_data receiver;
    const enum ov_role other = v->sender == OV_ROLE_CLIENT ? OV_ROLE_SERVER : OV_ROLE_CLIENT;
    open_channel(&sender, crypto, key2, v, v->sender);
    open_channel(&receiver, crypto, key2, v, other);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, v->plaintext, v->plaintext_len);
    ov_data_seal(&sender, &addr, batch.dg, 1, 0);
    assert_int_equal(batch.dg[0].fate, OV_FATE_LINK);
    assert_true(ov_addr_equal(&batch.dg[0].addr, &addr));
    assert_int_equal(batch.dg[0].buf.len, v->packet_len);
    assert_memory_equal(ov_buf_data(&batch.dg[0].buf), v->packet, v->packet_len);

    batch.dg[0].fate = OV_FATE_NONE;
    assert_int_equal(ov_data_open(&receiver, batch.dg, 1), 1);
    assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    assert_int_equal(batch.dg[0].buf.len, v->plaintext_len);
    assert_memory_equal(ov_buf_data(&batch.dg[0].buf), v->plaintext, v->plaintext_len);
    assert_int_equal(ov_data_kind_of(&batch.dg[0].buf), OV_DATA_PING);
    ov_data_clear(&sender);
    ov_data_clear(&receiver);
}

/* Every single bit counts, and every truncation is noticed; the peer-id too, but for DATA_V1, which has none.
 * */
static void check_damage(const struct ov_crypto *crypto, const struct ov_key2 *key2, const struct vector *v)
{
    static struct ov_test_batch batch;
    struct ov_data receiver;
    open_channel(&receiver, crypto, key2, v, v->sender == OV_ROLE_CLIENT ? OV_ROLE_SERVER : OV_ROLE_CLIENT);
    for (size_t bit = 0; bit < v->packet_len * 8; bit++)
    {
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, NULL, v->packet, v->packet_len);
        ov_buf_data(&batch.dg[0].buf)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(ov_data_open(&receiver, batch.dg, 1), 0);
        assert_int_equal(batch.dg[0].fate, OV_FATE_DROPPED);
    }
    for (size_t len = 0; len < v->packet_len; len++)
    {
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, NULL, v->packet, len);
        assert_int_equal(ov_data_open(&receiver, batch.dg, 1), 0);
        assert_int_equal(batch.dg[0].fate, OV_FATE_DROPPED);
    }
    /* None of it moved the window: the true packet still passes. */
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, v->packet, v->packet_len);
    assert_int_equal(ov_data_open(&receiver, batch.dg, 1), 1);
    ov_data_clear(&receiver);
}

static void each_vector(void (*check)(const struct ov_crypto *, const struct ov_key2 *,
                                      const struct vector *))
{
    struct ov_vec_file *file = ov_vec_load("aead");
    struct ov_key2 key2;
    size_t checked = 0;
    ov_vec_exactly(ov_vec_section(file, "inputs"), "key256", (uint8_t *)&key2, sizeof key2);
    for (const struct ov_crypto *const *crypto = ov_test_real_backends(); *crypto != NULL; crypto++)
    {
        for (size_t i = 0; i < file->count; i++)
        {
            struct vector v;
            if (strcmp(file->sections[i].name, "inputs") == 0)
            {
                continue;
            }
            read_vector(&file->sections[i], &v);
            if (!(*crypto)->aead.has(v.cipher))
            {
                print_message("%s lacks %s\n", (*crypto)->name, ov_aead_name(v.cipher));
                continue;
            }
            check(*crypto, &key2, &v);
            checked++;
        }
    }
    assert_true(checked > 0);
    ov_vec_free(file);
}

/* Nonce, associated data of both headers, and the tag in front, octet by octet [WP-DATA-020, WP-DATA-021,
 * WP-DATA-022, WP-DATA-025, WP-DATA-026]. */
static void vectors_pass(void **state)
{
    (void)state;
    each_vector(check_vector);
}

static void damage_is_noticed(void **state)
{
    (void)state;
    each_vector(check_damage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_pass),
        cmocka_unit_test(damage_is_noticed),
    };
    return cmocka_run_group_tests_name("data_vectors", tests, NULL, NULL);
}
