#ifndef OV_DATA_OUTLET_H
#define OV_DATA_OUTLET_H

#include <stdatomic.h>

#include "data/data.h"
#include "offload/mss.h"

/* Sealing in another thread than opening. Two threads share a lane: the main
 * thread owns the data channel (opening, keys, time), the worker seals. The main
 * thread lends the sealing half of a key, whole: cipher context, packet ids and
 * usage counts are in exactly one thread at any time [rule 15 of the data path].
 *
 *   main                                 worker, before each batch
 *   ov_lane_refresh: another key seals   ov_lane_take: use what is offered,
 *     now: offer an outlet with it         and say which one that is
 *   ov_lane_collect: add what the        ov_outlet_seal: seal, and publish
 *     worker counted, free outlets         what it counted
 *     that it has put away               ov_lane_next_inband
 *
 * No locks and no waiting on either side. What else has to be sealed (pings, OCC)
 * crosses in a short queue, so that packet ids stay in order. */

#define OV_LANE_INBAND     8u
#define OV_LANE_INBAND_LEN 640u /* octets of the longest: an OCC reply */

enum ov_outlet_count
{
    OV_OUTLET_KEY_PACKETS, /* usage of the key */
    OV_OUTLET_KEY_BLOCKS,
    OV_OUTLET_KEY_OCTETS,
    OV_OUTLET_KEY_ID, /* last packet id, or the epoch */
    OV_OUTLET_LINK_PACKETS,
    OV_OUTLET_LINK_OCTETS,
    OV_OUTLET_TUN_PACKETS,
    OV_OUTLET_TUN_OCTETS,
    OV_OUTLET_PINGS,
    OV_OUTLET_SENT_MS, /* when something was sealed last */
    OV_OUTLET_DROPS,   /* and one for each reason from here on */
    OV_OUTLET_COUNTS = OV_OUTLET_DROPS + OV_ERR_COUNT
};

/* What the worker seals with until the next one is offered. */
struct ov_outlet
{
    uint64_t generation;
    struct ov_addr to;
    struct ov_mss mss;
    struct ov_data out;                       /* the worker's: a channel with nothing but a sealing half */
    _Atomic uint64_t count[OV_OUTLET_COUNTS]; /* written by the worker */
    _Atomic uint16_t epoch_wanted;            /* written by the main thread */
    uint64_t told[OV_OUTLET_COUNTS];          /* main: what was added up already */
    struct ov_outlet *next;                   /* main: the one before, until the worker has put it away */
};

struct ov_lane
{
    _Atomic(struct ov_outlet *) offered;
    _Atomic uint64_t taken; /* generation that the worker uses; it has put away all before it */
    _Atomic bool closed;    /* the session is over: tunnel packets are dropped, messages still go */
    _Atomic uint32_t head;  /* queue: read by the worker */
    _Atomic uint32_t tail;  /* written by the main thread */
    uint32_t inband_len[OV_LANE_INBAND];
    uint8_t inband[OV_LANE_INBAND][OV_LANE_INBAND_LEN];
    /* Of the main thread alone: */
    struct ov_outlet *first; /* newest */
    uint64_t generation;
    uint64_t sent_ms;
    bool bell; /* the worker should look, though nothing comes from the tun device */
};

/* ---- main thread ---- */

/* Why sealing can't be in another thread; NULL: it can. */
const char *ov_lane_obstacle(const struct ov_data *d);
/* d's keys will be lent through lane, which is zeroed; nothing is yet. d must not move. */
void ov_lane_open(struct ov_lane *lane, struct ov_data *d);
/* Offer the key that seals at this time, if it isn't the one that is offered. Without one, or out of memory
 * (OV_ERR_NOMEM), packets are dropped. */
OV_MUST_USE enum ov_err ov_lane_refresh(struct ov_lane *lane, struct ov_data *d, const struct ov_addr *to,
                                        struct ov_mss mss, uint64_t now_ms);
/* Add the worker's counts to those of d and its keys; free what the worker has put away. */
void ov_lane_collect(struct ov_lane *lane, struct ov_data *d);
/* The worker has ended: keys that still exist get their sealing halves back, and d seals by itself. */
void ov_lane_close(struct ov_lane *lane, struct ov_data *d);
/* Put a message into the queue: OV_FATE_CONSUMED, or dropped with OV_ERR_LIMIT (full, too long). */
void ov_lane_hand_over(struct ov_data *d, struct ov_datagram *dg);

/* ---- worker ---- */

/* What to seal with from now on; it is good until the next call. NULL: nothing was offered yet. */
struct ov_outlet *ov_lane_take(struct ov_lane *lane);
/* As ov_session_send: each of n becomes OV_FATE_LINK or is dropped. now_ms is only noted. */
void ov_outlet_seal(struct ov_lane *lane, struct ov_outlet *outlet, struct ov_datagram *dg, size_t n,
                    uint64_t now_ms);
/* The next message of the queue, sealed into dg, an empty view; false: none. Without an outlet it is lost. */
bool ov_lane_next_inband(struct ov_lane *lane, struct ov_outlet *outlet, struct ov_datagram *dg,
                         uint64_t now_ms);

#endif
