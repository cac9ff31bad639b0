/* What the processors of this machine did since they began, in ticks of /proc/stat. */
#ifndef OV_LAB_TICKS_H
#define OV_LAB_TICKS_H

#include <stdint.h>

struct lab_ticks
{
    uint64_t busy; /* user, nice and system; interrupts left out */
    uint64_t idle; /* with waiting for disks */
    uint64_t steal;
    uint64_t total;
};

/* All zero when the system does not tell. */
void lab_ticks_read(struct lab_ticks *ticks);

#endif
