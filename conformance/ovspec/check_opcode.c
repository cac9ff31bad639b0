/* Section 1.2: the first octet, and who may send what. */
#include "ovspec/check.h"

enum
{
    EMPTY,
    OBSOLETE,
    UNDEFINED,
    WRONG_WAY,
    WKC_FROM_SERVER,
    RESET_KEY_ID
};

static const struct ovs_rule rules[] = {
    [EMPTY] = {"WP-FRM-001", OVS_VIOLATION, "a datagram is exactly one packet, so it is not empty"},
    [OBSOLETE] = {"WP-FRM-010", OVS_VIOLATION, "key method 1 opcodes 1 and 2 are obsolete"},
    [UNDEFINED] = {"WP-FRM-011", OVS_VIOLATION, "opcodes 0 and 12 to 31 are undefined"},
    [WRONG_WAY] = {"WP-FRM-013", OVS_VIOLATION, "hard resets travel in their own direction only"},
    [WKC_FROM_SERVER] = {"WP-TC2-011", OVS_VIOLATION, "CONTROL_WKC_V1 is sent by clients only"},
    [RESET_KEY_ID] = {"WP-FRM-012", OVS_VIOLATION,
                      "key id 0 belongs to hard resets, and only to the first session"},
};

static bool wrong_way(const struct ovs_control *control)
{
    return control->dir == OVS_S2C ? ovs_opcode_is_client_reset(control->opcode)
                                   : control->opcode == OVS_HARD_RESET_SERVER_V2;
}

static void check_known(struct ovs_context *context, const struct ovs_control *control)
{
    const char *name = ovs_opcode_name(control->opcode);
    const char *sender = ovs_dir_name(control->dir);

    if (context->session->roles_known && wrong_way(control))
    {
        ovs_find(context, &rules[WRONG_WAY], control->packet, "%s sent by the %s", name, sender);
    }
    if (context->session->roles_known && control->opcode == OVS_CONTROL_WKC_V1 && control->dir == OVS_S2C)
    {
        ovs_find(context, &rules[WKC_FROM_SERVER], control->packet, "%s sent by the server", name);
    }
    if (ovs_opcode_is_hard_reset(control->opcode) && control->key_id != 0)
    {
        ovs_find(context, &rules[RESET_KEY_ID], control->packet, "%s of the %s with key id %u", name, sender,
                 control->key_id);
    }
    if (control->opcode == OVS_SOFT_RESET_V1 && control->key_id == 0)
    {
        ovs_find(context, &rules[RESET_KEY_ID], control->packet, "%s of the %s with key id 0", name, sender);
    }
}

static void run(struct ovs_context *context)
{
    for (size_t i = 0; i < context->session->control_count; i++)
    {
        const struct ovs_control *control = &context->session->control[i];

        if (control->packet->len == 0)
        {
            ovs_find(context, &rules[EMPTY], control->packet, "empty datagram from the %s",
                     ovs_dir_name(control->dir));
        }
        else if (control->opcode == OVS_HARD_RESET_CLIENT_V1 || control->opcode == OVS_HARD_RESET_SERVER_V1)
        {
            ovs_find(context, &rules[OBSOLETE], control->packet, "%s", ovs_opcode_name(control->opcode));
        }
        else if (!ovs_opcode_is_control(control->opcode))
        {
            ovs_find(context, &rules[UNDEFINED], control->packet, "%s from the %s",
                     ovs_opcode_name(control->opcode), ovs_dir_name(control->dir));
        }
        else
        {
            check_known(context, control);
        }
    }
}

const struct ovs_check ovs_check_opcode = {.name = "opcode", OVS_RULES(rules), .run = run};
