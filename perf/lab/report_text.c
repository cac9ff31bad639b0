#include "perf/lab/report_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void perf_number_text(char *dst, size_t size, double value)
{
    if (!isfinite(value))
    {
        snprintf(dst, size, "-");
        return;
    }
    /* Digits are lost by rounding up to the next power of ten: 9.996 is 10.0. */
    int exponent = value == 0.0 ? 0 : (int)floor(log10(fabs(value) * (1.0 + 0.5e-3)));
    int decimals = 2 - exponent;
    double unit = pow(10.0, -decimals);
    snprintf(dst, size, "%.*f", decimals > 0 ? decimals : 0,
             decimals < 0 ? round(value / unit) * unit : value);
}

void perf_ratio_text(char *dst, size_t size, const struct perf_ratio *ratio)
{
    char middle[24], low[24], high[24];
    perf_number_text(middle, sizeof middle, ratio->median);
    perf_number_text(low, sizeof low, ratio->interval.low);
    perf_number_text(high, sizeof high, ratio->interval.high);
    snprintf(dst, size, "%s [%s, %s]", middle, low, high);
}

void perf_print_crowds(struct lab_term *term, const struct perf_run *run)
{
    static const enum perf_figure columns[] = {PERF_CROWD_UP, PERF_CROWD_DOWN, PERF_JAIN_UP, PERF_JAIN_DOWN};
    bool first = true;
    for (size_t arm = 0; arm < perf_arm_count; arm++)
    {
        if (perf_arms[arm].scope != PERF_SCOPE_CROWD ||
            isnan(perf_samples_median(&run->samples, arm, PERF_CROWD_UP)))
        {
            continue;
        }
        if (first)
        {
            lab_term_print(term, "\n%-24s%8s %14s %14s %9s %9s\n", "many clients, medians", "clients",
                           "up, Gbit/s", "down, Gbit/s", "Jain up", "Jain down");
            first = false;
        }
        lab_term_print(term, "%-24s%8u", perf_arms[arm].id, perf_arms[arm].clients);
        for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        {
            char text[24];
            perf_number_text(text, sizeof text,
                             perf_samples_median(&run->samples, arm, columns[i]) *
                                 perf_figures[columns[i]].scale);
            lab_term_print(term, " %s%*s%s", lab_term_color(term, LAB_DIM), i < 2 ? 14 : 9, text,
                           lab_term_color(term, LAB_PLAIN));
        }
        lab_term_print(term, "\n");
    }
}

static void print_share(struct lab_term *term, const struct perf_run *run, size_t arm, size_t stock)
{
    struct perf_ratio speed, cpu;
    char text[3][96];
    perf_ratio_of(&run->samples, arm, stock, PERF_TCP_UP, run->seed, &speed);
    perf_ratio_of(&run->samples, arm, stock, PERF_CPU, run->seed, &cpu);
    perf_ratio_text(text[0], sizeof text[0], &speed);
    perf_ratio_text(text[1], sizeof text[1], &cpu);
    perf_number_text(text[2], sizeof text[2], speed.median * cpu.median);
    lab_term_print(term, "%-22s %-24s %-24s %10s\n", perf_arms[arm].id, text[0], text[1], text[2]);
}

void perf_print_why(struct lab_term *term, const struct perf_run *run)
{
    size_t stock = perf_arm_find(perf_twins[0]);
    bool first = true;
    for (size_t arm = 1; arm < perf_arm_count; arm++)
    {
        if (!perf_arms[arm].column || arm == stock ||
            isnan(perf_samples_median(&run->samples, arm, PERF_CPU)) ||
            isnan(perf_samples_median(&run->samples, stock, PERF_CPU)))
        {
            continue;
        }
        if (first)
        {
            lab_term_print(
                term,
                "\nwhy one is faster: against %s; the product is 1 where CPU time for an octet is all "
                "that differs,\nmore where a program also uses the cores at the same time\n",
                perf_twins[0]);
            lab_term_print(term, "%-22s %-24s %-24s %10s\n", "", "TCP, 1 stream up, times",
                           "CPU for a GB, times", "product");
            first = false;
        }
        print_share(term, run, arm, stock);
    }
}
