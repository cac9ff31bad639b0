#ifndef OV_TESTS_PUMPRIG_H
#define OV_TESTS_PUMPRIG_H

#include "app/pump.h"

/* The pump between a fake link, a fake engine and a fake tun device, each of
 * which counts what it saw. */

struct fake_link
{
    struct ov_link link;
    size_t waiting;
    size_t hides; /* packets that one call gives at most, the rest is pending; 0: nothing is ever pending */
    size_t sent;
};

struct fake_tun
{
    struct ov_tun tun;
    size_t waiting;
    size_t hides;
    size_t written;
    size_t reads;
    size_t most;  /* packets that the first read asked for */
    bool answers; /* each write makes a packet that can be read */
};

struct fake_engine
{
    size_t received;
    size_t sealed;
    size_t ticks;
    size_t control; /* packets that transmit has to give */
    size_t lost;
    size_t claims; /* to be made */
    uint64_t deadline;
    char order[64]; /* r and s, as batches came */
};

/* The link as one with connections. */
struct fake_wired
{
    size_t lost; /* events to come */
    bool up;     /* before them */
    size_t claims;
    bool full;
    size_t fills;  /* sends until it is full */
    uint32_t room; /* octets; 0: any */
    uint64_t ticked_ms;
    uint64_t deadline;
};

struct pumprig
{
    struct ov_pump pump;
    struct fake_link net;
    struct fake_tun tun;
    struct fake_engine engine;
    struct fake_wired wired;
};

extern struct pumprig rig;
extern const struct ov_engine pumprig_engine;
extern const struct ov_now pumprig_now;
extern const struct ov_pump_ready pumprig_both;

/* A cmocka setup: everything anew, an engine in place, nothing waiting. */
int pumprig_fresh(void **state);
/* From here on the link has connections. */
void pumprig_use_wired(void);

#endif
