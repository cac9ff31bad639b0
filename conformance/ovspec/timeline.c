/*
 * Key ids are used again after seven renegotiations, so a packet's key is
 * named by the negotiation that made it, not by its key id.
 */
#include "ovspec/session.h"

enum
{
    LIVE_KEYS = 2 /* at most two keys live at one time [WP-STATE-030] */
};

uint8_t ovs_next_key_id(uint8_t key_id)
{
    return key_id >= OVS_KEY_IDS - 1 ? 1 : (uint8_t)(key_id + 1);
}

/* The latest of the last `depth` negotiations with this key id, -1 if none. */
static int find_latest(const struct ovs_session *session, uint8_t key_id, size_t depth)
{
    for (size_t i = session->negotiation_count; i > 0 && session->negotiation_count - i < depth; i--)
    {
        if (session->negotiations[i - 1].key_id == key_id)
        {
            return (int)(i - 1);
        }
    }
    return -1;
}

/* -1 when memory has run out. */
static int begin(struct ovs_session *session, const struct ovs_packet *packet, uint8_t key_id)
{
    struct ovs_negotiation *added = ovs_array_add(&session->negotiations, &session->negotiation_count,
                                                  &session->negotiation_capacity, sizeof *added);

    if (added == NULL)
    {
        return -1;
    }
    added->key_id = key_id;
    added->begun = packet;
    return (int)(session->negotiation_count - 1);
}

/* The successor may be seen before its SOFT_RESET, if the network lost that. */
static bool may_begin(const struct ovs_session *session, const struct ovs_control *control)
{
    if (session->negotiation_count == 0 || control->opcode == OVS_SOFT_RESET_V1)
    {
        return true;
    }
    return control->key_id == ovs_next_key_id(session->negotiations[session->negotiation_count - 1].key_id);
}

static void record(struct ovs_negotiation *negotiation, const struct ovs_control *control)
{
    bool is_reset = control->opcode == OVS_SOFT_RESET_V1 || ovs_opcode_is_hard_reset(control->opcode);
    bool is_tls = control->opcode == OVS_CONTROL_V1 || control->opcode == OVS_CONTROL_WKC_V1;

    if (negotiation->joined[control->dir] == NULL)
    {
        negotiation->joined[control->dir] = control->packet;
    }
    if (is_reset)
    {
        negotiation->reset_by[control->dir] = true;
        negotiation->from_start = true;
    }
    if (is_tls && negotiation->tls_from[control->dir] == NULL)
    {
        negotiation->tls_from[control->dir] = control->packet;
        if (negotiation->tls_from[OVS_C2S] != NULL && negotiation->tls_from[OVS_S2C] != NULL)
        {
            negotiation->keyed = control->packet;
        }
    }
}

static bool place_control(struct ovs_session *session, struct ovs_control *control)
{
    control->negotiation = -1;
    if (!ovs_opcode_is_control(control->opcode))
    {
        return true;
    }
    control->negotiation = find_latest(session, control->key_id, LIVE_KEYS);
    if (control->negotiation < 0 && may_begin(session, control))
    {
        control->negotiation = begin(session, control->packet, control->key_id);
        if (control->negotiation < 0)
        {
            return false;
        }
    }
    if (control->negotiation >= 0)
    {
        record(&session->negotiations[control->negotiation], control);
    }
    return true;
}

bool ovs_session_build_timeline(struct ovs_session *session)
{
    size_t next = 0;

    for (size_t i = 0; i < session->control_count; i++)
    {
        struct ovs_control *control = &session->control[i];

        for (; next < session->data_count && session->data[next].packet->frame < control->packet->frame;
             next++)
        {
            session->data[next].negotiation = find_latest(session, session->data[next].key_id, SIZE_MAX);
        }
        if (!place_control(session, control))
        {
            return false;
        }
    }
    for (; next < session->data_count; next++)
    {
        session->data[next].negotiation = find_latest(session, session->data[next].key_id, SIZE_MAX);
    }
    return true;
}
