/* What runs, which of how many, and how long it will still take: one line that
 * renews itself on a terminal, one line a case everywhere else. */
#include "lib/run.h"

#include "lib/clock.h"

#include <stdio.h>
#include <string.h>

static void case_name(const struct lab_case *item, char *name, size_t size)
{
    if (item->point != NULL)
    {
        snprintf(name, size, "%s", strchr(item->id, '/') + 1);
    }
    else if (item->client != NULL)
    {
        snprintf(name, size, "%s -> %s", item->client->name, item->server->name);
    }
    else
    {
        snprintf(name, size, "%s", item->id);
    }
}

/* The estimates of the steps, corrected by how far off they were so far. */
static double seconds_left(const struct lab_run *run)
{
    double planned = 0.0;
    for (size_t i = run->current; i < run->case_count; i++)
    {
        planned += lab_case_seconds(run->cases[i].def, run->options.bulk_seconds);
    }
    double factor = run->estimated_s > 0.0 ? run->real_s / run->estimated_s : 1.0;
    double left = planned * factor - (double)(lab_now_us() - run->case_started_us) / 1e6;
    return left > 0.0 ? left : 0.0;
}

void lab_progress_tick(void *arg)
{
    struct lab_run *run = arg;
    char name[200];
    char text[320];
    if (!run->term.tty || run->step == NULL)
    {
        return;
    }
    case_name(&run->cases[run->current], name, sizeof name);
    unsigned left = (unsigned)(seconds_left(run) + 0.5);
    snprintf(text, sizeof text, "[%*zu/%zu] %s: %s, %u:%02u left", run->case_count > 9 ? 2 : 1,
             run->current + 1, run->case_count, name, run->step, left / 60, left % 60);
    lab_term_live(&run->term, text);
}

void lab_progress_case(struct lab_run *run, size_t index)
{
    run->current = index;
    run->case_started_us = lab_now_us();
    lab_progress_step(run, "network");
}

void lab_progress_step(struct lab_run *run, const char *step)
{
    run->step = step;
    lab_progress_tick(run);
}

void lab_progress_done(struct lab_run *run)
{
    const struct lab_case *item = &run->cases[run->current];
    const struct lab_row *row = lab_report_row(&run->report, item->id);
    run->step = NULL;
    run->real_s += (double)(lab_now_us() - run->case_started_us) / 1e6;
    run->estimated_s += lab_case_seconds(item->def, run->options.bulk_seconds);
    lab_term_print(&run->term, "[%*zu/%zu] ", run->case_count > 9 ? 2 : 1, run->current + 1, run->case_count);
    if (run->plan != NULL && run->findings.count > 0)
    {
        lab_findings_print_one(&run->findings, &run->findings.list[run->findings.count - 1], &run->term);
    }
    else if (row != NULL)
    {
        lab_report_print_row(row, &run->term);
    }
}
