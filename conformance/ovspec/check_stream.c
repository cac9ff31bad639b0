/* Section 1.1: framing on TCP. */
#include "ovspec/check.h"
#include "ovspec/stream.h"

enum
{
    ZERO_LENGTH,
    SERVER_FIRST
};

static const struct ovs_rule rules[] = {
    [ZERO_LENGTH] = {"WP-FRM-004", OVS_VIOLATION, "a length field is neither 0 nor beyond any frame size"},
    [SERVER_FIRST] = {"WP-FRM-005", OVS_VIOLATION, "on TCP the client speaks first"},
};

static void check_order(struct ovs_context *context)
{
    const struct ovs_flow *flow = context->session->flow;

    bool from_start = flow->saw_syn[0] && flow->saw_syn[1] && context->session->roles_known;

    if (from_start && flow->count > 0 && flow->packets[0].side != context->session->client_side)
    {
        ovs_find(context, &rules[SERVER_FIRST], &flow->packets[0],
                 "the server sent before the client's first packet");
    }
}

static void run(struct ovs_context *context)
{
    const struct ovs_flow *flow = context->session->flow;

    if (flow->transport != OVS_TCP || !context->session->first_in_flow)
    {
        return;
    }
    check_order(context);
    for (size_t side = 0; side < 2; side++)
    {
        if (flow->trouble[side] == OVS_STREAM_BAD_LENGTH)
        {
            ovs_find(context, &rules[ZERO_LENGTH], &flow->trouble_at[side],
                     "the %s announces a packet of %u octets",
                     ovs_dir_name(side == context->session->client_side ? OVS_C2S : OVS_S2C),
                     flow->trouble_value[side]);
        }
    }
}

const struct ovs_check ovs_check_stream = {.name = "stream", OVS_RULES(rules), .run = run};
