#include "lib/scenario.h"

#include "lib/rng.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

bool lab_case_is_wanted(const char *id, const char *only)
{
    char list[1024];
    if (only == NULL)
    {
        return true;
    }
    snprintf(list, sizeof list, "%s", only);
    for (char *save = NULL, *word = strtok_r(list, ",", &save); word != NULL;
         word = strtok_r(NULL, ",", &save))
    {
        if (strstr(id, word) != NULL || fnmatch(word, id, 0) == 0)
        {
            return true;
        }
    }
    return false;
}

static void add_case(const struct lab_case_def *def, struct lab_subject *client, struct lab_subject *server,
                     const char *only, struct lab_case *cases, size_t *count)
{
    if (*count == LAB_CASE_MAX)
    {
        return;
    }
    struct lab_case *item = &cases[*count];
    *item = (struct lab_case){.def = def, .client = client, .server = server};
    if (client != NULL)
    {
        snprintf(item->id, sizeof item->id, "%s/%s/%s", def->id, client->name, server->name);
    }
    else
    {
        snprintf(item->id, sizeof item->id, "%s", def->id);
    }
    *count += lab_case_is_wanted(item->id, only);
}

enum lab_err lab_suite_expand(const struct lab_suite *suite, struct lab_subject *subjects,
                              size_t subject_count, const char *only, uint64_t seed, struct lab_case *cases,
                              size_t *case_count, struct lab_why *why)
{
    *case_count = 0;
    for (size_t row = 0; row < suite->case_count; row++)
    {
        const struct lab_case_def *def = &suite->cases[row];
        if (def->matrix == LAB_MATRIX_NONE)
        {
            add_case(def, NULL, NULL, only, cases, case_count);
            continue;
        }
        for (size_t pair = 0; pair < subject_count * subject_count; pair++)
        {
            if (def->matrix == LAB_MATRIX_SAME && pair / subject_count != pair % subject_count)
            {
                continue;
            }
            add_case(def, &subjects[pair / subject_count], &subjects[pair % subject_count], only, cases,
                     case_count);
        }
    }
    struct lab_rng rng = {seed};
    lab_rng_shuffle(&rng, cases, *case_count, sizeof *cases);
    if (*case_count == 0)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "no case of suite '%s' fits '%s'", suite->name,
                           only != NULL ? only : "these subjects");
    }
    return LAB_OK;
}

double lab_case_seconds(const struct lab_case_def *def, unsigned bulk_seconds)
{
    double sum = 0.3; /* building and taking down the network */
    for (size_t i = 0; i < def->step_count; i++)
    {
        double seconds = def->steps[i].seconds;
        sum += seconds >= 0.0 ? seconds : -seconds * (double)bulk_seconds;
    }
    return sum;
}
