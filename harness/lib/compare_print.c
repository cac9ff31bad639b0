#include "lib/compare.h"

#include "lib/lines.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct
{
    const char *name; /* of the measurement */
    const char *title;
    const char *unit;
} series[LAB_COMPARE_SERIES] = {
    {"goodput_up", "goodput up", "mbps"},
    {"goodput_down", "goodput down", "mbps"},
    {"goodput_both", "goodput both ways", "mbps"},
    {"goodput_per_cpu", "goodput per CPU-s", "mbit_per_cpu_s"},
};

static enum lab_color color_of(enum lab_ab verdict)
{
    static const enum lab_color colors[] = {LAB_GREEN, LAB_GREEN, LAB_RED, LAB_YELLOW};
    return colors[verdict];
}

/* "0.959 [0.93, 0.99]" of log ratios. */
static void ratio_text(char *text, size_t size, double point, const struct lab_interval *interval)
{
    char middle[16], low[16], high[16];
    lab_report_number(middle, sizeof middle, exp(point));
    lab_report_number(low, sizeof low, exp(interval->low));
    lab_report_number(high, sizeof high, exp(interval->high));
    snprintf(text, size, isnan(interval->low) ? "%s [-]" : "%s [%s, %s]", middle, low, high);
}

static void percent_text(char *text, size_t size, double share)
{
    char number[16];
    lab_report_number(number, sizeof number, 100.0 * share);
    snprintf(text, size, isfinite(share) ? "%s %%" : "-", number);
}

static void print_series(const struct lab_compare *compare, size_t index, struct lab_term *term)
{
    const struct lab_pairs *pairs = &compare->pairs[index];
    const struct lab_pairs_verdict *verdict = &compare->verdict[index];
    char a[16], b[16], ratio[64], floor[24], least[24];
    lab_report_number(a, sizeof a, lab_stats_median(compare->level[index][0], pairs->count));
    lab_report_number(b, sizeof b, lab_stats_median(compare->level[index][1], pairs->count));
    ratio_text(ratio, sizeof ratio, verdict->shown.point, &verdict->shown.interval);
    percent_text(floor, sizeof floor, verdict->noise_floor);
    percent_text(least, sizeof least, verdict->detectable);
    lab_term_print(term, " %-18s %7s %7s  %-23s %8s %8s %5zu  %s%s%s%s%s\n", series[index].title, a, b, ratio,
                   floor, least, pairs->count, lab_term_color(term, color_of(verdict->verdict)),
                   lab_ab_name(verdict->verdict), lab_term_color(term, LAB_PLAIN),
                   verdict->why != NULL && verdict->why[0] != '\0' ? ": " : "",
                   verdict->why != NULL ? verdict->why : "");
}

/* What a series would need: said aloud instead of pretended. */
static void print_power(const struct lab_compare *compare, size_t index, struct lab_term *term)
{
    static const double effects[] = {-0.05, -0.10};
    const struct lab_pairs_verdict *verdict = &compare->verdict[index];
    char deviation[24], guard[24], ratio[64];
    char text[256] = "";
    if (!(verdict->deviation > 0.0))
    {
        return;
    }
    for (size_t i = 0; i < 2; i++)
    {
        double pairs = lab_pairs_needed(verdict->deviation, effects[i], verdict->guard);
        char one[64];
        snprintf(one, sizeof one,
                 isfinite(pairs) ? "%s%.0f %% needs %.0f pairs" : "%s%.0f %% lies in the guard",
                 i > 0 ? ", " : "", 100.0 * effects[i], fmax(ceil(pairs), 6.0));
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s", one);
    }
    percent_text(deviation, sizeof deviation, verdict->deviation);
    percent_text(guard, sizeof guard, verdict->guard);
    lab_term_print(term, " %-18s sd of pairs %s, guard %s: %s", series[index].title, deviation, guard, text);
    if (!isnan(verdict->looked.low))
    {
        ratio_text(ratio, sizeof ratio, verdict->shown.point, &verdict->looked);
        lab_term_print(term, "; decided at %.1f %%: %s", 100.0 * verdict->look_level, ratio);
    }
    if (verdict->block > 1)
    {
        ratio_text(ratio, sizeof ratio, verdict->shown.point, &verdict->bootstrap);
        lab_term_print(term, "; neighbours alike (lag 1: %.2f), bootstrap in blocks of %zu: %s",
                       verdict->autocorrelation, verdict->block, ratio);
    }
    lab_term_print(term, "\n");
}

void lab_compare_print(const struct lab_compare *compare, struct lab_term *term)
{
    size_t spoilt = 0;
    lab_term_print(term, "\n A: %s\n B: %s\n\n", compare->arms[0].label, compare->arms[1].label);
    lab_term_print(term, " %-18s %7s %7s  %-23s %8s %8s %5s  %s\n", "medians, Mbit", "A", "B", "B/A [95 %]",
                   "A/A +-", "sees", "pairs", "verdict");
    for (size_t i = 0; i < LAB_COMPARE_SERIES; i++)
    {
        if (compare->wanted[i])
        {
            print_series(compare, i, term);
            spoilt = compare->pairs[i].void_count > spoilt ? compare->pairs[i].void_count : spoilt;
        }
    }
    lab_term_print(term, "\n");
    for (size_t i = 0; i < LAB_COMPARE_SERIES; i++)
    {
        if (compare->wanted[i])
        {
            print_power(compare, i, term);
        }
    }
    if (spoilt > 0)
    {
        lab_term_print(term, " %zu pairs do not count: the host was disturbed, or a figure is missing\n",
                       spoilt);
    }
    if (compare->failure[0] != '\0')
    {
        lab_term_print(term, " an arm did not work: %s\n", compare->failure);
    }
    lab_term_print(term, "\n %s%s%s%s\n", lab_term_color(term, color_of(compare->overall)),
                   lab_ab_name(compare->overall), lab_term_color(term, LAB_PLAIN),
                   compare->out_of_time ? " (the time was up: --time gives more)" : "");
}

static json_t *values_of(const struct lab_compare *compare, size_t index)
{
    const struct lab_pairs *pairs = &compare->pairs[index];
    const struct lab_pairs_verdict *verdict = &compare->verdict[index];
    char a[32], b[32];
    const struct
    {
        const char *name;
        double value;
    } numbers[] = {
        {"ratio", exp(verdict->shown.point)},
        {"ratio_low", exp(verdict->shown.interval.low)},
        {"ratio_high", exp(verdict->shown.interval.high)},
        {"look_low", exp(verdict->looked.low)},
        {"look_high", exp(verdict->looked.high)},
        {"look_percent", 100.0 * verdict->look_level},
        {"bootstrap_low", exp(verdict->bootstrap.low)},
        {"bootstrap_high", exp(verdict->bootstrap.high)},
        {"block", (double)verdict->block},
        {"autocorrelation", verdict->autocorrelation},
        {"superiority", verdict->superiority},
        {"p", verdict->p},
        {"deviation_percent", 100.0 * verdict->deviation},
        {"noise_floor_percent", 100.0 * verdict->noise_floor},
        {"guard_percent", 100.0 * verdict->guard},
        {"same_percent", 100.0 * verdict->same},
        {"detectable_percent", 100.0 * verdict->detectable},
        {"pairs", (double)pairs->count},
        {"aa_pairs", (double)pairs->aa_count},
        {"void_pairs", (double)pairs->void_count},
    };
    json_t *values = json_object();
    snprintf(a, sizeof a, "a_%s", series[index].unit);
    snprintf(b, sizeof b, "b_%s", series[index].unit);
    json_object_set_new(values, a, lab_json_number(lab_stats_median(compare->level[index][0], pairs->count)));
    json_object_set_new(values, b, lab_json_number(lab_stats_median(compare->level[index][1], pairs->count)));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    {
        json_object_set_new(values, numbers[i].name, lab_json_number(numbers[i].value));
    }
    return values;
}

static enum lab_err write_series(const struct lab_compare *compare, size_t index, struct lab_why *why)
{
    static const enum lab_verdict meanings[] = {LAB_PASS, LAB_PASS, LAB_FAIL, LAB_INCONCLUSIVE};
    const struct lab_pairs *pairs = &compare->pairs[index];
    const struct lab_pairs_verdict *verdict = &compare->verdict[index];
    struct lab_record *record = &compare->run->record;
    char text[700];
    char ratio[64];
    json_t *samples = json_pack("{s:o, s:o}", "difference", lab_json_numbers(pairs->difference, pairs->count),
                                "aa_difference", lab_json_numbers(pairs->aa, pairs->aa_count));
    enum lab_err err =
        lab_line_measurement(record, "compare", series[index].name, values_of(compare, index), samples, why);
    ratio_text(ratio, sizeof ratio, verdict->shown.point, &verdict->shown.interval);
    snprintf(text, sizeof text, "%s: ratio %s over %zu pairs%s%s; A: %.200s; B: %.200s",
             lab_ab_name(verdict->verdict), ratio, pairs->count, verdict->why[0] != '\0' ? "; " : "",
             verdict->why, compare->arms[0].label, compare->arms[1].label);
    lab_text_clean(text);
    return err == LAB_OK
               ? lab_line_check(record, "compare", series[index].name, meanings[verdict->verdict], text, why)
               : err;
}

enum lab_err lab_compare_write(const struct lab_compare *compare, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < LAB_COMPARE_SERIES; i++)
    {
        if (compare->wanted[i] && compare->verdict[i].why != NULL)
        {
            err = write_series(compare, i, why);
        }
    }
    return err;
}
