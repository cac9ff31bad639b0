/* Verdicts of a case and the exit status of a run.
 *
 * PASS and FAIL are results. UNSUPPORTED says that a subject lacks the feature.
 * TAINTED, INCONCLUSIVE and ERROR are never counted as a result: the host
 * disturbed the run, the evidence does not decide, or the harness failed. */
#ifndef OV_LAB_VERDICT_H
#define OV_LAB_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

enum lab_verdict
{
    LAB_PASS,
    LAB_FAIL,
    LAB_UNSUPPORTED,
    LAB_TAINTED,
    LAB_INCONCLUSIVE,
    LAB_ERROR,
    LAB_VERDICT_COUNT,
};

enum lab_exit
{
    LAB_EXIT_OK = 0,
    LAB_EXIT_FAIL = 1,
    LAB_EXIT_USAGE = 2,
    LAB_EXIT_SLOWER = 3,    /* a comparison found a slow-down */
    LAB_EXIT_SKIPPED = 4,   /* nothing ran: every case was unsupported */
    LAB_EXIT_UNDECIDED = 5, /* no failure, but some case is tainted or inconclusive */
    LAB_EXIT_ERROR = 99,
};

const char *lab_verdict_name(enum lab_verdict verdict);

/* False when the name is none of the six. */
bool lab_verdict_parse(const char *name, enum lab_verdict *verdict);

/* Exit status for a run with counts[verdict] cases each. A harness error weighs
 * most, then a failure, then an undecided case. */
enum lab_exit lab_verdict_exit(const size_t counts[static LAB_VERDICT_COUNT]);

#endif
