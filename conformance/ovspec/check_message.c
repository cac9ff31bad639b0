/* Sections 2.1 and 3.1: message ids, where they are readable. */
#include "ovspec/check.h"
#include "ovspec/messages.h"

#include <string.h>

enum
{
    RESET_ID,
    SKIPPED,
    WINDOW,
    CHANGED
};

enum
{
    SEND_WINDOW = 6, /* [WP-REL-004] */
    LOOK_BACK = 256  /* older messages are not searched for a missing ack */
};

static const struct ovs_rule rules[] = {
    [RESET_ID] = {"WP-REL-001", OVS_VIOLATION, "message ids start at 0, with the reset"},
    [SKIPPED] = {"WP-CTRL-006", OVS_VIOLATION, "message ids count up without gaps"},
    [WINDOW] = {"WP-REL-004", OVS_VIOLATION, "at most 6 messages are sent before they are acknowledged"},
    [CHANGED] = {"WP-REL-014", OVS_VIOLATION,
                 "a retransmission differs from the message in its ack list only"},
};

static bool is_reset(const struct ovs_control *control)
{
    return control->opcode == OVS_SOFT_RESET_V1 || ovs_opcode_is_hard_reset(control->opcode);
}

static const struct ovs_negotiation *negotiation_of(const struct ovs_context *context, int index)
{
    return &context->session->negotiations[index];
}

/*
 * A message that was neither sent nor acknowledged in the whole capture,
 * though a later one was: lost messages come again until they arrive.
 */
static void check_gaps(struct ovs_context *context, const struct ovs_message_list *list)
{
    uint32_t expected = 0;

    for (size_t i = 0; i < list->count; i++)
    {
        const struct ovs_message *message = &list->items[i];
        const struct ovs_message *before = i > 0 ? &list->items[i - 1] : NULL;

        if (before == NULL || before->dir != message->dir || before->negotiation != message->negotiation)
        {
            expected = 0;
        }
        /* Its successor was delivered, or the window was passed: the sender did not wait for it. */
        bool misnumbered = message->first != NULL && is_reset(message->first);
        bool passed = message->acked != NULL || message->id >= expected + SEND_WINDOW;
        if (message->id > expected && passed && !misnumbered && !context->session->lossy &&
            message->first != NULL && negotiation_of(context, message->negotiation)->from_start)
        {
            ovs_find(context, &rules[SKIPPED], message->first->packet,
                     "message %u of the %s (key id %u) never appears, message %u does", expected,
                     ovs_dir_name(message->dir), message->first->key_id, message->id);
        }
        expected = message->id + 1;
    }
}

/* In capture order: how many messages of its kind were on their way when this one was sent first? */
static void check_window(struct ovs_context *context, const struct ovs_message_list *list)
{
    for (size_t i = 0; i < list->count; i++)
    {
        const struct ovs_message *message = &list->items[i];
        unsigned outstanding = 1;

        /* Acknowledgements that the capture lost would be missed here. */
        if (message->first == NULL || context->session->lossy ||
            !negotiation_of(context, message->negotiation)->from_start)
        {
            continue;
        }
        uint64_t now = message->first->packet->frame;
        for (size_t j = i; j > 0 && i - j < LOOK_BACK; j--)
        {
            const struct ovs_message *other = &list->items[j - 1];

            if (other->dir != message->dir || other->negotiation != message->negotiation)
            {
                break;
            }
            bool sent = other->first != NULL && other->first->packet->frame < now;
            outstanding += sent && (other->acked == NULL || other->acked->packet->frame > now);
        }
        if (outstanding > SEND_WINDOW)
        {
            ovs_find(context, &rules[WINDOW], message->first->packet,
                     "message %u of the %s is number %u that waits for its ack", message->id,
                     ovs_dir_name(message->dir), outstanding);
        }
    }
}

static bool same_message(const struct ovs_control *a, const struct ovs_control *b)
{
    return a->opcode == b->opcode && a->payload_len == b->payload_len &&
           memcmp(a->payload, b->payload, a->payload_len) == 0;
}

static void check_packet(struct ovs_context *context, const struct ovs_message_list *list,
                         const struct ovs_control *control)
{
    const char *name = ovs_opcode_name(control->opcode);

    if (is_reset(control) && control->message_id != 0)
    {
        ovs_find(context, &rules[RESET_ID], control->packet, "%s of the %s has message id %u", name,
                 ovs_dir_name(control->dir), control->message_id);
        return;
    }
    const struct ovs_message *message =
        ovs_messages_find(list, control->dir, control->negotiation, control->message_id);
    /* A soft reset with key id 0 has its own rule [WP-FRM-012]. */
    bool misplaced = control->opcode == OVS_SOFT_RESET_V1 && control->key_id == 0;
    if (message != NULL && message->first != control && !misplaced && !same_message(message->first, control))
    {
        ovs_find(context, &rules[CHANGED], control->packet,
                 "message %u of the %s (key id %u) is not the one of frame %llu", control->message_id,
                 ovs_dir_name(control->dir), control->key_id,
                 (unsigned long long)message->first->packet->frame);
    }
}

static void run(struct ovs_context *context)
{
    struct ovs_message_list list;

    if (!ovs_messages_collect(context->session, &list))
    {
        context->findings->out_of_memory = true;
        ovs_messages_clear(&list);
        return;
    }
    for (size_t i = 0; i < context->session->control_count; i++)
    {
        const struct ovs_control *control = &context->session->control[i];

        if (control->has_body && control->has_message_id)
        {
            check_packet(context, &list, control);
        }
    }
    check_gaps(context, &list);
    check_window(context, &list);
    ovs_messages_clear(&list);
}

const struct ovs_check ovs_check_message = {.name = "message", OVS_RULES(rules), .run = run};
