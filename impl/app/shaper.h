#ifndef OV_APP_SHAPER_H
#define OV_APP_SHAPER_H

#include <stdint.h>

#include "base/time.h"

/* --shaper: tunnel packets leave at most at this rate; what can't leave yet stays in the tun device, where its
 * senders notice. A credit grows with time and is spent by packets; all-zero is no limit. */
struct ov_shaper
{
    uint32_t octets_s; /* 0: no limit */
    uint64_t at_ms;    /* when the credit was last counted; 0: not yet */
    int64_t credit;    /* octets; below zero: wait */
    uint64_t rest;     /* thousandths of an octet that time has brought beside them */
};

/* Octets that may be read from the tun device now: 0: none yet, UINT32_MAX: as many as there are. */
uint32_t ov_shaper_room(struct ov_shaper *shaper, struct ov_now now);
/* These have left. */
void ov_shaper_spend(struct ov_shaper *shaper, uint64_t octets);
/* When there is room again; OV_NEVER: there is. */
uint64_t ov_shaper_deadline(const struct ov_shaper *shaper);

#endif
