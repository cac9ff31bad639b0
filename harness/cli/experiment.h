/* `ovlab run NAME` where NAME is an experiment. */
#ifndef OV_CLI_EXPERIMENT_H
#define OV_CLI_EXPERIMENT_H

#include "lib/experiment_plan.h"

struct cli_experiment
{
    bool full;
    unsigned repeats; /* 0: of the file */
    const char *bisect;
    const char *outcome; /* of the search, NULL: the file says it */
    const char *low;     /* where it begins and ends, NULL: of the file or the axis */
    const char *high;
    const char *subjects;
    bool own_topology;
    /* Owned. */
    struct lab_experiment *file;
    struct lab_plan *plan;
    struct lab_suite suite;
    struct lab_bisect search; /* with what the options say; texts are borrowed */
};

/* Reads the file; the run gets a suite of its name. LAB_ERR_USAGE: neither suite nor experiment. */
LAB_MUST_USE enum lab_err cli_experiment_find(struct cli_experiment *experiment, struct lab_run *run,
                                              const char *name, struct lab_why *why);

/* Expands the plan into the run. */
LAB_MUST_USE enum lab_err cli_experiment_plan(struct cli_experiment *experiment, struct lab_run *run,
                                              struct lab_why *why);

void cli_experiment_print(const struct lab_run *run);
void cli_experiment_clear(struct cli_experiment *experiment);

#endif
