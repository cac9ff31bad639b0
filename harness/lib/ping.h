/* What `ping` (iputils) printed, as numbers. */
#ifndef OV_LAB_PING_H
#define OV_LAB_PING_H

#include "lib/err.h"

#include <stddef.h>

#define LAB_PING_MAX 1024

struct lab_ping
{
    unsigned sent;
    unsigned received; /* distinct answers, duplicates not counted */
    unsigned duplicates;
    double loss_percent;
    size_t rtt_count; /* answers whose round trip time was printed, at most LAB_PING_MAX */
    double rtt_ms[LAB_PING_MAX];
};

/* Parses the whole output of `ping -n`, per-line times included. LAB_ERR_FORMAT
 * when the closing statistics are missing or contradict themselves, as they do
 * in output that was cut. */
LAB_MUST_USE enum lab_err lab_ping_parse(const char *text, struct lab_ping *ping, struct lab_why *why);

#endif
