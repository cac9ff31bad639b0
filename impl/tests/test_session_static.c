/* Static key mode as a session: who may be the peer, how it is followed, what is asked and answered, how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "lib/duo.h"
#include "lib/tlspair.h"
#include "options/occ.h"

#define CBC "cipher AES-256-CBC\n"

static const struct ov_wire_faults calm = {.latency_ms = 10};
static const struct ov_crypto *const null_pair[2] = {&ov_crypto_null, &ov_crypto_null};
static struct ov_duo duo;

/* The second end calls the first one, which waits. */
static void open_duo(const char *waiting, const char *calling)
{
    const char *const more[2] = {waiting, calling};
    ov_duo_open(&duo, null_pair, more, &calm, 1);
    ov_duo_start(&duo, 0, NULL);
    ov_duo_start(&duo, 1, &duo.end[0].addr);
}

#define CALL "remote 203.0.113.1 1194\n"

static enum ov_err why(const struct ov_duo_end *end)
{
    for (unsigned i = 1; i < OV_ERR_COUNT; i++)
    {
        if (end->session.data.stats.open.by[i] > 0)
        {
            return (enum ov_err)i;
        }
    }
    return OV_OK;
}

static void waits_until_somebody_comes(void **state)
{
    (void)state;
    const char *const more[2] = {CBC "keepalive 2 6\n", CBC CALL};
    ov_duo_open(&duo, null_pair, more, &calm, 1);
    ov_duo_start(&duo, 0, NULL);
    assert_non_null(ov_session_pulled(&duo.end[0].session)); /* addresses are known from the start */
    assert_int_equal(ov_duo_send(&duo, 0, 100), OV_FATE_DROPPED);
    assert_int_equal(duo.end[0].session.data.stats.seal.by[OV_ERR_ADDRESS], 1);
    /* Nobody is there whose silence would mean anything. */
    assert_int_equal(ov_session_deadline(&duo.end[0].session), OV_NEVER);
    ov_duo_start(&duo, 1, &duo.end[0].addr);
    ov_duo_run(&duo, 100);
    assert_int_equal(duo.end[0].connects, 1);
    assert_int_equal(duo.end[1].connects, 1);
    assert_string_equal(duo.end[0].said, "");
    assert_int_equal(ov_duo_send(&duo, 0, 100), OV_FATE_LINK);
    assert_int_equal(ov_duo_send(&duo, 1, 1500), OV_FATE_LINK);
    assert_int_equal(ov_duo_send(&duo, 1, 1501), OV_FATE_DROPPED);
    ov_duo_run(&duo, 100);
    assert_int_equal(duo.end[0].arrived, 1);
    assert_int_equal(duo.end[1].arrived, 1);
    ov_duo_close(&duo);
}

/* No opcode, no prefix: an AES-CBC packet is HMAC, IV and whole blocks [WP-FRM-024, WP-DATA-058]. */
static void packets_are_bare(void **state)
{
    (void)state;
    open_duo(CBC, CBC CALL "disable-occ\n");
    assert_int_equal(ov_duo_send(&duo, 1, 100), OV_FATE_LINK);
    struct ov_wire_packet *packet = ov_wire_take(&duo.wire, UINT64_MAX);
    assert_non_null(packet);
    assert_int_equal(packet->len, 20 + 16 + 112);
    free(packet);
    ov_duo_close(&duo);
}

/* An end without --float takes packets from one address alone; one that waits follows. */
static void who_may_move(void **state)
{
    (void)state;
    static const struct
    {
        const char *waiting;
        unsigned moves; /* which end */
        bool follows;
    } cases[] = {{CBC, 1, true}, {CBC, 0, false}, {CBC "float\n", 1, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        open_duo(cases[i].waiting, i == 2 ? CBC CALL "float\n" : CBC CALL);
        ov_duo_run(&duo, 200);
        struct ov_duo_end *other = &duo.end[1 - cases[i].moves];
        duo.end[cases[i].moves].addr.port = 4711;
        (void)ov_duo_send(&duo, cases[i].moves, 60);
        ov_duo_run(&duo, 100);
        assert_int_equal(other->arrived, cases[i].follows);
        assert_int_equal(why(other), cases[i].follows ? OV_OK : OV_ERR_ADDRESS);
        assert_int_equal(other->session.addr.port, cases[i].follows ? 4711 : 1194);
        ov_duo_close(&duo);
    }
}

/* Only what is authentic and new moves anybody. */
static void nobody_else_moves_it(void **state)
{
    (void)state;
    static struct ov_test_batch batch;
    const struct ov_addr elsewhere = ov_test_addr4(66, 6666);
    open_duo(CBC, CBC CALL);
    ov_duo_run(&duo, 200);
    (void)ov_duo_send(&duo, 1, 60);
    struct ov_wire_packet *packet = ov_wire_take(&duo.wire, UINT64_MAX);
    struct ov_session *s = &duo.end[0].session;
    for (unsigned round = 0; round < 3; round++)
    {
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, round == 1 ? &duo.end[1].addr : &elsewhere, packet->data, packet->len);
        ov_buf_data(&batch.dg[0].buf)[30] ^= round == 0; /* forged; as sent; a replay */
        ov_session_receive(s, batch.dg, 1, duo.now);
        assert_int_equal(batch.dg[0].fate, round == 1 ? OV_FATE_TUN : OV_FATE_DROPPED);
        assert_int_equal(batch.dg[0].why, round == 0 ? OV_ERR_AUTH : round == 1 ? OV_OK : OV_ERR_REPLAY);
        assert_true(ov_addr_equal(&s->addr, &duo.end[1].addr));
    }
    for (uint32_t len = 0; len < packet->len; len++)
    {
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, &elsewhere, packet->data, len);
        ov_session_receive(s, batch.dg, 1, duo.now);
        assert_int_equal(batch.dg[0].fate, OV_FATE_DROPPED);
    }
    free(packet);
    ov_duo_close(&duo);
}

/* The two halves of the key: both directions, none, and two ends that chose the same one. */
static void directions(void **state)
{
    (void)state;
    static const struct
    {
        const char *waiting, *calling;
        bool hears, heard; /* the one that waits hears the other, and is heard */
    } cases[] = {
        {"", "", true, true},
        {"key-direction 0\n", "key-direction 1\n", true, true},
        {"key-direction 1\n", "key-direction 0\n", true, true},
        {"key-direction 0\n", "key-direction 0\n", false, false},
        {"key-direction 1\n", "", true, false},
        {"key-direction 0\n", "", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        char waiting[80], calling[80];
        (void)snprintf(waiting, sizeof waiting, "%s%s", CBC, cases[i].waiting);
        (void)snprintf(calling, sizeof calling, "%s%s%s", CBC, CALL, cases[i].calling);
        open_duo(waiting, calling);
        ov_duo_run(&duo, 200);
        assert_int_equal(duo.end[0].connects, cases[i].hears);
        assert_int_equal(duo.end[1].connects, cases[i].heard);
        assert_int_equal(why(&duo.end[0]), cases[i].hears ? OV_OK : OV_ERR_AUTH);
        ov_duo_close(&duo);
    }
}

/* What both ends should have in common is asked once and told once [WP-OCC-002]. */
static void options_are_compared(void **state)
{
    (void)state;
    open_duo(CBC "tun-mtu 1400\n", CBC CALL);
    ov_duo_run(&duo, 30000);
    assert_string_equal(duo.end[0].said,
                        "options of the peer: 'tun-mtu' is used inconsistently: 'tun-mtu 1400' "
                        "expected, the peer has 'tun-mtu 1500'\n");
    assert_string_equal(duo.end[1].said,
                        "options of the peer: 'tun-mtu' is used inconsistently: 'tun-mtu 1500' "
                        "expected, the peer has 'tun-mtu 1400'\n");
    ov_duo_close(&duo);
}

/* Twelve times in two minutes to a peer that doesn't answer; not at all where it isn't wanted. */
static void requests_are_bounded(void **state)
{
    (void)state;
    open_duo(CBC, CBC CALL);
    duo.end[1].addr.port = 5; /* answers never arrive */
    duo.end[0].addr.port = 6; /* requests don't either */
    ov_duo_run(&duo, 300000);
    assert_int_equal(duo.wire.put, 12);
    ov_duo_close(&duo);
    open_duo(CBC "disable-occ\n", CBC CALL "disable-occ\n");
    ov_duo_run(&duo, 300000);
    assert_int_equal(duo.wire.put, 0);
    ov_duo_close(&duo);
}

static void say_occ(unsigned from, const uint8_t *body, size_t len)
{
    static struct ov_test_batch batch;
    static const uint8_t magic[] = {0x28, 0x7f, 0x34, 0x6b, 0xd4, 0xef, 0x7a, 0x81,
                                    0x2d, 0x56, 0xb8, 0xd3, 0xaf, 0xc5, 0x45, 0x9c};
    uint8_t text[700];
    memcpy(text, magic, sizeof magic);
    memcpy(text + sizeof magic, body, len);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, text, sizeof magic + len);
    ov_session_send(&duo.end[from].session, batch.dg, 1, duo.now);
    assert_int_equal(batch.dg[0].fate, OV_FATE_LINK);
    ov_wire_put(&duo.wire, duo.now.mono_ms, (uint8_t)(1 - from), &duo.end[from].addr, &batch.dg[0].addr,
                ov_buf_data(&batch.dg[0].buf), batch.dg[0].buf.len);
}

/* A reply of every length, also one that is no string: nothing but words in the log. */
static void odd_replies(void **state)
{
    (void)state;
    uint8_t reply[600];
    reply[0] = 1;
    memset(reply + 1, 'x', sizeof reply - 1);
    for (size_t len = 0; len < sizeof reply; len += len < 40 ? 1 : 37)
    {
        for (unsigned ended = 0; ended < 2; ended++)
        {
            open_duo(CBC, CBC CALL);
            duo.end[1].session.bare.occ_left = 0;
            ov_duo_run(&duo, 30);
            duo.end[0].session.bare.occ_left = 12;
            (void)ov_duo_send(&duo, 1, 60);
            reply[len] = len == 0 ? 1 : ended == 1 ? '\0' : 'x';
            say_occ(1, reply, len + 1);
            reply[len] = len == 0 ? 1 : 'x';
            ov_duo_run(&duo, 15);
            const bool read = ended == 1 && len >= 1 && len <= OV_OCC_MAX;
            assert_int_equal(strstr(duo.end[0].said, "options of the peer") != NULL, read);
            ov_duo_close(&duo);
        }
    }
}

/* An end that starts anew counts from 1 again: its time is later [WP-RPL-004]. */
static void starting_anew(void **state)
{
    (void)state;
    open_duo(CBC, CBC CALL);
    duo.pace_ms = 20;
    ov_duo_run(&duo, 1500);
    for (unsigned which = 0; which < 2; which++)
    {
        const uint32_t up = duo.end[0].arrived, down = duo.end[1].arrived;
        ov_duo_start(&duo, which, which == 0 ? NULL : &duo.end[0].addr);
        ov_duo_run(&duo, 1500);
        assert_in_range(duo.end[0].arrived, up + 70, up + 76);
        assert_in_range(duo.end[1].arrived, down + 70, down + 76);
    }
    /* What the former life sent is old. */
    assert_int_equal(duo.end[0].session.data.key[0].window.seen.time, 0x60000000 + 3);
    ov_duo_close(&duo);
}

static void silence_and_goodbye(void **state)
{
    (void)state;
    open_duo(CBC "ping 1\nping-restart 4\n", CBC CALL "ping 1\nping-exit 4\n");
    ov_duo_run(&duo, 60000);
    assert_int_equal(duo.end[0].restarts + duo.end[1].ends, 0);
    ov_session_clear(&duo.end[1].session);
    duo.end[1].addr.port = 9;
    ov_duo_run(&duo, 5000);
    assert_string_equal(duo.end[0].last_text, "ping-restart");
    ov_duo_close(&duo);

    open_duo(CBC, CBC CALL "explicit-exit-notify 2\n");
    ov_duo_run(&duo, 100);
    ov_session_exit(&duo.end[1].session, duo.now);
    ov_duo_run(&duo, 3000);
    assert_int_equal(duo.end[1].ends, 1);
    assert_string_equal(duo.end[0].last_text, "remote-exit");
    assert_int_equal(duo.end[0].restarts, 1);
    ov_duo_close(&duo);

    /* Said twice, a second apart: the end that has started over meanwhile is not called by it. */
    open_duo(CBC, CBC CALL "explicit-exit-notify 2\n");
    ov_duo_run(&duo, 100);
    ov_session_exit(&duo.end[1].session, duo.now);
    ov_duo_run(&duo, 500);
    ov_duo_start(&duo, 0, NULL);
    ov_duo_run(&duo, 3000);
    assert_int_equal(duo.end[0].connects, 1); /* before */
    assert_int_equal(duo.end[0].restarts, 1);
    ov_duo_close(&duo);
}

/* Over connections: whoever has the key has the connection; others can't disturb it. */
static void connections_are_claimed(void **state)
{
    (void)state;
    const char *const more[2] = {CBC "proto tcp4-server\n", CBC "proto tcp4-client\n" CALL};
    static struct ov_test_batch batch;
    const uint8_t rubbish[100] = {0};
    struct ov_addr addr;
    bool used = false;
    ov_duo_open(&duo, null_pair, more, &calm, 1);
    duo.end[0].settings.stream = duo.end[1].settings.stream = true;
    ov_duo_start(&duo, 0, NULL);
    struct ov_session *s = &duo.end[0].session;
    assert_false(ov_session_claim(s, &addr, &used));
    ov_duo_start(&duo, 1, &duo.end[0].addr);
    ov_duo_run(&duo, 100);
    assert_true(ov_session_claim(s, &addr, &used) && used && ov_addr_equal(&addr, &duo.end[1].addr));
    assert_false(ov_session_claim(s, &addr, &used));
    assert_false(ov_session_claim(&duo.end[1].session, &addr, &used)); /* it has called */
    assert_string_equal(duo.end[0].said, ""); /* TCPv4_SERVER and TCPv4_CLIENT fit together */

    const struct ov_addr stranger = ov_test_addr4(66, 6666);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, &stranger, rubbish, sizeof rubbish);
    ov_session_receive(s, batch.dg, 1, duo.now);
    assert_int_equal(batch.dg[0].why, OV_ERR_AUTH);
    assert_false(ov_session_is_at(s, &stranger));
    assert_true(ov_session_is_at(s, &duo.end[1].addr));
    ov_duo_run(&duo, 100);
    assert_int_equal(duo.end[0].restarts, 0);

    duo.end[1].addr.port = 4711; /* it calls again */
    ov_duo_run(&duo, 2000);
    ov_duo_start(&duo, 1, &duo.end[0].addr);
    ov_duo_run(&duo, 100);
    assert_true(ov_session_claim(s, &addr, &used) && !used && addr.port == 1194);
    assert_true(ov_session_claim(s, &addr, &used) && used && addr.port == 4711);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, &duo.end[1].addr, rubbish, sizeof rubbish);
    ov_session_receive(s, batch.dg, 1, duo.now); /* its own stream is broken */
    ov_duo_run(&duo, 100);
    assert_string_equal(duo.end[0].last_text, "decryption-error");
    ov_duo_close(&duo);
}

/* Only from that host, whatever the port. */
static void one_host_may_call(void **state)
{
    (void)state;
    for (unsigned good = 0; good < 2; good++)
    {
        const char *const more[2] = {CBC "proto tcp4-server\nremote 203.0.113.2\n",
                                     CBC "proto tcp4-client\n" CALL};
        struct ov_addr host = ov_test_addr4(good == 1 ? 2 : 3, 0);
        ov_duo_open(&duo, null_pair, more, &calm, 1);
        duo.end[1].addr.port = 5555;
        ov_duo_start(&duo, 0, &host);
        ov_duo_start(&duo, 1, &duo.end[0].addr);
        ov_duo_run(&duo, 100);
        assert_int_equal(duo.end[0].connects, good);
        assert_int_equal(why(&duo.end[0]), good == 1 ? OV_OK : OV_ERR_ADDRESS);
        ov_duo_close(&duo);
    }
}

/* A library without the cipher says so at the start. */
static bool lacks_all(enum ov_cipher_id id)
{
    (void)id;
    return false;
}

static enum ov_err no_key(const struct ov_etm_spec *spec, bool sealing, struct ov_etm_key **out)
{
    (void)spec;
    (void)sealing;
    *out = NULL;
    return OV_ERR_UNSUPPORTED;
}

static void a_cipher_is_missing(void **state)
{
    (void)state;
    struct ov_crypto poor = ov_crypto_null;
    poor.etm.has = lacks_all;
    poor.etm.key_new = no_key;
    const struct ov_crypto *const both[2] = {&poor, &poor};
    const char *const more[2] = {CBC, CBC};
    ov_duo_open(&duo, both, more, &calm, 1);
    struct ov_duo_end *end = &duo.end[0];
    ov_assert_err(ov_session_init(&end->session, &end->env, &duo.end[1].addr, duo.now), OV_ERR_UNSUPPORTED);
    ov_duo_close(&duo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_until_somebody_comes),
        cmocka_unit_test(packets_are_bare),
        cmocka_unit_test(who_may_move),
        cmocka_unit_test(nobody_else_moves_it),
        cmocka_unit_test(directions),
        cmocka_unit_test(options_are_compared),
        cmocka_unit_test(requests_are_bounded),
        cmocka_unit_test(odd_replies),
        cmocka_unit_test(starting_anew),
        cmocka_unit_test(silence_and_goodbye),
        cmocka_unit_test(connections_are_claimed),
        cmocka_unit_test(one_host_may_call),
        cmocka_unit_test(a_cipher_is_missing),
    };
    return cmocka_run_group_tests_name("session_static", tests, NULL, NULL);
}
