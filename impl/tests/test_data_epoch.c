/* The epoch format against a model: which packets are accepted, in batches, when packets of old and future
 * epochs, forgeries and replays come in any order; when and how far the sender goes on; and the edges of both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "data/epoch_keys.h"
#include "lib/sealed.h"
#include "wire/data_header.h"

#define EPOCHS   400u /* that the forger has keys for */
#define COUNTERS 512u /* that the model tells apart */
#define BATCH    24u
#define PLAIN    24u
#define WHOLE    (OV_DATA_EPOCH_HEADER + PLAIN + OV_AEAD_TAG_LEN)

static const struct ov_sealed_format format = {"", OV_CIPHER_AES_128_GCM, true, false, OV_DIGEST_SHA1, false};

/* ---- a peer that may say anything: key schedule and packets made by hand ---- */

struct forger
{
    struct ov_epoch_key keys[EPOCHS]; /* [n] of epoch n; 0 is empty */
};

static void forger_open(struct forger *f, const struct ov_key2 *key2)
{
    struct ov_epoch_secret link;
    ov_epoch_first(&link, &key2->half[0]); /* as client */
    for (unsigned epoch = 1; epoch < EPOCHS; epoch++)
    {
        assert_int_equal(link.epoch, epoch);
        ov_assert_err(ov_epoch_key_of(&ov_crypto_null, &link, OV_AEAD_AES_128_GCM, &f->keys[epoch]), OV_OK);
        ov_assert_err(ov_epoch_advance(&ov_crypto_null, &link), OV_OK);
    }
}

static void forge(const struct forger *f, uint16_t epoch, uint64_t counter, uint8_t packet[WHOLE])
{
    struct ov_aead_key *key = NULL;
    const unsigned known = epoch < EPOCHS ? epoch : 0; /* others get a key that fits nobody */
    memset(packet, 0x45, WHOLE);
    ov_data_epoch_write(packet, 0, 5, epoch, counter);
    struct ov_aead_op op = {.ad = packet,
                            .ad_len = OV_DATA_EPOCH_HEADER,
                            .text = packet + OV_DATA_EPOCH_HEADER,
                            .text_len = PLAIN,
                            .tag = packet + OV_DATA_EPOCH_HEADER + PLAIN};
    ov_epoch_nonce(ov_epoch_id(epoch, counter), f->keys[known].iv, op.nonce);
    ov_assert_err(ov_crypto_null.aead.key_new(OV_AEAD_AES_128_GCM, f->keys[known].key, true, &key), OV_OK);
    ov_crypto_null.aead.seal(key, &op, 1);
    ov_crypto_null.aead.key_free(key);
}

static struct ov_key2 some_key2(void)
{
    struct ov_key2 key2;
    for (size_t i = 0; i < sizeof key2; i++)
    {
        ((uint8_t *)&key2)[i] = (uint8_t)(i * 29 + 3);
    }
    return key2;
}

/* ---- the model of the receiver ---- */

struct model_window
{
    unsigned epoch; /* 0: none */
    uint64_t highest;
    uint64_t floor;
    bool seen[COUNTERS];
};

struct model
{
    struct model_window current;
    struct model_window previous;
};

static struct model_window *model_window(struct model *m, unsigned epoch)
{
    return epoch == m->current.epoch ? &m->current
                                     : (epoch != 0 && epoch == m->previous.epoch ? &m->previous : NULL);
}

static bool model_is_new(const struct model_window *w, uint64_t counter)
{
    return counter > w->highest ||
           (counter != 0 && counter > w->floor && w->highest - counter < 64 && !w->seen[counter]);
}

/* Before decryption, with the state at the start of the batch. */
static enum ov_err model_prepare(struct model *m, unsigned epoch, uint64_t counter)
{
    const struct model_window *w = model_window(m, epoch);
    if (w != NULL)
    {
        return model_is_new(w, counter) ? OV_OK : OV_ERR_REPLAY;
    }
    if (counter == 0)
    {
        return OV_ERR_REPLAY;
    }
    return epoch > m->current.epoch && epoch <= m->current.epoch + 16 ? OV_OK : OV_ERR_WINDOW;
}

/* After decryption, one after the other. */
static enum ov_err model_finish(struct model *m, unsigned epoch, uint64_t counter)
{
    if (epoch > m->current.epoch)
    {
        m->previous = m->current;
        m->current = (struct model_window){.epoch = epoch};
    }
    struct model_window *w = model_window(m, epoch);
    if (w == NULL)
    {
        return OV_ERR_WINDOW;
    }
    if (!model_is_new(w, counter))
    {
        return OV_ERR_REPLAY;
    }
    if (counter > w->highest)
    {
        w->floor = counter - w->highest > 64 ? counter - 1 : w->floor;
        w->highest = counter;
    }
    w->seen[counter] = true;
    return OV_OK;
}

struct sent
{
    unsigned epoch;
    uint64_t counter;
    bool forged;
    enum ov_err want;
};

/* Mostly what an honest sender might do, with a fair share of everything else. */
static struct sent invent(struct ov_test_random *r, const struct model *m)
{
    const unsigned now = m->current.epoch;
    struct sent s = {.epoch = now, .forged = ov_test_below(r, 8) == 0};
    switch (ov_test_below(r, 8))
    {
    case 0:
        s.epoch = m->previous.epoch;
        break;
    case 1:
        s.epoch = now + (ov_test_below(r, 6) == 0 ? ov_test_below(r, 20) : 0);
        break;
    case 2:
        s.epoch = now > 4 ? now - ov_test_below(r, 4) : 1;
        break;
    case 3:
        s.epoch = now + (ov_test_below(r, 12) == 0);
        break;
    default:
        break;
    }
    const uint64_t high = s.epoch == now                 ? m->current.highest
                          : s.epoch == m->previous.epoch ? m->previous.highest
                                                         : 0;
    s.counter = high + 4 > ov_test_below(r, 80)
                    ? high + 4 - ov_test_below(r, high + 4 < 80 ? (uint32_t)high + 4 : 80)
                    : 1;
    s.counter += ov_test_below(r, 10) == 0 ? 90 : 0;
    s.counter = s.counter < COUNTERS ? s.counter : COUNTERS - 1;
    return s;
}

static void model_batch(struct model *m, struct sent *sent, size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        sent[i].want = sent[i].epoch == 0 ? OV_ERR_FORMAT : model_prepare(m, sent[i].epoch, sent[i].counter);
    }
    for (size_t i = 0; i < n; i++)
    {
        if (sent[i].want == OV_OK)
        {
            sent[i].want = sent[i].forged ? OV_ERR_AUTH : model_finish(m, sent[i].epoch, sent[i].counter);
        }
    }
}

struct totals
{
    unsigned by[OV_ERR_COUNT];
};

static void run_batch(struct ov_data *d, const struct forger *f, struct model *m, struct ov_test_random *r,
                      struct totals *totals)
{
    static uint8_t mem[BATCH][WHOLE];
    struct ov_datagram dg[BATCH];
    struct sent sent[BATCH];
    const size_t n = 1 + ov_test_below(r, BATCH);
    for (size_t i = 0; i < n; i++)
    {
        sent[i] = invent(r, m);
        forge(f, (uint16_t)sent[i].epoch, sent[i].counter, mem[i]);
        mem[i][WHOLE - 1] ^= sent[i].forged;
        dg[i] = (struct ov_datagram){.buf = ov_buf_over(mem[i], WHOLE, 0)};
        dg[i].buf.len = WHOLE;
    }
    model_batch(m, sent, n);
    (void)ov_data_open(d, dg, n);
    for (size_t i = 0; i < n; i++)
    {
        const enum ov_err got = dg[i].fate == OV_FATE_TUN ? OV_OK : (enum ov_err)dg[i].why;
        totals->by[got]++;
        if (got != sent[i].want)
        {
            fail_msg("packet %zu of %zu, epoch %u counter %llu: %s, the model says %s", i, n, sent[i].epoch,
                     (unsigned long long)sent[i].counter, ov_err_name(got), ov_err_name(sent[i].want));
        }
    }
    const struct ov_data_epoch *state = d->key[OV_DATA_CURRENT].epoch;
    assert_int_equal(state->current.epoch, m->current.epoch);
    assert_int_equal(state->previous.epoch, m->previous.epoch);
    assert_in_range(state->open_chain.epoch, m->current.epoch, m->current.epoch + 16);
}

static void receiver_is_the_model(void **state)
{
    (void)state;
    static struct forger f;
    static struct model m;
    const struct ov_key2 key2 = some_key2();
    struct totals totals = {{0}};
    forger_open(&f, &key2);
    for (uint64_t seed = ov_test_seed(1), last = seed + 60; seed < last; seed++)
    {
        struct ov_test_random r = {seed};
        struct ov_data d;
        memset(&m, 0, sizeof m);
        m.current.epoch = 1;
        ov_sealed_open(&d, &ov_crypto_null, &format, OV_ROLE_SERVER, true, NULL, &key2);
        for (unsigned i = 0; i < 200 && m.current.epoch < EPOCHS - 20; i++)
        {
            run_batch(&d, &f, &m, &r, &totals);
        }
        /* The own sending epoch follows [WP-EPOCH-008]. */
        uint8_t packet[256];
        (void)ov_sealed_packet(&d, "E", 1, packet, sizeof packet);
        assert_int_equal(packet[4] << 8 | packet[5], m.current.epoch);
        ov_data_clear(&d);
    }
    print_message("accepted %u, replayed %u, other epochs %u, forged %u\n", totals.by[OV_OK],
                  totals.by[OV_ERR_REPLAY], totals.by[OV_ERR_WINDOW], totals.by[OV_ERR_AUTH]);
    assert_true(totals.by[OV_OK] > 1000 && totals.by[OV_ERR_REPLAY] > 1000);
    assert_true(totals.by[OV_ERR_WINDOW] > 1000 && totals.by[OV_ERR_AUTH] > 1000);
}

/* ---- edges, as a table: each row goes to a fresh receiver, after the packets in front of it ---- */

struct edge
{
    uint16_t epoch[3]; /* 0 ends the list; the last is judged */
    uint64_t counter[3];
    enum ov_err want;
};

#define LAST OV_EPOCH_COUNTER_MAX

static void edges(void **state)
{
    (void)state;
    static const struct edge cases[] = {
        {{1}, {1}, OV_OK},
        {{1}, {0}, OV_ERR_REPLAY},
        {{2}, {0}, OV_ERR_REPLAY},
        {{17}, {1}, OV_OK}, /* 16 ahead [WP-EPOCH-007] */
        {{18}, {1}, OV_ERR_WINDOW},
        {{2, 18}, {1, 1}, OV_OK},
        {{2, 1}, {1, 1}, OV_OK}, /* the previous one */
        {{17, 1}, {1, 1}, OV_OK},
        {{17, 16}, {1, 1}, OV_ERR_WINDOW}, /* between them */
        {{2, 3, 1}, {1, 1, 1}, OV_ERR_WINDOW},
        {{2, 3, 2}, {1, 1, 2}, OV_OK},
        {{2, 3, 2}, {1, 1, 1}, OV_ERR_REPLAY}, /* the window went along [WP-EPOCH-009] */
        {{1, 2, 2}, {5, 5, 5}, OV_ERR_REPLAY},
        {{1, 2}, {5, 5}, OV_OK},               /* another epoch, another window */
        {{1}, {LAST}, OV_OK},                  /* the end of 48 bits */
        {{1, 1}, {LAST, LAST}, OV_ERR_REPLAY}, /* */
        {{1, 1}, {LAST, 1}, OV_ERR_REPLAY},    /* it does not go round */
        {{1, 2}, {LAST, 1}, OV_OK},            /* */
        {{0x7000}, {1}, OV_ERR_WINDOW},        /* */
        {{0xffff}, {1}, OV_ERR_WINDOW},        /* */
    };
    static struct forger f;
    const struct ov_key2 key2 = some_key2();
    forger_open(&f, &key2);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_data d;
        uint8_t packet[WHOLE], opened[256];
        uint32_t len = 0;
        enum ov_err got = OV_OK;
        ov_sealed_open(&d, &ov_crypto_null, &format, OV_ROLE_SERVER, true, NULL, &key2);
        for (size_t k = 0; k < 3 && cases[i].epoch[k] != 0; k++)
        {
            assert_true(got == OV_OK);
            forge(&f, cases[i].epoch[k], cases[i].counter[k], packet);
            got = ov_sealed_try(&d, packet, WHOLE, opened, &len);
        }
        if (got != cases[i].want)
        {
            fail_msg("row %zu: %s, want %s", i, ov_err_name(got), ov_err_name(cases[i].want));
        }
        ov_data_clear(&d);
    }
}

/* Epoch 0, DATA_V1, the other side's own packets. */
static void never_accepted(void **state)
{
    (void)state;
    static struct forger f;
    const struct ov_key2 key2 = some_key2();
    struct ov_data d;
    uint8_t packet[WHOLE], opened[256];
    uint32_t len = 0;
    forger_open(&f, &key2);
    ov_sealed_open(&d, &ov_crypto_null, &format, OV_ROLE_SERVER, true, NULL, &key2);
    forge(&f, 1, 1, packet);
    packet[5] = 0;
    ov_assert_err(ov_sealed_try(&d, packet, WHOLE, opened, &len), OV_ERR_FORMAT);
    forge(&f, 1, 1, packet);
    packet[0] = 0x30;
    ov_assert_err(ov_sealed_try(&d, packet, WHOLE, opened, &len), OV_ERR_OPCODE);
    const uint32_t own = ov_sealed_packet(&d, "E", 1, packet, sizeof packet);
    ov_assert_err(ov_sealed_try(&d, packet, own, opened, &len), OV_ERR_AUTH);
    ov_data_clear(&d);
}

/* Claims of future epochs without the key: no more than 16 keys are ever made of them, nothing is promoted. */
static void claims_change_nothing(void **state)
{
    (void)state;
    const struct ov_key2 key2 = some_key2();
    struct ov_data d;
    uint8_t packet[WHOLE], opened[256];
    uint32_t len = 0;
    ov_sealed_open(&d, &ov_crypto_null, &format, OV_ROLE_SERVER, true, NULL, &key2);
    const struct ov_data_epoch *epochs = d.key[OV_DATA_CURRENT].epoch;
    for (uint32_t epoch = 1; epoch <= UINT16_MAX; epoch++)
    {
        memset(packet, 1, sizeof packet);
        ov_data_epoch_write(packet, 0, 5, (uint16_t)epoch, epoch);
        ov_assert_err(ov_sealed_try(&d, packet, WHOLE, opened, &len),
                      epoch <= 17 ? OV_ERR_AUTH : OV_ERR_WINDOW);
    }
    assert_int_equal(epochs->current.epoch, 1);
    assert_int_equal(epochs->previous.epoch, 0);
    assert_int_equal(epochs->open_chain.epoch, 17);
    assert_int_equal(d.key[OV_DATA_CURRENT].failed, 17);
    (void)ov_sealed_packet(&d, "E", 1, packet, sizeof packet);
    assert_int_equal(packet[5], 1);
    ov_data_clear(&d);
}

/* ---- the sender ---- */

/* What was used before the next packet; which epoch and counter it gets. */
static void sender_goes_on(void **state)
{
    (void)state;
    static const struct
    {
        enum ov_cipher_id cipher;
        uint64_t counter, packets, blocks, opened; /* set before; opened: blocks */
        uint16_t epoch;
        uint64_t next;
    } cases[] = {
        {OV_CIPHER_AES_128_GCM, 0, 0, 0, 0, 1, 1},
        {OV_CIPHER_AES_128_GCM, 7, 7, OV_DATA_GCM_SOFT - 7, 0, 1, 8},
        {OV_CIPHER_AES_128_GCM, 7, 7, OV_DATA_GCM_SOFT - 6, 0, 2, 1}, /* [WP-EPOCH-006] */
        {OV_CIPHER_AES_256_GCM, 7, 0, 0, OV_DATA_GCM_SOFT, 1, 8},
        {OV_CIPHER_AES_256_GCM, 7, 0, 0, OV_DATA_GCM_SOFT + 1, 2, 1}, /* so that the peer follows */
        {OV_CIPHER_CHACHA20_POLY1305, 7, 7, UINT64_C(1) << 40, UINT64_C(1) << 40, 1, 8}, /* no such limit */
        {OV_CIPHER_CHACHA20_POLY1305, OV_EPOCH_COUNTER_SOFT - 1, 0, 0, 0, 1, OV_EPOCH_COUNTER_SOFT},
        {OV_CIPHER_CHACHA20_POLY1305, OV_EPOCH_COUNTER_SOFT, 0, 0, 0, 2, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        const struct ov_sealed_format this = {"", cases[i].cipher, true, false, OV_DIGEST_SHA1, false};
        struct ov_data d;
        uint8_t packet[256];
        struct ov_data_epoch_header header;
        ov_sealed_open(&d, &ov_crypto_null, &this, OV_ROLE_CLIENT, true, NULL, NULL);
        struct ov_data_epoch *epochs = d.key[OV_DATA_CURRENT].epoch;
        epochs->counter = cases[i].counter;
        epochs->sealed = (struct ov_epoch_usage){cases[i].packets, cases[i].blocks};
        epochs->opened.blocks = cases[i].opened;
        for (unsigned more = 0; more < 2; more++)
        {
            /* The first packet may bring a new epoch, the second never one more. */
            const uint32_t len = ov_sealed_packet(&d, "E", 1, packet, sizeof packet);
            ov_assert_err(ov_data_epoch_read(packet, len, &header), OV_OK);
            if (more == 0 && (header.epoch != cases[i].epoch || header.counter != cases[i].next))
            {
                fail_msg("row %zu: epoch %u counter %llu", i, header.epoch,
                         (unsigned long long)header.counter);
            }
        }
        assert_in_range(header.epoch, 1, 2);
        ov_data_clear(&d);
    }
}

/* Where no epoch is left: ask for a new key in good time, then stop. */
static void the_last_epoch(void **state)
{
    (void)state;
    const struct ov_data_limits none = {0, 0};
    const struct ov_addr nowhere = {0};
    struct ov_test_batch *batch = calloc(1, sizeof *batch);
    struct ov_data d;
    assert_non_null(batch);
    ov_sealed_open(&d, &ov_crypto_null, &format, OV_ROLE_CLIENT, true, NULL, NULL);
    struct ov_data_key *key = &d.key[OV_DATA_CURRENT];
    for (uint32_t epoch = 2; epoch <= UINT16_MAX; epoch++)
    {
        key->epoch->counter = OV_EPOCH_COUNTER_SOFT;
        ov_assert_err(ov_epoch_keep_up(key), OV_OK);
        assert_int_equal(key->epoch->seal.epoch, epoch);
        assert_int_equal(ov_data_key_worn(key, &none) != NULL, epoch >= 0xF000); /* [WP-EPOCH-010] */
    }
    key->epoch->counter = OV_EPOCH_COUNTER_MAX - 1;
    ov_test_batch_reset(batch);
    ov_test_batch_add(batch, NULL, "E", 1);
    ov_test_batch_add(batch, NULL, "E", 1);
    ov_data_seal(&d, &nowhere, batch->dg, 2, 0);
    assert_int_equal(batch->dg[0].fate, OV_FATE_LINK);
    assert_int_equal(batch->dg[1].why, OV_ERR_WRAP);
    key->epoch->counter = 5;
    key->epoch->sealed.blocks = OV_DATA_GCM_LIMIT - 1;
    ov_test_batch_reset(batch);
    ov_test_batch_add(batch, NULL, "E", 1);
    ov_data_seal(&d, &nowhere, batch->dg, 1, 0);
    assert_int_equal(batch->dg[0].why, OV_ERR_WRAP);
    ov_data_clear(&d);
    free(batch);
}

/* Two ends, each of which goes on now and then: they stay together, nothing is lost, nobody jumps. */
static void both_ends_walk(void **state)
{
    (void)state;
    const struct ov_key2 key2 = some_key2();
    struct ov_test_random r = {ov_test_seed(42)};
    struct ov_data ends[2];
    uint16_t last[2] = {1, 1};
    uint8_t packet[256], opened[256];
    uint32_t opened_len = 0;
    for (unsigned role = 0; role < 2; role++)
    {
        ov_sealed_open(&ends[role], &ov_crypto_null, &format, (enum ov_role)role, true, NULL, &key2);
    }
    for (unsigned i = 0; i < 5000; i++)
    {
        const unsigned from = ov_test_below(&r, 2);
        struct ov_data_epoch *sender = ends[from].key[OV_DATA_CURRENT].epoch;
        struct ov_data_epoch_header header;
        sender->sealed.blocks = ov_test_below(&r, 50) == 0 ? OV_DATA_GCM_SOFT + 1 : sender->sealed.blocks;
        const uint32_t len = ov_sealed_packet(&ends[from], "E", 1, packet, sizeof packet);
        ov_assert_err(ov_data_epoch_read(packet, len, &header), OV_OK);
        assert_true(header.epoch >= last[from]);
        assert_true(header.epoch <= (last[0] > last[1] ? last[0] : last[1]) + 1);
        last[from] = header.epoch;
        ov_assert_err(ov_sealed_try(&ends[1 - from], packet, len, opened, &opened_len), OV_OK);
    }
    assert_true(last[0] > 20 && last[1] > 20);
    ov_data_clear(&ends[0]);
    ov_data_clear(&ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receiver_is_the_model), cmocka_unit_test(edges),
        cmocka_unit_test(never_accepted),        cmocka_unit_test(claims_change_nothing),
        cmocka_unit_test(sender_goes_on),        cmocka_unit_test(the_last_epoch),
        cmocka_unit_test(both_ends_walk),
    };
    return cmocka_run_group_tests_name("data_epoch", tests, NULL, NULL);
}
