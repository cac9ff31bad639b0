#include "ovspec/session.h"

#include <stdlib.h>
#include <string.h>

enum
{
    /* A server that restarts its client's session begins data packet ids anew, so they are small. */
    FRESH_ID_MAX = 64
};

/* Long enough for the last packets of the replaced session to arrive. */
static const int64_t takeover_ns = 2000000000;

struct builder
{
    struct ovs_session_list *list;
    const struct ovs_flow *flow;
    size_t first; /* index of the flow's first session */
    uint8_t client_side;
    bool roles_known;
    size_t server_data; /* index of the session that the server's data packets belong to */
};

static struct ovs_session *add_session(struct builder *builder)
{
    struct ovs_session_list *list = builder->list;
    struct ovs_session *session = ovs_array_add(&list->items, &list->count, &list->capacity, sizeof *session);

    if (session != NULL)
    {
        session->flow = builder->flow;
        session->number = (unsigned)list->count;
        session->client_side = builder->client_side;
        session->roles_known = builder->roles_known;
        session->first_in_flow = list->count == builder->first + 1;
    }
    return session;
}

static struct ovs_session *newest(struct builder *builder)
{
    struct ovs_session_list *list = builder->list;

    return list->count > builder->first ? &list->items[list->count - 1] : add_session(builder);
}

static bool server_has_sid(const struct ovs_session *session, const uint8_t *sid)
{
    for (size_t i = 0; i < session->server_sid_count; i++)
    {
        if (memcmp(session->server_sids[i], sid, OVS_SID_LEN) == 0)
        {
            return true;
        }
    }
    return false;
}

bool ovs_session_peer_has_sid(const struct ovs_session *session, enum ovs_dir dir, const uint8_t *sid)
{
    if (dir == OVS_C2S)
    {
        return server_has_sid(session, sid);
    }
    return session->has_client_sid && memcmp(session->client_sid, sid, OVS_SID_LEN) == 0;
}

static struct ovs_session *find_by_sid(struct builder *builder, const struct ovs_control *control)
{
    for (size_t i = builder->list->count; i > builder->first; i--)
    {
        struct ovs_session *session = &builder->list->items[i - 1];

        /* Its own sid is what the other end knows it by. */
        if (ovs_session_peer_has_sid(session, control->dir == OVS_C2S ? OVS_S2C : OVS_C2S, control->sid))
        {
            return session;
        }
    }
    return NULL;
}

/* The session of a control packet; a client's hard reset with a new sid opens one [WP-STATE-011]. */
static struct ovs_session *session_of_control(struct builder *builder, const struct ovs_control *control)
{
    static const uint8_t zero[OVS_SID_LEN];
    bool sid_usable = control->has_sid && memcmp(control->sid, zero, OVS_SID_LEN) != 0;
    struct ovs_session *session = sid_usable ? find_by_sid(builder, control) : NULL;

    if (session != NULL)
    {
        return session;
    }
    if (sid_usable && control->dir == OVS_C2S && ovs_opcode_is_client_reset(control->opcode))
    {
        session = add_session(builder);
        if (session != NULL)
        {
            session->from_start = true;
            session->has_client_sid = true;
            memcpy(session->client_sid, control->sid, OVS_SID_LEN);
        }
        return session;
    }
    session = newest(builder);
    /* An answer to a reset that the capture lacks: the session before it was complete already. */
    if (session != NULL && sid_usable && control->dir == OVS_S2C &&
        control->opcode == OVS_HARD_RESET_SERVER_V2 && session->keyed_ns != 0)
    {
        session = add_session(builder);
    }
    if (session == NULL || !sid_usable)
    {
        return session;
    }
    if (control->dir == OVS_C2S && !session->has_client_sid)
    {
        session->has_client_sid = true;
        memcpy(session->client_sid, control->sid, OVS_SID_LEN);
    }
    /* Any sid will do where the beginning is missing; else it must have been in a hard reset. */
    bool learn = control->opcode == OVS_HARD_RESET_SERVER_V2 || session->server_sid_count == 0;
    if (control->dir == OVS_S2C && learn && session->server_sid_count < OVS_SERVER_SIDS_MAX)
    {
        memcpy(session->server_sids[session->server_sid_count++], control->sid, OVS_SID_LEN);
    }
    return session;
}

static bool add_control(struct builder *builder, const struct ovs_packet *packet, enum ovs_dir dir)
{
    struct ovs_control control;

    ovs_control_decode_head(packet, &control);
    control.dir = dir;
    struct ovs_session *session = session_of_control(builder, &control);
    if (session == NULL)
    {
        return false;
    }
    struct ovs_control *added =
        ovs_array_add(&session->control, &session->control_count, &session->control_capacity, sizeof *added);
    if (added == NULL)
    {
        return false;
    }
    *added = control;
    if (control.opcode == OVS_CONTROL_V1 || control.opcode == OVS_CONTROL_WKC_V1)
    {
        session->spoke[dir] = true;
        if (session->keyed_ns == 0 && session->spoke[OVS_C2S] && session->spoke[OVS_S2C])
        {
            session->keyed_ns = packet->time_ns;
        }
    }
    return true;
}

static bool has_fresh_id(const struct ovs_data *data)
{
    struct ovs_cursor cursor = ovs_cursor_over(data->packet->data, data->packet->kept_len);

    ovs_take(&cursor, ovs_data_header_len(data));
    return ovs_take_u32(&cursor) <= FRESH_ID_MAX;
}

/* A server serves the old session until the new one has its keys [WP-STATE-011]. */
static struct ovs_session *session_of_data(struct builder *builder, const struct ovs_data *data)
{
    struct ovs_session *latest = newest(builder);

    if (latest == NULL || data->dir == OVS_C2S)
    {
        return latest;
    }
    size_t index = (size_t)(latest - builder->list->items);
    if (builder->server_data >= builder->first && builder->server_data < index)
    {
        bool fresh = has_fresh_id(data);
        bool keyed = latest->keyed_ns != 0;
        if (!keyed || (!fresh && data->packet->time_ns - latest->keyed_ns < takeover_ns))
        {
            return &builder->list->items[builder->server_data];
        }
    }
    builder->server_data = index;
    return latest;
}

static bool add_data(struct builder *builder, const struct ovs_packet *packet, enum ovs_dir dir)
{
    struct ovs_cursor cursor = ovs_cursor_over(packet->data, packet->kept_len);
    uint8_t first = ovs_take_u8(&cursor);
    struct ovs_data data = {.packet = packet, .dir = dir, .opcode = first >> 3, .key_id = first & 7};

    if (data.opcode == OVS_DATA_V2)
    {
        data.peer_id = (uint32_t)ovs_take_uint(&cursor, 3);
        data.has_peer_id = !cursor.failed;
    }
    struct ovs_session *session = session_of_data(builder, &data);
    if (session == NULL)
    {
        return false;
    }
    /* The same server may still serve what came before the capture, on this address and port. */
    if (dir == OVS_S2C && session->first_in_flow && session->from_start && session->keyed_ns == 0 &&
        !has_fresh_id(&data))
    {
        session->earlier_count++;
        return true;
    }
    struct ovs_data *added =
        ovs_array_add(&session->data, &session->data_count, &session->data_capacity, sizeof *added);
    if (added == NULL)
    {
        return false;
    }
    *added = data;
    return true;
}

bool ovs_sessions_add_flow(struct ovs_session_list *list, const struct ovs_flow *flow,
                           const struct ovs_options *options)
{
    struct builder builder = {.list = list, .flow = flow, .first = list->count, .server_data = list->count};

    builder.client_side = ovs_flow_client_side(flow, options, &builder.roles_known);
    for (size_t i = 0; i < flow->count; i++)
    {
        const struct ovs_packet *packet = &flow->packets[i];

        if (packet->frame > ovs_flow_known_until(flow))
        {
            continue;
        }
        enum ovs_dir dir = packet->side == builder.client_side ? OVS_C2S : OVS_S2C;
        bool is_data = packet->kept_len > 0 && ovs_opcode_is_data(packet->data[0] >> 3);

        if (!(is_data ? add_data : add_control)(&builder, packet, dir))
        {
            return false;
        }
    }
    return true;
}

void ovs_sessions_clear(struct ovs_session_list *list)
{
    for (size_t i = 0; i < list->count; i++)
    {
        free(list->items[i].control);
        free(list->items[i].data);
        free(list->items[i].negotiations);
    }
    free(list->items);
    *list = (struct ovs_session_list){0};
}
