/* Finding a cliff: the two neighbouring values between which an outcome changes. */
#ifndef OV_LAB_BISECT_H
#define OV_LAB_BISECT_H

#include "lib/err.h"

#include <stdbool.h>

struct lab_cliff
{
    bool found;     /* the outcome differs between the ends */
    bool confirmed; /* asked again, both sides said the same */
    bool before;    /* outcome at the lower end, and up to good */
    long good;
    long bad; /* from here on it is the other; good + 1, or within 2 % above 4096 */
    unsigned tried;
};

/* ask finds the outcome at a value; an error ends the search and is returned. Values are whole, low < high. */
LAB_MUST_USE enum lab_err lab_bisect(long low, long high,
                                     enum lab_err (*ask)(void *arg, long value, bool *outcome,
                                                         struct lab_why *why),
                                     void *arg, struct lab_cliff *cliff, struct lab_why *why);

/* How many values a search tries at most. */
unsigned lab_bisect_steps(long low, long high);

#endif
