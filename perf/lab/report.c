#include "perf/lab/report_text.h"

#include "lib/lines.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COLUMN 15

static void print_heads(struct lab_term *term, const struct perf_samples *samples)
{
    lab_term_print(term, "\n%-29s", "medians");
    for (size_t arm = 0; arm < perf_arm_count; arm++)
    {
        if (perf_arms[arm].column && samples->planned[arm])
        {
            lab_term_print(term, "%*s", COLUMN + (strlen(perf_arms[arm].id) >= COLUMN ? 2 : 0),
                           perf_arms[arm].id);
        }
    }
    lab_term_print(term, "   A/A: %s, twice\n", perf_twins[0]);
}

/* The same program against itself: what a ratio of 1 looks like in this run. */
static void print_twins(struct lab_term *term, const struct perf_run *run, enum perf_figure figure)
{
    char text[96];
    struct perf_ratio ratio;
    size_t one = perf_arm_find(perf_twins[0]);
    size_t two = perf_arm_find(perf_twins[1]);
    perf_ratio_of(&run->samples, one, two, figure, run->seed, &ratio);
    perf_ratio_text(text, sizeof text, &ratio);
    lab_term_print(term, "   %s%s\n", ratio.all > 0 ? text : "-", ratio.from_disturbed ? " disturbed" : "");
}

/* Does an arm with a column take part? */
static bool has_columns(const struct perf_samples *samples)
{
    bool any = false;
    for (size_t arm = 0; arm < perf_arm_count; arm++)
    {
        any = any || (perf_arms[arm].column && samples->planned[arm]);
    }
    return any;
}

static void print_medians(struct lab_term *term, const struct perf_run *run)
{
    const struct perf_samples *samples = &run->samples;
    if (!has_columns(samples))
    {
        return;
    }
    print_heads(term, samples);
    for (size_t figure = 0; figure < PERF_CROWD_UP; figure++)
    {
        char title[64];
        const struct perf_figure_def *def = &perf_figures[figure];
        snprintf(title, sizeof title, "%s, %s", def->title, def->unit);
        lab_term_print(term, "%-29s", title);
        for (size_t arm = 0; arm < perf_arm_count; arm++)
        {
            char text[24];
            if (perf_arms[arm].column && samples->planned[arm])
            {
                perf_number_text(text, sizeof text,
                                 perf_samples_median(samples, arm, (enum perf_figure)figure) * def->scale);
                /* Grey: what these are depends on the machine and its day; the ratios below don't. */
                lab_term_print(term, "%s%*s%s", lab_term_color(term, LAB_DIM),
                               COLUMN + (strlen(perf_arms[arm].id) >= COLUMN ? 2 : 0), text,
                               lab_term_color(term, LAB_PLAIN));
            }
        }
        print_twins(term, run, (enum perf_figure)figure);
    }
}

/* Arms without a column, and why an arm has no figures. */
static void print_others(struct lab_term *term, const struct perf_run *run)
{
    bool first = true;
    for (size_t arm = 0; arm < perf_arm_count; arm++)
    {
        char up[24], down[24];
        double values[2] = {perf_samples_median(&run->samples, arm, PERF_TCP_UP),
                            perf_samples_median(&run->samples, arm, PERF_TCP_DOWN)};
        if (perf_arms[arm].column || isnan(values[0]) || strcmp(perf_arms[arm].id, perf_twins[1]) == 0)
        {
            continue;
        }
        perf_number_text(up, sizeof up, values[0] * 1e-3);
        perf_number_text(down, sizeof down, values[1] * 1e-3);
        lab_term_print(term, "%s%-24s%8s up %8s down\n", first ? "\nTCP, 1 stream, Gbit/s\n" : "",
                       perf_arms[arm].id, up, down);
        first = false;
    }
    first = true;
    for (size_t arm = 0; arm < perf_arm_count; arm++)
    {
        const char *why = run->samples.unsupported[arm][0] != '\0' ? run->samples.unsupported[arm]
                                                                   : run->samples.failed[arm];
        if (run->samples.planned[arm] && why[0] != '\0')
        {
            lab_term_print(term, "%s%-24s %s%s\n", first ? "\nwithout figures, or with some missing\n" : "",
                           perf_arms[arm].id, run->samples.unsupported[arm][0] != '\0' ? "UNSUPPORTED: " : "",
                           why);
            first = false;
        }
    }
}

static enum lab_err write_goal(struct perf_run *run, const struct perf_goal *goal, enum perf_verdict verdict,
                               const struct perf_ratio *ratio, const char *reason, struct lab_why *why)
{
    char name[160];
    char text[512];
    char said[96];
    snprintf(name, sizeof name, "%s: %s%s%s %s %g", perf_figures[goal->figure].id, goal->arm,
             goal->against != NULL ? " / " : "", goal->against != NULL ? goal->against : "",
             goal->at_most ? "<=" : ">=", goal->limit);
    perf_ratio_text(said, sizeof said, ratio);
    snprintf(text, sizeof text, "%s: ratio %s%s%s", perf_verdict_name(verdict), said,
             reason[0] != '\0' ? "; " : "", reason);
    lab_text_clean(text);
    json_t *values = json_pack("{s:o, s:o, s:o, s:f, s:I, s:I}", "ratio", lab_json_number(ratio->median),
                               "ratio_low", lab_json_number(ratio->interval.low), "ratio_high",
                               lab_json_number(ratio->interval.high), "limit", goal->limit, "rounds",
                               (json_int_t)ratio->count, "rounds_with_disturbed", (json_int_t)ratio->all);
    enum lab_err err =
        lab_line_measurement(&run->record, "goals", name, values,
                             json_pack("{s:o}", "ratio", lab_json_numbers(ratio->ratio, ratio->count)), why);
    return err == LAB_OK ? lab_line_check(&run->record, "goals", name, perf_verdict_lab(verdict), text, why)
                         : err;
}

static enum lab_color verdict_color(enum perf_verdict verdict)
{
    static const enum lab_color colors[] = {LAB_GREEN, LAB_RED, LAB_YELLOW, LAB_DIM};
    return colors[verdict];
}

static void print_goal(struct lab_term *term, const struct perf_run *run, const struct perf_goal *goal)
{
    struct perf_ratio ratio;
    char reason[400];
    char text[96];
    char limit[24];
    enum perf_verdict verdict =
        perf_goal_judge(&run->samples, goal, run->seed, &ratio, reason, sizeof reason);
    snprintf(limit, sizeof limit, "%s%g", goal->at_most ? "<= " : ">= ", goal->limit);
    perf_ratio_text(text, sizeof text, &ratio);
    lab_term_print(term, "%-24s %-22s %-19s %8s   %-22s %s%s%s%s%s\n", perf_figures[goal->figure].title,
                   goal->arm, goal->against != NULL ? goal->against : "(itself)", limit,
                   ratio.all > 0 ? text : "-", lab_term_color(term, verdict_color(verdict)),
                   perf_verdict_name(verdict), lab_term_color(term, LAB_PLAIN), reason[0] != '\0' ? ": " : "",
                   reason);
}

/* Comparisons of variants are only worth a word in a run that has them. */
static bool concerns(const struct perf_run *run, const struct perf_goal *goal)
{
    const size_t arm = perf_arm_find(goal->arm);
    return !perf_arms[arm].asked || run->samples.planned[arm];
}

static void print_goals(struct lab_term *term, const struct perf_run *run)
{
    size_t count = 0;
    size_t elsewhere = 0;
    lab_term_print(term, "\n%-24s %-22s %-19s %8s   %-22s %s\n", "goal", "of", "against", "limit",
                   "ratio [95 %]", "verdict");
    for (size_t i = 0; i < perf_goal_count; i++)
    {
        const bool *planned = run->samples.planned;
        const char *against = perf_goals[i].against;
        if (!concerns(run, &perf_goals[i]))
        {
            continue;
        }
        count++;
        if (planned[perf_arm_find(perf_goals[i].arm)] && (against == NULL || planned[perf_arm_find(against)]))
        {
            print_goal(term, run, &perf_goals[i]);
        }
        else
        {
            elsewhere++;
        }
    }
    if (elsewhere > 0)
    {
        lab_term_print(term, "%zu of %zu goals need arms that are not in this run\n", elsewhere, count);
    }
}

static void print_all(struct lab_term *term, const struct perf_run *run)
{
    print_medians(term, run);
    print_others(term, run);
    perf_print_crowds(term, run);
    perf_print_why(term, run);
    print_goals(term, run);
    lab_term_print(term, "\n%zu rounds (%s), seed %llu; medians include disturbed rounds, verdicts don't\n",
                   run->samples.rounds, run->pace->name, (unsigned long long)run->seed);
    lab_term_print(term, "record: %s\n", run->place.dir);
}

enum lab_err perf_report(struct perf_run *run, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < perf_goal_count; i++)
    {
        if (!concerns(run, &perf_goals[i]))
        {
            continue;
        }
        struct perf_ratio ratio;
        char reason[400];
        enum perf_verdict verdict =
            perf_goal_judge(&run->samples, &perf_goals[i], run->seed, &ratio, reason, sizeof reason);
        run->verdicts[perf_verdict_lab(verdict)]++;
        err = write_goal(run, &perf_goals[i], verdict, &ratio, reason, why);
    }
    print_all(&run->term, run);
    if (err == LAB_OK)
    {
        err = lab_path_set(path, why, "%s/summary.txt", run->place.dir);
    }
    int fd = err == LAB_OK ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
    if (fd >= 0)
    {
        struct lab_term file;
        lab_term_init(&file, fd);
        print_all(&file, run);
        close(fd);
    }
    return err;
}
