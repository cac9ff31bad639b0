/* Section 2.6: the wrapped client key of tls-crypt-v2. */
#include "ovspec/check.h"

#include <string.h>

enum
{
    BAD_LENGTH,
    NOT_THE_SAME,
    NOT_EARLY
};

static const struct ovs_rule rules[] = {
    [BAD_LENGTH] = {"WP-TC2-003", OVS_VIOLATION,
                    "the packet ends in a WKc of 290 to 1024 octets, its length last"},
    [NOT_THE_SAME] = {"WP-TC2-012", OVS_VIOLATION, "a session's packets carry the same WKc again"},
    [NOT_EARLY] = {"WP-TC2-020", OVS_VIOLATION, "a client that sends WKc again counts from 0x0F000001"},
};

static const uint8_t *wkc_of(const struct ovs_control *control)
{
    return control->packet->data + control->packet->kept_len - control->wkc_len;
}

static bool announces_early(uint32_t wrap_id)
{
    return (wrap_id & 0x0f000000) == 0x0f000000;
}

static void run(struct ovs_context *context)
{
    const struct ovs_session *session = context->session;
    const struct ovs_control *first = NULL;

    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];
        const char *name = ovs_opcode_name(control->opcode);

        if (control->wkc_bad)
        {
            ovs_find(context, &rules[BAD_LENGTH], control->packet,
                     "%s of %u octets does not end in a length that fits", name, control->packet->len);
        }
        if (control->wkc_len == 0)
        {
            continue;
        }
        if (first == NULL)
        {
            first = control;
        }
        if (control->wkc_len != first->wkc_len || memcmp(wkc_of(control), wkc_of(first), first->wkc_len) != 0)
        {
            ovs_find(context, &rules[NOT_THE_SAME], control->packet, "%s carries another WKc than frame %llu",
                     name, (unsigned long long)first->packet->frame);
        }
        if (control->opcode == OVS_CONTROL_WKC_V1 && first->opcode == OVS_HARD_RESET_CLIENT_V3 &&
            first->has_wrap_id && !announces_early(first->wrap_id))
        {
            ovs_find(context, &rules[NOT_EARLY], first->packet,
                     "wrap id %08x in a reset that CONTROL_WKC_V1 follows", first->wrap_id);
        }
    }
}

const struct ovs_check ovs_check_wkc = {.name = "wkc", OVS_RULES(rules), .run = run};
