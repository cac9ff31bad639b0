/* Units, as the names of numbers end in them (results/SCHEMA.md), in base units, and whether more is better. */
#ifndef OV_LAB_UNIT_H
#define OV_LAB_UNIT_H

#include <stddef.h>

enum lab_better
{
    LAB_BETTER_NEITHER, /* it describes the measurement, or nobody can say */
    LAB_BETTER_BIGGER,
    LAB_BETTER_SMALLER,
};

struct lab_unit
{
    const char *suffix; /* "_mbps"; "" for a count */
    const char *text;   /* "Mbit/s" */
    const char *base;   /* "bits_per_second", "" for a count */
    double scale;       /* one unit in base units */
};

/* Never NULL. */
const struct lab_unit *lab_unit_of(const char *key);

/* Of a measurement's number. */
enum lab_better lab_unit_better(const char *key);

#endif
