/* Sections 1.3, 3.5 and 6.1: which key and which peer id data packets name. */
#include "ovspec/check.h"

enum
{
    TOO_EARLY,
    NO_SUCH_KEY,
    RETIRED,
    PEER_ID,
    SHORT
};

enum
{
    NO_PEER_ID = 0xffffff
};

/* For packets on their way when a key retires. */
static const int64_t slack_ns = 1000000000;

static const struct ovs_rule rules[] = {
    [TOO_EARLY] = {"WP-DATA-002", OVS_VIOLATION,
                   "no data before the key's TLS handshake has begun on both sides"},
    [NO_SUCH_KEY] = {"WP-STATE-029", OVS_VIOLATION, "data names a key id that was negotiated"},
    [RETIRED] = {"WP-STATE-030", OVS_VIOLATION,
                 "a third negotiation frees the oldest key: two keys live at most"},
    [PEER_ID] = {"WP-FRM-022", OVS_VIOLATION, "the peer id of a direction is constant"},
    [SHORT] = {"WP-FRM-023", OVS_VIOLATION, "a data packet has room for its header"},
};

/* The peer id that each direction used first. */
struct progress
{
    bool has_peer_id[2];
    uint32_t peer_id[2];
};

static void check_peer_id(struct ovs_context *context, const struct ovs_data *data, struct progress *progress)
{
    if (!data->has_peer_id || data->peer_id == NO_PEER_ID)
    {
        return;
    }
    if (progress->has_peer_id[data->dir] && progress->peer_id[data->dir] != data->peer_id)
    {
        ovs_find(context, &rules[PEER_ID], data->packet, "the %s changed its peer id from %u to %u",
                 ovs_dir_name(data->dir), progress->peer_id[data->dir], data->peer_id);
        return;
    }
    progress->has_peer_id[data->dir] = true;
    progress->peer_id[data->dir] = data->peer_id;
}

static bool key_ever_negotiated(const struct ovs_session *session, uint8_t key_id)
{
    for (size_t i = 0; i < session->negotiation_count; i++)
    {
        if (session->negotiations[i].key_id == key_id)
        {
            return true;
        }
    }
    return false;
}

/*
 * Going back to the older of two live keys is no fault: stock clients do it
 * when a renegotiation comes before the old key is as old as the hand-window.
 */
static void check_retired(struct ovs_context *context, const struct ovs_data *data)
{
    const struct ovs_session *session = context->session;
    size_t freed_by = (size_t)data->negotiation + 2;

    if (freed_by >= session->negotiation_count)
    {
        return;
    }
    /* The peer's soft reset may be lost: a sender frees its key when it takes part itself. */
    const struct ovs_packet *joined = session->negotiations[freed_by].joined[data->dir];
    if (joined != NULL && data->packet->time_ns - joined->time_ns > slack_ns)
    {
        ovs_find(context, &rules[RETIRED], data->packet,
                 "the %s sends under key id %u while %u is negotiated", ovs_dir_name(data->dir), data->key_id,
                 session->negotiations[freed_by].key_id);
    }
}

/* A capture that lost packets may lack a whole negotiation. */
static bool may_be_unseen(const struct ovs_session *session, uint8_t key_id)
{
    size_t count = session->negotiation_count;

    return session->lossy && count > 0 && key_id == ovs_next_key_id(session->negotiations[count - 1].key_id);
}

/* Both sides have sent TLS; where packets may be missing from the capture, one side is enough. */
static bool can_have_keys(const struct ovs_session *session, const struct ovs_negotiation *negotiation,
                          const struct ovs_data *data)
{
    const struct ovs_packet *enough = session->lossy ? negotiation->begun : negotiation->keyed;

    return enough != NULL && enough->frame < data->packet->frame;
}

static void check_key(struct ovs_context *context, const struct ovs_data *data)
{
    const struct ovs_session *session = context->session;
    const struct ovs_negotiation *negotiation =
        data->negotiation < 0 ? NULL : &session->negotiations[data->negotiation];
    const char *sender = ovs_dir_name(data->dir);

    if (negotiation == NULL && !key_ever_negotiated(session, data->key_id))
    {
        if (!may_be_unseen(session, data->key_id))
        {
            ovs_find(context, &rules[NO_SUCH_KEY], data->packet,
                     "the %s sends under key id %u, which was never negotiated", sender, data->key_id);
        }
        return;
    }
    bool keyed = negotiation != NULL && can_have_keys(session, negotiation, data);
    if (!keyed)
    {
        ovs_find(context, &rules[TOO_EARLY], data->packet,
                 "the %s sends under key id %u before the key can exist", sender, data->key_id);
    }
    if (keyed)
    {
        check_retired(context, data);
    }
}

static void run(struct ovs_context *context)
{
    struct progress progress = {0};

    for (size_t i = 0; i < context->session->data_count; i++)
    {
        const struct ovs_data *data = &context->session->data[i];
        uint32_t header_len = (uint32_t)ovs_data_header_len(data);

        if (data->packet->len <= header_len)
        {
            ovs_find(context, &rules[SHORT], data->packet, "%s of the %s: %u octets",
                     ovs_opcode_name(data->opcode), ovs_dir_name(data->dir), data->packet->len);
        }
        check_peer_id(context, data, &progress);
        if (context->session->from_start)
        {
            check_key(context, data);
        }
    }
}

const struct ovs_check ovs_check_datakey = {.name = "datakey", OVS_RULES(rules), .run = run};
