#include "lib/link.h"

#include <inttypes.h>
#include <stdio.h>

#define LATE_BIN           13   /* 4.1 ms and more: what the emulator itself may not add to a packet */
#define LATE_SHARE_LIMIT   0.01 /* of all packets */
#define UNASKED_LOSS_LIMIT 0    /* packets lost where nobody asked for it */

static uint64_t number(const json_t *object, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(object, name));
    return value > 0 ? (uint64_t)value : 0;
}

/* Share of the parcels that left so late. */
static double late_share(const json_t *direction)
{
    const json_t *bins = json_object_get(direction, "late_log2_us");
    double all = 0;
    double late = 0;
    for (size_t i = 0; i < json_array_size(bins); i++)
    {
        double count = (double)json_integer_value(json_array_get(bins, i));
        all += count;
        late += i >= LATE_BIN ? count : 0;
    }
    return all > 0 ? late / all : 0;
}

static bool direction_tainted(const char *name, const json_t *direction, char *text, size_t size)
{
    uint64_t drops = number(direction, "memory_drops") + number(direction, "write_drops");
    double late = late_share(direction);
    if (drops > UNASKED_LOSS_LIMIT)
    {
        snprintf(text, size, "linkemu lost %" PRIu64 " packets (%s) that nobody asked to lose", drops, name);
        return true;
    }
    if (number(direction, "odd") > 0)
    {
        snprintf(text, size, "linkemu met %" PRIu64 " super-packets (%s) that it could not cut",
                 number(direction, "odd"), name);
        return true;
    }
    if (late > LATE_SHARE_LIMIT)
    {
        snprintf(text, size, "%.1f %% of the packets (%s) left linkemu more than 4 ms late (limit %.0f %%)",
                 late * 100, name, LATE_SHARE_LIMIT * 100);
        return true;
    }
    return false;
}

bool lab_link_tainted(const json_t *report, char *text, size_t size)
{
    const json_t *account = json_object_get(report, "account");
    text[0] = '\0';
    if (account == NULL)
    {
        return false;
    }
    uint64_t drops = number(account, "device_tx_dropped") + number(account, "device_rx_dropped");
    if (drops > UNASKED_LOSS_LIMIT)
    {
        snprintf(text, size, "devices of the link lost %" PRIu64 " packets that nobody asked to lose", drops);
        return true;
    }
    return direction_tainted("up", json_object_get(account, "up"), text, size) ||
           direction_tainted("down", json_object_get(account, "down"), text, size);
}
