#include "lib/bisect.h"

#include <math.h>

#define EXACT_BELOW 4096 /* above, a cliff's place within 2 % says all */
#define COARSE      50

static bool is_narrow(long good, long bad)
{
    return bad - good <= 1 || (good >= EXACT_BELOW && bad - good <= good / COARSE);
}

/* Far apart: by their ratio, or a search between 1 and a million spends itself above one half. */
static long between(long good, long bad)
{
    if (good > 0 && bad / good >= 4)
    {
        long middle = lround(sqrt((double)good * (double)bad));
        return middle <= good ? good + 1 : middle >= bad ? bad - 1 : middle;
    }
    return good + (bad - good) / 2;
}

unsigned lab_bisect_steps(long low, long high)
{
    unsigned steps = 4; /* both ends, and both sides of the cliff again */
    while (!is_narrow(low, high))
    {
        /* The larger half stays. */
        long middle = between(low, high);
        steps++;
        if (middle - low > high - middle)
        {
            high = middle;
        }
        else
        {
            low = middle;
        }
    }
    return steps;
}

enum lab_err lab_bisect(long low, long high,
                        enum lab_err (*ask)(void *arg, long value, bool *outcome, struct lab_why *why),
                        void *arg, struct lab_cliff *cliff, struct lab_why *why)
{
    bool outcome;
    bool last;
    *cliff = (struct lab_cliff){.good = low, .bad = high};
    if (low < 0 || low >= high)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "nothing to search between %ld and %ld", low, high);
    }
    enum lab_err err = ask(arg, low, &cliff->before, why);
    err = err == LAB_OK ? ask(arg, high, &last, why) : err;
    cliff->tried = 2;
    if (err != LAB_OK || last == cliff->before)
    {
        return err;
    }
    cliff->found = true;
    while (!is_narrow(cliff->good, cliff->bad))
    {
        long middle = between(cliff->good, cliff->bad);
        err = ask(arg, middle, &outcome, why);
        cliff->tried++;
        if (err != LAB_OK)
        {
            return err;
        }
        if (outcome == cliff->before)
        {
            cliff->good = middle;
        }
        else
        {
            cliff->bad = middle;
        }
    }
    err = ask(arg, cliff->good, &outcome, why);
    cliff->confirmed = err == LAB_OK && outcome == cliff->before;
    err = err == LAB_OK ? ask(arg, cliff->bad, &outcome, why) : err;
    cliff->confirmed = cliff->confirmed && err == LAB_OK && outcome != cliff->before;
    cliff->tried += 2;
    return err;
}
