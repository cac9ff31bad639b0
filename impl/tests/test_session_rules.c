/* Rules that only show when somebody breaks them: who the peer is, what was seen before, what was asked
 * twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/pair.h"
#include "session/private.h"

static const struct ov_wire_faults quiet = {.latency_ms = 10};
static struct ov_pair pair;
static struct ov_test_batch batch;

static void connect_pair(bool tls_crypt, const char *server_text)
{
    struct ov_end_spec spec = ov_end_spec_default();
    spec.tls_crypt = tls_crypt;
    struct ov_end_spec server = spec;
    server.more = server_text;
    ov_pair_open(&pair, &spec, &server, &quiet, 1);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
    ov_pair_wait(&pair, 1000);
}

static struct ov_session *client(void)
{
    return &pair.client.session;
}

static struct ov_session *server(void)
{
    return &pair.server.hub->slot[0]->session;
}

static bool exchanged(const struct ov_pair *p)
{
    return p->up.arrived >= 5 && p->down.arrived >= 5;
}

static bool rekey_failed(const struct ov_pair *p)
{
    return p->rekeys_failed > 0;
}

/* The certificate of a connection stays the same [WP-STATE-026]: another one, however valid, is refused, and the old
 * key goes on [WP-TLS-009]. */
static void certificate_stays(void **state)
{
    (void)state;
    struct ov_client_end other;
    struct ov_end_spec spec = ov_end_spec_default();
    connect_pair(false, "");
    spec.cert = "mallory";
    ov_client_end_open(&other, &spec);
    pair.client.settings.tls = other.end.tls;
    assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
    assert_true(ov_pair_until(&pair, rekey_failed, 10));
    assert_string_equal(ov_session_common_name(server()), "client-ec");
    assert_int_equal(server()->negotiations, 1);
    pair.pace_ms = 20;
    assert_true(ov_pair_until(&pair, exchanged, 5));
    /* With its own certificate it works again. */
    pair.client.settings.tls = pair.client.end.tls;
    ov_pair_wait(&pair, 75000);
    assert_int_equal(server()->negotiations, 2);
    assert_true(ov_pair_is_up(&pair));
    ov_client_end_close(&other);
    ov_pair_close(&pair);
}

/* A control packet that was seen before is dropped before the reliability layer and not acknowledged again
 * [WP-RPL-009]; a message that comes in a new packet is. */
static void control_replay(void **state)
{
    (void)state;
    static struct ov_test_batch copy;
    connect_pair(true, "");
    assert_int_equal(ov_session_say(server(), "INFO,hello"), OV_OK);
    ov_session_drive(server(), pair.now);
    ov_test_batch_reset(&batch);
    assert_int_equal(ov_session_transmit(server(), batch.dg, OV_TEST_BATCH, pair.now), 1);
    static const enum ov_err want[] = {OV_OK, OV_ERR_REPLAY, OV_ERR_REPLAY};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
    {
        ov_test_batch_reset(&copy);
        ov_test_batch_add(&copy, &pair.server_addr, ov_buf_data(&batch.dg[0].buf), batch.dg[0].buf.len);
        ov_session_receive(client(), copy.dg, 1, pair.now);
        ov_assert_err((enum ov_err)copy.dg[0].why, want[i]);
        assert_int_equal(ov_acks_pending(&client()->ks.acks), 1);
    }
    /* The retransmission has a new wrap id and the same message: a duplicate, which is acknowledged again. */
    ov_test_batch_reset(&copy);
    assert_int_equal(ov_session_transmit(client(), copy.dg, OV_TEST_BATCH, pair.now), 1);
    pair.now.mono_ms += 2000;
    ov_test_batch_reset(&batch);
    assert_int_equal(ov_session_transmit(server(), batch.dg, OV_TEST_BATCH, pair.now), 1);
    batch.dg[0].addr = pair.server_addr;
    ov_session_receive(client(), batch.dg, 1, pair.now);
    ov_assert_err((enum ov_err)batch.dg[0].why, OV_ERR_DUPLICATE);
    assert_int_equal(ov_acks_pending(&client()->ks.acks), 1);
    ov_pair_close(&pair);
}

static bool both_rekeyed(const struct ov_pair *p)
{
    return p->rekeys[0] > 0 && p->rekeys[1] > 0;
}

/* Both begin, and the reset of one is lost: the other's shows it that at once, and it doesn't wait for its timer
 * [WP-REL-013]. */
static void resets_that_cross(void **state)
{
    (void)state;
    for (int from_client = 0; from_client < 2; from_client++)
    {
        connect_pair(false, "");
        pair.wire.faults.loss_pm = 1000;
        assert_int_equal(from_client ? ov_session_renegotiate(client(), pair.now)
                                     : ov_hub_renegotiate(pair.server.hub, 0, pair.now),
                         OV_OK);
        ov_pair_wait(&pair, 100);
        pair.wire.faults.loss_pm = 0;
        const uint64_t start_ms = pair.now.mono_ms;
        assert_int_equal(from_client ? ov_hub_renegotiate(pair.server.hub, 0, pair.now)
                                     : ov_session_renegotiate(client(), pair.now),
                         OV_OK);
        assert_true(ov_pair_until(&pair, both_rekeyed, 10));
        assert_in_range(pair.now.mono_ms - start_ms, 0, 1500); /* the timer has 2 s */
        ov_pair_close(&pair);
    }
}

/* A third negotiation frees the lame duck at once [WP-STATE-030]. */
static void third_negotiation(void **state)
{
    (void)state;
    connect_pair(false, "");
    assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
    ov_pair_wait(&pair, 2000);
    assert_int_equal(client()->data.key[OV_DATA_CURRENT].key_id, 1);
    assert_true(ov_data_key_usable(&client()->data.key[OV_DATA_LAME_DUCK]));
    assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
    /* It seals no more, and still opens what the peer seals that hasn't heard of this. */
    assert_int_equal(ov_data_sealing_key(&client()->data, pair.now.mono_ms)->key_id, 1);
    assert_true(ov_data_key_usable(&client()->data.key[OV_DATA_LAME_DUCK]));
    ov_pair_wait(&pair, 35);
    assert_false(ov_data_key_usable(&client()->data.key[OV_DATA_LAME_DUCK]));
    ov_pair_wait(&pair, 65);
    assert_int_equal(server()->ks.key_id, 2);
    assert_int_equal(ov_data_sealing_key(&client()->data, pair.now.mono_ms)->key_id, 1);
    ov_pair_close(&pair);
}

/* After a reply, requests are ignored for 30 s; a later one gets a whole new reply [WP-PUSH-005,
 * WP-PUSH-006]. */
static void push_requests(void **state)
{
    (void)state;
    connect_pair(false, "");
    const uint64_t first_ms = server()->push.sent_ms;
    static const struct
    {
        uint32_t wait_ms;
        bool answered;
    } cases[] = {{1000, false}, {20000, false}, {12000, true}, {5000, false}};
    uint64_t last_ms = first_ms;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        ov_pair_wait(&pair, cases[i].wait_ms);
        assert_int_equal(ov_session_say(client(), "PUSH_REQUEST"), OV_OK);
        ov_session_drive(client(), pair.now);
        ov_pair_wait(&pair, 500);
        assert_int_equal(server()->push.sent_ms != last_ms, cases[i].answered);
        last_ms = server()->push.sent_ms;
    }
    assert_int_equal(pair.connects, 2); /* one each: a second reply changes nothing */
    assert_true(ov_pair_is_up(&pair));
    ov_pair_close(&pair);
}

/* Secrets leave no trace: what a session was is all zero afterwards. */
static void cleared(void **state)
{
    (void)state;
    connect_pair(true, "");
    assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
    ov_session_clear(client());
    const uint8_t *octets = (const uint8_t *)client();
    for (size_t i = 0; i < sizeof *client(); i++)
    {
        assert_int_equal(octets[i], 0);
    }
    ov_session_clear(client());
    ov_pair_close(&pair);
}

/* Key method secrets are gone as soon as there are data keys. */
static void sources_are_wiped(void **state)
{
    (void)state;
    static const struct ov_key_source none;
    connect_pair(false, "");
    assert_memory_equal(&client()->ks.client, &none, sizeof none);
    assert_memory_equal(&client()->ks.server, &none, sizeof none);
    assert_memory_equal(&server()->ks.client, &none, sizeof none);
    ov_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificate_stays), cmocka_unit_test(control_replay),
        cmocka_unit_test(resets_that_cross), cmocka_unit_test(third_negotiation),
        cmocka_unit_test(push_requests),     cmocka_unit_test(cleared),
        cmocka_unit_test(sources_are_wiped),
    };
    return cmocka_run_group_tests_name("session_rules", tests, NULL, NULL);
}
