#include "lib/compare.h"

#include "lib/clock.h"
#include "lib/rng.h"
#include "lib/stats_boot.h"
#include "lib/steps.h"
#include "lib/usual_tunnel.h"

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

/* LAB_COMPARE_SERIES: it is no transfer. */
static size_t transfer_series(const char *name)
{
    static const char *const names[] = {
        [LAB_SERIES_UP] = "tcp_up", [LAB_SERIES_DOWN] = "tcp_down", [LAB_SERIES_BOTH] = "tcp_both"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(names[i], name) == 0)
        {
            return i;
        }
    }
    return LAB_COMPARE_SERIES;
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
    size_t series = transfer_series(name);
    if (series < LAB_COMPARE_SERIES)
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

static bool is_aa(const struct lab_case *first)
{
    return strncmp(first->id, "aa", 2) == 0;
}

/* Adds a pair to every series in which both arms have a figure. first is what ran first. */
static void add_pair(struct lab_compare *compare, const struct lab_case *cases, const struct lab_sample *both)
{
    bool spoilt = both[0].spoilt || both[1].spoilt;
    bool a_first = cases[0].client == &compare->run->subjects[0];
    const struct lab_sample *a = &both[a_first ? 0 : 1];
    const struct lab_sample *b = &both[a_first ? 1 : 0];
    for (size_t i = 0; i < LAB_COMPARE_SERIES; i++)
    {
        struct lab_pairs *pairs = &compare->pairs[i];
        double difference = log(b->figure[i] / a->figure[i]);
        if ((spoilt && !compare->keep_disturbed) || !isfinite(difference))
        {
            pairs->void_count++;
        }
        else if (is_aa(&cases[0]) && pairs->aa_count < LAB_PAIRS_AA)
        {
            pairs->aa[pairs->aa_count++] = difference;
        }
        else if (!is_aa(&cases[0]) && pairs->count < LAB_PAIRS_MAX)
        {
            compare->level[i][0][pairs->count] = a->figure[i];
            compare->level[i][1][pairs->count] = b->figure[i];
            pairs->difference[pairs->count++] = difference;
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

static enum lab_err drive(struct lab_run *run, void *arg, struct lab_why *why)
{
    struct lab_compare *compare = arg;
    uint64_t began_ms = lab_now_ms();
    uint64_t longest_ms = 0;
    bool done = false;
    run->record.on_line = take_line;
    run->record.on_line_arg = compare;
    for (size_t i = 0; !done && i + 1 < run->case_count; i += 2)
    {
        struct lab_sample both[2];
        uint64_t now_ms = lab_now_ms();
        if (now_ms - began_ms + longest_ms > compare->time_s * UINT64_C(1000))
        {
            compare->out_of_time = true;
            return LAB_OK;
        }
        for (size_t k = 0; k < 2; k++)
        {
            enum lab_err err = measure(compare, i + k, why);
            if (err != LAB_OK || compare->sample.failed)
            {
                return err;
            }
            both[k] = compare->sample;
        }
        longest_ms = lab_now_ms() - now_ms > longest_ms ? lab_now_ms() - now_ms : longest_ms;
        add_pair(compare, &run->cases[i], both);
        done = settled(compare);
    }
    return LAB_OK;
}

static int conclude(struct lab_run *run, void *arg, struct lab_term *term, bool write)
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

static const struct lab_step before[] = {{"server start", 0.2, 0, lab_step_server},
                                         {"connect", 0.5, 0, lab_step_connect}};
static const struct lab_step transfers[] = {
    [LAB_SERIES_UP] = {"iperf3 up", -1.05, 0, lab_step_sample_up},
    [LAB_SERIES_DOWN] = {"iperf3 down", -1.05, 0, lab_step_sample_down},
    [LAB_SERIES_BOTH] = {"iperf3 both ways", -1.05, 0, lab_step_sample_both},
};
static const struct lab_step after[] = {{"client shutdown", 0.2, 0, lab_step_client_exit},
                                        {"server shutdown", 0.2, 0, lab_step_server_exit}};

/* Of cost alone something must move too: then it goes up. */
static size_t choose_steps(struct lab_compare *compare)
{
    const bool *wanted = compare->wanted;
    bool any = wanted[LAB_SERIES_UP] || wanted[LAB_SERIES_DOWN] || wanted[LAB_SERIES_BOTH];
    size_t count = 0;
    compare->steps[count++] = before[0];
    compare->steps[count++] = before[1];
    for (size_t i = 0; i < sizeof transfers / sizeof transfers[0]; i++)
    {
        if (wanted[i] || (!any && i == LAB_SERIES_UP))
        {
            compare->steps[count++] = transfers[i];
        }
    }
    compare->steps[count++] = after[0];
    compare->steps[count++] = after[1];
    return count;
}

static void plan_tunnel(struct lab_compare *compare, unsigned seconds, const char *proto, const char *cipher)
{
    compare->features[0] = proto;
    compare->scenario = (struct lab_scenario){
        .id = "compare",
        LAB_USUAL_TUNNEL,
        .proto = proto,
        .cipher = cipher,
        .auth = "SHA256",
        .tls_crypt = true,
        .exit_notify = 1,
        .features = compare->features,
    };
    compare->def = (struct lab_case_def){
        .id = "pair",
        .title = "one sample of a pair",
        .matrix = LAB_MATRIX_PAIRS,
        .scenario = &compare->scenario,
        .steps = compare->steps,
        .step_count = choose_steps(compare),
    };
    compare->suite = (struct lab_suite){.name = "compare",
                                        .title = "interleaved pairs of two arms",
                                        .cases = &compare->def,
                                        .case_count = 1,
                                        .bulk_seconds = seconds};
}

static void plan_sample(struct lab_compare *compare, struct lab_run *run, const char *kind, unsigned number,
                        size_t arm, unsigned turn)
{
    struct lab_case *item = &run->cases[run->case_count++];
    *item =
        (struct lab_case){.def = &compare->def, .client = &run->subjects[arm], .server = &run->subjects[arm]};
    snprintf(item->id, sizeof item->id, "%s-%02u/%u-%s", kind, number, turn, arm == 0 ? "a" : "b");
}

/* Every run of five pairs has one A/A pair at a place nobody knows; a coin decides who goes first, because a
 * fixed order (ABBA too) lends each arm the drift of its neighbour. */
void lab_compare_plan(struct lab_compare *compare, struct lab_run *run, unsigned seconds, const char *proto,
                      const char *cipher)
{
    struct lab_rng rng = {run->options.seed};
    unsigned ab = 0;
    unsigned aa = 0;
    size_t place = 0;
    plan_tunnel(compare, seconds, proto, cipher);
    run->subjects[0] = compare->arms[0].program;
    run->subjects[1] = compare->arms[1].program;
    run->subject_count = 2;
    run->options.suite = &compare->suite;
    run->options.bulk_seconds = seconds;
    run->options.open_ended = true;
    run->drive = drive;
    run->conclude = conclude;
    run->drive_arg = compare;
    compare->run = run;
    compare->overall = LAB_AB_UNDECIDED;
    for (size_t slot = 0; slot < LAB_COMPARE_SLOTS; slot++)
    {
        place = slot % 5 == 0 ? (size_t)lab_rng_below(&rng, 5) : place;
        size_t first = (size_t)lab_rng_below(&rng, 2);
        if (slot % 5 == place && aa < LAB_PAIRS_AA)
        {
            aa++;
            plan_sample(compare, run, "aa", aa, 0, 1);
            plan_sample(compare, run, "aa", aa, 0, 2);
            continue;
        }
        ab++;
        plan_sample(compare, run, "pair", ab, first, 1);
        plan_sample(compare, run, "pair", ab, 1 - first, 2);
    }
}
