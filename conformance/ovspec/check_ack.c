/* Sections 2.1 and 3.1: acknowledgement records, where they are readable. */
#include "ovspec/check.h"

enum
{
    TOO_MANY,
    EMPTY_ACK,
    ACK_TAIL,
    NEVER_SENT
};

enum
{
    ACKS_IN_CONTROL = 4,
    ACKS_IN_ACK = 8,
    SEND_WINDOW = 6 /* [WP-REL-004] */
};

static const struct ovs_rule rules[] = {
    [TOO_MANY] = {"WP-REL-020", OVS_VIOLATION, "at most 4 acks in a control packet, 8 in an ACK_V1"},
    [EMPTY_ACK] = {"WP-CTRL-007", OVS_VIOLATION, "the smallest ACK_V1 has one id"},
    [ACK_TAIL] = {"WP-CTRL-003", OVS_VIOLATION, "an ACK_V1 ends after its ack record"},
    [NEVER_SENT] = {"WP-REL-023", OVS_VIOLATION,
                    "a message is acked when it has been stored, so it was sent"},
};

/* The highest message id that each side sent under a key id; -1: none. */
static void find_highest(const struct ovs_session *session, int64_t highest[2][OVS_KEY_IDS])
{
    for (size_t key = 0; key < OVS_KEY_IDS; key++)
    {
        highest[OVS_C2S][key] = -1;
        highest[OVS_S2C][key] = -1;
    }
    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];

        if (control->has_message_id && control->message_id > highest[control->dir][control->key_id])
        {
            highest[control->dir][control->key_id] = control->message_id;
        }
    }
}

static void check_record(struct ovs_context *context, const struct ovs_control *control)
{
    unsigned limit = control->opcode == OVS_ACK_V1 ? ACKS_IN_ACK : ACKS_IN_CONTROL;

    if (control->ack_count > limit)
    {
        ovs_find(context, &rules[TOO_MANY], control->packet,
                 "%s of the %s acknowledges %u messages, %u are allowed", ovs_opcode_name(control->opcode),
                 ovs_dir_name(control->dir), control->ack_count, limit);
    }
    if (control->opcode == OVS_ACK_V1 && control->ack_count == 0)
    {
        ovs_find(context, &rules[EMPTY_ACK], control->packet, "ACK_V1 of the %s acknowledges nothing",
                 ovs_dir_name(control->dir));
    }
    if (control->opcode == OVS_ACK_V1 && control->payload_len > 0)
    {
        ovs_find(context, &rules[ACK_TAIL], control->packet,
                 "ACK_V1 of the %s has %u octets after its ack record", ovs_dir_name(control->dir),
                 control->payload_len);
    }
}

static void check_sent(struct ovs_context *context, const struct ovs_control *control, int64_t highest)
{
    int64_t slack = context->session->lossy ? SEND_WINDOW : 0;

    for (size_t i = 0; i < control->ack_count; i++)
    {
        uint32_t id = ovs_control_ack(control, i);

        /* Beyond everything the peer ever sent; below that a hole may be a loss of the capture. */
        if (id > highest + slack)
        {
            ovs_find(context, &rules[NEVER_SENT], control->packet,
                     "%s of the %s acknowledges message %u of key id %u, which was never sent",
                     ovs_opcode_name(control->opcode), ovs_dir_name(control->dir), id, control->key_id);
            return;
        }
    }
}

static void run(struct ovs_context *context)
{
    const struct ovs_session *session = context->session;
    int64_t highest[2][OVS_KEY_IDS];

    find_highest(session, highest);
    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];

        if (!control->has_body)
        {
            continue;
        }
        check_record(context, control);
        int64_t peer_highest = highest[control->dir == OVS_C2S ? OVS_S2C : OVS_C2S][control->key_id];
        /* In a session that was under way the messages may have gone before the capture began. */
        if (session->from_start && control->ack_count <= ACKS_IN_ACK)
        {
            check_sent(context, control, peer_highest);
        }
    }
}

const struct ovs_check ovs_check_ack = {.name = "ack", OVS_RULES(rules), .run = run};
