/* What ends or renews a session by time: --inactive and --session-timeout, set here, pushed, and with traffic or
 * without; pings and silence; the next renegotiation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/pair.h"

static const struct ov_wire_faults quiet = {.latency_ms = 10};
static struct ov_pair pair;

static bool gone(const struct ov_pair *p)
{
    return p->client_gone;
}

static bool server_empty(const struct ov_pair *p)
{
    return p->server_peers == 0;
}

static void connect_pair(const char *client_text, const char *server_text)
{
    struct ov_end_spec client = ov_end_spec_default();
    struct ov_end_spec server = ov_end_spec_default();
    client.more = client_text;
    server.more = server_text;
    ov_pair_open(&pair, &client, &server, &quiet, 1);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
}

static void ends_in_time(void **state)
{
    (void)state;
    static const struct
    {
        const char *client, *server;
        const char *reason;
        uint32_t pace_ms; /* tunnel traffic; 0: none */
        uint32_t low_s, high_s;
    } cases[] = {
        {"inactive 30\n", "keepalive 5 60\n", "inactive", 0, 29, 34}, /* pings are no activity */
        {"inactive 5\n", "", "inactive", 0, 4, 7},
        {"", "push \"inactive 30\"\n", "inactive", 0, 29, 34},
        {"inactive 30 100000000\n", "", "inactive", 1000, 29, 34}, /* too little is no activity */
        {"session-timeout 40\n", "", "session-timeout", 100, 39, 41},
        {"", "push \"session-timeout 40\"\n", "session-timeout", 0, 39, 41},
        {"session-timeout 20\ninactive 30\n", "", "session-timeout", 0, 19, 21},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        connect_pair(cases[i].client, cases[i].server);
        pair.pace_ms = cases[i].pace_ms;
        const uint64_t start_ms = pair.now.mono_ms;
        assert_true(ov_pair_until(&pair, gone, 60));
        assert_string_equal(pair.last_text, cases[i].reason);
        assert_int_equal(pair.last_err, OV_ERR_TIMEOUT);
        assert_in_range((pair.now.mono_ms - start_ms) / 1000, cases[i].low_s, cases[i].high_s);
        ov_pair_close(&pair);
    }
}

static void traffic_keeps_it(void **state)
{
    (void)state;
    connect_pair("inactive 30\n", "inactive 30\n");
    pair.pace_ms = 20000;
    ov_pair_wait(&pair, 300000);
    assert_true(ov_pair_is_up(&pair));
    assert_false(pair.client_gone);
    pair.pace_ms = 0;
    const uint64_t stop_ms = pair.now.mono_ms;
    assert_true(ov_pair_until(&pair, gone, 60));
    assert_in_range((pair.now.mono_ms - stop_ms) / 1000, 5, 54);
    ov_pair_close(&pair);
}

/* The server forgets a peer that does nothing, and the others stay. */
static void server_side(void **state)
{
    (void)state;
    static const char *const texts[] = {"inactive 30\n", "session-timeout 30\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        connect_pair("", texts[i]);
        const uint64_t start_ms = pair.now.mono_ms;
        assert_true(ov_pair_until(&pair, server_empty, 40));
        assert_in_range((pair.now.mono_ms - start_ms) / 1000, 29, 35);
        assert_int_equal(pair.closed, 1);
        ov_pair_close(&pair);
    }
}

static bool rekeyed(const struct ov_pair *p)
{
    return p->rekeys[0] > 0 && p->rekeys[1] > 0;
}

static bool restarted(const struct ov_pair *p)
{
    return p->restarts > 0;
}

/* Pings are taken out, not answered, and only sent into silence [WP-PING-002]. */
static void pings_keep_it_alive(void **state)
{
    (void)state;
    connect_pair("", "keepalive 10 60\n");
    ov_pair_wait(&pair, 600000);
    assert_true(ov_pair_is_up(&pair));
    assert_in_range(pair.client.session.data.stats.pings_out, 55, 61);
    assert_in_range(pair.client.session.data.stats.pings_in, 55, 61);
    assert_int_equal(pair.client.session.data.stats.tun_packets_out, 0);
    /* Who sends anyway needs none. */
    const uint64_t before = pair.client.session.data.stats.pings_out;
    pair.pace_ms = 5000;
    ov_pair_wait(&pair, 100000);
    assert_in_range(pair.client.session.data.stats.pings_out, before, before + 1);
    ov_pair_close(&pair);
}

/* A server's next renegotiation comes somewhere between its two times, and not always at the same one
 * [WP-STATE-023]. */
static void renegotiations_are_spread(void **state)
{
    (void)state;
    uint64_t seen_ms[8];
    for (unsigned seed = 0; seed < 8; seed++)
    {
        struct ov_end_spec client = ov_end_spec_default();
        client.seed = seed + 1;
        struct ov_end_spec server = client;
        client.more = "reneg-sec 0\n";
        server.more = "reneg-sec 200 100\nkeepalive 10 60\n";
        ov_pair_open(&pair, &client, &server, &quiet, seed + 1);
        assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
        const uint64_t start_ms = pair.now.mono_ms;
        assert_true(ov_pair_until(&pair, rekeyed, 210));
        seen_ms[seed] = pair.now.mono_ms - start_ms;
        assert_in_range(seen_ms[seed], 99000, 201500);
        ov_pair_close(&pair);
    }
    bool differ = false;
    for (unsigned seed = 1; seed < 8; seed++)
    {
        differ = differ || seen_ms[seed] > seen_ms[0] + 5000 || seen_ms[seed] + 5000 < seen_ms[0];
    }
    assert_true(differ);
}

static void silence_restarts(void **state)
{
    (void)state;
    connect_pair("", "keepalive 10 60\n");
    pair.wire.faults.loss_pm = 1000;
    assert_true(ov_pair_until(&pair, restarted, 62));
    assert_string_equal(pair.last_text, "ping-restart");
    assert_int_equal(pair.last_err, OV_ERR_TIMEOUT);
    assert_true(ov_pair_until(&pair, server_empty, 70)); /* twice as long at the server [WP-PUSH-021] */
    pair.wire.faults.loss_pm = 0;
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 120));
    ov_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pings_keep_it_alive), cmocka_unit_test(renegotiations_are_spread),
        cmocka_unit_test(silence_restarts),    cmocka_unit_test(ends_in_time),
        cmocka_unit_test(traffic_keeps_it),    cmocka_unit_test(server_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
