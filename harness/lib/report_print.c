/* Printing: rows as a table of at most 100 columns. */
#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 15
#define TEXT_WIDTH 92

void lab_report_number(char *dst, size_t size, double value)
{
    if (!isfinite(value))
    {
        snprintf(dst, size, "-");
        return;
    }
    double magnitude = fabs(value);
    int digits = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : magnitude >= 0.9995 ? 2 : 3;
    double unit = 1.0;
    while (magnitude / unit >= 999.5)
    {
        unit *= 10.0;
    }
    snprintf(dst, size, "%.*f", value == 0.0 ? 0 : digits, unit > 1.0 ? round(value / unit) * unit : value);
}

static enum lab_color color_of(enum lab_verdict verdict)
{
    switch (verdict)
    {
    case LAB_PASS:
        return LAB_GREEN;
    case LAB_FAIL:
    case LAB_ERROR:
        return LAB_RED;
    case LAB_UNSUPPORTED:
        return LAB_DIM;
    default:
        return LAB_YELLOW;
    }
}

static void pair_name(const struct lab_row *row, char *name, size_t size)
{
    if (row->client[0] != '\0')
    {
        snprintf(name, size, "%s -> %s", row->client, row->server);
    }
    else
    {
        snprintf(name, size, "%s", row->id);
    }
}

void lab_report_print_row(const struct lab_row *row, struct lab_term *term)
{
    char name[200];
    char connect[16];
    char rtt[16];
    char up[16];
    char down[16];
    pair_name(row, name, sizeof name);
    if (row->client[0] != '\0' && strncmp(row->id, row->client, strlen(row->client)) == 0)
    {
        /* Of the matrix, where the pair alone would not tell one case from another. */
        lab_term_print(term, "%s%-12s%s %s%s%.100s%s\n", lab_term_color(term, color_of(row->verdict)),
                       lab_verdict_name(row->verdict), lab_term_color(term, LAB_PLAIN), row->id,
                       row->reason[0] != '\0' ? ": " : "", row->reason,
                       strlen(row->reason) > 100 ? "..." : "");
        return;
    }
    lab_term_print(term, "%s%-12s%s %-31s", lab_term_color(term, color_of(row->verdict)),
                   lab_verdict_name(row->verdict), lab_term_color(term, LAB_PLAIN), name);
    if (isfinite(row->rtt_ms) || isfinite(row->connect_ms))
    {
        lab_report_number(connect, sizeof connect, row->connect_ms);
        lab_report_number(rtt, sizeof rtt, row->rtt_ms);
        lab_report_number(up, sizeof up, row->up_mbps);
        lab_report_number(down, sizeof down, row->down_mbps);
        lab_term_print(term, " %5s%s  rtt %5s ms  up %5s  down %5s Mbit/s\n",
                       isfinite(row->connect_ms) ? connect : "", isfinite(row->connect_ms) ? " ms" : "   ",
                       rtt, up, down);
    }
    else
    {
        lab_term_print(term, " %.45s%s\n", row->reason, strlen(row->reason) > 45 ? "..." : "");
    }
}

static const char *mark_text(enum lab_mark mark)
{
    static const char *const texts[] = {
        [LAB_MARK_NONE] = "-", [LAB_MARK_OK] = "ok", [LAB_MARK_BAD] = "FAIL", [LAB_MARK_UNSURE] = "?"};
    return texts[mark];
}

static void print_number(struct lab_term *term, int width, double value)
{
    char text[24];
    lab_report_number(text, sizeof text, value);
    lab_term_print(term, "%*s", width, text);
}

static void print_mark(struct lab_term *term, int width, enum lab_mark mark)
{
    const char *text = mark_text(mark);
    lab_term_print(term, "%*s%s%s%s", width - (int)strlen(text), "",
                   mark == LAB_MARK_BAD ? lab_term_color(term, LAB_RED) : "", text,
                   mark == LAB_MARK_BAD ? lab_term_color(term, LAB_PLAIN) : "");
}

static void print_table_row(const struct lab_row *row, struct lab_term *term)
{
    bool pair = row->client[0] != '\0';
    lab_term_print(term, " %-*.*s %-*.*s", NAME_WIDTH, NAME_WIDTH, pair ? row->client : "(bare link)",
                   NAME_WIDTH, NAME_WIDTH, pair ? row->server : "");
    print_number(term, 8, row->connect_ms);
    print_number(term, 8, row->rtt_ms);
    print_number(term, 6, row->loss_percent);
    print_number(term, 8, row->up_mbps);
    print_number(term, 8, row->down_mbps);
    print_mark(term, 6, row->ping6);
    print_mark(term, 6, row->ending);
    print_mark(term, 6, row->wire);
    lab_term_print(term, "  %s%s%s\n", lab_term_color(term, color_of(row->verdict)),
                   row->finished ? lab_verdict_name(row->verdict) : "(unfinished)",
                   lab_term_color(term, LAB_PLAIN));
}

/* Breaks text at blanks; lines after the first are indented. */
static void print_wrapped(struct lab_term *term, const char *indent, const char *text)
{
    size_t room = TEXT_WIDTH - strlen(indent);
    while (strlen(text) > room)
    {
        size_t cut = room;
        while (cut > room / 2 && text[cut] != ' ')
        {
            cut--;
        }
        cut = text[cut] == ' ' ? cut : room;
        lab_term_print(term, "%.*s\n%s", (int)cut, text, indent);
        text += cut + (text[cut] == ' ');
    }
    lab_term_print(term, "%s\n", text);
}

/* How many cases could not run for this very reason; 0 when an earlier row told. */
static size_t same_reason(const struct lab_row *const *rows, size_t count, size_t at)
{
    size_t same = 0;
    for (size_t i = 0; i < count; i++)
    {
        bool fits = rows[i]->finished && rows[i]->verdict == rows[at]->verdict &&
                    strcmp(rows[i]->reason, rows[at]->reason) == 0;
        if (fits && i < at)
        {
            return 0;
        }
        same += fits;
    }
    return same;
}

static void print_trouble(const struct lab_report *report, const struct lab_row *row, size_t same,
                          struct lab_term *term, const char *dir)
{
    char name[200];
    char more[32] = "";
    pair_name(row, name, sizeof name);
    if (same > 1)
    {
        snprintf(more, sizeof more, ", and %zu more", same - 1);
    }
    lab_term_print(term, "\n %s%s%s  %s%s\n     ", lab_term_color(term, color_of(row->verdict)),
                   lab_verdict_name(row->verdict), lab_term_color(term, LAB_PLAIN), name, more);
    print_wrapped(term, "     ", row->reason);
    if (row->verdict != LAB_UNSUPPORTED && row->verdict != LAB_TAINTED)
    {
        lab_term_print(term, "%s     logs   %s/%s\n     again  build/ovlab run %s --only %s%s\n",
                       lab_term_color(term, LAB_DIM), dir, row->logs, report->suite, row->id,
                       lab_term_color(term, LAB_PLAIN));
    }
}

static void print_troubles(const struct lab_report *report, const struct lab_row *const *rows,
                           struct lab_term *term, const char *dir)
{
    for (size_t i = 0; i < report->row_count; i++)
    {
        if (!rows[i]->finished || rows[i]->verdict == LAB_PASS)
        {
            continue;
        }
        size_t same = rows[i]->verdict == LAB_UNSUPPORTED ? same_reason(rows, report->row_count, i) : 1;
        if (same > 0)
        {
            print_trouble(report, rows[i], same, term, dir);
        }
    }
}

static void print_advice(const struct lab_report *report, struct lab_term *term)
{
    if (report->counts[LAB_TAINTED] > 0)
    {
        lab_term_print(term,
                       "\n The figures of TAINTED cases do not count: run them again on a quiet machine.\n");
    }
    if (report->ended && report->exit_status == LAB_EXIT_SKIPPED)
    {
        lab_term_print(term, "\n Nothing could run: ovlab doctor tells what is missing.\n");
    }
}

static void print_sum(const struct lab_report *report, struct lab_term *term, const char *dir)
{
    size_t finished = 0;
    lab_term_print(term, "\n ");
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        if (report->counts[i] > 0)
        {
            lab_term_print(term, "%s%s%zu %s%s", finished > 0 ? ", " : "",
                           lab_term_color(term, color_of((enum lab_verdict)i)), report->counts[i],
                           lab_verdict_name((enum lab_verdict)i), lab_term_color(term, LAB_PLAIN));
            finished += report->counts[i];
        }
    }
    lab_term_print(term, "%s of %zu case%s", finished == 0 ? "none" : "", report->case_count,
                   report->case_count == 1 ? "" : "s");
    if (!report->ended)
    {
        lab_term_print(term, "; the record has no end: the run was killed, or still runs\n");
    }
    else if (strcmp(report->end_reason, "complete") != 0)
    {
        lab_term_print(term, " in %.0f s; ended early: %s\n", report->seconds, report->end_reason);
    }
    else
    {
        lab_term_print(term, " in %.0f s, exit status %d\n", report->seconds, report->exit_status);
    }
    lab_term_print(term, " record %s\n", dir);
}

static int row_order(const void *left, const void *right)
{
    const struct lab_row *a = *(const struct lab_row *const *)left;
    const struct lab_row *b = *(const struct lab_row *const *)right;
    return strcmp(a->id, b->id);
}

void lab_report_print(const struct lab_report *report, struct lab_term *term, const char *dir)
{
    const struct lab_row *sorted[LAB_CASE_MAX];
    for (size_t i = 0; i < report->row_count; i++)
    {
        sorted[i] = &report->rows[i];
    }
    qsort(sorted, report->row_count, sizeof sorted[0], row_order);
    lab_term_print(term, "\n %s%-*s %-*s%8s%8s%6s%8s%8s%6s%6s%6s  %s%s\n", lab_term_color(term, LAB_BOLD),
                   NAME_WIDTH, "client", NAME_WIDTH, "server", "connect", "ping", "loss", "up", "down",
                   "IPv6", "exit", "wire", "verdict", lab_term_color(term, LAB_PLAIN));
    lab_term_print(term, " %s%-*s %-*s%8s%8s%6s%8s%8s%s\n", lab_term_color(term, LAB_DIM), NAME_WIDTH, "",
                   NAME_WIDTH, "", "ms", "ms", "%", "Mbit/s", "Mbit/s", lab_term_color(term, LAB_PLAIN));
    for (size_t i = 0; i < report->row_count; i++)
    {
        print_table_row(sorted[i], term);
    }
    if (!report->conformance)
    {
        lab_term_print(term, "\n The protocol was not checked (--no-conformance).\n");
    }
    print_troubles(report, sorted, term, dir);
    print_advice(report, term);
    print_sum(report, term, dir);
}
