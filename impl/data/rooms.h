#ifndef OV_DATA_ROOMS_H
#define OV_DATA_ROOMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Memory for packets that grow on their way in: expanded, or put together from
 * fragments. They don't fit where they were received. A room is good until as
 * many others as there are were taken, which is more than one batch needs.
 * Memory is allocated when a room is used for the first time, and kept. */

#define OV_ROOMS_COUNT 128u

struct ov_rooms
{
    uint32_t packet_max; /* octets of the largest packet */
    uint32_t next;
    uint8_t *room[OV_ROOMS_COUNT]; /* owned; NULL: not needed yet */
};

void ov_rooms_init(struct ov_rooms *rooms, uint32_t packet_max);
void ov_rooms_clear(struct ov_rooms *rooms);

/* An empty view with head- and tailroom for sealing. cap 0: no memory. */
struct ov_buf ov_rooms_take(struct ov_rooms *rooms);
/* The same for memory that was given out by ov_rooms_swap. */
struct ov_buf ov_rooms_view(const struct ov_rooms *rooms, uint8_t *room);
/* Put room (NULL is fine) into the ring in place of the next one, which becomes the caller's own. NULL: no
 * memory; room is still the caller's. */
uint8_t *ov_rooms_swap(struct ov_rooms *rooms, uint8_t *room);

#endif
