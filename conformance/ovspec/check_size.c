/* Section 1.4 and WP-REL-040: how large control packets may be. */
#include "ovspec/check.h"

enum
{
    TOO_LARGE,
    UNUSUAL
};

enum
{
    CONFIGURABLE_MAX = 2048, /* upper end of --max-packet-size */
    KNOWN_MAX = 1400         /* what any known release sends by default, before 2.6 included */
};

static const struct ovs_rule rules[] = {
    [TOO_LARGE] = {"WP-REL-040", OVS_VIOLATION,
                   "a control packet fits max-packet-size, with IP and UDP or TCP header"},
    [UNUSUAL] = {"WP-REL-040", OVS_NOTE,
                 "control packets are at most 1250 octets by default, in no release above 1400"},
};

/* Octets of IP and transport header in front of the packet. */
static uint32_t outer_len(const struct ovs_flow *flow)
{
    uint32_t ip = flow->side[0].family == 4 ? 20 : 40;

    return ip + (flow->transport == OVS_UDP ? 8 : 20 + 2);
}

static void run(struct ovs_context *context)
{
    uint32_t limit =
        context->options->max_packet_size != 0 ? context->options->max_packet_size : CONFIGURABLE_MAX;
    uint32_t outer = outer_len(context->session->flow);

    for (size_t i = 0; i < context->session->control_count; i++)
    {
        const struct ovs_control *control = &context->session->control[i];
        uint32_t len = control->packet->len + outer;
        const struct ovs_rule *rule = len > limit       ? &rules[TOO_LARGE]
                                      : len > KNOWN_MAX ? &rules[UNUSUAL]
                                                        : NULL;

        if (ovs_opcode_is_control(control->opcode) && rule != NULL)
        {
            ovs_find(context, rule, control->packet, "%s of the %s makes a packet of %u octets",
                     ovs_opcode_name(control->opcode), ovs_dir_name(control->dir), len);
        }
    }
}

const struct ovs_check ovs_check_size = {.name = "size", OVS_RULES(rules), .run = run};
