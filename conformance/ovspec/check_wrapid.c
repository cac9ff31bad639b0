/* Section 2.5: the wrap packet id of tls-auth and tls-crypt. */
#include "ovspec/check.h"

#include <stdlib.h>

enum
{
    ZERO,
    REPEATED,
    BACK,
    FIRST,
    TIME
};

enum
{
    WINDOW = 64, /* [WP-RPL-004]: receivers accept this much reordering, so a capture may show it */
    EARLY_FIRST_ID = 0x0f000001, /* [WP-TC2-020] */
    FIRST_SLACK = 64             /* so many packets may have been lost before the first one seen */
};

static const struct ovs_rule rules[] = {
    [ZERO] = {"WP-RPL-003", OVS_VIOLATION, "wrap packet id 0 is invalid"},
    [REPEATED] = {"WP-RPL-001", OVS_VIOLATION,
                  "each packet has a wrap packet id of its own, retransmissions too"},
    [BACK] = {"WP-RPL-004", OVS_VIOLATION,
              "wrap packet ids rise; more than 64 behind the highest is dropped"},
    [FIRST] = {"WP-RPL-005", OVS_VIOLATION,
               "a wrap key's counter starts at 1 (0x0F000001 with tls-crypt-v2)"},
    [TIME] = {"WP-RPL-002", OVS_VIOLATION, "the time part is constant until the id wraps"},
};

/* One direction under one wrap key. */
struct counter
{
    const struct ovs_control **packets;
    size_t count;
};

static bool belongs(const struct ovs_session *session, const struct ovs_control *control, enum ovs_dir dir,
                    bool dynamic)
{
    bool under_dynamic = session->dynamic_wrap && control->key_id != 0;

    return control->has_wrap_id && control->dir == dir && under_dynamic == dynamic;
}

/* Stateless servers answer every reset with id 1 and the time of the moment [WP-COOK-007, WP-TC2-022]. */
static bool is_stateless(const struct ovs_control *control)
{
    return control->opcode == OVS_HARD_RESET_SERVER_V2;
}

static int by_id(const void *left, const void *right)
{
    const struct ovs_control *a = *(const struct ovs_control *const *)left;
    const struct ovs_control *b = *(const struct ovs_control *const *)right;

    if (a->wrap_id != b->wrap_id)
    {
        return a->wrap_id < b->wrap_id ? -1 : 1;
    }
    return a->packet->frame < b->packet->frame ? -1 : a->packet->frame > b->packet->frame;
}

/* In capture order. */
static void check_order(struct ovs_context *context, const struct counter *counter)
{
    uint32_t highest = 0;
    uint32_t time = 0;

    for (size_t i = 0; i < counter->count; i++)
    {
        const struct ovs_control *control = counter->packets[i];
        const char *sender = ovs_dir_name(control->dir);

        if (control->wrap_id == 0)
        {
            ovs_find(context, &rules[ZERO], control->packet, "wrap id 0 sent by the %s", sender);
            continue;
        }
        if (is_stateless(control))
        {
            continue;
        }
        if (time != 0 && control->wrap_time != time && control->wrap_id > 1)
        {
            ovs_find(context, &rules[TIME], control->packet,
                     "the %s changed the wrap time from %u to %u at id %u", sender, time, control->wrap_time,
                     control->wrap_id);
        }
        time = control->wrap_time;
        if (highest > WINDOW && control->wrap_id <= highest - WINDOW)
        {
            ovs_find(context, &rules[BACK], control->packet, "the %s sent wrap id %u after %u", sender,
                     control->wrap_id, highest);
        }
        highest = control->wrap_id > highest ? control->wrap_id : highest;
    }
}

/* Sorts the packets. */
static void check_unique(struct ovs_context *context, struct counter *counter)
{
    qsort(counter->packets, counter->count, sizeof *counter->packets, by_id);
    for (size_t i = 1; i < counter->count; i++)
    {
        const struct ovs_control *before = counter->packets[i - 1];
        const struct ovs_control *control = counter->packets[i];

        /* Equal octets: the same datagram twice, by the network or by the capture. */
        if (control->wrap_id == before->wrap_id && control->wrap_id != 0 &&
            control->packet->digest != before->packet->digest &&
            !(is_stateless(control) && is_stateless(before)))
        {
            ovs_find(context, &rules[REPEATED], control->packet,
                     "the %s used wrap id %u again, first in frame %llu", ovs_dir_name(control->dir),
                     control->wrap_id, (unsigned long long)before->packet->frame);
        }
    }
}

static void check_first(struct ovs_context *context, const struct counter *counter)
{
    const struct ovs_control *lowest = counter->packets[0];

    for (size_t i = 0; i < counter->count && lowest->wrap_id == 0; i++)
    {
        lowest = counter->packets[i];
    }
    bool early = lowest->wrap_id >= EARLY_FIRST_ID && lowest->wrap_id < EARLY_FIRST_ID + FIRST_SLACK &&
                 context->session->wrap[0].kind == OVS_WRAP_TLS_CRYPT_V2 && lowest->key_id == 0;
    if (lowest->wrap_id > FIRST_SLACK && !early)
    {
        ovs_find(context, &rules[FIRST], lowest->packet, "the lowest wrap id of the %s is %u",
                 ovs_dir_name(lowest->dir), lowest->wrap_id);
    }
}

static void run(struct ovs_context *context)
{
    const struct ovs_session *session = context->session;
    struct counter counter = {.packets = calloc(session->control_count + 1, sizeof *counter.packets)};

    if (counter.packets == NULL)
    {
        context->findings->out_of_memory = true;
        return;
    }
    for (size_t which = 0; which < 4; which++)
    {
        enum ovs_dir dir = which & 1 ? OVS_S2C : OVS_C2S;
        bool dynamic = which >= 2;

        counter.count = 0;
        for (size_t i = 0; i < session->control_count; i++)
        {
            if (belongs(session, &session->control[i], dir, dynamic))
            {
                counter.packets[counter.count++] = &session->control[i];
            }
        }
        if (counter.count > 0)
        {
            check_order(context, &counter);
            check_unique(context, &counter);
            /* Under a dynamic key the count begins in a renegotiation, which the capture may have missed. */
            if (session->from_start)
            {
                check_first(context, &counter);
            }
        }
    }
    free(counter.packets);
}

const struct ovs_check ovs_check_wrapid = {.name = "wrapid", OVS_RULES(rules), .run = run};
