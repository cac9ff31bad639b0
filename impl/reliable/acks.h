#ifndef OV_RELIABLE_ACKS_H
#define OV_RELIABLE_ACKS_H

#include <stdbool.h>
#include <stdint.h>

/* Message ids to acknowledge, one list per key-id. All-zero is a valid start. */

#define OV_ACKS_PENDING 16u /* more than the receive window holds */
#define OV_ACKS_MRU     8u  /* [WP-REL-021] */
#define OV_ACKS_TAKE    8u  /* most that one packet carries */

struct ov_acks
{
    uint32_t pending_count;
    uint32_t mru_count;
    uint32_t pending[OV_ACKS_PENDING]; /* oldest first */
    uint32_t mru[OV_ACKS_MRU];         /* acknowledged before, newest first */
};

/* The peer must hear of id. Ids that wait already are not doubled. false: the list is full; the ack is left
 * to the peer's retransmission. */
bool ov_acks_add(struct ov_acks *acks, uint32_t id);
/* Acknowledgements that no packet has carried yet. ACK_V1 is worth sending iff this is not 0. */
uint32_t ov_acks_pending(const struct ov_acks *acks);
/* How many ov_acks_take(max) would give: to know the size of a packet before it is built. */
uint32_t ov_acks_count(const struct ov_acks *acks, uint32_t max);
/* Ids for one packet: pending ones first, then the room up to max is filled with those acknowledged most
 * recently, newest first [WP-REL-021]. max: 4 in packets with a message, 8 in ACK_V1 [WP-REL-020]. Returns
 * the number of ids. */
uint32_t ov_acks_take(struct ov_acks *acks, uint32_t max, uint32_t out[static OV_ACKS_TAKE]);

#endif
