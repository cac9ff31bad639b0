#ifndef OV_APP_PUMP_H
#define OV_APP_PUMP_H

#include <stdbool.h>

#include "app/engine.h"
#include "app/shaper.h"
#include "app/standing.h"
#include "net/link.h"
#include "tun/tun.h"

/* Moves packets between link, engine and tun device. Everything it needs is in
 * it: no allocation while it runs. */

#define OV_PUMP_BATCH OV_BATCH
#define OV_PUMP_TURNS                                                                                        \
    8u /* per wake-up and direction: at most 2048 packets from the link, 1024 from the tun */
#define OV_PUMP_CONTROL 16u
#define OV_PUMP_SILENCE 8u    /* batches from the link until the tun is looked at again without a cause */
#define OV_PUMP_FEW     8u    /* so few packets from the link may be all that the tun answers to */
#define OV_PUMP_IDLE_MS 2u    /* after so long a single packet is probably all */
#define OV_PUMP_DRAIN   128u  /* times OV_PUMP_CONTROL: a batch, each packet in 32 pieces */
#define OV_PUMP_FULL    1500u /* octets that a packet counts for, where octets are bounded */
#define OV_PUMP_SLOT    (OV_BUF_HEADROOM + OV_BUF_PACKET + OV_BUF_TAILROOM)

struct ov_pump
{
    const struct ov_engine *engine;
    void *ctx;            /* of the engine; NULL: there is none now, and packets are dropped */
    struct ov_link *link; /* NULL: none now */
    struct ov_tun *tun;   /* NULL: none now */
    uint64_t tun_dropped; /* packets from the tun device while there was no engine */
    bool block_ip6;       /* IPv6 from the tun device is answered as unreachable */
    bool tun_elsewhere;   /* another thread reads the tun device: this one only writes to it */
    bool drains;          /* packets may leave in pieces: what waits for transmit goes out after each batch */
    bool tun_waits;       /* it has packets, but the link is full: don't watch it meanwhile */
    bool written;         /* a batch was written to the tun device, which may answer */
    bool hopes;           /* the tun device is read for an answer, though it didn't say it was ready */
    uint32_t silence;     /* batches still to come until an answer is looked for again */
    uint64_t tun_read_ms; /* the latest packets from the tun device */
    bool tun_single;      /* the latest of them was one packet alone */
    uint32_t link_since;  /* datagrams from the link since then */
    uint32_t sealed_len;  /* of the first of them, as it was sent */
    struct ov_standing standing; /* of the tun device, while the link takes little */
    struct ov_shaper shaper;     /* what may leave through the tunnel */
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
