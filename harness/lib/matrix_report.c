#include "lib/matrix_report.h"

#include "lib/subject.h"

#include <stdio.h>
#include <string.h>

#define NAME_WIDTH 15
#define LACK_MAX   128

struct names
{
    const char *name[LAB_SUBJECT_MAX];
    size_t count;
};

static size_t name_index(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
    {
        if (strcmp(names->name[i], name) == 0)
        {
            return i;
        }
    }
    if (names->count < LAB_SUBJECT_MAX)
    {
        names->name[names->count] = name;
        return names->count++;
    }
    return LAB_SUBJECT_MAX;
}

struct grid
{
    struct names names;
    size_t counts[LAB_SUBJECT_MAX][LAB_SUBJECT_MAX][LAB_VERDICT_COUNT];
};

static void fill_grid(const struct lab_report *report, struct grid *grid)
{
    for (size_t i = 0; i < report->row_count; i++)
    {
        const struct lab_row *row = &report->rows[i];
        if (row->finished && row->client[0] != '\0')
        {
            size_t client = name_index(&grid->names, row->client);
            size_t server = name_index(&grid->names, row->server);
            if (client < LAB_SUBJECT_MAX && server < LAB_SUBJECT_MAX)
            {
                grid->counts[client][server][row->verdict]++;
            }
        }
    }
}

static void sort_names(struct names *names)
{
    for (size_t i = 1; i < names->count; i++)
    {
        for (size_t k = i; k > 0 && strcmp(names->name[k - 1], names->name[k]) > 0; k--)
        {
            const char *swap = names->name[k];
            names->name[k] = names->name[k - 1];
            names->name[k - 1] = swap;
        }
    }
}

#define CELL_TEXT 80

/* "18 ok 3 FAIL"; empty where nothing was tried. */
static void cell_text(const size_t counts[static LAB_VERDICT_COUNT], char text[static CELL_TEXT])
{
    size_t len = 0;
    text[0] = '\0';
    static const char *const shown[LAB_VERDICT_COUNT] = {"ok", "FAIL", "uns", "taint", "unsure", "ERROR"};
    for (size_t v = 0; v < LAB_VERDICT_COUNT; v++)
    {
        if (counts[v] > 0 && len < CELL_TEXT)
        {
            len += (size_t)snprintf(text + len, CELL_TEXT - len, "%s%zu %s", len > 0 ? " " : "", counts[v],
                                    shown[v]);
        }
    }
}

static void print_cell(const size_t counts[static LAB_VERDICT_COUNT], int width, struct lab_term *term)
{
    char text[CELL_TEXT];
    bool bad = counts[LAB_FAIL] > 0 || counts[LAB_ERROR] > 0;
    enum lab_color color = bad ? LAB_RED : counts[LAB_PASS] > 0 ? LAB_GREEN : LAB_DIM;
    cell_text(counts, text);
    lab_term_print(term, "  %s%-*s%s", lab_term_color(term, color), width, text,
                   lab_term_color(term, LAB_PLAIN));
}

/* As wide as its widest cell: a column says no more than it has to. */
static int column_width(const struct grid *grid, size_t server)
{
    size_t width = strlen(grid->names.name[server]);
    for (size_t c = 0; c < grid->names.count; c++)
    {
        char text[CELL_TEXT];
        cell_text(grid->counts[c][server], text);
        width = strlen(text) > width ? strlen(text) : width;
    }
    return (int)width;
}

static void print_grid(const struct lab_report *report, struct lab_term *term)
{
    static struct grid grid;
    memset(&grid, 0, sizeof grid);
    fill_grid(report, &grid);
    sort_names(&grid.names);
    memset(grid.counts, 0, sizeof grid.counts);
    fill_grid(report, &grid);
    lab_term_print(term, "\n %s%-*s", lab_term_color(term, LAB_BOLD), NAME_WIDTH, "client \\ server");
    for (size_t s = 0; s < grid.names.count; s++)
    {
        lab_term_print(term, "  %-*s", column_width(&grid, s), grid.names.name[s]);
    }
    lab_term_print(term, "%s\n", lab_term_color(term, LAB_PLAIN));
    for (size_t c = 0; c < grid.names.count; c++)
    {
        lab_term_print(term, " %-*.*s", NAME_WIDTH, NAME_WIDTH, grid.names.name[c]);
        for (size_t s = 0; s < grid.names.count; s++)
        {
            print_cell(grid.counts[c][s], column_width(&grid, s), term);
        }
        lab_term_print(term, "\n");
    }
}

static void print_failures(const struct lab_report *report, struct lab_term *term, const char *dir)
{
    for (size_t i = 0; i < report->row_count; i++)
    {
        const struct lab_row *row = &report->rows[i];
        if (!row->finished || row->verdict == LAB_PASS || row->verdict == LAB_UNSUPPORTED)
        {
            continue;
        }
        lab_term_print(
            term, "\n %s%s%s  %s\n     %s\n%s     logs   %s/%s\n     again  build/ovlab matrix --case %s%s\n",
            lab_term_color(term, row->verdict == LAB_FAIL ? LAB_RED : LAB_YELLOW),
            lab_verdict_name(row->verdict), lab_term_color(term, LAB_PLAIN), row->id, row->reason,
            lab_term_color(term, LAB_DIM), dir, row->logs, row->id, lab_term_color(term, LAB_PLAIN));
    }
}

/* "client NAME lacks FEATURE: said" shortened to the feature. */
static void lack_of(const char *reason, char *feature, size_t size)
{
    const char *lacks = strstr(reason, " lacks ");
    const char *from = lacks != NULL ? lacks + strlen(" lacks ") : reason;
    const char *end = lacks != NULL ? strstr(from, ": ") : NULL;
    snprintf(feature, size, "%.*s", end != NULL ? (int)(end - from) : (int)strlen(from), from);
}

/* The cases that could not run: those that wait for this project, or all others. */
static void print_lacks(const struct lab_report *report, bool ours, struct lab_term *term)
{
    static char lacks[LACK_MAX][128];
    static size_t counts[LACK_MAX];
    size_t lack_count = 0;
    size_t sum = 0;
    for (size_t i = 0; i < report->row_count; i++)
    {
        const struct lab_row *row = &report->rows[i];
        bool gap = strncmp(row->reason, LAB_GAP_MARK, strlen(LAB_GAP_MARK)) == 0;
        char feature[128];
        size_t at = 0;
        if (!row->finished || row->verdict != LAB_UNSUPPORTED || gap != ours)
        {
            continue;
        }
        lack_of(row->reason, feature, sizeof feature);
        while (at < lack_count && strcmp(lacks[at], feature) != 0)
        {
            at++;
        }
        if (at == lack_count && lack_count < LACK_MAX)
        {
            counts[lack_count] = 0;
            snprintf(lacks[lack_count++], sizeof lacks[0], "%s", feature);
        }
        counts[at < LACK_MAX ? at : LACK_MAX - 1]++;
        sum++;
    }
    if (sum > 0)
    {
        lab_term_print(term,
                       ours ? "\n gaps: %zu cells wait for this project:"
                            : "\n others: %zu cells that another side can't do:",
                       sum);
        for (size_t i = 0; i < lack_count; i++)
        {
            lab_term_print(term, "%s %s (%zu)", i > 0 ? "," : "", lacks[i], counts[i]);
        }
        lab_term_print(term, "\n");
    }
}

void lab_matrix_print(const struct lab_report *report, struct lab_term *term, const char *dir)
{
    print_grid(report, term);
    print_failures(report, term, dir);
    print_lacks(report, true, term);
    print_lacks(report, false, term);
    lab_term_print(term, "\n ");
    for (size_t v = 0; v < LAB_VERDICT_COUNT; v++)
    {
        if (report->counts[v] > 0)
        {
            lab_term_print(term, "%zu %s, ", report->counts[v], lab_verdict_name((enum lab_verdict)v));
        }
    }
    lab_term_print(term,
                   "%zu cases in %.0f s%s%s\n all about a case, or a pair: build/ovlab show "
                   "CLIENT/SERVER[/...] --record %s\n",
                   report->case_count, report->seconds,
                   strcmp(report->end_reason, "complete") == 0 ? "" : "; ",
                   strcmp(report->end_reason, "complete") == 0 ? "" : report->end_reason, dir);
    lab_term_print(term, " record %s\n", dir);
}
