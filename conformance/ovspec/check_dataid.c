/*
 * Sections 6.2, 6.3 and 6.7: packet ids of data packets, where they are visible.
 *
 * Order: a sender numbers its packets in the order it sends them, but what the
 * capture sees may have been reordered by the network, and threads or kernels
 * may send out of order [WP-FRM-008]. Up to 64 behind the highest id is what
 * every receiver accepts [WP-DATA-060] and is not mentioned; more is a note.
 */
#include "ovspec/check.h"

#include <stdlib.h>

enum
{
    ZERO,
    REPEATED,
    FIRST,
    MISSED_FIRST,
    FAR_BEHIND,
    EPOCH_ZERO,
    EPOCH_FIRST,
    EPOCH_COUNTER,
    EPOCH_BACK
};

enum
{
    WINDOW = 64,
    LOSSLESS_MIN = 100, /* packets without a gap, before a link is called lossless */
    FIRST_SLACK = 64    /* so many packets may have been lost before the first one seen */
};

static const struct ovs_rule rules[] = {
    [ZERO] = {"WP-DATA-023", OVS_VIOLATION, "packet id 0 is invalid"},
    [REPEATED] = {"WP-DATA-023", OVS_VIOLATION, "a key and packet id are never used for two packets"},
    [FIRST] = {"WP-DATA-023", OVS_VIOLATION, "packet ids start at 1 under each key"},
    [MISSED_FIRST] = {"WP-DATA-023", OVS_NOTE,
                      "packet ids start at 1; here the first is missing and nothing else"},
    [FAR_BEHIND] = {"WP-DATA-060", OVS_NOTE, "a packet more than 64 ids behind the highest is dropped"},
    [EPOCH_ZERO] = {"WP-EPOCH-005", OVS_VIOLATION, "epoch 0 is invalid"},
    [EPOCH_FIRST] = {"WP-EPOCH-005", OVS_VIOLATION, "the epoch starts at 1 under each key"},
    [EPOCH_COUNTER] = {"WP-EPOCH-005", OVS_VIOLATION,
                       "the counter starts at 1 in every epoch and is never repeated"},
    [EPOCH_BACK] = {"WP-EPOCH-006", OVS_VIOLATION, "a sender never goes back to an earlier epoch"},
};

struct numbered
{
    const struct ovs_data *data;
    uint64_t id;
    uint16_t epoch;
};

static int compare_keys(const struct numbered *a, const struct numbered *b)
{
    if (a->data->dir != b->data->dir)
    {
        return a->data->dir < b->data->dir ? -1 : 1;
    }
    if (a->data->negotiation != b->data->negotiation)
    {
        return a->data->negotiation < b->data->negotiation ? -1 : 1;
    }
    /* Differs only where no negotiation is known. */
    return (int)a->data->key_id - (int)b->data->key_id;
}

static int by_key_and_id(const void *left, const void *right)
{
    const struct numbered *a = left;
    const struct numbered *b = right;
    int keys = compare_keys(a, b);

    if (keys != 0 || a->epoch != b->epoch)
    {
        return keys != 0 ? keys : (int)a->epoch - (int)b->epoch;
    }
    if (a->id != b->id)
    {
        return a->id < b->id ? -1 : 1;
    }
    return a->data->packet->frame < b->data->packet->frame ? -1
                                                           : a->data->packet->frame > b->data->packet->frame;
}

static bool is_epoch(const struct ovs_context *context)
{
    return context->session->format == OVS_FORMAT_EPOCH;
}

static void check_zero(struct ovs_context *context, const struct numbered *packet)
{
    const char *sender = ovs_dir_name(packet->data->dir);

    if (is_epoch(context) && packet->epoch == 0)
    {
        ovs_find(context, &rules[EPOCH_ZERO], packet->data->packet, "epoch 0 sent by the %s", sender);
    }
    if (packet->id == 0)
    {
        ovs_find(context, &rules[is_epoch(context) ? EPOCH_COUNTER : ZERO], packet->data->packet,
                 "packet id 0 sent by the %s under key id %u", sender, packet->data->key_id);
    }
}

/* Did the key come into being within the capture, so that its first packet should be there? */
static bool seen_from_start(const struct ovs_context *context, const struct ovs_data *data)
{
    return data->negotiation >= 0 && context->session->negotiations[data->negotiation].from_start;
}

/* `first` is the lowest of its key, or of its epoch. */
static void check_first(struct ovs_context *context, const struct numbered *first)
{
    const struct ovs_data *data = first->data;
    bool far = first->id > FIRST_SLACK;

    /* A first one that is missing may be lost; not where nothing else of many is. */
    bool lossless = !context->session->lossy && context->session->data_count >= LOSSLESS_MIN;
    if (first->id <= 1 || !seen_from_start(context, data) || !(far || lossless))
    {
        return;
    }
    const struct ovs_rule *rule = is_epoch(context) ? &rules[EPOCH_COUNTER] : &rules[FIRST];
    ovs_find(context, far ? rule : &rules[MISSED_FIRST], data->packet,
             "the lowest packet id of the %s under key id %u is %llu", ovs_dir_name(data->dir), data->key_id,
             (unsigned long long)first->id);
}

static void check_sorted(struct ovs_context *context, const struct numbered *packets, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        const struct numbered *packet = &packets[i];
        const struct numbered *before = i > 0 ? &packets[i - 1] : NULL;
        bool new_key = before == NULL || compare_keys(before, packet) != 0;

        if (new_key && is_epoch(context) && packet->epoch > 1 && seen_from_start(context, packet->data))
        {
            ovs_find(context, &rules[EPOCH_FIRST], packet->data->packet, "the lowest epoch of the %s is %u",
                     ovs_dir_name(packet->data->dir), packet->epoch);
        }
        if (new_key || before->epoch != packet->epoch)
        {
            check_first(context, packet);
        }
        else if (before->id == packet->id && before->data->packet->digest != packet->data->packet->digest)
        {
            /* Equal octets would be the same datagram twice, by the network or by the capture. */
            ovs_find(context, &rules[is_epoch(context) ? EPOCH_COUNTER : REPEATED], packet->data->packet,
                     "the %s used packet id %llu of key id %u again, first in frame %llu",
                     ovs_dir_name(packet->data->dir), (unsigned long long)packet->id, packet->data->key_id,
                     (unsigned long long)before->data->packet->frame);
        }
    }
}

/* In capture order, per direction; starts again with each key. */
static void check_order(struct ovs_context *context, const struct numbered *packets, size_t count)
{
    const struct numbered *highest[2][OVS_KEY_IDS] = {0};
    bool udp = context->session->flow->transport == OVS_UDP;

    for (size_t i = 0; i < count; i++)
    {
        const struct numbered *packet = &packets[i];
        const struct numbered **top = &highest[packet->data->dir][packet->data->key_id];
        const char *sender = ovs_dir_name(packet->data->dir);

        if (*top == NULL || (*top)->data->negotiation != packet->data->negotiation)
        {
            *top = packet;
            continue;
        }
        uint64_t reached = (*top)->id;
        if (packet->epoch == (*top)->epoch && udp && reached > WINDOW && packet->id <= reached - WINDOW)
        {
            ovs_find(context, &rules[FAR_BEHIND], packet->data->packet, "the %s: packet id %llu after %llu",
                     sender, (unsigned long long)packet->id, (unsigned long long)reached);
        }
        /* Overtaken packets of the previous epoch come within the window. */
        if (packet->epoch < (*top)->epoch && reached > WINDOW)
        {
            ovs_find(context, &rules[EPOCH_BACK], packet->data->packet, "the %s: epoch %u after %u", sender,
                     packet->epoch, (*top)->epoch);
        }
        if (packet->epoch > (*top)->epoch || (packet->epoch == (*top)->epoch && packet->id > reached))
        {
            *top = packet;
        }
    }
}

static void run(struct ovs_context *context)
{
    const struct ovs_session *session = context->session;
    struct numbered *packets = calloc(session->data_count + 1, sizeof *packets);
    size_t count = 0;

    if (packets == NULL)
    {
        context->findings->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < session->data_count; i++)
    {
        struct numbered *packet = &packets[count];

        packet->data = &session->data[i];
        if (ovs_data_packet_id(packet->data, session->format, &packet->id, &packet->epoch))
        {
            check_zero(context, packet);
            count++;
        }
    }
    check_order(context, packets, count);
    qsort(packets, count, sizeof *packets, by_key_and_id);
    check_sorted(context, packets, count);
    free(packets);
}

const struct ovs_check ovs_check_dataid = {.name = "dataid", OVS_RULES(rules), .run = run};
