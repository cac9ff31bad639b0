/* A run whose ends are at different places: the same name may be another program there. */
#include "lib/run.h"

#include <string.h>

bool lab_run_has_places(const struct lab_run *run)
{
    return run->places[0] != NULL || run->places[1] != NULL;
}

enum lab_err lab_run_check_places(const struct lab_run *run, struct lab_why *why)
{
    const char *const *at = run->places;
    return at[0] != NULL && at[1] != NULL && strcmp(at[0], at[1]) == 0
               ? lab_why_set(why, LAB_ERR_USAGE, "client and server cannot be at the same place")
               : LAB_OK;
}

void lab_run_split_subjects(struct lab_run *run)
{
    if (!lab_run_has_places(run))
    {
        return;
    }
    memcpy(run->at_server, run->subjects, run->subject_count * sizeof run->subjects[0]);
    for (size_t i = 0; i < run->subject_count; i++)
    {
        run->subjects[i].place = run->places[0];
        run->at_server[i].place = run->places[1];
    }
}

struct lab_subject *lab_run_server(struct lab_run *run, struct lab_subject *subject)
{
    bool listed = subject >= run->subjects && subject < run->subjects + run->subject_count;
    return listed && lab_run_has_places(run) ? &run->at_server[subject - run->subjects] : subject;
}
