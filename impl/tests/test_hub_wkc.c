/* tls-crypt-v2 at a server: who gets an answer, and who gets a session (WP-TC2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/wkcrig.h"

static struct ov_rig rig;

/* ---- the stateless exchange ---- */

static void exchange(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2, "");
    const struct ov_sid first = ov_wkcrig_ask(&rig);
    const struct ov_sid again =
        ov_wkcrig_ask(&rig); /* the reply was lost, the reset comes again [WP-COOK-007] */
    assert_true(ov_sid_equal(&first, &again));
    struct ov_control third = ov_wkcrig_third(&ov_wkcrig_sid, &first);
    /* Without state only WKc says under which key a packet is [WP-TC2-033]. */
    struct ov_control eager = third;
    eager.opcode = OV_OP_ACK_V1;
    assert_int_equal(ov_wkcrig_give(&rig, &eager), OV_ERR_UNSUPPORTED);
    eager.opcode = OV_OP_CONTROL_V1;
    assert_int_equal(ov_wkcrig_give(&rig, &eager), OV_ERR_UNSUPPORTED);
    assert_int_equal(ov_wkcrig_give(&rig, &third), OV_OK);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    assert_int_equal(ov_rig_stats(&rig).accepted, 1);
    /* Doubled, or sent again because the acknowledgement was lost. */
    assert_int_equal(ov_wkcrig_give(&rig, &third), OV_ERR_DUPLICATE);
    /* The reset overtaken by its successor: message 0 of a session that is past it. */
    const struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
    assert_int_equal(ov_wkcrig_give(&rig, &reset), OV_ERR_DUPLICATE);
    /* The next message as usual, and with a WKc it need not have [WP-TC2-013]. */
    third.opcode = OV_OP_CONTROL_V1;
    third.message_id = 2;
    assert_int_equal(ov_wkcrig_give(&rig, &third), OV_OK);
    third.opcode = OV_OP_CONTROL_WKC_V1;
    third.message_id = 3;
    assert_int_equal(ov_wkcrig_give(&rig, &third), OV_OK);
    /* Whatever that WKc is: only its length is looked at. */
    rig.wkc.octets[5] ^= 1;
    third.message_id = 4;
    assert_int_equal(ov_wkcrig_give(&rig, &third), OV_OK);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    ov_rig_close(&rig);
}

/* CONTROL_WKC_V1 comes before the reset that it answers was even forgotten, or much later than anybody remembers. */
static void reordered(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2, "");
    const struct ov_sid cookie = ov_wkcrig_ask(&rig);
    const struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
    const struct ov_control third = ov_wkcrig_third(&ov_wkcrig_sid, &cookie);
    assert_int_equal(ov_wkcrig_give(&rig, &reset), OV_OK);
    assert_int_equal(ov_wkcrig_give(&rig, &third), OV_OK); /* while the second reply still waits */
    struct ov_control reply;
    struct ov_addr to;
    struct ov_wrap_id id;
    unsigned resets = 0;
    while (ov_rig_reply(&rig, &reply, &to, &id))
    {
        resets += reply.opcode == OV_OP_HARD_RESET_SERVER_V2;
    }
    assert_int_equal(resets, 1);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    ov_rig_close(&rig);
}

static void refusals(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2, "");
    const struct ov_sid cookie = ov_wkcrig_ask(&rig);
    const struct ov_sid other_sid = {{9}};
    struct ov_sid bent = cookie;
    bent.id[0] ^= 4;
    struct
    {
        const char *what;
        struct ov_control packet;
        enum ov_err why;
    } cases[] = {
        {"one bit of the cookie", ov_wkcrig_third(&ov_wkcrig_sid, &bent), OV_ERR_SESSION_ID},
        {"another client's cookie", ov_wkcrig_third(&other_sid, &cookie), OV_ERR_SESSION_ID},
        {"no acks", ov_wkcrig_third(&ov_wkcrig_sid, &cookie), OV_ERR_SESSION_ID},
        {"ack of message 2", ov_wkcrig_third(&ov_wkcrig_sid, &cookie), OV_ERR_WINDOW},
        {"message 2", ov_wkcrig_third(&ov_wkcrig_sid, &cookie), OV_ERR_WINDOW},
        {"WKC of key-id 1", ov_wkcrig_third(&ov_wkcrig_sid, &cookie), OV_ERR_KEY_ID},
        {"plain reset", ov_wkcrig_reset(&ov_wkcrig_sid), OV_ERR_UNSUPPORTED},
        {"reset with message 1", ov_wkcrig_reset(&ov_wkcrig_sid), OV_ERR_FORMAT},
        {"reset with acks", ov_wkcrig_reset(&ov_wkcrig_sid), OV_ERR_FORMAT},
        {"reset without session id", ov_wkcrig_reset(&(struct ov_sid){{0}}), OV_ERR_SESSION_ID},
        {"reset of key-id 3", ov_wkcrig_reset(&ov_wkcrig_sid), OV_ERR_KEY_ID},
    };
    cases[2].packet.ack_count = 0;
    cases[3].packet.acks[0] = 2;
    cases[4].packet.message_id = 2;
    cases[5].packet.key_id = 1;
    cases[6].packet.opcode = OV_OP_HARD_RESET_CLIENT_V2;
    cases[7].packet.message_id = 1;
    cases[8].packet.ack_count = 1;
    cases[10].packet.key_id = 3;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        const enum ov_err why = ov_wkcrig_give(&rig, &cases[i].packet);
        if (why != cases[i].why)
        {
            fail_msg("%s: %s instead of %s", cases[i].what, ov_err_name(why), ov_err_name(cases[i].why));
        }
    }
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    assert_true(ov_wkcrig_silent(&rig));
    ov_rig_close(&rig);
}

/* Wrap id 0 is no id [WP-RPL-003]; everything with the nibble F is early, nothing else is [WP-TC2-020, WP-TC2-021]. */
static void wrap_ids(void **state)
{
    (void)state;
    static const struct
    {
        uint32_t id;
        enum ov_err why;
    } rows[] = {
        {0x0f000001, OV_OK},
        {0x0f000000, OV_OK},
        {0x1f000005, OV_OK},
        {0xffffffff, OV_OK},
        {0, OV_ERR_REPLAY},
        {1, OV_ERR_UNSUPPORTED},
        {0x0e000001, OV_ERR_UNSUPPORTED},
        {0x07000001, OV_ERR_UNSUPPORTED},
        {0xf0000001, OV_ERR_UNSUPPORTED},
    };
    ov_rig_open_as(&rig, OV_END_V2_FORCED, "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
        rig.wrap_id.id = rows[i].id - 1;
        assert_int_equal(ov_wkcrig_give(&rig, &reset), rows[i].why);
        assert_int_equal(ov_wkcrig_silent(&rig), rows[i].why != OV_OK);
    }
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    ov_rig_close(&rig);
}

/* A client of the time before early negotiation has a session from its first packet on [WP-TC2-023]. */
static void old_client(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2_OLD, "connect-freq-initial 3 10\n");
    const struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
    assert_int_equal(ov_wkcrig_give(&rig, &reset), OV_OK);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    const struct ov_sid own = ov_wkcrig_take_reply(&rig, false);
    /* Its reset again: known. */
    assert_int_equal(ov_wkcrig_give(&rig, &reset), OV_ERR_DUPLICATE);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    struct ov_control next = ov_wkcrig_third(&ov_wkcrig_sid, &own);
    next.opcode = OV_OP_ACK_V1;
    assert_int_equal(ov_wkcrig_give(&rig, &next), OV_OK);
    next.opcode = OV_OP_CONTROL_V1;
    assert_int_equal(ov_wkcrig_give(&rig, &next), OV_OK);
    /* A flood of those is bounded like any other. */
    enum ov_err why = OV_OK;
    for (unsigned i = 0; i < 5; i++)
    {
        const struct ov_sid sid = {{7, (uint8_t)i}};
        const struct ov_control another = ov_wkcrig_reset(&sid);
        const struct ov_addr from = ov_test_addr4(77, (uint16_t)(2000 + i));
        (void)ov_rig_control(&rig, &from, &another, &why);
        assert_int_equal(why, i < 2 ? OV_OK : OV_ERR_LIMIT);
    }
    assert_int_equal(ov_rig_stats(&rig).half_open, 3);
    ov_rig_wait(&rig, 61000);
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    ov_rig_close(&rig);
}

/* ---- whole clients, each mode ---- */

static void clients_connect(void **state)
{
    (void)state;
    for (unsigned mode = 0; mode < OV_END_WRAPS; mode++)
    {
        const struct ov_addr addr = ov_test_addr4(2, 40000);
        ov_rig_open_as(&rig, (enum ov_end_wrap)mode, "");
        struct ov_rig_client *client = ov_rig_add(&rig, 0, "alice", &addr, "");
        ov_rig_connect(&rig, client);
        if (!ov_rig_connected(client))
        {
            fail_msg("%s: not connected", ov_end_wrap_name((enum ov_end_wrap)mode));
        }
        assert_int_equal(ov_rig_stats(&rig).accepted, 1);
        assert_int_equal(client->end.session.ks.wkc_len > 0,
                         rig.wkc.len > 0 && mode != OV_END_V2_OLD); /* it was asked for WKc */
        ov_rig_close(&rig);
    }
}

/* Clients of one kind at servers for another kind get no answer at all. */
static void strangers_of_other_kinds(void **state)
{
    (void)state;
    static const struct
    {
        enum ov_end_wrap server, client;
        enum ov_err why;
    } rows[] = {
        {OV_END_V2, OV_END_PLAIN, OV_ERR_UNSUPPORTED},
        {OV_END_V2, OV_END_TLS_CRYPT, OV_ERR_UNSUPPORTED},
        {OV_END_V2, OV_END_TLS_AUTH_SHA1, OV_ERR_UNSUPPORTED},
        {OV_END_V2_FORCED, OV_END_V2_OLD, OV_ERR_UNSUPPORTED},
        {OV_END_PLAIN, OV_END_V2, OV_ERR_UNSUPPORTED}, /* [WP-TC2-015] */
        {OV_END_TLS_CRYPT, OV_END_V2, OV_ERR_UNSUPPORTED},
        {OV_END_TLS_AUTH_SHA1, OV_END_V2, OV_ERR_UNSUPPORTED},
        {OV_END_TLS_AUTH_SHA1, OV_END_PLAIN, OV_ERR_TRUNCATED},
        {OV_END_TLS_AUTH_SHA1, OV_END_TLS_AUTH_SHA256, OV_ERR_AUTH},
        {OV_END_TLS_AUTH_SHA1, OV_END_TLS_CRYPT, OV_ERR_AUTH},
        {OV_END_TLS_AUTH_SHA512, OV_END_TLS_AUTH_SHA1, OV_ERR_TRUNCATED},
        {OV_END_STATIC_AND_V2, OV_END_TLS_CRYPT, OV_ERR_AUTH},
        {OV_END_STATIC_AND_V2, OV_END_PLAIN, OV_ERR_TRUNCATED},
        {OV_END_V2_AND_STATIC, OV_END_TLS_CRYPT, OV_ERR_AUTH}, /* its static key is another one */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        static struct ov_rig other;
        ov_rig_open_as(&rig, rows[i].server, "");
        ov_rig_open_as(&other, rows[i].client, "");
        rig.wrap = other.wrap;
        rig.wkc = other.wkc;
        rig.wrap_id = other.wrap_id;
        struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
        reset.opcode = other.wkc.len > 0 ? OV_OP_HARD_RESET_CLIENT_V3 : OV_OP_HARD_RESET_CLIENT_V2;
        const enum ov_err why = ov_wkcrig_give(&rig, &reset);
        if (why != rows[i].why)
        {
            fail_msg("%s to %s: %s", ov_end_wrap_name(rows[i].client), ov_end_wrap_name(rows[i].server),
                     ov_err_name(why));
        }
        assert_true(ov_hub_deadline(rig.server.hub) == OV_NEVER);
        ov_rig_close(&other);
        ov_rig_close(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchange),
        cmocka_unit_test(reordered),
        cmocka_unit_test(refusals),
        cmocka_unit_test(wrap_ids),
        cmocka_unit_test(old_client),
        cmocka_unit_test(clients_connect),
        cmocka_unit_test(strangers_of_other_kinds),
    };
    return cmocka_run_group_tests_name("hub_wkc", tests, NULL, NULL);
}
