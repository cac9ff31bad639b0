/* Sections 2.1 and 3.4: session ids. */
#include "ovspec/check.h"

#include <string.h>

enum
{
    ZERO,
    CHANGED,
    REMOTE,
    SHORT
};

static const struct ovs_rule rules[] = {
    [ZERO] = {"WP-CTRL-001", OVS_VIOLATION, "a sender's session id is not zero"},
    [CHANGED] = {"WP-STATE-012", OVS_VIOLATION,
                 "a control packet has the session id that a hard reset began with"},
    [REMOTE] = {"WP-CTRL-002", OVS_VIOLATION, "the remote session id of an ack record is the peer's own"},
    [SHORT] = {"WP-CTRL-007", OVS_VIOLATION,
               "a control packet has room for its fields; an ACK_V1 acknowledges"},
};

/* A server may answer repeated resets with other sids, but has one once the client used it [WP-COOK-001]. */
static bool sid_is_known(const struct ovs_session *session, const struct ovs_control *control)
{
    if (control->dir == OVS_C2S)
    {
        return !session->has_client_sid || memcmp(session->client_sid, control->sid, OVS_SID_LEN) == 0;
    }
    return session->server_sid_count == 0 || ovs_session_peer_has_sid(session, OVS_C2S, control->sid);
}

static void check_sid(struct ovs_context *context, const struct ovs_control *control)
{
    static const uint8_t zero[OVS_SID_LEN];
    const char *name = ovs_opcode_name(control->opcode);

    if (memcmp(control->sid, zero, sizeof zero) == 0)
    {
        ovs_find(context, &rules[ZERO], control->packet, "%s of the %s with session id zero", name,
                 ovs_dir_name(control->dir));
    }
    else if (!sid_is_known(context->session, control))
    {
        ovs_find(context, &rules[CHANGED], control->packet,
                 "%s of the %s with a session id that began no session", name, ovs_dir_name(control->dir));
    }
}

static void check_remote_sid(struct ovs_context *context, const struct ovs_control *control)
{
    const struct ovs_session *session = context->session;
    bool peer_known = control->dir == OVS_C2S ? session->server_sid_count > 0 : session->has_client_sid;

    if (control->remote_sid != NULL && peer_known &&
        !ovs_session_peer_has_sid(session, control->dir, control->remote_sid))
    {
        ovs_find(context, &rules[REMOTE], control->packet,
                 "%s of the %s names a session id that its peer does not have",
                 ovs_opcode_name(control->opcode), ovs_dir_name(control->dir));
    }
}

static void run(struct ovs_context *context)
{
    for (size_t i = 0; i < context->session->control_count; i++)
    {
        const struct ovs_control *control = &context->session->control[i];

        if (!ovs_opcode_is_control(control->opcode))
        {
            continue;
        }
        if (control->malformed)
        {
            ovs_find(context, &rules[SHORT], control->packet,
                     "%s of the %s: %u octets do not hold its fields", ovs_opcode_name(control->opcode),
                     ovs_dir_name(control->dir), control->packet->len);
        }
        if (control->has_sid)
        {
            check_sid(context, control);
        }
        if (control->has_body)
        {
            check_remote_sid(context, control);
        }
    }
}

const struct ovs_check ovs_check_sid = {.name = "sid", OVS_RULES(rules), .run = run};
