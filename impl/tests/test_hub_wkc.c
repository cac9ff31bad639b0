/* tls-crypt-v2 at a server: who gets an answer, who gets a session, and what becomes of everything else (WP-TC2,
 * bad-inputs 18 to 24). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hubrig.h"
#include "wire/early_neg.h"
#include "wrap/client_key.h"

static struct ov_rig rig;
static const struct ov_sid client_sid = {{1, 2, 3, 4, 5, 6, 7, 8}};

static struct ov_addr home(void)
{
    return ov_test_addr4(9, 5000);
}

static struct ov_control reset_of(const struct ov_sid *sid)
{
    return (struct ov_control){.opcode = OV_OP_HARD_RESET_CLIENT_V3, .has_message_id = true, .sid = *sid};
}

static struct ov_control third_of(const struct ov_sid *sid, const struct ov_sid *cookie)
{
    return (struct ov_control){.opcode = OV_OP_CONTROL_WKC_V1,
                               .has_message_id = true,
                               .message_id = 1,
                               .ack_count = 1,
                               .sid = *sid,
                               .remote_sid = *cookie};
}

static enum ov_err give(const struct ov_control *control)
{
    const struct ov_addr from = home();
    enum ov_err why;
    const enum ov_fate fate = ov_rig_control(&rig, &from, control, &why);
    assert_true((fate == OV_FATE_CONSUMED) == (why == OV_OK));
    return why;
}

/* The hub's next packet, which must be a reset for us. */
static struct ov_sid take_reply(bool stateless)
{
    struct ov_control reply;
    struct ov_addr to;
    struct ov_wrap_id id;
    struct ov_early_neg early;
    const struct ov_addr from = home();
    assert_true(ov_rig_reply(&rig, &reply, &to, &id));
    assert_true(ov_addr_equal(&to, &from));
    assert_int_equal(reply.opcode, OV_OP_HARD_RESET_SERVER_V2);
    assert_int_equal(reply.message_id, 0);
    assert_int_equal(reply.ack_count, 1);
    assert_int_equal(reply.acks[0], 0);
    assert_true(ov_sid_equal(&reply.remote_sid, &client_sid));
    assert_int_equal(id.id, stateless ? 1 : 0x0f000001); /* [WP-TC2-022, WP-TC2-023] */
    assert_int_equal(reply.payload_len, stateless ? OV_EARLY_NEG_LEN : 0);
    assert_int_equal(ov_early_neg_decode(reply.payload, reply.payload_len, &early), OV_OK);
    assert_int_equal(early.flags, stateless ? OV_EARLY_NEG_RESEND_WKC : 0);
    return reply.sid;
}

static struct ov_sid ask(void)
{
    const struct ov_control reset = reset_of(&client_sid);
    assert_int_equal(give(&reset), OV_OK);
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    return take_reply(true);
}

static bool nothing_to_send(void)
{
    struct ov_control reply;
    struct ov_addr to;
    struct ov_wrap_id id;
    return !ov_rig_reply(&rig, &reply, &to, &id);
}

/* ---- the stateless exchange ---- */

static void exchange(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2, "");
    const struct ov_sid first = ask();
    const struct ov_sid again = ask(); /* the reply was lost, the reset comes again [WP-COOK-007] */
    assert_true(ov_sid_equal(&first, &again));
    struct ov_control third = third_of(&client_sid, &first);
    /* Without state only WKc says under which key a packet is [WP-TC2-033]. */
    struct ov_control eager = third;
    eager.opcode = OV_OP_ACK_V1;
    assert_int_equal(give(&eager), OV_ERR_UNSUPPORTED);
    eager.opcode = OV_OP_CONTROL_V1;
    assert_int_equal(give(&eager), OV_ERR_UNSUPPORTED);
    assert_int_equal(give(&third), OV_OK);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    assert_int_equal(ov_rig_stats(&rig).accepted, 1);
    /* Doubled, or sent again because the acknowledgement was lost. */
    assert_int_equal(give(&third), OV_ERR_DUPLICATE);
    /* The reset overtaken by its successor: message 0 of a session that is past it. */
    const struct ov_control reset = reset_of(&client_sid);
    assert_int_equal(give(&reset), OV_ERR_DUPLICATE);
    /* The next message as usual, and with a WKc it need not have [WP-TC2-013]. */
    third.opcode = OV_OP_CONTROL_V1;
    third.message_id = 2;
    assert_int_equal(give(&third), OV_OK);
    third.opcode = OV_OP_CONTROL_WKC_V1;
    third.message_id = 3;
    assert_int_equal(give(&third), OV_OK);
    /* Whatever that WKc is: only its length is looked at. */
    rig.wkc.octets[5] ^= 1;
    third.message_id = 4;
    assert_int_equal(give(&third), OV_OK);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    ov_rig_close(&rig);
}

/* CONTROL_WKC_V1 comes before the reset that it answers was even forgotten, or much later than anybody remembers. */
static void reordered(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2, "");
    const struct ov_sid cookie = ask();
    const struct ov_control reset = reset_of(&client_sid);
    const struct ov_control third = third_of(&client_sid, &cookie);
    assert_int_equal(give(&reset), OV_OK);
    assert_int_equal(give(&third), OV_OK); /* while the second reply still waits */
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
    const struct ov_sid cookie = ask();
    const struct ov_sid other_sid = {{9}};
    struct ov_sid bent = cookie;
    bent.id[0] ^= 4;
    struct
    {
        const char *what;
        struct ov_control packet;
        enum ov_err why;
    } cases[] = {
        {"one bit of the cookie", third_of(&client_sid, &bent), OV_ERR_SESSION_ID},
        {"another client's cookie", third_of(&other_sid, &cookie), OV_ERR_SESSION_ID},
        {"no acks", third_of(&client_sid, &cookie), OV_ERR_SESSION_ID},
        {"ack of message 2", third_of(&client_sid, &cookie), OV_ERR_WINDOW},
        {"message 2", third_of(&client_sid, &cookie), OV_ERR_WINDOW},
        {"WKC of key-id 1", third_of(&client_sid, &cookie), OV_ERR_KEY_ID},
        {"plain reset", reset_of(&client_sid), OV_ERR_UNSUPPORTED},
        {"reset with message 1", reset_of(&client_sid), OV_ERR_FORMAT},
        {"reset with acks", reset_of(&client_sid), OV_ERR_FORMAT},
        {"reset without session id", reset_of(&(struct ov_sid){{0}}), OV_ERR_SESSION_ID},
        {"reset of key-id 3", reset_of(&client_sid), OV_ERR_KEY_ID},
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
        const enum ov_err why = give(&cases[i].packet);
        if (why != cases[i].why)
        {
            fail_msg("%s: %s instead of %s", cases[i].what, ov_err_name(why), ov_err_name(cases[i].why));
        }
    }
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    assert_true(nothing_to_send());
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
        const struct ov_control reset = reset_of(&client_sid);
        rig.wrap_id.id = rows[i].id - 1;
        assert_int_equal(give(&reset), rows[i].why);
        assert_int_equal(nothing_to_send(), rows[i].why != OV_OK);
    }
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    ov_rig_close(&rig);
}

/* A client of the time before early negotiation has a session from its first packet on [WP-TC2-023]. */
static void old_client(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2_OLD, "connect-freq-initial 3 10\n");
    const struct ov_control reset = reset_of(&client_sid);
    assert_int_equal(give(&reset), OV_OK);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    const struct ov_sid own = take_reply(false);
    /* Its reset again: known. */
    assert_int_equal(give(&reset), OV_ERR_DUPLICATE);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    struct ov_control next = third_of(&client_sid, &own);
    next.opcode = OV_OP_ACK_V1;
    assert_int_equal(give(&next), OV_OK);
    next.opcode = OV_OP_CONTROL_V1;
    assert_int_equal(give(&next), OV_OK);
    /* A flood of those is bounded like any other. */
    enum ov_err why = OV_OK;
    for (unsigned i = 0; i < 5; i++)
    {
        const struct ov_sid sid = {{7, (uint8_t)i}};
        const struct ov_control another = reset_of(&sid);
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
        struct ov_control reset = reset_of(&client_sid);
        reset.opcode = other.wkc.len > 0 ? OV_OP_HARD_RESET_CLIENT_V3 : OV_OP_HARD_RESET_CLIENT_V2;
        const enum ov_err why = give(&reset);
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

/* ---- damage ---- */

/* A whole packet as it would be on the wire. */
static size_t build(const struct ov_control *control, uint8_t out[static 2048])
{
    struct ov_buf buf = ov_buf_over(out, 2048, 128);
    struct ov_writer w = ov_writer_over(ov_buf_data(&buf), ov_buf_tailroom(&buf));
    assert_int_equal(ov_control_encode_body(control, &w), OV_OK);
    (void)ov_buf_put(&buf, (uint32_t)ov_writer_len(&w));
    rig.wrap_id.id++;
    assert_int_equal(ov_wrap_seal(&rig.wrap, rig.wrap_id, ov_opcode_join((enum ov_opcode)control->opcode, 0),
                                  &control->sid, &buf),
                     OV_OK);
    memcpy(ov_buf_put(&buf, rig.wkc.len), rig.wkc.octets, rig.wkc.len);
    memmove(out, ov_buf_data(&buf), buf.len);
    return buf.len;
}

static enum ov_err give_raw(const uint8_t *packet, size_t len)
{
    const struct ov_addr from = home();
    enum ov_err why;
    const enum ov_fate fate = ov_rig_raw(&rig, &from, packet, len, &why);
    assert_true((fate == OV_FATE_CONSUMED) == (why == OV_OK));
    return why;
}

/* Every length but the whole one, every bit but the right ones: dropped, and nothing is sent or kept. */
static void sweep(const struct ov_control *control)
{
    uint8_t packet[2048];
    const size_t len = build(control, packet);
    const size_t wkc_at = len - rig.wkc.len;
    const uint64_t resets = ov_rig_stats(&rig).resets;
    for (size_t cut = 0; cut < len; cut++)
    {
        uint8_t *copy = ov_test_copy(packet, cut);
        assert_int_not_equal(give_raw(copy, cut), OV_OK);
        free(copy);
    }
    for (size_t bit = 0; bit < len * 8; bit++)
    {
        uint8_t *copy = ov_test_copy(packet, len);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const enum ov_err why = give_raw(copy, len);
        if (bit / 8 >= len - 2)
        {
            /* The length says something else: outside of the limits, or WKc begins elsewhere. */
            assert_true(why == OV_ERR_FORMAT || why == OV_ERR_LIMIT || why == OV_ERR_TRUNCATED ||
                        why == OV_ERR_AUTH);
        }
        else
        {
            /* The opcode decides whether there is a WKc at all; the session id is under the tag like the rest. */
            assert_true(bit / 8 == 0 ? why != OV_OK : why == OV_ERR_AUTH);
        }
        free(copy);
    }
    assert_true(wkc_at > OV_CONTROL_HEAD_LEN);
    assert_true(ov_rig_stats(&rig).resets == resets);
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    assert_true(nothing_to_send());
    assert_int_equal(give_raw(packet, len), OV_OK);
}

static void damage(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2, "");
    const struct ov_control reset = reset_of(&client_sid);
    sweep(&reset);
    const struct ov_sid cookie = take_reply(true);
    const struct ov_control third = third_of(&client_sid, &cookie);
    sweep(&third);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    ov_rig_close(&rig);
}

/* What the last two octets say, at every length from a stranger and in a session (bad-inputs 20). */
static void lengths(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2, "");
    const struct ov_sid cookie = ask();
    struct ov_control third = third_of(&client_sid, &cookie);
    for (int in_session = 0; in_session < 2; in_session++)
    {
        uint8_t packet[2048];
        const size_t len = build(&third, packet);
        for (uint32_t said = 0; said <= 0xffff; said += said < 1400 ? 1 : 251)
        {
            if (said == rig.wkc.len)
            {
                continue;
            }
            packet[len - 2] = (uint8_t)(said >> 8);
            packet[len - 1] = (uint8_t)said;
            const enum ov_err why = give_raw(packet, len);
            const enum ov_err want = said < OV_WKC_MIN   ? OV_ERR_FORMAT
                                     : said > OV_WKC_MAX ? OV_ERR_LIMIT
                                     : said + 9 > len    ? OV_ERR_TRUNCATED
                                                         : OV_ERR_AUTH;
            /* In a session the rest may be too short for a packet. */
            if (why != want && !(in_session == 1 && want == OV_ERR_AUTH && why == OV_ERR_TRUNCATED))
            {
                fail_msg("length %u: %s instead of %s", said, ov_err_name(why), ov_err_name(want));
            }
        }
        assert_int_equal(ov_rig_stats(&rig).half_open, in_session);
        assert_int_equal(give(&third), OV_OK);
        third.message_id++;
    }
    ov_rig_close(&rig);
}

/* ---- what the key says of itself ---- */

static void make_wkc(const uint8_t *metadata, size_t len)
{
    const struct ov_control_keys *keys = &rig.server.end.keys;
    assert_int_equal(ov_client_key_wrap(rig.server.end.crypto, &keys->server_key, &rig.server.end.key2,
                                        metadata, len, &rig.wkc),
                     OV_OK);
}

static void metadata_limits(void **state)
{
    (void)state;
    static const uint8_t large[OV_WKC_METADATA_MAX] = {0, 'x', '\n', 0x1b, 0xff};
    static const size_t lens[] = {0, 1, 2, 9, 300, 733, 734};
    ov_rig_open_as(&rig, OV_END_V2, "");
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++)
    {
        make_wkc(large, lens[i]);
        const struct ov_sid cookie = ask();
        const struct ov_control third = third_of(&client_sid, &cookie);
        assert_int_equal(give(&third), OV_OK);
        assert_int_equal(ov_rig_stats(&rig).half_open, 1);
        while (!nothing_to_send())
        {
        }
        ov_rig_wait(&rig, 61000);
        assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    }
    ov_rig_close(&rig);
}

/* --tls-crypt-v2-max-age (bad-inputs 24). Now is 0x60000000. */
static void max_age(void **state)
{
    (void)state;
    static const struct
    {
        uint8_t octets[10];
        size_t len;
        enum ov_err why;
    } rows[] = {
        {{1, 0, 0, 0, 0, 0x60, 0, 0, 0}, 9, OV_OK},
        {{1, 0, 0, 0, 0, 0x5f, 0xff, 0x57, 0x40}, 9, OV_OK},        /* half a day */
        {{1, 0, 0, 0, 0, 0x5f, 0xfc, 0x0b, 0x80}, 9, OV_OK},        /* three days */
        {{1, 0, 0, 0, 0, 0x5f, 0xfc, 0x0b, 0x7f}, 9, OV_ERR_LIMIT}, /* and a second */
        {{1, 0, 0, 0, 0, 0, 0, 0, 0}, 9, OV_ERR_LIMIT},
        {{1, 0, 0, 0, 0, 0x61, 0, 0, 0}, 9, OV_OK}, /* clocks differ */
        {{1, 255, 255, 255, 255, 255, 255, 255, 255}, 9, OV_OK},
        {{1, 0, 0, 0, 0, 0x60, 0, 0}, 8, OV_ERR_FORMAT},
        {{1}, 1, OV_ERR_FORMAT},
        {{0, 'x'}, 2, OV_ERR_FORMAT},
        {{2, 0, 0, 0, 0, 0x60, 0, 0, 0}, 9, OV_ERR_FORMAT},
        {{0}, 0, OV_ERR_FORMAT},
    };
    ov_rig_open_as(&rig, OV_END_V2_FORCED, "tls-crypt-v2-max-age 3\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const struct ov_control reset = reset_of(&client_sid);
        make_wkc(rows[i].octets, rows[i].len);
        const enum ov_err why = give(&reset);
        if (why != rows[i].why)
        {
            fail_msg("row %zu: %s instead of %s", i, ov_err_name(why), ov_err_name(rows[i].why));
        }
        assert_int_equal(nothing_to_send(), why != OV_OK);
    }
    ov_rig_close(&rig);
}

/* A key with a zero cipher key was never made by anybody honest [WP-KEY-005]; another server's key opens nothing. */
static void unusable_keys(void **state)
{
    (void)state;
    static const uint8_t none[1];
    const struct ov_control reset = reset_of(&client_sid);
    ov_rig_open_as(&rig, OV_END_V2, "");
    struct ov_key_half server = rig.server.end.keys.server_key;
    struct ov_key2 zero = rig.server.end.key2;
    memset(zero.half[1].cipher, 0, 32);
    assert_int_equal(ov_client_key_wrap(rig.server.end.crypto, &server, &zero, none, 0, &rig.wkc), OV_OK);
    assert_int_equal(give(&reset), OV_ERR_ARG);
    server.hmac[0] ^= 1;
    assert_int_equal(
        ov_client_key_wrap(rig.server.end.crypto, &server, &rig.server.end.key2, none, 0, &rig.wkc), OV_OK);
    assert_int_equal(give(&reset), OV_ERR_AUTH);
    assert_true(nothing_to_send());
    ov_rig_close(&rig);
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
        cmocka_unit_test(damage),
        cmocka_unit_test(lengths),
        cmocka_unit_test(metadata_limits),
        cmocka_unit_test(max_age),
        cmocka_unit_test(unusable_keys),
    };
    return cmocka_run_group_tests_name("hub_wkc", tests, NULL, NULL);
}
