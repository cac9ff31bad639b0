#ifndef OV_RELIABLE_MESSAGE_H
#define OV_RELIABLE_MESSAGE_H

#include <stdint.h>

/* One message of the reliability layer as it goes in or comes out. */
struct ov_rel_message
{
    uint8_t opcode; /* enum ov_opcode */
    uint32_t id;
    const uint8_t *payload; /* borrowed from the slot: valid until the next call that changes the window */
    uint32_t len;
    uint32_t attempt; /* sending: 1 the first time, 2 and more for retransmissions */
};

/* Is a before b? Ids are compared modulo 2^32 with signed distance [WP-REL-001]. */
static inline int32_t ov_rel_distance(uint32_t from, uint32_t to)
{
    return (int32_t)(to - from);
}

#endif
