#include "lib/compare_records.h"

#include "lib/ratios.h"
#include "lib/report.h"
#include "lib/stats_boot.h"
#include "lib/term.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct match
{
    const struct lab_ratio_series *a;
    const struct lab_ratio_series *b;
    struct lab_estimate estimate; /* of ln B - ln A; above 0: B is better */
    double p;
    enum lab_ab verdict;
    const char *why;
};

static void turn(double *dst, const struct lab_ratio_series *series)
{
    for (size_t i = 0; i < series->count; i++)
    {
        dst[i] = series->better == LAB_BETTER_SMALLER ? -series->log_ratio[i] : series->log_ratio[i];
    }
}

static void judge(struct match *match, const struct lab_pairs_rule *rule)
{
    double a[LAB_RATIO_ROUNDS];
    double b[LAB_RATIO_ROUNDS];
    turn(a, match->a);
    turn(b, match->b);
    match->p = lab_rank_two_p(a, match->a->count, b, match->b->count);
    match->verdict = LAB_AB_UNDECIDED;
    if (!lab_rank_two(a, match->a->count, b, match->b->count, 0.95, &match->estimate))
    {
        match->estimate.point = lab_stats_median(b, match->b->count) - lab_stats_median(a, match->a->count);
        match->why = "too few rounds";
        return;
    }
    const struct lab_interval *interval = &match->estimate.interval;
    match->verdict = interval->high < log1p(-rule->guard) ? LAB_AB_SLOWER
                     : interval->low > log1p(rule->guard) ? LAB_AB_FASTER
                     : interval->low >= log1p(-rule->same) && interval->high <= log1p(rule->same)
                         ? LAB_AB_SAME
                         : LAB_AB_UNDECIDED;
    match->why = match->verdict == LAB_AB_UNDECIDED ? "the interval is too wide" : "";
}

static enum lab_ab decide(struct match *matches, size_t count)
{
    bool seen[4] = {false};
    double *p = calloc(count, sizeof *p);
    bool *kept = calloc(count, sizeof *kept);
    if (p != NULL && kept != NULL)
    {
        for (size_t i = 0; i < count; i++)
        {
            p[i] = matches[i].p;
        }
        lab_stats_discoveries(p, count, 0.05, kept);
    }
    for (size_t i = 0; i < count; i++)
    {
        bool differs = matches[i].verdict == LAB_AB_SLOWER || matches[i].verdict == LAB_AB_FASTER;
        if (differs && (kept == NULL || !kept[i]))
        {
            matches[i].verdict = LAB_AB_UNDECIDED;
            matches[i].why = "it does not survive Benjamini-Hochberg over the series";
        }
        seen[matches[i].verdict] = true;
    }
    free(p);
    free(kept);
    return seen[LAB_AB_SLOWER]      ? LAB_AB_SLOWER
           : seen[LAB_AB_UNDECIDED] ? LAB_AB_UNDECIDED
           : seen[LAB_AB_FASTER]    ? LAB_AB_FASTER
                                    : LAB_AB_SAME;
}

static void print_match(struct lab_term *term, const struct match *match)
{
    char a[16], b[16], point[16], low[16], high[16], interval[48];
    double sign = match->a->better == LAB_BETTER_SMALLER ? -1.0 : 1.0;
    lab_report_number(a, sizeof a, exp(lab_stats_median(match->a->log_ratio, match->a->count)));
    lab_report_number(b, sizeof b, exp(lab_stats_median(match->b->log_ratio, match->b->count)));
    lab_report_number(point, sizeof point, exp(sign * match->estimate.point));
    double ends[2] = {exp(sign * match->estimate.interval.low), exp(sign * match->estimate.interval.high)};
    lab_report_number(low, sizeof low, fmin(ends[0], ends[1]));
    lab_report_number(high, sizeof high, fmax(ends[0], ends[1]));
    snprintf(interval, sizeof interval, isnan(ends[0]) ? "%s [-]" : "%s [%s, %s]", point, low, high);
    lab_term_print(term, " %-62s %7s %7s  %-22s %2zu/%-2zu  %s%s%s\n", match->a->name, a, b, interval,
                   match->a->count, match->b->count, lab_ab_name(match->verdict),
                   match->why[0] != '\0' ? ": " : "", match->why);
}

static enum lab_err compare_loaded(const struct lab_loaded *a, const struct lab_loaded *b,
                                   const struct lab_pairs_rule *rule, enum lab_ab *verdict,
                                   struct lab_why *why)
{
    struct lab_ratios ratios[2] = {{0}, {0}};
    struct lab_term term;
    size_t count = 0;
    enum lab_err err = lab_ratios_of(a, &ratios[0], why);
    err = err == LAB_OK ? lab_ratios_of(b, &ratios[1], why) : err;
    struct match *matches = err == LAB_OK ? calloc(ratios[0].count + 1, sizeof *matches) : NULL;
    for (size_t i = 0; matches != NULL && i < ratios[0].count; i++)
    {
        const struct lab_ratio_series *other = lab_ratios_find(&ratios[1], ratios[0].list[i].name);
        if (other != NULL)
        {
            matches[count] = (struct match){.a = &ratios[0].list[i], .b = other};
            judge(&matches[count++], rule);
        }
    }
    if (err == LAB_OK && count == 0)
    {
        err = lab_why_set(why, LAB_ERR_ABSENT, "the records have no ratio to " LAB_REFERENCE " in common");
    }
    if (err == LAB_OK)
    {
        *verdict = decide(matches, count);
        lab_term_init(&term, STDOUT_FILENO);
        lab_term_print(&term, " %-62s %7s %7s  %-22s rounds\n", "ratio to " LAB_REFERENCE " of the same run",
                       "A", "B", "B/A [95 %]");
        for (size_t i = 0; i < count; i++)
        {
            print_match(&term, &matches[i]);
        }
        lab_term_print(&term, "\n %s\n", lab_ab_name(*verdict));
    }
    free(matches);
    lab_ratios_clear(&ratios[0]);
    lab_ratios_clear(&ratios[1]);
    return err;
}

enum lab_err lab_compare_records(const char *dir_a, const char *dir_b, const struct lab_pairs_rule *rule,
                                 enum lab_ab *verdict, struct lab_why *why)
{
    struct lab_loaded a;
    struct lab_loaded b;
    char epochs[2][256];
    enum lab_err err = lab_loaded_read(dir_a, &a, why);
    if (err != LAB_OK)
    {
        return err;
    }
    err = lab_loaded_read(dir_b, &b, why);
    if (err != LAB_OK)
    {
        lab_loaded_clear(&a);
        return err;
    }
    lab_ratios_epoch(&a, epochs[0], sizeof epochs[0]);
    lab_ratios_epoch(&b, epochs[1], sizeof epochs[1]);
    printf(" A: %s\n B: %s\n Figures of two runs are not comparable; their ratios to " LAB_REFERENCE
           " are. For a verdict run pairs.\n%s\n",
           lab_loaded_text(a.start, "run_id"), lab_loaded_text(b.start, "run_id"),
           strcmp(epochs[0], epochs[1]) != 0 ? " The machines differ: the ratios may, too.\n" : "");
    fflush(stdout);
    if (strcmp(lab_ratios_reference(&a), lab_ratios_reference(&b)) != 0)
    {
        err = lab_why_set(why, LAB_ERR_ABSENT, "the reference differs: '%.100s' and '%.100s'",
                          lab_ratios_reference(&a), lab_ratios_reference(&b));
    }
    err = err == LAB_OK ? compare_loaded(&a, &b, rule, verdict, why) : err;
    lab_loaded_clear(&a);
    lab_loaded_clear(&b);
    return err;
}
