/* The reliability layer's messages, where bodies are readable: sent when and how often, acknowledged by what. */
#ifndef OV_OVSPEC_MESSAGES_H
#define OV_OVSPEC_MESSAGES_H

#include "ovspec/session.h"

struct ovs_message
{
    enum ovs_dir dir;
    int negotiation;
    uint32_t id;
    size_t times;                    /* transmissions seen; 0: only its acknowledgement was */
    const struct ovs_control *first; /* NULL if times is 0 */
    const struct ovs_control *last;
    const struct ovs_control *acked; /* first acknowledgement, NULL: none seen */
};

/* Sorted by direction, negotiation and id. */
struct ovs_message_list
{
    struct ovs_message *items;
    size_t count;
    size_t capacity;
};

/* False when memory has run out; clear in any case. Packets without negotiation or readable body are left out. */
bool ovs_messages_collect(const struct ovs_session *session, struct ovs_message_list *list);
/* Borrowed from the list; NULL if there is no such message. */
const struct ovs_message *ovs_messages_find(const struct ovs_message_list *list, enum ovs_dir dir,
                                            int negotiation, uint32_t id);
void ovs_messages_clear(struct ovs_message_list *list);

#endif
