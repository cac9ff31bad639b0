/* Newcomers whose tls-crypt-v2 key a judge takes his time for: their packet waits in the hub, once, as long as a
 * handshake may take, and nobody else waits with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/wkcrig.h"

static struct ov_rig rig;

struct judge
{
    enum ov_err says;
    unsigned calls;
    unsigned left;
    struct ov_newcomer who; /* of the latest call */
};

static enum ov_err on_key(void *ctx, const struct ov_newcomer *who, const struct ov_wkc_metadata *metadata,
                          char why[static OV_TLS_JUDGE_TEXT])
{
    struct judge *judge = ctx;
    (void)metadata;
    judge->calls++;
    judge->who = *who;
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "not this one");
    return judge->says;
}

static void on_left(void *ctx, const struct ov_newcomer *who)
{
    struct judge *judge = ctx;
    assert_true(ov_sid_equal(&who->sid, &judge->who.sid));
    judge->left++;
}

/* A server that asks, and a third packet of a client that it has been asked about. */
static struct ov_control ask(struct judge *judge, const char *text)
{
    ov_rig_open_as(&rig, OV_END_V2_FORCED, text);
    rig.server.settings.judge_key = on_key;
    rig.server.settings.judge_key_left = on_left;
    rig.server.settings.judge_key_ctx = judge;
    *judge = (struct judge){.says = OV_ERR_AGAIN};
    const struct ov_sid cookie = ov_wkcrig_ask(&rig);
    const struct ov_control third = ov_wkcrig_third(&ov_wkcrig_sid, &cookie);
    assert_int_equal(ov_wkcrig_give(&rig, &third), OV_OK);
    assert_int_equal(judge->calls, 1);
    assert_true(ov_sid_equal(&judge->who.sid, &ov_wkcrig_sid));
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    assert_true(ov_wkcrig_silent(&rig));
    return third;
}

static void answers(void **state)
{
    (void)state;
    static const enum ov_err verdicts[] = {OV_OK, OV_ERR_AUTH, OV_ERR_NOMEM};
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
    {
        struct judge judge;
        const struct ov_control third = ask(&judge, "");
        /* The client says it again, and somebody answers who isn't ready: no new question about it. */
        assert_int_equal(ov_wkcrig_give(&rig, &third), OV_ERR_DUPLICATE);
        assert_int_equal(judge.calls, 1);
        ov_hub_answered(rig.server.hub, rig.now);
        assert_int_equal(judge.calls, 2);
        assert_int_equal(judge.left, 0);
        judge.says = verdicts[i];
        ov_hub_answered(rig.server.hub, rig.now);
        assert_int_equal(judge.calls, 3);
        assert_int_equal(judge.left, 1);
        assert_int_equal(ov_rig_stats(&rig).half_open, verdicts[i] == OV_OK);
        assert_int_equal(ov_wkcrig_silent(&rig), verdicts[i] != OV_OK);
        ov_hub_answered(rig.server.hub, rig.now);
        assert_int_equal(judge.calls, 3);
        ov_rig_close(&rig);
        assert_int_equal(judge.left, 1);
    }
}

/* A cookie is good for a shorter time than a verdict may take, and the packet is as long as the handshake. */
static void time_passes(void **state)
{
    (void)state;
    struct judge judge;
    (void)ask(&judge, "hand-window 30\n");
    ov_rig_wait(&rig, 29000);
    judge.says = OV_OK;
    ov_hub_answered(rig.server.hub, rig.now);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    ov_rig_close(&rig);

    const struct ov_control third = ask(&judge, "hand-window 30\n");
    assert_true(ov_hub_deadline(rig.server.hub) <= rig.now.mono_ms + 30000);
    ov_rig_wait(&rig, 31000);
    assert_int_equal(judge.left, 1);
    assert_true(ov_hub_deadline(rig.server.hub) > rig.now.mono_ms + 31000);
    ov_hub_answered(rig.server.hub, rig.now);
    assert_int_equal(judge.calls, 1);
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    (void)third;
    ov_rig_close(&rig);
}

/* A client that starts over gives its place up; at most 64 wait, and a hub that ends tells of all. */
static void crowd(void **state)
{
    (void)state;
    struct judge judge;
    (void)ask(&judge, "");
    for (unsigned i = 0; i < 70; i++)
    {
        enum ov_err why;
        struct ov_control control;
        struct ov_addr from = ov_test_addr4(10, (uint16_t)(6000 + i)), to;
        struct ov_wrap_id id;
        const struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
        assert_int_equal(ov_rig_control(&rig, &from, &reset, &why), OV_FATE_CONSUMED);
        assert_true(ov_rig_reply(&rig, &control, &to, &id));
        const struct ov_control third = ov_wkcrig_third(&ov_wkcrig_sid, &control.sid);
        (void)ov_rig_control(&rig, &from, &third, &why);
        assert_int_equal(why, i < 63 ? OV_OK : OV_ERR_LIMIT);
    }
    assert_int_equal(judge.calls, 64); /* nobody is asked about whoever can't wait */
    ov_rig_close(&rig);
    assert_int_equal(judge.left, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(time_passes),
        cmocka_unit_test(crowd),
    };
    return cmocka_run_group_tests_name("hub_parked", tests, NULL, NULL);
}
