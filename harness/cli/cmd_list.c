#include "cli/cli.h"
#include "lib/experiment.h"
#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/scenario.h"
#include "lib/subject.h"
#include "lib/term.h"
#include "lib/verdict.h"

#include <stdio.h>
#include <string.h>

#define WIDTH  80
#define INDENT 20

static const char usage[] = "usage: ovlab list [SUITE] [OPTIONS]\n"
                            "Suites, experiments and programs under test; or the cases of SUITE, and what\n"
                            "features they ask of a program.\n\n"
                            "  --subjects-dir DIR   other programs under test\n"
                            "  --experiments DIR    other experiment files\n";

/* A name and what it is, in lines that fit a terminal. */
static void print_entry(const char *name, const char *text)
{
    printf("  %-*s ", INDENT - 3, name);
    while (*text != '\0')
    {
        size_t len = lab_term_fit(text, WIDTH - INDENT);
        printf("%.*s\n", (int)len, text);
        text += len + (text[len] == ' ');
        printf("%*s", *text != '\0' ? INDENT : 0, "");
    }
}

static void list_suites(void)
{
    printf("suites (ovlab run NAME; ovlab list NAME shows the cases)\n");
    for (size_t i = 0; lab_suite_at(i) != NULL; i++)
    {
        print_entry(lab_suite_at(i)->name, lab_suite_at(i)->title);
    }
    print_entry("matrix", "everything two ends can agree on: ovlab matrix --list");
}

static void list_experiment(void *arg, const char *name)
{
    const struct lab_paths *paths = arg;
    char path[LAB_PATH_MAX];
    struct lab_why why;
    struct lab_experiment *experiment = NULL;
    enum lab_err err = lab_path_set(path, &why, "%s/%s.yaml", paths->experiments, name);
    err = err == LAB_OK ? lab_experiment_load(path, &experiment, &why) : err;
    print_entry(name, err == LAB_OK ? experiment->title : why.text);
    lab_experiment_free(experiment);
}

static void list_experiments(struct lab_paths *paths)
{
    struct lab_why why;
    printf("\nexperiments (ovlab run NAME; with --dry-run the plan and its time)\n");
    if (lab_experiment_each(paths->experiments, list_experiment, paths, &why) != LAB_OK)
    {
        printf("  %s\n", why.text);
    }
}

/* A feature once, however many cases ask for it. */
static bool asked_before(const struct lab_suite *suite, size_t row, size_t feature)
{
    const char *name = suite->cases[row].scenario->features[feature];
    for (size_t i = 0; i < row; i++)
    {
        const struct lab_scenario *scenario = suite->cases[i].scenario;
        for (size_t f = 0; scenario != NULL && scenario->features[f] != NULL; f++)
        {
            if (strcmp(scenario->features[f], name) == 0)
            {
                return true;
            }
        }
    }
    return false;
}

static void list_features(const struct lab_suite *suite)
{
    printf("\nfeatures that they ask of a program (`SUBJECT supports FEATURE`)\n");
    for (size_t row = 0; row < suite->case_count; row++)
    {
        const struct lab_scenario *scenario = suite->cases[row].scenario;
        for (size_t f = 0; scenario != NULL && scenario->features[f] != NULL; f++)
        {
            if (!asked_before(suite, row, f))
            {
                printf("  %s\n", scenario->features[f]);
            }
        }
    }
}

static void list_pairs(const struct lab_case_def *def, const struct lab_subject *subjects, size_t count)
{
    for (size_t pair = 0; pair < count * count; pair++)
    {
        const char *client = subjects[pair / count].name;
        const char *server = subjects[pair % count].name;
        if (def->matrix == LAB_MATRIX_PAIRS ||
            (def->matrix != LAB_MATRIX_NONE && strcmp(client, server) == 0))
        {
            printf("    %s/%s/%s\n", def->id, client, server);
        }
    }
}

static enum lab_err list_cases(const struct lab_suite *suite, const struct lab_subject *all, size_t count,
                               struct lab_why *why)
{
    struct lab_subject subjects[LAB_SUBJECT_MAX];
    memcpy(subjects, all, count * sizeof all[0]);
    enum lab_err err = lab_subject_choose(subjects, &count, suite->subjects, why);
    if (err != LAB_OK)
    {
        return err;
    }
    printf("%s: %s\n\n", suite->name, suite->title);
    for (size_t row = 0; row < suite->case_count; row++)
    {
        const struct lab_case_def *def = &suite->cases[row];
        printf("  %s: %s, about %.0f s each\n", def->id, def->title,
               lab_case_seconds(def, suite->bulk_seconds));
        list_pairs(def, subjects, count);
    }
    list_features(suite);
    return LAB_OK;
}

static enum lab_err list_subjects(struct lab_subject *subjects, size_t count, struct lab_why *why)
{
    struct lab_loop loop;
    enum lab_err err = lab_loop_init(&loop, -1, why);
    if (err != LAB_OK)
    {
        return err;
    }
    printf("\nsubjects, programs under test (harness/subjects/README.md: one of your own)\n");
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

static const struct lab_suite *suite_named(const char *name)
{
    for (size_t i = 0; lab_suite_at(i) != NULL; i++)
    {
        if (strcmp(lab_suite_at(i)->name, name) == 0)
        {
            return lab_suite_at(i);
        }
    }
    return NULL;
}

static bool read_words(int argc, char **argv, struct lab_paths *paths, const char **name)
{
    bool good = true;
    for (int i = 1; good && i < argc; i++)
    {
        struct lab_why why;
        bool word = strcmp(argv[i], "--subjects-dir") == 0;
        if ((word || strcmp(argv[i], "--experiments") == 0) && i + 1 < argc)
        {
            good = lab_path_set(word ? paths->subjects : paths->experiments, &why, "%s", argv[++i]) == LAB_OK;
        }
        else
        {
            good = argv[i][0] != '-' && *name == NULL;
            *name = argv[i];
        }
    }
    return good;
}

static enum lab_err list_all(struct lab_paths *paths, struct lab_subject *subjects, size_t count,
                             struct lab_why *why)
{
    list_suites();
    list_experiments(paths);
    return list_subjects(subjects, count, why);
}

int cmd_list(int argc, char **argv)
{
    struct lab_paths paths;
    struct lab_subject subjects[LAB_SUBJECT_MAX];
    size_t count = 0;
    struct lab_why why;
    const char *name = NULL;
    bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
    enum lab_err err = lab_paths_find(&paths, &why);
    if (asked || (err == LAB_OK && !read_words(argc, argv, &paths, &name)))
    {
        fputs(usage, asked ? stdout : stderr);
        return asked ? LAB_EXIT_OK : LAB_EXIT_USAGE;
    }
    const struct lab_suite *suite = name != NULL ? suite_named(name) : NULL;
    if (err == LAB_OK && name != NULL && suite == NULL)
    {
        fprintf(stderr, "ovlab list: there is no suite '%s'; of an experiment: ovlab run %s --dry-run\n",
                name, name);
        return LAB_EXIT_USAGE;
    }
    err = err == LAB_OK ? lab_subject_list(paths.subjects, subjects, &count, &why) : err;
    err = err != LAB_OK   ? err
          : suite != NULL ? list_cases(suite, subjects, count, &why)
                          : list_all(&paths, subjects, count, &why);
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab list: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    return LAB_EXIT_OK;
}
