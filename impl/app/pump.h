#ifndef OV_APP_PUMP_H
#define OV_APP_PUMP_H

#include <stdbool.h>

#include "app/engine.h"
#include "net/link.h"
#include "tun/tun.h"

/* Moves packets between link, engine and tun device. Everything it needs is in
 * it: no allocation while it runs. */

#define OV_PUMP_BATCH   64u
#define OV_PUMP_TURNS   16u /* per wake-up and direction: at most 1024 packets */
#define OV_PUMP_CONTROL 16u
#define OV_PUMP_DRAIN   128u /* times OV_PUMP_CONTROL: a batch, each packet in 32 pieces */
#define OV_PUMP_SLOT    (OV_BUF_HEADROOM + OV_BUF_PACKET + OV_BUF_TAILROOM)

struct ov_pump
{
    const struct ov_engine *engine;
    void *ctx;            /* of the engine; NULL: there is none now, and packets are dropped */
    struct ov_link *link; /* NULL: none now */
    struct ov_tun *tun;   /* NULL: none now */
    uint64_t tun_dropped; /* packets from the tun device while there was no engine */
    bool drains;          /* packets may leave in pieces: what waits for transmit goes out after each batch */
    bool tun_waits;       /* it has packets, but the link is full: don't watch it meanwhile */
    struct ov_datagram dg[OV_PUMP_BATCH];
    struct ov_datagram control[OV_PUMP_CONTROL];
    uint8_t slots[OV_PUMP_CONTROL][OV_PUMP_SLOT];
};

/* Which side has something to read. */
struct ov_pump_ready
{
    bool link;
    bool tun;
};

/* Both directions in turns, until nothing waits or the budget is used up. */
void ov_pump_run(struct ov_pump *pump, struct ov_pump_ready ready, struct ov_now now);

/* If the engine's deadline has come: tick, and send the control packets that
 * are due. Returns the next deadline: now if packets still wait inside link or
 * tun, else later than now, since an engine that always wants more must not spin. */
uint64_t ov_pump_settle(struct ov_pump *pump, struct ov_now now);

#endif
