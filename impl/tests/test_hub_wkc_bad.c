/* tls-crypt-v2 at a server: damaged packets, lengths that lie, keys that may not be used (bad-inputs 18 to 24). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/wkcrig.h"
#include "wrap/client_key.h"

static struct ov_rig rig;

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
    const struct ov_addr from = ov_wkcrig_home();
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
    assert_true(ov_wkcrig_silent(&rig));
    assert_int_equal(give_raw(packet, len), OV_OK);
}

static void damage(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2, "");
    const struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
    sweep(&reset);
    const struct ov_sid cookie = ov_wkcrig_take_reply(&rig, true);
    const struct ov_control third = ov_wkcrig_third(&ov_wkcrig_sid, &cookie);
    sweep(&third);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    ov_rig_close(&rig);
}

/* What the last two octets say, at every length from a stranger and in a session (bad-inputs 20). */
static void lengths(void **state)
{
    (void)state;
    ov_rig_open_as(&rig, OV_END_V2, "");
    const struct ov_sid cookie = ov_wkcrig_ask(&rig);
    struct ov_control third = ov_wkcrig_third(&ov_wkcrig_sid, &cookie);
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
        assert_int_equal(ov_wkcrig_give(&rig, &third), OV_OK);
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
        const struct ov_sid cookie = ov_wkcrig_ask(&rig);
        const struct ov_control third = ov_wkcrig_third(&ov_wkcrig_sid, &cookie);
        assert_int_equal(ov_wkcrig_give(&rig, &third), OV_OK);
        assert_int_equal(ov_rig_stats(&rig).half_open, 1);
        while (!ov_wkcrig_silent(&rig))
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
        const struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
        make_wkc(rows[i].octets, rows[i].len);
        const enum ov_err why = ov_wkcrig_give(&rig, &reset);
        if (why != rows[i].why)
        {
            fail_msg("row %zu: %s instead of %s", i, ov_err_name(why), ov_err_name(rows[i].why));
        }
        assert_int_equal(ov_wkcrig_silent(&rig), why != OV_OK);
    }
    ov_rig_close(&rig);
}

/* --tls-crypt-v2-verify: one question for a session, behind the cookie; a key without metadata is a question too. */
struct judge
{
    unsigned calls;
    struct ov_wkc_metadata seen;
    enum ov_err says;
};

static enum ov_err judge_key(void *ctx, const struct ov_newcomer *who, const struct ov_wkc_metadata *metadata,
                             char why[static OV_TLS_JUDGE_TEXT])
{
    struct judge *judge = ctx;
    assert_true(ov_sid_equal(&who->sid, &ov_wkcrig_sid));
    judge->calls++;
    judge->seen = *metadata;
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "not this one");
    return judge->says;
}

static void judged_keys(void **state)
{
    (void)state;
    static const enum ov_err verdicts[] = {OV_ERR_AUTH, OV_OK};
    static const uint8_t metadata[] = {0, 'h', 'e', 'l', 'l', 'o'};
    for (size_t i = 0; i < 2; i++)
    {
        struct judge judge = {.says = verdicts[i]};
        ov_rig_open_as(&rig, OV_END_V2_FORCED, "");
        rig.server.settings.judge_key = judge_key;
        rig.server.settings.judge_key_ctx = &judge;
        make_wkc(metadata, sizeof metadata);
        const struct ov_sid cookie = ov_wkcrig_ask(&rig);
        assert_int_equal(judge.calls, 0);
        const struct ov_control third = ov_wkcrig_third(&ov_wkcrig_sid, &cookie);
        assert_int_equal(ov_wkcrig_give(&rig, &third), verdicts[i]);
        assert_int_equal(judge.calls, 1);
        assert_int_equal(judge.seen.len, sizeof metadata);
        assert_memory_equal(judge.seen.octets, metadata, sizeof metadata);
        assert_int_equal(ov_rig_stats(&rig).half_open, verdicts[i] == OV_OK);
        assert_int_equal(ov_wkcrig_silent(&rig), verdicts[i] != OV_OK);
        ov_rig_close(&rig);
    }
}

/* A key with a zero cipher key was never made by anybody honest [WP-KEY-005]; another server's key opens nothing. */
static void unusable_keys(void **state)
{
    (void)state;
    static const uint8_t none[1];
    const struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
    ov_rig_open_as(&rig, OV_END_V2, "");
    struct ov_key_half server = rig.server.end.keys.server_key;
    struct ov_key2 zero = rig.server.end.key2;
    memset(zero.half[1].cipher, 0, 32);
    assert_int_equal(ov_client_key_wrap(rig.server.end.crypto, &server, &zero, none, 0, &rig.wkc), OV_OK);
    assert_int_equal(ov_wkcrig_give(&rig, &reset), OV_ERR_ARG);
    server.hmac[0] ^= 1;
    assert_int_equal(
        ov_client_key_wrap(rig.server.end.crypto, &server, &rig.server.end.key2, none, 0, &rig.wkc), OV_OK);
    assert_int_equal(ov_wkcrig_give(&rig, &reset), OV_ERR_AUTH);
    assert_true(ov_wkcrig_silent(&rig));
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damage),  cmocka_unit_test(lengths),       cmocka_unit_test(metadata_limits),
        cmocka_unit_test(max_age), cmocka_unit_test(unusable_keys), cmocka_unit_test(judged_keys),
    };
    return cmocka_run_group_tests_name("hub_wkc_bad", tests, NULL, NULL);
}
