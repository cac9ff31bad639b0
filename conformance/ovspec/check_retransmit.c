/* Section 3.1: retransmission, as far as it is visible without keys. */
#include "ovspec/check.h"
#include "ovspec/messages.h"

enum
{
    NEVER,
    TOO_FAST
};

enum
{
    BURST_MAX = 5 /* transmissions of one message within a second: bursts and fast retransmits included */
};

static const int64_t second_ns = 1000000000;
/* Stock retransmits after 2 s, o3 after 1 s; the rest is for slow machines. */
static const int64_t patience_ns = 10 * 1000000000LL;

static const struct ovs_rule rules[] = {
    [NEVER] = {"WP-REL-010", OVS_VIOLATION, "an unacknowledged message is sent again"},
    [TOO_FAST] = {"WP-REL-011", OVS_NOTE, "retransmission waits for 2, 4, 8 .. s, or 1 s each"},
};

/*
 * TLS takes messages in order: if a later one arrived, or the key came into
 * use, this one had arrived, and the capture lost the acknowledgement.
 */
static bool must_have_arrived(const struct ovs_session *session, const struct ovs_message *message,
                              const struct ovs_message *end)
{
    for (const struct ovs_message *later = message + 1; later < end; later++)
    {
        if (later->dir != message->dir || later->negotiation != message->negotiation)
        {
            break;
        }
        if (later->acked != NULL)
        {
            return true;
        }
    }
    for (size_t i = 0; i < session->data_count; i++)
    {
        if (session->data[i].negotiation == message->negotiation)
        {
            return true;
        }
    }
    return false;
}

/* Did `dir` go on under the same key for longer than any retransmission timer? */
static bool went_on(const struct ovs_session *session, const struct ovs_message *message)
{
    int64_t since = message->first->packet->time_ns;
    bool later = false;

    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];
        int64_t age = control->packet->time_ns - since;

        if (age > 0 && age <= patience_ns && control->negotiation > message->negotiation)
        {
            return false;
        }
        later = later || (control->dir == message->dir && age > patience_ns);
    }
    for (size_t i = session->data_count; i > 0 && !later; i--)
    {
        const struct ovs_data *data = &session->data[i - 1];

        later = data->dir == message->dir && data->packet->time_ns - since > patience_ns;
    }
    return later;
}

static void check_never(struct ovs_context *context)
{
    struct ovs_message_list list;

    if (!ovs_messages_collect(context->session, &list))
    {
        context->findings->out_of_memory = true;
    }
    for (size_t i = 0; i < list.count; i++)
    {
        const struct ovs_message *message = &list.items[i];

        /* A stateless server's reset is repeated by the client's repetition only [WP-COOK-007]. */
        if (message->times != 1 || message->acked != NULL ||
            message->first->opcode == OVS_HARD_RESET_SERVER_V2)
        {
            continue;
        }
        if (went_on(context->session, message) &&
            !must_have_arrived(context->session, message, list.items + list.count))
        {
            ovs_find(context, &rules[NEVER], message->first->packet,
                     "message %u of the %s (key id %u) was neither acknowledged nor sent again", message->id,
                     ovs_dir_name(message->dir), message->first->key_id);
        }
    }
    ovs_messages_clear(&list);
}

/* The same message again: by its id where that is readable; client resets are recognised in any case. */
static bool same_message(const struct ovs_control *a, const struct ovs_control *b)
{
    if (a->dir != b->dir || a->opcode != b->opcode || a->negotiation != b->negotiation ||
        a->opcode == OVS_ACK_V1)
    {
        return false;
    }
    return a->has_message_id && b->has_message_id ? a->message_id == b->message_id
                                                  : ovs_opcode_is_client_reset(a->opcode);
}

static void check_too_fast(struct ovs_context *context, size_t index)
{
    const struct ovs_session *session = context->session;
    const struct ovs_control *control = &session->control[index];
    unsigned times = 1;

    for (size_t i = index; i > 0; i--)
    {
        const struct ovs_control *before = &session->control[i - 1];

        if (control->packet->time_ns - before->packet->time_ns >= second_ns)
        {
            break;
        }
        times += same_message(before, control);
    }
    if (times == BURST_MAX + 1)
    {
        ovs_find(context, &rules[TOO_FAST], control->packet,
                 "%s of the %s: transmission %u within one second", ovs_opcode_name(control->opcode),
                 ovs_dir_name(control->dir), times);
    }
}

static void run(struct ovs_context *context)
{
    check_never(context);
    for (size_t i = 0; i < context->session->control_count; i++)
    {
        /* A stateless server answers as often as it is asked. */
        if (context->session->control[i].opcode != OVS_HARD_RESET_SERVER_V2)
        {
            check_too_fast(context, i);
        }
    }
}

const struct ovs_check ovs_check_retransmit = {.name = "retransmit", OVS_RULES(rules), .run = run};
