/* Keys, windows, limits and reasons of the data channel, on the null backend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "data/data.h"
#include "lib/ends.h"
#include "wire/inband.h"

static const struct ov_addr nowhere;
static struct ov_test_batch batch;

static struct ov_data_key make_key(enum ov_role role, uint8_t key_id, enum ov_cipher_id cipher,
                                   uint32_t window)
{
    struct ov_key2 key2;
    struct ov_data_key key;
    memset(&key2, key_id + 1, sizeof key2);
    key2.half[1].cipher[0] ^= 0x55;
    const struct ov_data_key_spec spec = {.crypto = &ov_crypto_null,
                                          .cipher = cipher,
                                          .key2 = &key2,
                                          .role = role,
                                          .key_id = key_id,
                                          .replay_window = window};
    ov_assert_err(ov_data_key_init(&key, &spec), OV_OK);
    return key;
}

static void install(struct ov_data *d, enum ov_role role, uint8_t key_id, uint64_t switch_ms,
                    uint64_t dies_ms)
{
    struct ov_data_key key = make_key(role, key_id, OV_CIPHER_AES_256_GCM, 64);
    ov_data_install(d, &key, switch_ms, dies_ms);
    assert_null(key.format);
}

static void open_pair(struct ov_data pair[2])
{
    for (unsigned role = 0; role < 2; role++)
    {
        ov_data_init(&pair[role], 1500);
        pair[role].peer_id = 7;
        install(&pair[role], (enum ov_role)role, 0, 0, OV_NEVER);
    }
}

static void close_pair(struct ov_data pair[2])
{
    ov_data_clear(&pair[0]);
    ov_data_clear(&pair[1]);
}

static void fill(size_t count, size_t len)
{
    uint8_t inner[OV_BUF_PACKET];
    ov_test_batch_reset(&batch);
    for (size_t i = 0; i < count; i++)
    {
        (void)ov_test_inner4(inner, 1, 2, (uint32_t)i, (uint32_t)len);
        ov_test_batch_add(&batch, NULL, inner, len);
    }
}

static void again(void)
{
    for (size_t i = 0; i < batch.count; i++)
    {
        batch.dg[i].fate = OV_FATE_NONE;
    }
}

static void expect(size_t i, enum ov_fate fate, enum ov_err why)
{
    if (batch.dg[i].fate != fate || (fate == OV_FATE_DROPPED && batch.dg[i].why != why))
    {
        fail_msg("packet %zu: fate %u why %s, want fate %u why %s", i, batch.dg[i].fate,
                 ov_err_name((enum ov_err)batch.dg[i].why), fate, ov_err_name(why));
    }
}

/* A batch in another order, with one packet twice: each once, and the window takes what is not too old. */
static void batches_and_order(void **state)
{
    (void)state;
    static struct ov_test_batch copy;
    struct ov_data pair[2];
    open_pair(pair);
    fill(10, 100);
    ov_data_seal(&pair[0], &nowhere, batch.dg, 10, 0);
    ov_test_batch_reset(&copy);
    for (size_t i = 10; i-- > 0;)
    {
        expect(i, OV_FATE_LINK, OV_OK);
        ov_test_batch_add(&copy, NULL, ov_buf_data(&batch.dg[i].buf), batch.dg[i].buf.len);
    }
    ov_test_batch_add(&copy, NULL, ov_buf_data(&batch.dg[4].buf), batch.dg[4].buf.len);
    assert_int_equal(ov_data_open(&pair[1], copy.dg, 11), 10);
    for (size_t i = 0; i < 10; i++)
    {
        uint32_t number = 0;
        assert_int_equal(copy.dg[i].fate, OV_FATE_TUN);
        assert_true(ov_test_inner4_number(ov_buf_data(&copy.dg[i].buf), copy.dg[i].buf.len, &number));
        assert_int_equal(number, 9 - i);
    }
    assert_int_equal(copy.dg[10].fate, OV_FATE_DROPPED);
    assert_int_equal(copy.dg[10].why, OV_ERR_REPLAY);
    assert_int_equal(pair[1].stats.open.by[OV_ERR_REPLAY], 1);
    assert_int_equal(pair[1].stats.link_packets_in, 10);
    close_pair(pair);
}

/* More packets than fit one call of the crypto library. */
static void large_batch(void **state)
{
    (void)state;
    enum
    {
        COUNT = 200
    };
    static struct ov_datagram dg[COUNT];
    static uint8_t mem[COUNT][256];
    struct ov_data pair[2];
    open_pair(pair);
    for (size_t i = 0; i < COUNT; i++)
    {
        dg[i] = (struct ov_datagram){.buf = ov_buf_over(mem[i], sizeof mem[i], 64)};
        (void)ov_test_inner4(ov_buf_put(&dg[i].buf, 40), 1, 2, (uint32_t)i, 40);
    }
    ov_data_seal(&pair[0], &nowhere, dg, COUNT, 0);
    for (size_t i = 0; i < COUNT; i++)
    {
        assert_int_equal(dg[i].fate, OV_FATE_LINK);
        dg[i].fate = OV_FATE_NONE;
    }
    assert_int_equal(ov_data_open(&pair[1], dg, COUNT), COUNT);
    close_pair(pair);
}

/* Two keys and both header forms in one batch: each packet is judged by itself [WP-FRM-021]. */
static void mixed_batch(void **state)
{
    (void)state;
    static struct ov_test_batch copy;
    struct ov_data pair[2];
    open_pair(pair);
    ov_test_batch_reset(&copy);
    fill(2, 60);
    ov_data_seal(&pair[0], &nowhere, batch.dg, 2, 0); /* key-id 0, V2 */
    ov_test_batch_add(&copy, NULL, ov_buf_data(&batch.dg[0].buf), batch.dg[0].buf.len);
    install(&pair[0], OV_ROLE_CLIENT, 1, 0, OV_NEVER);
    install(&pair[1], OV_ROLE_SERVER, 1, 0, OV_NEVER);
    pair[0].peer_id = OV_PEER_ID_NONE;
    fill(2, 60);
    ov_data_seal(&pair[0], &nowhere, batch.dg, 2, 0); /* key-id 1, V1 */
    assert_int_equal(ov_buf_data(&batch.dg[0].buf)[0], 0x31);
    ov_test_batch_add(&copy, NULL, ov_buf_data(&batch.dg[0].buf), batch.dg[0].buf.len);
    uint8_t wrong[40] = {0x4a, 0, 0, 7, 0, 0, 0, 1}; /* key-id 2: unknown */
    ov_test_batch_add(&copy, NULL, wrong, sizeof wrong);
    wrong[0] = 0x20; /* not data at all */
    ov_test_batch_add(&copy, NULL, wrong, sizeof wrong);
    ov_test_batch_add(&copy, NULL, ov_buf_data(&batch.dg[1].buf), batch.dg[1].buf.len);
    assert_int_equal(ov_data_open(&pair[1], copy.dg, copy.count), 3);
    assert_int_equal(copy.dg[0].fate, OV_FATE_TUN);
    assert_int_equal(copy.dg[1].fate, OV_FATE_TUN);
    assert_int_equal(copy.dg[2].why, OV_ERR_KEY_ID);
    assert_int_equal(copy.dg[3].why, OV_ERR_OPCODE);
    assert_int_equal(copy.dg[4].fate, OV_FATE_TUN);
    close_pair(pair);
}

/* Which key seals when; at most two live. */
static void key_slots(void **state)
{
    (void)state;
    struct ov_data d;
    ov_data_init(&d, 1500);
    assert_null(ov_data_sealing_key(&d, 0));
    install(&d, OV_ROLE_CLIENT, 0, 500, 900);
    assert_int_equal(ov_data_sealing_key(&d, 0)->key_id, 0); /* the first one at once */
    install(&d, OV_ROLE_CLIENT, 1, 60000, 3600000);
    assert_int_equal(ov_data_sealing_key(&d, 59999)->key_id, 0);
    assert_int_equal(ov_data_sealing_key(&d, 60000)->key_id, 1);
    ov_data_expire(&d, 3599999);
    assert_true(ov_data_key_usable(&d.key[OV_DATA_LAME_DUCK]));
    ov_data_expire(&d, 3600000);
    assert_false(ov_data_key_usable(&d.key[OV_DATA_LAME_DUCK]));
    assert_true(d.dies_ms == OV_NEVER);
    install(&d, OV_ROLE_CLIENT, 2, 60000, 3600000);
    ov_data_drop_lame_duck(&d); /* a third negotiation begins: the newer one seals at once */
    assert_int_equal(ov_data_sealing_key(&d, 0)->key_id, 2);
    ov_data_clear(&d);
    assert_null(ov_data_sealing_key(&d, 0));
}

static void seal_reasons(void **state)
{
    (void)state;
    struct ov_data pair[2];
    open_pair(pair);
    fill(4, 100);
    ov_buf_drop(&batch.dg[0].buf);
    (void)ov_buf_put(&batch.dg[1].buf, 1401);
    batch.dg[2].buf = ov_buf_over(batch.mem[2], 200, 23);
    (void)ov_buf_put(&batch.dg[2].buf, 100);
    ov_data_seal(&pair[0], &nowhere, batch.dg, 4, 0);
    expect(0, OV_FATE_DROPPED, OV_ERR_FORMAT);
    expect(1, OV_FATE_DROPPED, OV_ERR_LIMIT);
    expect(2, OV_FATE_DROPPED, OV_ERR_NOSPACE);
    expect(3, OV_FATE_LINK, OV_OK);
    /* Nothing that was dropped used up a packet id. */
    assert_int_equal(pair[0].key[OV_DATA_CURRENT].issue.last, 1);
    struct ov_data without;
    ov_data_init(&without, 1500);
    fill(1, 100);
    ov_data_seal(&without, &nowhere, batch.dg, 1, 0);
    expect(0, OV_FATE_DROPPED, OV_ERR_KEY_ID);
    assert_int_equal(without.stats.seal.by[OV_ERR_KEY_ID], 1);
    close_pair(pair);
}

static void open_reasons(void **state)
{
    (void)state;
    struct ov_data pair[2];
    static const uint8_t zero_id[40] = {0x48, 0, 0, 7, 0, 0, 0, 0};
    open_pair(pair);
    ov_data_set_mtu(&pair[0], 1501);
    fill(2, 1501);
    ov_data_seal(&pair[0], &nowhere, batch.dg, 2, 0);
    again();
    ov_buf_data(&batch.dg[1].buf)[60] ^= 1;
    ov_test_batch_add(&batch, NULL, zero_id, sizeof zero_id);
    ov_test_batch_add(&batch, NULL, zero_id, 23);
    ov_test_batch_add(&batch, NULL, zero_id, 3);
    assert_int_equal(ov_data_open(&pair[1], batch.dg, batch.count), 0);
    expect(0, OV_FATE_DROPPED, OV_ERR_LIMIT); /* larger than the tunnel's MTU [WP-DATA-004] */
    expect(1, OV_FATE_DROPPED, OV_ERR_AUTH);
    expect(2, OV_FATE_DROPPED, OV_ERR_REPLAY);
    expect(3, OV_FATE_DROPPED, OV_ERR_TRUNCATED);
    expect(4, OV_FATE_DROPPED, OV_ERR_TRUNCATED);
    assert_int_equal(pair[1].key[OV_DATA_CURRENT].failed, 1);
    assert_int_equal(ov_drops_total(&pair[1].stats.open), 5);
    close_pair(pair);
}

static void packet_ids_end(void **state)
{
    (void)state;
    const struct ov_data_limits none = {0, 0};
    struct ov_data pair[2];
    open_pair(pair);
    struct ov_data_key *key = &pair[0].key[OV_DATA_CURRENT];
    assert_null(ov_data_key_worn(key, &none));
    key->issue.last = 0xFEFFFFFF;
    fill(1, 60);
    ov_data_seal(&pair[0], &nowhere, batch.dg, 1, 0);
    assert_non_null(ov_data_key_worn(key, &none)); /* [WP-DATA-042] */
    key->issue.last = 0xFFFFFFFE;
    fill(3, 60);
    ov_data_seal(&pair[0], &nowhere, batch.dg, 3, 0);
    expect(0, OV_FATE_LINK, OV_OK);
    expect(1, OV_FATE_DROPPED, OV_ERR_WRAP);
    expect(2, OV_FATE_DROPPED, OV_ERR_WRAP);
    close_pair(pair);
}

/* Limits that ask for a new key, and the last ones, that stop the old one. */
static void usage_limits(void **state)
{
    (void)state;
    const struct ov_data_limits none = {0, 0};
    struct ov_data pair[2];
    open_pair(pair);
    struct ov_data_key *key = &pair[0].key[OV_DATA_CURRENT];
    key->sealed_blocks = OV_DATA_GCM_LIMIT / 8 * 7;
    assert_null(ov_data_key_worn(key, &none));
    key->sealed_packets = 1;
    assert_non_null(ov_data_key_worn(key, &none)); /* [WP-DATA-040] */
    key->sealed_blocks =
        OV_DATA_GCM_LIMIT - 4 - 1 - 1; /* 60 octets: 4 blocks and a packet, one packet before */
    fill(2, 60);
    ov_data_seal(&pair[0], &nowhere, batch.dg, 2, 0);
    expect(0, OV_FATE_LINK, OV_OK);
    expect(1, OV_FATE_DROPPED, OV_ERR_WRAP);
    const struct ov_data_limits octets = {key->sealed_octets, 0};
    const struct ov_data_limits packets = {0, 2};
    key->sealed_blocks = 0;
    assert_string_equal(ov_data_key_worn(key, &octets), "reneg-bytes");
    assert_string_equal(ov_data_key_worn(key, &packets), "reneg-pkts");
    key = &pair[1].key[OV_DATA_CURRENT];
    key->failed = OV_DATA_FAILED_RENEG;
    assert_string_equal(ov_data_key_worn(key, &none), "too many forged packets"); /* [WP-DATA-041] */
    key->failed = OV_DATA_FAILED_LIMIT;
    ov_test_batch_add(&batch, NULL, ov_buf_data(&batch.dg[0].buf), batch.dg[0].buf.len);
    assert_int_equal(ov_data_open(&pair[1], &batch.dg[2], 1), 0);
    expect(2, OV_FATE_DROPPED, OV_ERR_LIMIT);
    close_pair(pair);
}

static void window_edges(void **state)
{
    (void)state;
    static uint8_t sealed[70][80];
    struct ov_data pair[2];
    uint32_t len = 0;
    open_pair(pair);
    for (size_t i = 0; i < 70; i++)
    {
        fill(1, 40);
        ov_data_seal(&pair[0], &nowhere, batch.dg, 1, 0);
        len = batch.dg[0].buf.len;
        memcpy(sealed[i], ov_buf_data(&batch.dg[0].buf), len);
    }
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, sealed[19],
                      len); /* without it 70 would restart the window [WP-DATA-062] */
    assert_int_equal(ov_data_open(&pair[1], batch.dg, 1), 1);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, sealed[69], len); /* id 70 */
    ov_test_batch_add(&batch, NULL, sealed[6], len);  /* id 7: 63 behind */
    ov_test_batch_add(&batch, NULL, sealed[5], len);  /* id 6: 64 behind */
    ov_test_batch_add(&batch, NULL, sealed[69], len);
    ov_test_batch_add(&batch, NULL, sealed[6], len);
    assert_int_equal(ov_data_open(&pair[1], batch.dg, 5), 2);
    expect(0, OV_FATE_TUN, OV_OK);
    expect(1, OV_FATE_TUN, OV_OK);
    expect(2, OV_FATE_DROPPED, OV_ERR_REPLAY);
    expect(3, OV_FATE_DROPPED, OV_ERR_REPLAY);
    expect(4, OV_FATE_DROPPED, OV_ERR_REPLAY);
    close_pair(pair);
}

static void wide_window(void **state)
{
    (void)state;
    struct ov_data_key key = make_key(OV_ROLE_CLIENT, 0, OV_CIPHER_CHACHA20_POLY1305, 4096);
    assert_non_null(key.window.ring);
    ov_data_key_clear(&key);
    struct ov_key2 key2 = {0};
    const struct ov_data_key_spec spec = {
        .crypto = &ov_crypto_null, .key2 = &key2, .replay_window = 1u << 20};
    ov_assert_err(ov_data_key_init(&key, &spec), OV_ERR_ARG);
    assert_null(key.format);
}

static void kinds(void **state)
{
    (void)state;
    static const struct
    {
        uint8_t data[20];
        uint32_t len;
        enum ov_data_kind kind;
    } cases[] = {
        {{0x45}, 20, OV_DATA_TUNNEL},      {{0x60}, 20, OV_DATA_TUNNEL}, {{0x2a, 0x18}, 16, OV_DATA_OTHER},
        {{0xfa, 0x45}, 20, OV_DATA_OTHER}, {{0}, 0, OV_DATA_OTHER},
    };
    uint8_t mem[64];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_buf buf = ov_buf_over(mem, sizeof mem, 8);
        memcpy(ov_buf_put(&buf, cases[i].len), cases[i].data, cases[i].len);
        assert_int_equal(ov_data_kind_of(&buf), cases[i].kind);
    }
    struct ov_buf buf = ov_buf_over(mem, sizeof mem, 8);
    memcpy(ov_buf_put(&buf, OV_PING_LEN), ov_ping_payload, OV_PING_LEN);
    assert_int_equal(ov_data_kind_of(&buf), OV_DATA_PING);
    (void)ov_buf_put(&buf, 1); /* equal in length too [WP-PING-001] */
    assert_int_equal(ov_data_kind_of(&buf), OV_DATA_OTHER);
    buf = ov_buf_over(mem, sizeof mem, 8);
    memcpy(ov_buf_put(&buf, OV_OCC_MAGIC_LEN), ov_occ_magic, OV_OCC_MAGIC_LEN);
    assert_int_equal(ov_data_kind_of(&buf), OV_DATA_OCC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_and_order), cmocka_unit_test(large_batch),  cmocka_unit_test(mixed_batch),
        cmocka_unit_test(key_slots),         cmocka_unit_test(seal_reasons), cmocka_unit_test(open_reasons),
        cmocka_unit_test(packet_ids_end),    cmocka_unit_test(usage_limits), cmocka_unit_test(window_edges),
        cmocka_unit_test(wide_window),       cmocka_unit_test(kinds),
    };
    return cmocka_run_group_tests_name("data_channel", tests, NULL, NULL);
}
