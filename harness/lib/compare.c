#include "lib/compare.h"

#include "lib/clock.h"
#include "lib/stats_boot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BIN_S 0.25

double lab_compare_steady(const double *bins, size_t count)
{
    size_t third = count / 3;
    size_t from = third < (size_t)(1.0 / BIN_S) ? third : (size_t)(1.0 / BIN_S);
    while (from + 4 <= count && from < count / 2)
    {
        double first = bins[from] + bins[from + 1];
        double second = bins[from + 2] + bins[from + 3];
        if (fabs(first - second) < 0.1 * first)
        {
            break;
        }
        from++;
    }
    return lab_stats_mean(bins + from, count - from);
}

int lab_compare_status(enum lab_ab verdict)
{
    return verdict == LAB_AB_SLOWER      ? LAB_EXIT_SLOWER
           : verdict == LAB_AB_UNDECIDED ? LAB_EXIT_UNDECIDED
                                         : LAB_EXIT_OK;
}

enum lab_ab lab_compare_overall(struct lab_pairs_verdict *verdicts, const bool *wanted, size_t count)
{
    double p[LAB_COMPARE_SERIES] = {0.0};
    bool kept[LAB_COMPARE_SERIES];
    bool seen[4] = {false};
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
    {
        if (wanted[i])
        {
            p[used++] = verdicts[i].p;
        }
    }
    lab_stats_discoveries(p, used, 0.05, kept);
    used = 0;
    for (size_t i = 0; i < count; i++)
    {
        if (!wanted[i])
        {
            continue;
        }
        bool differs = verdicts[i].verdict == LAB_AB_SLOWER || verdicts[i].verdict == LAB_AB_FASTER;
        if (differs && !kept[used])
        {
            verdicts[i].verdict = LAB_AB_UNDECIDED;
            verdicts[i].why = "it does not survive Benjamini-Hochberg over the series";
        }
        seen[verdicts[i].verdict] = true;
        used++;
    }
    return seen[LAB_AB_SLOWER]      ? LAB_AB_SLOWER
           : seen[LAB_AB_UNDECIDED] ? LAB_AB_UNDECIDED
           : seen[LAB_AB_FASTER]    ? LAB_AB_FASTER
                                    : LAB_AB_SAME;
}

/* Reads the lines of a sample as they are written. */
static void take_line(void *arg, const json_t *line)
{
    struct lab_compare *compare = arg;
    struct lab_sample *sample = &compare->sample;
    lab_report_add(&compare->run->report, line);
    const char *kind = json_string_value(json_object_get(line, "kind"));
    const char *name = json_string_value(json_object_get(line, "name"));
    const json_t *values = json_object_get(line, "values");
    if (kind != NULL && strcmp(kind, "case") == 0)
    {
        const char *verdict = json_string_value(json_object_get(line, "verdict"));
        const char *reason = json_string_value(json_object_get(line, "reason"));
        sample->spoilt = strcmp(verdict, "TAINTED") == 0;
        sample->failed = !sample->spoilt && strcmp(verdict, "PASS") != 0;
        if (sample->failed)
        {
            snprintf(compare->failure, sizeof compare->failure, "%.500s", reason);
        }
        return;
    }
    if (kind == NULL || name == NULL || values == NULL)
    {
        return;
    }
    enum lab_compare_series series;
    if (lab_compare_series_of(name, &series))
    {
        double bins[128];
        size_t count = 0;
        const json_t *list = json_object_get(json_object_get(line, "samples"), "interval_mbps");
        for (; count < json_array_size(list) && count < 128; count++)
        {
            bins[count] = json_number_value(json_array_get(list, count));
        }
        sample->figure[series] = lab_compare_steady(bins, count);
        sample->mbit += json_number_value(json_object_get(values, "goodput_mbps")) *
                        json_number_value(json_object_get(values, "seconds"));
    }
    else if (strcmp(name, "client_exit") == 0 || strcmp(name, "server_exit") == 0)
    {
        sample->cpu_s += json_number_value(json_object_get(values, "cpu_s"));
    }
}

/* The next case of the plan, into compare->sample. */
static enum lab_err measure(struct lab_compare *compare, size_t index, struct lab_why *why)
{
    struct lab_sample *sample = &compare->sample;
    enum lab_verdict verdict;
    *sample = (struct lab_sample){.figure = {NAN, NAN, NAN, NAN}};
    enum lab_err err = lab_run_case(compare->run, index, &verdict, why);
    if (err == LAB_OK && sample->cpu_s > 0.0 && sample->mbit > 0.0)
    {
        sample->figure[LAB_SERIES_CPU] = sample->mbit / sample->cpu_s;
    }
    if (err == LAB_OK && verdict == LAB_ERROR)
    {
        err = lab_why_set(why, LAB_ERR_EXITED, "%s", compare->failure);
    }
    return err;
}

/* What the turns of a pair add up to, series by series. */
struct turns
{
    double log[LAB_COMPARE_SERIES][2]; /* sums over the turns that count, of A and of B */
    unsigned count[LAB_COMPARE_SERIES];
};

/* Two transfers back to back, one of each arm. */
static void add_turn(const struct lab_compare *compare, const struct lab_sample *a,
                     const struct lab_sample *b, struct turns *turns)
{
    bool spoilt = (a->spoilt || b->spoilt) && !compare->keep_disturbed;
    for (size_t i = 0; i < LAB_COMPARE_SERIES; i++)
    {
        if (!spoilt && isfinite(log(a->figure[i])) && isfinite(log(b->figure[i])))
        {
            turns->log[i][0] += log(a->figure[i]);
            turns->log[i][1] += log(b->figure[i]);
            turns->count[i]++;
        }
    }
}

/* A pair counts when half of its turns do. */
static void add_pair(struct lab_compare *compare, bool aa, const struct turns *turns)
{
    for (size_t i = 0; i < LAB_COMPARE_SERIES; i++)
    {
        struct lab_pairs *pairs = &compare->pairs[i];
        double a = turns->log[i][0] / turns->count[i];
        double b = turns->log[i][1] / turns->count[i];
        if (turns->count[i] == 0 || 2 * turns->count[i] < compare->turns)
        {
            pairs->void_count++;
        }
        else if (aa && pairs->aa_count < LAB_PAIRS_AA)
        {
            pairs->aa[pairs->aa_count++] = b - a;
        }
        else if (!aa && pairs->count < LAB_PAIRS_MAX)
        {
            compare->level[i][0][pairs->count] = exp(a);
            compare->level[i][1][pairs->count] = exp(b);
            pairs->difference[pairs->count++] = b - a;
        }
    }
}

/* Judges all series; true when nothing is left to find out. */
static bool settled(struct lab_compare *compare)
{
    bool full = true;
    for (size_t i = 0; i < LAB_COMPARE_SERIES; i++)
    {
        lab_pairs_judge(&compare->pairs[i], &compare->rule, &compare->verdict[i]);
        full = full && (!compare->wanted[i] || compare->pairs[i].count >= compare->pairs_max);
    }
    compare->overall = lab_compare_overall(compare->verdict, compare->wanted, LAB_COMPARE_SERIES);
    return full || compare->overall != LAB_AB_UNDECIDED;
}

/* The pair whose first case is that: its turns, each two transfers. */
static enum lab_err measure_pair(struct lab_compare *compare, size_t first, struct lab_why *why)
{
    struct turns turns = {.count = {0}};
    for (size_t i = first; i < first + 2 * (size_t)compare->turns; i += 2)
    {
        struct lab_sample arms[2];
        for (size_t k = i; k < i + 2; k++)
        {
            enum lab_err err = measure(compare, k, why);
            if (err != LAB_OK || compare->sample.failed)
            {
                return err;
            }
            arms[compare->plays_b[k]] = compare->sample;
        }
        add_turn(compare, &arms[0], &arms[1], &turns);
    }
    add_pair(compare, strncmp(compare->run->cases[first].id, "aa", 2) == 0, &turns);
    return LAB_OK;
}

enum lab_err lab_compare_drive(struct lab_run *run, void *arg, struct lab_why *why)
{
    struct lab_compare *compare = arg;
    uint64_t began_ms = lab_now_ms();
    uint64_t longest_ms = 0;
    size_t step = 2 * (size_t)compare->turns;
    bool done = false;
    run->record.on_line = take_line;
    run->record.on_line_arg = compare;
    for (size_t i = 0; !done && i + step <= run->case_count; i += step)
    {
        uint64_t now_ms = lab_now_ms();
        if (now_ms - began_ms + longest_ms > compare->time_s * UINT64_C(1000))
        {
            compare->out_of_time = true;
            return LAB_OK;
        }
        enum lab_err err = measure_pair(compare, i, why);
        if (err != LAB_OK || compare->sample.failed)
        {
            return err;
        }
        longest_ms = lab_now_ms() - now_ms > longest_ms ? lab_now_ms() - now_ms : longest_ms;
        done = settled(compare);
    }
    return LAB_OK;
}

int lab_compare_conclude(struct lab_run *run, void *arg, struct lab_term *term, bool write)
{
    struct lab_compare *compare = arg;
    struct lab_why why;
    lab_compare_print(compare, term);
    run->record.on_line = NULL;
    if (write && lab_compare_write(compare, &why) != LAB_OK)
    {
        lab_term_print(term, "ovlab: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    return compare->failure[0] != '\0' ? LAB_EXIT_FAIL : lab_compare_status(compare->overall);
}
