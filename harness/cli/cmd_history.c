/* ovlab history: what moved, when, over all records there are. */
#include "cli/cli.h"
#include "lib/args.h"
#include "lib/history_json.h"
#include "lib/paths.h"
#include "lib/ratios.h"
#include "lib/report.h"
#include "lib/spark.h"
#include "lib/term.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: ovlab history [DIR...]     (default: results and results/baselines)\n"
    "\n"
    "Shows each figure as its ratio to " LAB_REFERENCE " of the same run, over all records\n"
    "in the directories, and where its level changed. A series begins anew where the\n"
    "machine or the reference changes.\n"
    "\n"
    "  --series WORD   only series whose name holds it\n"
    "  --runs N        only series with at least N runs (default: 1)\n"
    "  --p P           significance of a change, 0.0005 to 0.1 (default: 0.001)\n"
    "  --gate          exit status 3 when the last change of a shown series is for\n"
    "                  the worse\n"
    "  --json          the same as a JSON array of series, with every point, epoch\n"
    "                  and change\n"
    "\n"
    "Change points: E-divisive means (Matteson and James 2014, doi\n"
    "10.1080/01621459.2013.849605), as used for continuous benchmarking by Daly et\n"
    "al. (ICPE 2020), permutation test, stretches of 3 runs and more. A change counts\n"
    "when it is larger than 2 % and three median absolute deviations of the series'\n"
    "steps, and three quarters of the pairs of runs across it agree. So few runs\n"
    "cannot reach p: 0.001 takes about 13.\n"
    "\n"
    "exit status: 0, 2 wrong usage, 3 see --gate, 4 no ratios in these records, 99\n"
    "the harness failed\n";

enum
{
    OPT_SERIES = 1000,
    OPT_RUNS,
    OPT_P,
    OPT_GATE,
    OPT_JSON,
    OPT_HELP,
};

static const struct option long_options[] = {
    {"series", required_argument, NULL, OPT_SERIES},
    {"runs", required_argument, NULL, OPT_RUNS},
    {"p", required_argument, NULL, OPT_P},
    {"gate", no_argument, NULL, OPT_GATE},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

struct request
{
    const char *word;
    unsigned runs;
    struct lab_change_rule rule;
    bool gate;
    json_t *json; /* NULL: a table */
    bool help;
    bool worse; /* found: a last change for the worse */
    size_t shown;
};

static enum lab_err take_option(struct request *request, int option, struct lab_why *why)
{
    char *end;
    switch (option)
    {
    case OPT_SERIES:
        request->word = optarg;
        return LAB_OK;
    case OPT_RUNS:
        return lab_arg_range("--runs", optarg, 1, 100000, &request->runs, why);
    case OPT_P:
        request->rule.p = strtod(optarg, &end);
        return end != optarg && *end == '\0' && request->rule.p >= 0.0005 && request->rule.p <= 0.1
                   ? LAB_OK
                   : lab_why_set(why, LAB_ERR_USAGE, "--p wants 0.0005 to 0.1, not '%s'", optarg);
    case OPT_GATE:
        request->gate = true;
        return LAB_OK;
    case OPT_JSON:
        request->json = request->json == NULL ? json_array() : request->json;
        return LAB_OK;
    case OPT_HELP:
        request->help = true;
        return LAB_OK;
    default:
        return lab_why_set(why, LAB_ERR_USAGE, "see ovlab history --help");
    }
}

/* One character a run, from the lowest to the highest ratio. */
static void spark(char *text, size_t size, const struct lab_history_series *series)
{
    double values[24];
    size_t count = series->count < 24 ? series->count : 24;
    for (size_t i = 0; i < count; i++)
    {
        values[i] = series->points[series->count - count + i].log_ratio;
    }
    lab_spark(text, size, values, count, count, lab_spark_utf8());
}

static void print_change(const struct lab_history *history, const struct lab_history_series *series,
                         const struct lab_history_stretch *stretch, const struct lab_change *change,
                         struct lab_term *term)
{
    double sign = series->better == LAB_BETTER_SMALLER ? -1.0 : 1.0;
    char before[16], after[16];
    const struct lab_history_run *last = &history->runs[series->points[stretch->from + change->at - 1].run];
    const struct lab_history_run *first = &history->runs[series->points[stretch->from + change->at].run];
    bool worse = change->after < change->before;
    lab_report_number(before, sizeof before, exp(sign * change->before));
    lab_report_number(after, sizeof after, exp(sign * change->after));
    lab_term_print(term,
                   "     %s%s%s  %s to %s between %s (%.10s) and %s (%.10s), p %.4f: ovlab compare %s %s\n",
                   lab_term_color(term, worse ? LAB_RED : LAB_GREEN), worse ? "WORSE" : "BETTER",
                   lab_term_color(term, LAB_PLAIN), before, after, last->commit, last->started, first->commit,
                   first->started, change->p, last->commit, first->commit);
}

static bool is_wanted(const struct request *request, const struct lab_history_series *series)
{
    return series->count >= request->runs && series->count > 0 &&
           (request->word == NULL || strstr(series->name, request->word) != NULL);
}

/* One series into the JSON array. */
static enum lab_err add_json(struct request *request, const struct lab_history *history,
                             const struct lab_history_series *series, struct lab_why *why)
{
    json_t *object;
    enum lab_err err = lab_history_series_json(history, series, &request->rule, &object, why);
    if (err != LAB_OK)
    {
        return err;
    }
    const json_t *changes = json_object_get(object, "changes");
    size_t count = json_array_size(changes);
    request->worse =
        request->worse ||
        (count > 0 && json_is_true(json_object_get(json_array_get(changes, count - 1), "worse")));
    json_array_append_new(request->json, object);
    return LAB_OK;
}

static enum lab_err show_series(struct request *request, const struct lab_history *history,
                                const struct lab_history_series *series, int width, struct lab_term *term,
                                struct lab_why *why)
{
    char sparks[128], ratio[16];
    struct lab_history_stretch stretch = {.to = 0};
    bool worse = false;
    spark(sparks, sizeof sparks, series);
    lab_report_number(ratio, sizeof ratio, exp(series->points[series->count - 1].log_ratio));
    lab_term_print(term, " %-*s %4zu %8s  %s\n", width, series->name, series->count, ratio, sparks);
    while (stretch.to < series->count)
    {
        size_t from = stretch.to;
        enum lab_err err = lab_history_stretch(history, series, from, &request->rule, &stretch, why);
        if (err != LAB_OK)
        {
            return err;
        }
        if (from > 0)
        {
            const struct lab_history_run *run = &history->runs[series->points[from].run];
            lab_term_print(term, "     new epoch from %.10s: %s\n", run->started, run->epoch);
        }
        for (size_t i = 0; i < stretch.change_count; i++)
        {
            print_change(history, series, &stretch, &stretch.changes[i], term);
            worse = stretch.changes[i].after < stretch.changes[i].before;
        }
    }
    request->worse = request->worse || worse;
    return LAB_OK;
}

static enum lab_err load(struct lab_history *history, char **dirs, size_t count, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    struct lab_paths paths;
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        err = lab_history_add(history, dirs[i], why);
    }
    if (count == 0)
    {
        err = lab_paths_find(&paths, why);
        err = err == LAB_OK ? lab_history_add(history, paths.results, why) : err;
        err = err == LAB_OK ? lab_path_set(path, why, "%s/baselines", paths.results) : err;
        err = err == LAB_OK && access(path, R_OK) == 0 ? lab_history_add(history, path, why) : err;
    }
    lab_history_sort(history);
    return err;
}

/* Wide enough for the longest name that is shown, within reason. */
static int name_width(const struct request *request, const struct lab_history *history)
{
    size_t width = strlen("ratio to " LAB_REFERENCE " of the same run");
    for (size_t i = 0; i < history->series_count; i++)
    {
        size_t length = strlen(history->series[i].name);
        width = is_wanted(request, &history->series[i]) && length > width ? length : width;
    }
    return width < 100 ? (int)width : 100;
}

static enum lab_err show(struct request *request, const struct lab_history *history, struct lab_why *why)
{
    struct lab_term term;
    enum lab_err err = LAB_OK;
    int width = name_width(request, history);
    lab_term_init(&term, STDOUT_FILENO);
    if (request->json == NULL)
    {
        lab_term_print(&term, " %-*s %4s %8s\n", width, "ratio to " LAB_REFERENCE " of the same run", "runs",
                       "last");
    }
    for (size_t i = 0; err == LAB_OK && i < history->series_count; i++)
    {
        const struct lab_history_series *series = &history->series[i];
        if (is_wanted(request, series))
        {
            request->shown++;
            err = request->json != NULL ? add_json(request, history, series, why)
                                        : show_series(request, history, series, width, &term, why);
        }
    }
    if (err == LAB_OK && request->json != NULL)
    {
        (void)json_dumpf(request->json, stdout, JSON_INDENT(1));
        (void)putchar('\n');
    }
    if (history->unread > 0)
    {
        fprintf(stderr, "\n %zu records could not be read, the last: %s\n", history->unread,
                history->unread_why);
    }
    return err;
}

int cmd_history(int argc, char **argv)
{
    struct lab_why why;
    struct lab_history history = {.runs = NULL};
    struct request request = {.runs = 1, .rule = lab_change_usual};
    enum lab_err err = LAB_OK;
    for (int option; err == LAB_OK && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
    {
        err = take_option(&request, option, &why);
    }
    if (err == LAB_OK && request.help)
    {
        fputs(usage, stdout);
        return LAB_EXIT_OK;
    }
    err = err == LAB_OK ? load(&history, argv + optind, (size_t)(argc - optind), &why) : err;
    err = err == LAB_OK ? show(&request, &history, &why) : err;
    lab_history_clear(&history);
    json_decref(request.json);
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab history: %s\n", why.text);
        return err == LAB_ERR_USAGE ? LAB_EXIT_USAGE : LAB_EXIT_ERROR;
    }
    if (request.shown == 0)
    {
        fprintf(stderr, "ovlab history: no ratios to " LAB_REFERENCE " in these records\n");
        return LAB_EXIT_SKIPPED;
    }
    return request.gate && request.worse ? LAB_EXIT_SLOWER : LAB_EXIT_OK;
}
