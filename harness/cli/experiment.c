#include "cli/experiment.h"

#include "lib/experiment_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum lab_err cli_experiment_find(struct cli_experiment *experiment, struct lab_run *run, const char *name,
                                 struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(path, why, "%s/%s.yaml", run->paths.experiments, name);
    if (err != LAB_OK || strchr(name, '/') != NULL || access(path, F_OK) != 0)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "no suite and no experiment '%s' (ovlab list shows them)",
                           name);
    }
    err = lab_experiment_load(path, &experiment->file, why);
    if (err != LAB_OK)
    {
        return LAB_ERR_USAGE;
    }
    if (run->options.bulk_seconds != 0)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "--seconds is of suites; an experiment's file says its own");
    }
    if (experiment->file->topology != NULL && !experiment->own_topology)
    {
        err = lab_path_set(run->paths.topology, why, "%s/netns-lab/topology/%s.sh", run->paths.root,
                           experiment->file->topology);
    }
    return err;
}

/* Any axis can be searched: for the outcome that the file gives it, or for one that is given here. */
static enum lab_err choose_search(struct cli_experiment *experiment, struct lab_why *why)
{
    const struct lab_experiment *file = experiment->file;
    struct lab_bisect *search = &experiment->search;
    char keys[200] = "";
    bool is_axis = false;
    for (unsigned i = 0; i < file->axes_count; i++)
    {
        size_t used = strlen(keys);
        snprintf(keys + used, sizeof keys - used, "%s%s", i > 0 ? ", " : "", file->axes[i].key);
        is_axis = is_axis || strcmp(file->axes[i].key, experiment->bisect) == 0;
    }
    if (!is_axis)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "%s has no axis '%s' to bisect (it has: %s)", file->name,
                           experiment->bisect, keys[0] != '\0' ? keys : "none");
    }
    for (unsigned i = 0; i < file->bisect_count; i++)
    {
        *search = strcmp(file->bisect[i].key, experiment->bisect) == 0 && search->key == NULL
                      ? file->bisect[i]
                      : *search;
    }
    search->key = (char *)experiment->bisect;
    search->when = experiment->outcome != NULL ? (char *)experiment->outcome : search->when;
    search->low = experiment->low != NULL ? (char *)experiment->low : search->low;
    search->high = experiment->high != NULL ? (char *)experiment->high : search->high;
    if (search->when == NULL)
    {
        return lab_why_set(why, LAB_ERR_USAGE,
                           "%s says no outcome to bisect %s for: --outcome says it, such as "
                           "'tcp_up.goodput_mbps < 50'",
                           file->name, experiment->bisect);
    }
    experiment->plan->bisect = search;
    return lab_experiment_check_outcome(file, search->when, why);
}

enum lab_err cli_experiment_plan(struct cli_experiment *experiment, struct lab_run *run, struct lab_why *why)
{
    const struct lab_experiment *file = experiment->file;
    size_t searches;
    size_t points;
    experiment->plan = calloc(1, sizeof *experiment->plan);
    if (experiment->plan == NULL)
    {
        return lab_why_errno(why, "a plan");
    }
    unsigned of_file = !experiment->full && file->quick.repeats > 0 ? file->quick.repeats : file->repeats;
    *experiment->plan = (struct lab_plan){
        .experiment = file,
        .pki = run->paths.pki,
        .seed = run->options.seed,
        .full = experiment->full,
        .places = lab_run_has_places(run),
        .repeats = experiment->repeats > 0 ? experiment->repeats : of_file,
        .subjects = experiment->subjects,
        .only = run->options.only,
    };
    experiment->suite = (struct lab_suite){.name = file->name, .title = file->title};
    run->options.suite = &experiment->suite;
    run->options.keep_going = true; /* one point that cannot be does not end the others */
    run->plan = experiment->plan;
    if (experiment->bisect != NULL)
    {
        enum lab_err err = choose_search(experiment, why);
        return err == LAB_OK ? lab_search_size(experiment->plan, &searches, &points, why) : err;
    }
    enum lab_err err = lab_plan_expand(experiment->plan, why);
    return err == LAB_OK ? lab_plan_cases(experiment->plan, run, why) : err;
}

void cli_experiment_print(const struct lab_run *run)
{
    struct lab_term term;
    struct lab_why why;
    size_t searches;
    size_t points;
    lab_term_init(&term, STDOUT_FILENO);
    if (run->plan->bisect != NULL)
    {
        if (lab_search_size(run->plan, &searches, &points, &why) == LAB_OK)
        {
            printf("%s: %zu searches along %s for '%s', at most %zu points; seed %" PRIu64
                   "; nothing was run\n",
                   run->plan->experiment->name, searches, run->plan->bisect->key, run->plan->bisect->when,
                   points, run->plan->seed);
        }
        return;
    }
    lab_plan_print(run->plan, run);
    fflush(stdout);
    lab_plan_print_limits(run, &term);
}

void cli_experiment_clear(struct cli_experiment *experiment)
{
    if (experiment->plan != NULL)
    {
        lab_plan_clear(experiment->plan);
        free(experiment->plan);
    }
    lab_experiment_free(experiment->file);
}
