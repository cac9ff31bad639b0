/* The stateless exchange: who gets an answer, and who gets a session (WP-COOK). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hubrig.h"

static struct ov_rig rig;
static const struct ov_sid client_sid = {{1, 2, 3, 4, 5, 6, 7, 8}};
#define SLOT_MS 30000u /* (hand-window + 1) / 2 */

static struct ov_control reset_of(const struct ov_sid *sid)
{
    return (struct ov_control){.opcode = OV_OP_HARD_RESET_CLIENT_V2, .has_message_id = true, .sid = *sid};
}

static struct ov_control third_of(const struct ov_sid *sid, const struct ov_sid *cookie)
{
    return (struct ov_control){.opcode = OV_OP_CONTROL_V1,
                               .has_message_id = true,
                               .message_id = 1,
                               .ack_count = 1,
                               .sid = *sid,
                               .remote_sid = *cookie};
}

/* First packet and its answer: the cookie. */
static struct ov_sid ask(const struct ov_addr *from, const struct ov_sid *sid)
{
    const struct ov_control reset = reset_of(sid);
    struct ov_control reply;
    struct ov_addr to;
    struct ov_wrap_id id;
    enum ov_err why;
    assert_int_equal(ov_rig_control(&rig, from, &reset, &why), OV_FATE_CONSUMED);
    assert_true(ov_rig_reply(&rig, &reply, &to, &id));
    assert_true(ov_addr_equal(&to, from));
    assert_int_equal(reply.opcode, OV_OP_HARD_RESET_SERVER_V2);
    assert_int_equal(reply.key_id, 0);
    assert_int_equal(reply.message_id, 0);
    assert_int_equal(reply.ack_count, 1);
    assert_int_equal(reply.acks[0], 0);
    assert_true(ov_sid_equal(&reply.remote_sid, sid));
    assert_int_equal(reply.payload_len, 0);
    assert_int_equal(id.id, ov_wrap_has_id(&rig.wrap) ? 1 : 0);
    return reply.sid;
}

static void each_mode(void (*check)(void))
{
    for (int tls_crypt = 0; tls_crypt < 2; tls_crypt++)
    {
        ov_rig_open(&rig, tls_crypt != 0, "");
        check();
        ov_rig_close(&rig);
    }
}

static void check_exchange(void)
{
    const struct ov_addr addr = ov_test_addr4(9, 5000);
    enum ov_err why;
    const struct ov_sid cookie = ask(&addr, &client_sid);
    const struct ov_sid again = ask(&addr, &client_sid);
    assert_true(ov_sid_equal(&cookie, &again)); /* [WP-COOK-007] */
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    const struct ov_control third = third_of(&client_sid, &cookie);
    assert_int_equal(ov_rig_control(&rig, &addr, &third, &why), OV_FATE_CONSUMED);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    assert_int_equal(ov_rig_stats(&rig).accepted, 1);
    /* The reset once more: it is message 0 of a known session now, and acknowledged there [WP-STATE-013]. */
    const struct ov_control reset = reset_of(&client_sid);
    assert_int_equal(ov_rig_control(&rig, &addr, &reset, &why), OV_FATE_DROPPED);
    assert_int_equal(why, OV_ERR_DUPLICATE);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    assert_int_equal(ov_rig_stats(&rig).resets, 2);
}

static void exchange(void **state)
{
    (void)state;
    each_mode(check_exchange);
}

/* The cookie fits this client, this address and this time, and nothing else [WP-COOK-002]. */
static void check_refusals(void)
{
    const struct ov_addr addr = ov_test_addr4(9, 5000);
    const struct ov_addr six = ov_test_addr6(9, 5000);
    const struct ov_addr other_ip = ov_test_addr4(10, 5000);
    const struct ov_addr other_port = ov_test_addr4(9, 5001);
    const struct ov_sid other_sid = {{1, 2, 3, 4, 5, 6, 7, 9}};
    const struct ov_sid cookie = ask(&addr, &client_sid);
    struct ov_sid bent = cookie;
    bent.id[7] ^= 1;
    const struct ov_control good = third_of(&client_sid, &cookie);
    struct
    {
        const char *what;
        struct ov_control packet;
        const struct ov_addr *from;
        enum ov_err why;
    } cases[] = {
        {"other address", good, &other_ip, OV_ERR_SESSION_ID},
        {"other port", good, &other_port, OV_ERR_SESSION_ID},
        {"other family", good, &six, OV_ERR_SESSION_ID},
        {"other client", third_of(&other_sid, &cookie), &addr, OV_ERR_SESSION_ID},
        {"one bit", third_of(&client_sid, &bent), &addr, OV_ERR_SESSION_ID},
        {"own sid as cookie", third_of(&client_sid, &client_sid), &addr, OV_ERR_SESSION_ID},
        {"no acks", good, &addr, OV_ERR_SESSION_ID},
        {"ack of message 2", good, &addr, OV_ERR_WINDOW},
        {"message 2", good, &addr, OV_ERR_WINDOW},
        {"key-id 1", good, &addr, OV_ERR_KEY_ID},
        {"soft reset", good, &addr, OV_ERR_SESSION_ID},
        {"WKC", good, &addr, OV_ERR_UNSUPPORTED},
        {"server's reset", good, &addr, OV_ERR_OPCODE},
    };
    cases[6].packet.ack_count = 0;
    cases[7].packet.acks[0] = 2;
    cases[8].packet.message_id = 2;
    cases[9].packet.key_id = 1;
    cases[10].packet.opcode = OV_OP_SOFT_RESET_V1;
    cases[11].packet.opcode = OV_OP_CONTROL_WKC_V1;
    cases[12].packet.opcode = OV_OP_HARD_RESET_SERVER_V2;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        enum ov_err why;
        const enum ov_fate fate = ov_rig_control(&rig, cases[i].from, &cases[i].packet, &why);
        if (fate != OV_FATE_DROPPED || why != cases[i].why)
        {
            fail_msg("%s: fate %d, %s instead of %s", cases[i].what, (int)fate, ov_err_name(why),
                     ov_err_name(cases[i].why));
        }
    }
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    enum ov_err why;
    assert_int_equal(ov_rig_control(&rig, &addr, &good, &why), OV_FATE_CONSUMED);
}

/* [WP-COOK-002] */
static void refusals(void **state)
{
    (void)state;
    each_mode(check_refusals);
}

/* Slots: this one and two before it; none from the future, none that is older (CVE-2025-13086). */
static void check_slots(void)
{
    static const struct
    {
        int64_t later_ms; /* from the moment of asking to the moment of using */
        bool good;
    } cases[] = {{0, true},
                 {SLOT_MS - 1, true},
                 {2 * SLOT_MS, true},
                 {3 * SLOT_MS - 1, true},
                 {3 * SLOT_MS, false},
                 {10 * SLOT_MS, false},
                 {-1, false},
                 {-(int64_t)SLOT_MS, false}};
    const struct ov_addr addr = ov_test_addr4(9, 5000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        const uint64_t asked_ms = 100u * SLOT_MS; /* the start of a slot */
        enum ov_err why;
        rig.now.mono_ms = asked_ms;
        struct ov_sid sid = client_sid;
        sid.id[0] = (uint8_t)(10 + i);
        const struct ov_sid cookie = ask(&addr, &sid);
        const struct ov_control third = third_of(&sid, &cookie);
        rig.now.mono_ms = asked_ms + (uint64_t)cases[i].later_ms;
        const enum ov_fate fate = ov_rig_control(&rig, &addr, &third, &why);
        if ((fate == OV_FATE_CONSUMED) != cases[i].good)
        {
            fail_msg("used %lld ms later: fate %d (%s)", (long long)cases[i].later_ms, (int)fate,
                     ov_err_name(why));
        }
        assert_int_equal(why, cases[i].good ? OV_OK : OV_ERR_SESSION_ID);
    }
}

static void slots(void **state)
{
    (void)state;
    each_mode(check_slots);
}

static void check_bad_resets(void)
{
    const struct ov_addr addr = ov_test_addr4(9, 5000);
    const struct ov_addr no_port = ov_test_addr4(9, 0);
    const struct ov_control good = reset_of(&client_sid);
    struct ov_control late = good;
    struct ov_control with_ack = good;
    struct ov_control other_key = good;
    enum ov_err why;
    late.message_id = 1;
    with_ack.ack_count = 1;
    with_ack.remote_sid = client_sid;
    other_key.key_id = 3;
    assert_int_equal(ov_rig_control(&rig, &addr, &late, &why), OV_FATE_DROPPED);
    assert_int_equal(why, OV_ERR_FORMAT);
    assert_int_equal(ov_rig_control(&rig, &addr, &with_ack, &why), OV_FATE_DROPPED);
    assert_int_equal(why, OV_ERR_FORMAT);
    assert_int_equal(ov_rig_control(&rig, &addr, &other_key, &why), OV_FATE_DROPPED);
    assert_int_equal(why, OV_ERR_KEY_ID);
    assert_int_equal(ov_rig_control(&rig, &no_port, &good, &why), OV_FATE_DROPPED);
    assert_int_equal(why, OV_ERR_ADDRESS);
    struct ov_control reply;
    struct ov_addr to;
    struct ov_wrap_id id;
    assert_false(ov_rig_reply(&rig, &reply, &to, &id));
    assert_true(ov_hub_deadline(rig.server.hub) == OV_NEVER);
}

static void bad_resets(void **state)
{
    (void)state;
    each_mode(check_bad_resets);
}

/* 100 answers in 10 s, whatever comes; and nothing is kept (bad-inputs 9). */
static void check_flood(void)
{
    struct ov_control reply;
    struct ov_addr to;
    struct ov_wrap_id id;
    enum ov_err why;
    unsigned answers = 0;
    for (unsigned i = 0; i < 20000; i++)
    {
        const struct ov_addr addr = ov_test_addr4((uint8_t)i, (uint16_t)(1024 + i));
        struct ov_sid sid = client_sid;
        sid.id[0] = (uint8_t)(i >> 8);
        const struct ov_control reset = reset_of(&sid);
        (void)ov_rig_control(&rig, &addr, &reset, &why);
        if (i % 7 == 0)
        {
            answers += ov_rig_reply(&rig, &reply, &to, &id);
        }
    }
    while (ov_rig_reply(&rig, &reply, &to, &id))
    {
        answers++;
    }
    assert_int_equal(answers, 100);
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    assert_int_equal(ov_rig_stats(&rig).dropped.by[OV_ERR_LIMIT], 20000 - 100);
    rig.now.mono_ms += 10000;
    (void)ask(&(struct ov_addr){.family = 4, .port = 9, .ip = {192, 0, 2, 1}}, &client_sid);
}

static void flood(void **state)
{
    (void)state;
    each_mode(check_flood);
}

/* Half-open sessions are bounded: the oldest goes, and an honest client still gets in. */
static void half_open_bound(void **state)
{
    (void)state;
    enum ov_err why;
    ov_rig_open(&rig, true, "connect-freq-initial 100000 1\n");
    for (unsigned i = 0; i < 1000; i++)
    {
        const struct ov_addr addr = ov_test_addr4((uint8_t)(i / 250 + 20), (uint16_t)(1024 + i));
        const struct ov_sid cookie = ask(&addr, &client_sid);
        const struct ov_control third = third_of(&client_sid, &cookie);
        assert_int_equal(ov_rig_control(&rig, &addr, &third, &why), OV_FATE_CONSUMED);
        assert_true(ov_rig_stats(&rig).half_open <= 256);
        struct ov_control reply;
        struct ov_addr to;
        struct ov_wrap_id id;
        while (ov_rig_reply(&rig, &reply, &to, &id))
        {
        }
    }
    assert_int_equal(ov_rig_stats(&rig).half_open, 256);
    const struct ov_addr addr = ov_test_addr4(2, 40000);
    struct ov_rig_client *client = ov_rig_add(&rig, 0, "honest", &addr, "");
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_connected(client));
    /* And in time they are all forgotten [WP-STATE-004]. */
    ov_rig_wait(&rig, 61000);
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    assert_int_equal(ov_rig_stats(&rig).peers, 1);
    ov_rig_close(&rig);
}

/* The first packet is judged by nothing that the server would have to remember: the same once more is answered once more
 * [WP-RPL-006], and its time may be any [WP-RPL-007]. */
static void replayed_resets(void **state)
{
    (void)state;
    static const uint32_t times[] = {0, 1, 0x5fffffff, 0x60000000, 0xffffffff};
    const struct ov_addr addr = ov_test_addr4(9, 5000);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
    {
        enum ov_err why;
        ov_rig_open(&rig, true, "");
        rig.wrap_id.time = times[i];
        const struct ov_sid cookie = ask(&addr, &client_sid);
        rig.wrap_id.id = 0;
        const struct ov_sid again = ask(&addr, &client_sid);
        assert_true(ov_sid_equal(&cookie, &again));
        const struct ov_control third = third_of(&client_sid, &cookie);
        assert_int_equal(ov_rig_control(&rig, &addr, &third, &why), OV_FATE_CONSUMED);
        /* From here on there is a session, which remembers. */
        rig.wrap_id.id--;
        assert_int_equal(ov_rig_control(&rig, &addr, &third, &why), OV_FATE_DROPPED);
        assert_int_equal(why, OV_ERR_REPLAY);
        ov_rig_close(&rig);
    }
}

/* Data makes no client, whatever its header says [WP-SRV-003]. */
static void data_opens_nothing(void **state)
{
    (void)state;
    static const struct
    {
        uint8_t head[8];
        enum ov_err why;
    } rows[] = {
        {{0x30, 0, 0, 0, 1}, OV_ERR_PEER_ID},
        {{0x48, 0, 0, 0, 0, 0, 0, 1}, OV_ERR_PEER_ID},
        {{0x48, 0, 0, 9, 0, 0, 0, 1}, OV_ERR_PEER_ID},
        {{0x48, 0xff, 0xff, 0xff, 0, 0, 0, 1}, OV_ERR_PEER_ID},
    };
    const struct ov_addr addr = ov_test_addr4(9, 5000);
    ov_rig_open(&rig, false, "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t packet[60] = {0};
        enum ov_err why;
        memcpy(packet, rows[i].head, sizeof rows[i].head);
        assert_int_equal(ov_rig_raw(&rig, &addr, packet, sizeof packet, &why), OV_FATE_DROPPED);
        ov_assert_err(why, rows[i].why);
        assert_int_equal(ov_rig_stats(&rig).half_open, 0);
        assert_int_equal(ov_rig_stats(&rig).peers, 0);
        assert_true(ov_hub_deadline(rig.server.hub) == OV_NEVER);
    }
    ov_rig_close(&rig);
}

/* Forged or cut tls-crypt packets are answered by nothing. */
static void wrapped_damage(void **state)
{
    (void)state;
    static const uint8_t plain_reset[] = {0x38, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0};
    const struct ov_addr addr = ov_test_addr4(9, 5000);
    enum ov_err why;
    ov_rig_open(&rig, true, "");
    for (size_t len = 0; len <= sizeof plain_reset; len++)
    {
        assert_int_equal(ov_rig_raw(&rig, &addr, plain_reset, len, &why), OV_FATE_DROPPED);
        assert_int_equal(why, OV_ERR_TRUNCATED);
    }
    uint8_t long_one[60] = {0x38, 1};
    assert_int_equal(ov_rig_raw(&rig, &addr, long_one, sizeof long_one, &why), OV_FATE_DROPPED);
    assert_int_equal(why, OV_ERR_AUTH);
    assert_true(ov_hub_deadline(rig.server.hub) == OV_NEVER);
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchange),        cmocka_unit_test(refusals),
        cmocka_unit_test(slots),           cmocka_unit_test(bad_resets),
        cmocka_unit_test(flood),           cmocka_unit_test(half_open_bound),
        cmocka_unit_test(replayed_resets), cmocka_unit_test(data_opens_nothing),
        cmocka_unit_test(wrapped_damage),
    };
    return cmocka_run_group_tests_name("hub_cookie", tests, NULL, NULL);
}
