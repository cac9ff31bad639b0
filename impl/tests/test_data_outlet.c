/* Sealing in another thread: what crosses, who has the packet ids, when keys go. The threads are played here one after
 * the other; impl/tests/tsan/ has real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "data/epoch_keys.h"
#include "data/framing.h"
#include "data/outlet.h"
#include "tests/lib/octets.h"
#include "tests/lib/sealed.h"
#include "wire/inband.h"

static const struct ov_addr peer_addr = {.family = 4, .port = 9};
static const struct ov_mss no_mss = {0};

static struct ov_data own;
static struct ov_data peer;
static struct ov_lane lane;
static struct ov_test_batch batch;

static const struct ov_sealed_format gcm = {"AES-256-GCM", OV_CIPHER_AES_256_GCM, false,
                                            false,         OV_DIGEST_SHA1,        false};
static const struct ov_sealed_format epoch = {"epoch", OV_CIPHER_AES_128_GCM, true,
                                              false,   OV_DIGEST_SHA1,        false};

static void open_ends(const struct ov_sealed_format *format)
{
    memset(&lane, 0, sizeof lane);
    ov_sealed_open(&own, &ov_crypto_null, format, OV_ROLE_CLIENT, true, NULL, NULL);
    ov_sealed_open(&peer, &ov_crypto_null, format, OV_ROLE_SERVER, true, NULL, NULL);
    assert_null(ov_lane_obstacle(&own));
    ov_lane_open(&lane, &own);
}

static void close_ends(void)
{
    ov_lane_close(&lane, &own);
    assert_null(own.lane);
    ov_data_clear(&own);
    ov_data_clear(&peer);
}

/* A new key at both ends. */
static void rekey(const struct ov_sealed_format *format, uint8_t key_id, uint64_t switch_ms)
{
    struct ov_key2 key2;
    memset(&key2, 17 + key_id, sizeof key2);
    for (unsigned side = 0; side < 2; side++)
    {
        const struct ov_data_key_spec spec = {.crypto = &ov_crypto_null,
                                              .cipher = format->cipher,
                                              .epoch = format->epoch,
                                              .key2 = &key2,
                                              .role = side == 0 ? OV_ROLE_CLIENT : OV_ROLE_SERVER,
                                              .key_id = key_id,
                                              .replay_window = 64};
        struct ov_data_key key;
        ov_assert_err(ov_data_key_init(&key, &spec), OV_OK);
        ov_data_install(side == 0 ? &own : &peer, &key, switch_ms, OV_NEVER);
    }
}

static void refresh(uint64_t now_ms)
{
    ov_assert_err(ov_lane_refresh(&lane, &own, &peer_addr, no_mss, now_ms), OV_OK);
}

static void fill(size_t n)
{
    uint8_t inner[100];
    ov_test_batch_reset(&batch);
    for (size_t i = 0; i < n; i++)
    {
        (void)ov_test_inner4(inner, 1, 2, (uint32_t)i, sizeof inner);
        ov_test_batch_add(&batch, NULL, inner, sizeof inner);
    }
}

/* The worker seals n packets, and the peer opens all of them. Returns the key-id that they have. */
static uint8_t worker_sends(size_t n, uint64_t now_ms)
{
    fill(n);
    ov_outlet_seal(&lane, ov_lane_take(&lane), batch.dg, n, now_ms);
    const uint8_t key_id = ov_buf_data(&batch.dg[0].buf)[0] & 7;
    for (size_t i = 0; i < n; i++)
    {
        assert_int_equal(batch.dg[i].fate, OV_FATE_LINK);
        assert_true(ov_addr_equal(&batch.dg[i].addr, &peer_addr));
        batch.dg[i].fate = OV_FATE_NONE;
    }
    assert_int_equal(ov_data_open(&peer, batch.dg, n), n);
    return key_id;
}

/* The same in the main thread. */
static enum ov_err main_sends(void)
{
    fill(1);
    ov_data_seal(&own, &peer_addr, batch.dg, 1, 0);
    if (batch.dg[0].fate == OV_FATE_DROPPED)
    {
        return (enum ov_err)batch.dg[0].why;
    }
    batch.dg[0].fate = OV_FATE_NONE;
    return ov_data_open(&peer, batch.dg, 1) == 1 ? OV_OK : OV_ERR_AUTH;
}

/* Packet ids, usage and counters go over, come back, and go on: the peer's replay window sees to that. */
static void test_there_and_back(void **state)
{
    const struct ov_sealed_format *formats[] = {&gcm, &epoch};
    (void)state;
    for (size_t f = 0; f < 2; f++)
    {
        open_ends(formats[f]);
        ov_assert_err(main_sends(), OV_OK);
        refresh(0);
        ov_assert_err(main_sends(), OV_ERR_KEY_ID); /* its sealing half is not here */
        (void)worker_sends(5, 70);
        ov_lane_collect(&lane, &own);
        assert_int_equal(own.stats.link_packets_out, 6);
        assert_int_equal(own.stats.tun_octets_in, 600);
        assert_int_equal(own.key[OV_DATA_CURRENT].sealed_packets, 6);
        assert_int_equal(lane.sent_ms, 70);
        if (f == 0)
        {
            assert_int_equal(own.key[OV_DATA_CURRENT].issue.last, 6);
        }
        (void)worker_sends(3, 80);
        ov_lane_close(&lane, &own);
        assert_int_equal(own.key[OV_DATA_CURRENT].lent, 0);
        assert_int_equal(own.key[OV_DATA_CURRENT].sealed_packets, 9);
        ov_assert_err(main_sends(), OV_OK);
        assert_int_equal(own.stats.link_packets_out, 10);
        ov_data_clear(&own);
        ov_data_clear(&peer);
    }
}

/* Limits that the user set are seen from what the worker sealed [WP-STATE-024]. */
static void test_limits(void **state)
{
    const struct ov_data_limits limits = {.packets = 5};
    (void)state;
    open_ends(&gcm);
    refresh(0);
    (void)worker_sends(4, 1);
    ov_lane_collect(&lane, &own);
    assert_null(ov_data_key_worn(&own.key[OV_DATA_CURRENT], &limits));
    (void)worker_sends(1, 1);
    ov_lane_collect(&lane, &own);
    assert_string_equal(ov_data_key_worn(&own.key[OV_DATA_CURRENT], &limits), "reneg-pkts");
    close_ends();
}

static size_t outlets(void)
{
    size_t n = 0;
    for (const struct ov_outlet *at = lane.first; at != NULL; at = at->next)
    {
        n++;
    }
    return n;
}

/* The old key seals until its time is over; nothing is freed before the worker has put it away. */
static void test_rekey(void **state)
{
    (void)state;
    open_ends(&gcm);
    refresh(0);
    assert_int_equal(worker_sends(2, 10), 0);
    rekey(&gcm, 1, 100);
    refresh(50);
    assert_int_equal(outlets(), 1);
    assert_int_equal(worker_sends(2, 50), 0);
    refresh(100);
    assert_int_equal(outlets(), 2);
    struct ov_outlet *old = lane.first->next;
    ov_lane_collect(&lane, &own);
    assert_int_equal(outlets(), 2); /* the worker hasn't looked yet: it may be in the middle of a batch */
    fill(1);
    ov_outlet_seal(&lane, old, batch.dg, 1, 100);
    assert_int_equal(batch.dg[0].fate, OV_FATE_LINK);
    assert_int_equal(worker_sends(2, 100), 1);
    ov_lane_collect(&lane, &own);
    assert_int_equal(outlets(), 1);
    assert_int_equal(own.stats.link_packets_out, 7);
    assert_int_equal(own.key[OV_DATA_LAME_DUCK].sealed_packets, 5);
    ov_data_drop_lame_duck(&own);
    refresh(101);
    assert_int_equal(outlets(), 1);
    close_ends();
}

/* The lame duck is freed while it seals [WP-STATE-030]: the other half goes when the worker is through with it. */
static void test_key_dies_while_lent(void **state)
{
    (void)state;
    open_ends(&gcm);
    refresh(0);
    rekey(&gcm, 1, 1000);
    struct ov_outlet *old = ov_lane_take(&lane);
    ov_data_drop_lame_duck(&own);
    fill(1);
    ov_outlet_seal(&lane, old, batch.dg, 1, 5);
    assert_int_equal(batch.dg[0].fate, OV_FATE_LINK);
    refresh(5);
    assert_int_equal(worker_sends(1, 5), 1);
    ov_lane_collect(&lane, &own);
    assert_int_equal(outlets(), 1);
    assert_int_equal(own.stats.link_packets_out, 2);
    close_ends();
}

/* Without a key, and when the session is over, packets are dropped and counted. */
static void test_nothing_to_seal_with(void **state)
{
    (void)state;
    open_ends(&gcm);
    assert_null(ov_lane_take(&lane));
    refresh(0);
    (void)worker_sends(1, 1);
    ov_data_key_clear(&own.key[OV_DATA_CURRENT]);
    refresh(1);
    refresh(2);
    assert_int_equal(outlets(), 2);
    fill(3);
    ov_outlet_seal(&lane, ov_lane_take(&lane), batch.dg, 3, 2);
    assert_int_equal(batch.dg[2].why, OV_ERR_KEY_ID);
    atomic_store(&lane.closed, true);
    fill(2);
    ov_outlet_seal(&lane, ov_lane_take(&lane), batch.dg, 2, 2);
    assert_int_equal(batch.dg[1].why, OV_ERR_CLOSED);
    ov_lane_collect(&lane, &own);
    assert_int_equal(own.stats.seal.by[OV_ERR_KEY_ID], 3);
    assert_int_equal(own.stats.seal.by[OV_ERR_CLOSED], 2);
    assert_int_equal(outlets(), 1);
    close_ends();
}

/* The peer went on to another epoch: the main thread saw it, the worker seals with it [WP-EPOCH-008]. */
static void test_epoch_crosses(void **state)
{
    (void)state;
    open_ends(&epoch);
    refresh(0);
    (void)worker_sends(1, 1);
    own.key[OV_DATA_CURRENT].epoch->current.epoch = 4;
    refresh(2);
    fill(1);
    ov_outlet_seal(&lane, ov_lane_take(&lane), batch.dg, 1, 2);
    assert_int_equal(ov_buf_data(&batch.dg[0].buf)[5], 4);
    ov_lane_collect(&lane, &own);
    assert_int_equal(own.key[OV_DATA_CURRENT].epoch->seal.epoch, 4);
    assert_int_equal(ov_epoch_wanted(&own.key[OV_DATA_CURRENT]), 4);
    close_ends();
}

static void ping(struct ov_datagram *dg, uint32_t len)
{
    static uint8_t room[2048];
    *dg = (struct ov_datagram){.buf = ov_buf_over(room, sizeof room, OV_BUF_HEADROOM)};
    uint8_t *data = ov_buf_put(&dg->buf, len);
    memset(data, 0, len);
    memcpy(data, ov_ping_payload, OV_PING_LEN);
    ov_data_seal_inband(&own, &peer_addr, dg, 0);
}

/* Pings and OCC messages are sealed by the worker, in order, and counted as what they are. */
static void test_messages_cross(void **state)
{
    uint8_t room[2048];
    struct ov_datagram dg;
    (void)state;
    open_ends(&gcm);
    refresh(0);
    lane.bell = false;
    for (unsigned i = 0; i < OV_LANE_INBAND; i++)
    {
        ping(&dg, OV_PING_LEN);
        assert_int_equal(dg.fate, OV_FATE_CONSUMED);
    }
    assert_true(lane.bell);
    ping(&dg, OV_PING_LEN);
    assert_int_equal(dg.why, OV_ERR_LIMIT); /* full */
    for (unsigned i = 0; i < OV_LANE_INBAND + 1; i++)
    {
        dg = (struct ov_datagram){.buf = ov_buf_over(room, sizeof room, OV_BUF_HEADROOM)};
        const bool there = ov_lane_next_inband(&lane, ov_lane_take(&lane), &dg, 9);
        assert_int_equal(there, i < OV_LANE_INBAND);
        if (there)
        {
            assert_int_equal(dg.fate, OV_FATE_LINK);
            dg.fate = OV_FATE_NONE;
            assert_int_equal(ov_data_open(&peer, &dg, 1), 1);
            assert_int_equal(ov_data_kind_of(&dg.buf), OV_DATA_PING);
        }
    }
    ping(&dg, OV_LANE_INBAND_LEN + 1);
    assert_int_equal(dg.why, OV_ERR_LIMIT); /* too long */
    ov_lane_collect(&lane, &own);
    assert_int_equal(own.stats.pings_out, OV_LANE_INBAND);
    assert_int_equal(own.stats.tun_packets_in, 0);
    assert_int_equal(own.stats.link_packets_out, OV_LANE_INBAND);
    assert_int_equal(own.stats.seal.by[OV_ERR_LIMIT], 2);
    close_ends();
}

static void test_obstacles(void **state)
{
    const struct ov_sealed_format cbc = {"CBC", OV_CIPHER_AES_256_CBC, false, false, OV_DIGEST_SHA256, false};
    struct ov_test_random random = {ov_test_seed(15)};
    struct ov_rng rng = ov_test_rng(&random);
    char reason[256];
    (void)state;
    ov_assert_err(ov_crypto_backends[0]->start(reason, sizeof reason), OV_OK);
    ov_sealed_open(&own, ov_crypto_backends[0], &cbc, OV_ROLE_CLIENT, true, &rng, NULL);
    assert_string_equal(ov_lane_obstacle(&own), "this cipher is not AEAD");
    ov_data_clear(&own);
    struct ov_data_framing *framing = (struct ov_data_framing *)1;
    own.framing = framing;
    assert_non_null(strstr(ov_lane_obstacle(&own), "fragments"));
    own.framing = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_rekey),
        cmocka_unit_test(test_key_dies_while_lent),
        cmocka_unit_test(test_nothing_to_seal_with),
        cmocka_unit_test(test_epoch_crosses),
        cmocka_unit_test(test_messages_cross),
        cmocka_unit_test(test_obstacles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
