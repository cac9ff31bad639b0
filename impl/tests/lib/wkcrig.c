#include "tests/lib/wkcrig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "wire/early_neg.h"

const struct ov_sid ov_wkcrig_sid = {{1, 2, 3, 4, 5, 6, 7, 8}};

struct ov_addr ov_wkcrig_home(void)
{
    return ov_test_addr4(9, 5000);
}

struct ov_control ov_wkcrig_reset(const struct ov_sid *sid)
{
    return (struct ov_control){.opcode = OV_OP_HARD_RESET_CLIENT_V3, .has_message_id = true, .sid = *sid};
}

struct ov_control ov_wkcrig_third(const struct ov_sid *sid, const struct ov_sid *cookie)
{
    return (struct ov_control){.opcode = OV_OP_CONTROL_WKC_V1,
                               .has_message_id = true,
                               .message_id = 1,
                               .ack_count = 1,
                               .sid = *sid,
                               .remote_sid = *cookie};
}

enum ov_err ov_wkcrig_give(struct ov_rig *rig, const struct ov_control *control)
{
    const struct ov_addr from = ov_wkcrig_home();
    enum ov_err why;
    const enum ov_fate fate = ov_rig_control(rig, &from, control, &why);
    assert_true((fate == OV_FATE_CONSUMED) == (why == OV_OK));
    return why;
}

struct ov_sid ov_wkcrig_take_reply(struct ov_rig *rig, bool stateless)
{
    struct ov_control reply;
    struct ov_addr to;
    struct ov_wrap_id id;
    struct ov_early_neg early;
    const struct ov_addr from = ov_wkcrig_home();
    assert_true(ov_rig_reply(rig, &reply, &to, &id));
    assert_true(ov_addr_equal(&to, &from));
    assert_int_equal(reply.opcode, OV_OP_HARD_RESET_SERVER_V2);
    assert_int_equal(reply.message_id, 0);
    assert_int_equal(reply.ack_count, 1);
    assert_int_equal(reply.acks[0], 0);
    assert_true(ov_sid_equal(&reply.remote_sid, &ov_wkcrig_sid));
    assert_int_equal(id.id, stateless ? 1 : 0x0f000001);
    assert_int_equal(reply.payload_len, stateless ? OV_EARLY_NEG_LEN : 0);
    assert_int_equal(ov_early_neg_decode(reply.payload, reply.payload_len, &early), OV_OK);
    assert_int_equal(early.flags, stateless ? OV_EARLY_NEG_RESEND_WKC : 0);
    return reply.sid;
}

struct ov_sid ov_wkcrig_ask(struct ov_rig *rig)
{
    const struct ov_control reset = ov_wkcrig_reset(&ov_wkcrig_sid);
    assert_int_equal(ov_wkcrig_give(rig, &reset), OV_OK);
    assert_int_equal(ov_rig_stats(rig).half_open, 0);
    return ov_wkcrig_take_reply(rig, true);
}

bool ov_wkcrig_silent(struct ov_rig *rig)
{
    struct ov_control reply;
    struct ov_addr to;
    struct ov_wrap_id id;
    return !ov_rig_reply(rig, &reply, &to, &id);
}
