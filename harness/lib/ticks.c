#include "lib/ticks.h"

#include <inttypes.h>
#include <stdio.h>

void lab_ticks_read(struct lab_ticks *ticks)
{
    uint64_t user, nice, sys, idle, iowait, irq, softirq, steal;
    FILE *file = fopen("/proc/stat", "re");
    *ticks = (struct lab_ticks){0};
    if (file == NULL)
    {
        return;
    }
    if (fscanf(file,
               "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
               " %" SCNu64,
               &user, &nice, &sys, &idle, &iowait, &irq, &softirq, &steal) == 8)
    {
        *ticks = (struct lab_ticks){
            .busy = user + nice + sys,
            .idle = idle + iowait,
            .steal = steal,
            .total = user + nice + sys + idle + iowait + irq + softirq + steal,
        };
    }
    fclose(file);
}
