#include "ovspec/messages.h"

#include <stdlib.h>

/* One transmission or one acknowledgement, before they are put together. */
static int by_key(const void *left, const void *right)
{
    const struct ovs_message *a = left;
    const struct ovs_message *b = right;

    if (a->dir != b->dir)
    {
        return a->dir < b->dir ? -1 : 1;
    }
    if (a->negotiation != b->negotiation)
    {
        return a->negotiation < b->negotiation ? -1 : 1;
    }
    return a->id < b->id ? -1 : a->id > b->id;
}

static const struct ovs_control *earlier(const struct ovs_control *a, const struct ovs_control *b)
{
    if (a == NULL || b == NULL)
    {
        return a == NULL ? b : a;
    }
    return a->packet->frame <= b->packet->frame ? a : b;
}

static struct ovs_message *add(struct ovs_message_list *list, enum ovs_dir dir, int negotiation, uint32_t id)
{
    struct ovs_message *message = ovs_array_add(&list->items, &list->count, &list->capacity, sizeof *message);

    if (message != NULL)
    {
        message->dir = dir;
        message->negotiation = negotiation;
        message->id = id;
    }
    return message;
}

static bool add_packet(struct ovs_message_list *list, const struct ovs_control *control)
{
    enum ovs_dir peer = control->dir == OVS_C2S ? OVS_S2C : OVS_C2S;

    if (control->has_message_id)
    {
        struct ovs_message *sent = add(list, control->dir, control->negotiation, control->message_id);

        if (sent == NULL)
        {
            return false;
        }
        sent->times = 1;
        sent->first = control;
        sent->last = control;
    }
    for (size_t i = 0; i < control->ack_count; i++)
    {
        struct ovs_message *acked = add(list, peer, control->negotiation, ovs_control_ack(control, i));

        if (acked == NULL)
        {
            return false;
        }
        acked->acked = control;
    }
    return true;
}

static void merge(struct ovs_message_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++)
    {
        struct ovs_message *into = kept > 0 ? &list->items[kept - 1] : NULL;
        const struct ovs_message *from = &list->items[i];

        if (into == NULL || by_key(into, from) != 0)
        {
            list->items[kept++] = *from;
            continue;
        }
        into->times += from->times;
        into->first = earlier(into->first, from->first);
        into->acked = earlier(into->acked, from->acked);
        if (from->last != NULL &&
            (into->last == NULL || from->last->packet->frame > into->last->packet->frame))
        {
            into->last = from->last;
        }
    }
    list->count = kept;
}

bool ovs_messages_collect(const struct ovs_session *session, struct ovs_message_list *list)
{
    *list = (struct ovs_message_list){0};
    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];

        if (control->has_body && control->negotiation >= 0 && !add_packet(list, control))
        {
            return false;
        }
    }
    if (list->count > 0)
    {
        qsort(list->items, list->count, sizeof *list->items, by_key);
        merge(list);
    }
    return true;
}

const struct ovs_message *ovs_messages_find(const struct ovs_message_list *list, enum ovs_dir dir,
                                            int negotiation, uint32_t id)
{
    struct ovs_message wanted = {.dir = dir, .negotiation = negotiation, .id = id};

    return list->count == 0 ? NULL : bsearch(&wanted, list->items, list->count, sizeof wanted, by_key);
}

void ovs_messages_clear(struct ovs_message_list *list)
{
    free(list->items);
    *list = (struct ovs_message_list){0};
}
