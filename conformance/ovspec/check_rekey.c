/* Section 3.5: renegotiation. */
#include "ovspec/check.h"

enum
{
    NOT_NEXT,
    ONE_SIDED,
    OUT_OF_SYNC
};

static const struct ovs_rule rules[] = {
    [NOT_NEXT] = {"WP-STATE-020", OVS_VIOLATION, "each renegotiation takes the next key id, 1 follows 7"},
    [ONE_SIDED] = {"WP-STATE-021", OVS_VIOLATION, "a soft reset is answered with one of the same key id"},
    [OUT_OF_SYNC] = {"WP-REL-025", OVS_VIOLATION,
                     "a control packet's key id is the current one or a soft reset's"},
};

/* Beginning with the second negotiation of the capture: the first one's predecessor was not seen. */
static void check_sequence(struct ovs_context *context)
{
    const struct ovs_session *session = context->session;

    for (size_t i = 1; i < session->negotiation_count; i++)
    {
        const struct ovs_negotiation *negotiation = &session->negotiations[i];
        uint8_t expected = ovs_next_key_id(session->negotiations[i - 1].key_id);

        /* Key id 0 has a rule of its own [WP-FRM-012]. */
        if (negotiation->key_id != expected && negotiation->key_id != 0)
        {
            ovs_find(context, &rules[NOT_NEXT], negotiation->begun, "key id %u follows %u, expected %u",
                     negotiation->key_id, session->negotiations[i - 1].key_id, expected);
        }
    }
}

static void check_both_sides(struct ovs_context *context, const struct ovs_negotiation *negotiation)
{
    for (enum ovs_dir dir = OVS_C2S; dir <= OVS_S2C; dir++)
    {
        if (negotiation->tls_from[dir] != NULL && !negotiation->reset_by[dir] && !context->session->lossy)
        {
            ovs_find(context, &rules[ONE_SIDED], negotiation->tls_from[dir],
                     "the %s sends CONTROL_V1 with key id %u but never its SOFT_RESET", ovs_dir_name(dir),
                     negotiation->key_id);
        }
    }
}

static void run(struct ovs_context *context)
{
    const struct ovs_session *session = context->session;

    check_sequence(context);
    for (size_t i = 0; i < session->negotiation_count; i++)
    {
        const struct ovs_negotiation *negotiation = &session->negotiations[i];

        /* What the capture begins with may have had its resets before. */
        if (negotiation->key_id != 0 && (i > 0 || session->from_start))
        {
            check_both_sides(context, negotiation);
        }
    }
    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];

        if (control->has_sid && control->negotiation < 0 && session->from_start)
        {
            ovs_find(context, &rules[OUT_OF_SYNC], control->packet, "%s of the %s with key id %u",
                     ovs_opcode_name(control->opcode), ovs_dir_name(control->dir), control->key_id);
        }
    }
}

const struct ovs_check ovs_check_rekey = {.name = "rekey", OVS_RULES(rules), .run = run};
