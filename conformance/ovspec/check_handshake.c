/* Section 2.7: the third packet, from which a stateless server makes its session. */
#include "ovspec/check.h"

enum
{
    NO_ACK,
    TOO_FAR,
    WRONG_KIND,
    NO_WKC,
    RESET_PAYLOAD,
    BAD_TLV
};

enum
{
    RESET_WITH_ACK = 17,  /* body of a server reset: one ack, sid, message id */
    TLV_MIN = 4,          /* type and length [WP-TC2-030] */
    THIRD_MESSAGE_MAX = 1 /* [WP-COOK-005] */
};

static const struct ovs_rule rules[] = {
    [NO_ACK] = {"WP-COOK-004", OVS_VIOLATION, "the client's third packet acknowledges the server's reset"},
    [TOO_FAR] = {"WP-COOK-005", OVS_VIOLATION, "in the third packet acked ids and message id are at most 1"},
    [WRONG_KIND] = {"WP-COOK-006", OVS_VIOLATION, "the third packet has key id 0 and opcode 4, 5 or 11"},
    [NO_WKC] = {"WP-TC2-033", OVS_VIOLATION, "on RESEND_WKC the client's next packet is CONTROL_WKC_V1"},
    [RESET_PAYLOAD] = {"WP-CTRL-004", OVS_VIOLATION, "a soft reset has no payload"},
    [BAD_TLV] = {"WP-TC2-031", OVS_VIOLATION,
                 "the payload of a hard reset is whole type-length-value fields"},
};

/* The client's first packet after its resets; NULL if there is none. */
static const struct ovs_control *find_third(const struct ovs_session *session)
{
    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];

        if (control->dir == OVS_C2S && control->has_sid && !ovs_opcode_is_client_reset(control->opcode))
        {
            return control;
        }
    }
    return NULL;
}

/* Message 1 sent at any time says that the third packet was lost on its way, not left out. */
static bool sends_message_1(const struct ovs_session *session)
{
    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];

        if (control->dir == OVS_C2S && control->has_message_id && control->message_id == 1 &&
            control->key_id == 0)
        {
            return true;
        }
    }
    return false;
}

static void check_third_body(struct ovs_context *context, const struct ovs_control *third)
{
    const char *name = ovs_opcode_name(third->opcode);

    if (third->ack_count == 0)
    {
        ovs_find(context, &rules[NO_ACK], third->packet, "%s, the third packet, acknowledges nothing", name);
    }
    for (size_t i = 0; i < third->ack_count; i++)
    {
        if (ovs_control_ack(third, i) > THIRD_MESSAGE_MAX)
        {
            ovs_find(context, &rules[TOO_FAR], third->packet, "%s, the third packet, acknowledges message %u",
                     name, ovs_control_ack(third, i));
            return;
        }
    }
    if (third->has_message_id && third->message_id > THIRD_MESSAGE_MAX && !sends_message_1(context->session))
    {
        ovs_find(context, &rules[TOO_FAR], third->packet, "%s, the third packet, has message id %u", name,
                 third->message_id);
    }
}

/* The reply's content is encrypted; its length tells the flags from their absence. */
static bool asks_for_wkc(const struct ovs_session *session)
{
    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];

        if (control->opcode == OVS_HARD_RESET_SERVER_V2 && control->dir == OVS_S2C)
        {
            return control->body_len >= RESET_WITH_ACK + TLV_MIN;
        }
    }
    return false;
}

static void check_third(struct ovs_context *context)
{
    const struct ovs_session *session = context->session;
    const struct ovs_control *third = find_third(session);

    if (third == NULL || session->lossy)
    {
        return;
    }
    bool right_kind =
        third->opcode == OVS_CONTROL_V1 || third->opcode == OVS_ACK_V1 || third->opcode == OVS_CONTROL_WKC_V1;
    const char *name = ovs_opcode_name(third->opcode);

    if (!right_kind || third->key_id != 0)
    {
        ovs_find(context, &rules[WRONG_KIND], third->packet, "the third packet is %s with key id %u", name,
                 third->key_id);
    }
    else if (session->wrap[0].kind == OVS_WRAP_TLS_CRYPT_V2 && third->opcode != OVS_CONTROL_WKC_V1 &&
             asks_for_wkc(session))
    {
        ovs_find(context, &rules[NO_WKC], third->packet, "the client answers with %s", name);
    }
    else if (third->has_body)
    {
        check_third_body(context, third);
    }
}

static bool tlvs_are_whole(const struct ovs_control *control)
{
    struct ovs_cursor cursor = ovs_cursor_over(control->payload, control->payload_len);

    while (cursor.left > 0 && !cursor.failed)
    {
        ovs_take_u16(&cursor);
        uint16_t len = ovs_take_u16(&cursor);
        ovs_take(&cursor, len);
    }
    return !cursor.failed;
}

static void check_reset_payload(struct ovs_context *context, const struct ovs_control *control)
{
    const char *name = ovs_opcode_name(control->opcode);
    const char *sender = ovs_dir_name(control->dir);

    if (control->opcode == OVS_SOFT_RESET_V1 && control->payload_len > 0)
    {
        ovs_find(context, &rules[RESET_PAYLOAD], control->packet, "%s of the %s has %u octets of payload",
                 name, sender, control->payload_len);
    }
    if (ovs_opcode_is_hard_reset(control->opcode) && !tlvs_are_whole(control))
    {
        ovs_find(context, &rules[BAD_TLV], control->packet, "%s of the %s: payload of %u octets is cut short",
                 name, sender, control->payload_len);
    }
}

static void run(struct ovs_context *context)
{
    const struct ovs_session *session = context->session;

    /* On TCP the server keeps state from the first packet [WP-COOK-010]. */
    if (session->from_start && session->flow->transport == OVS_UDP)
    {
        check_third(context);
    }
    for (size_t i = 0; i < session->control_count; i++)
    {
        if (session->control[i].has_body)
        {
            check_reset_payload(context, &session->control[i]);
        }
    }
}

const struct ovs_check ovs_check_handshake = {.name = "handshake", OVS_RULES(rules), .run = run};
