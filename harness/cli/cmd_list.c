#include "cli/cli.h"
#include "lib/experiment.h"
#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/scenario.h"
#include "lib/subject.h"
#include "lib/verdict.h"

#include <stdio.h>
#include <string.h>

static void list_suites(void)
{
    printf("suites\n");
    for (size_t i = 0; lab_suite_at(i) != NULL; i++)
    {
        printf("  %-10s %s\n", lab_suite_at(i)->name, lab_suite_at(i)->title);
    }
}

static void list_experiment(void *arg, const char *name)
{
    const struct lab_paths *paths = arg;
    char path[LAB_PATH_MAX];
    struct lab_why why;
    struct lab_experiment *experiment = NULL;
    enum lab_err err = lab_path_set(path, &why, "%s/%s.yaml", paths->experiments, name);
    err = err == LAB_OK ? lab_experiment_load(path, &experiment, &why) : err;
    printf("  %-20s %s\n", name, err == LAB_OK ? experiment->title : why.text);
    lab_experiment_free(experiment);
}

static void list_experiments(struct lab_paths *paths)
{
    struct lab_why why;
    printf("\nexperiments (perf/experiments; ovlab run NAME --dry-run shows the plan)\n");
    if (lab_experiment_each(paths->experiments, list_experiment, paths, &why) != LAB_OK)
    {
        printf("  %s\n", why.text);
    }
}

static void list_features(void)
{
    printf("\nfeatures that cases ask of subjects\n ");
    for (size_t i = 0; lab_suite_at(i) != NULL; i++)
    {
        const struct lab_suite *suite = lab_suite_at(i);
        for (size_t row = 0; row < suite->case_count; row++)
        {
            const struct lab_scenario *scenario = suite->cases[row].scenario;
            for (size_t f = 0; scenario != NULL && scenario->features[f] != NULL; f++)
            {
                printf(" %s", scenario->features[f]);
            }
        }
    }
    printf("\n");
}

static void list_cases(const struct lab_subject *all, size_t all_count)
{
    static struct lab_case cases[LAB_CASE_MAX];
    struct lab_why why;
    for (size_t i = 0; lab_suite_at(i) != NULL; i++)
    {
        const struct lab_suite *suite = lab_suite_at(i);
        struct lab_subject subjects[LAB_SUBJECT_MAX];
        size_t count = all_count;
        printf("\ncases of %s\n", suite->name);
        memcpy(subjects, all, all_count * sizeof all[0]);
        if (lab_subject_choose(subjects, &count, suite->subjects, &why) != LAB_OK)
        {
            printf("  %s\n", why.text);
            continue;
        }
        for (size_t row = 0; row < suite->case_count; row++)
        {
            const struct lab_case_def *def = &suite->cases[row];
            size_t case_count;
            printf("  %-16s %s, about %.0f s each\n", def->id, def->title,
                   lab_case_seconds(def, suite->bulk_seconds));
            struct lab_suite one = *suite;
            one.cases = def;
            one.case_count = 1;
            if (def->matrix == LAB_MATRIX_NONE ||
                lab_suite_expand(&one, subjects, count, NULL, 0, cases, &case_count, &why) != LAB_OK)
            {
                continue;
            }
            for (size_t pair = 0; pair < count * count; pair++)
            {
                const char *client = subjects[pair / count].name;
                const char *server = subjects[pair % count].name;
                if (def->matrix == LAB_MATRIX_PAIRS || strcmp(client, server) == 0)
                {
                    printf("    %s/%s/%s\n", def->id, client, server);
                }
            }
        }
    }
}

static enum lab_err list_subjects(struct lab_subject *subjects, size_t count, struct lab_why *why)
{
    struct lab_loop loop;
    enum lab_err err = lab_loop_init(&loop, -1, why);
    if (err != LAB_OK)
    {
        return err;
    }
    printf("\nsubjects\n");
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        err = lab_subject_probe(&loop, &subjects[i], why);
        if (err == LAB_OK)
        {
            printf("  %-16s %s%s\n", subjects[i].name,
                   subjects[i].available ? "" : "not here: ", subjects[i].version);
        }
    }
    lab_loop_clear(&loop);
    return err;
}

int cmd_list(int argc, char **argv)
{
    if (argc > 1)
    {
        bool asked = strcmp(argv[1], "--help") == 0;
        fprintf(asked ? stdout : stderr,
                "usage: ovlab list\nLists suites, experiments, cases, subjects and features.\n");
        return asked ? LAB_EXIT_OK : LAB_EXIT_USAGE;
    }
    struct lab_paths paths;
    struct lab_subject subjects[LAB_SUBJECT_MAX];
    size_t count = 0;
    struct lab_why why;
    enum lab_err err = lab_paths_find(&paths, &why);
    if (err == LAB_OK)
    {
        err = lab_subject_list(paths.subjects, subjects, &count, &why);
    }
    if (err == LAB_OK)
    {
        list_suites();
        list_experiments(&paths);
        list_cases(subjects, count);
        list_features();
        err = list_subjects(subjects, count, &why);
    }
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab list: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    return LAB_EXIT_OK;
}
