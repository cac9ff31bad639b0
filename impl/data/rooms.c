#include "data/rooms.h"

#include <stdlib.h>
#include <string.h>

static uint32_t room_len(const struct ov_rooms *rooms)
{
    return OV_BUF_HEADROOM + rooms->packet_max + OV_BUF_TAILROOM;
}

void ov_rooms_init(struct ov_rooms *rooms, uint32_t packet_max)
{
    memset(rooms, 0, sizeof *rooms);
    rooms->packet_max = packet_max;
}

void ov_rooms_clear(struct ov_rooms *rooms)
{
    for (unsigned i = 0; i < OV_ROOMS_COUNT; i++)
    {
        free(rooms->room[i]);
    }
    memset(rooms, 0, sizeof *rooms);
}

struct ov_buf ov_rooms_view(const struct ov_rooms *rooms, uint8_t *room)
{
    return ov_buf_over(room, room != NULL ? room_len(rooms) : 0, OV_BUF_HEADROOM);
}

/* The place whose turn it is, with memory; NULL: there is none. */
static uint8_t **next_place(struct ov_rooms *rooms)
{
    uint8_t **place = &rooms->room[rooms->next];
    if (*place == NULL)
    {
        *place = malloc(room_len(rooms));
    }
    rooms->next = (rooms->next + 1) % OV_ROOMS_COUNT;
    return *place != NULL ? place : NULL;
}

struct ov_buf ov_rooms_take(struct ov_rooms *rooms)
{
    uint8_t **place = next_place(rooms);
    return ov_rooms_view(rooms, place != NULL ? *place : NULL);
}

uint8_t *ov_rooms_swap(struct ov_rooms *rooms, uint8_t *room)
{
    uint8_t **place = next_place(rooms);
    if (place == NULL)
    {
        return NULL;
    }
    uint8_t *taken = *place;
    *place = room;
    return taken;
}
