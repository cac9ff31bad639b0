/* A record as tables: they need no script. Scripts only hide rows. */
#include "report/page.h"

#include "lib/report.h"
#include "report/gist.h"
#include "report/html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GRID_MAX 32

static const struct
{
    const char *name;
    const char *sign;
} marks[LAB_VERDICT_COUNT] = {
    [LAB_PASS] = {"PASS", "\xe2\x9c\x93"},
    [LAB_FAIL] = {"FAIL", "\xe2\x9c\x97"},
    [LAB_UNSUPPORTED] = {"UNSUPPORTED", "\xe2\x80\x93"},
    [LAB_TAINTED] = {"TAINTED", "~"},
    [LAB_INCONCLUSIVE] = {"INCONCLUSIVE", "?"},
    [LAB_ERROR] = {"ERROR", "!"},
};

void lab_page_verdict(FILE *out, const char *verdict)
{
    enum lab_verdict known = LAB_ERROR;
    (void)lab_verdict_parse(verdict, &known);
    fprintf(out, "<span class=\"v v-%s\"><b aria-hidden=\"true\">%s</b> %s</span>", marks[known].name,
            marks[known].sign, marks[known].name);
}

void lab_page_opening(FILE *out, const char *title, const char *sub, const char *home)
{
    fputs("<header><div class=\"bar\">", out);
    if (home != NULL)
    {
        fputs("<a href=\"", out);
        lab_html_link(out, home);
        fputs("\">all runs</a>", out);
    }
    fputs("<span class=\"grow\"></span><span id=\"switch\"></span></div><h1>", out);
    lab_html_text(out, title);
    fputs("</h1><p class=\"sub\">", out);
    lab_html_text(out, sub);
    fputs("</p></header>\n<div id=\"filters\"></div>\n<noscript><p class=\"note\">Without scripts: all "
          "tables, no charts, "
          "no filters.</p></noscript>\n",
          out);
}

static void put_fact(FILE *out, const char *name, const char *text)
{
    if (text[0] != '\0')
    {
        fputs("<div><dt>", out);
        lab_html_text(out, name);
        fputs("</dt><dd>", out);
        lab_html_text(out, text);
        fputs("</dd></div>", out);
    }
}

/* The noise badge: how much the host disturbed the run, and how wide A against A came out. */
static void put_noise(FILE *out, const struct lab_loaded *loaded,
                      const size_t counts[static LAB_VERDICT_COUNT])
{
    double steal = 0.0, foreign = 0.0, floor = NAN;
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const json_t *health = json_object_get(loaded->cases[i].line, "health");
        steal = fmax(steal, json_number_value(json_object_get(health, "steal_percent")));
        foreign = fmax(foreign, json_number_value(json_object_get(health, "foreign_cpu_percent")));
        for (size_t m = 0; m < json_array_size(loaded->cases[i].measurements); m++)
        {
            const json_t *line = json_array_get(loaded->cases[i].measurements, m);
            floor = fmax(isnan(floor) ? 0.0 : floor, lab_loaded_value(line, "noise_floor_percent"));
            floor = floor == 0.0 ? NAN : floor;
        }
    }
    bool noisy = counts[LAB_TAINTED] > 0 || steal > 5.0 || foreign > 25.0;
    char text[160];
    char a_a[64] = "";
    if (isfinite(floor))
    {
        snprintf(a_a, sizeof a_a, ", A/A within \xc2\xb1%.1f %%", floor);
    }
    snprintf(text, sizeof text,
             "%s host: %zu of %zu cases tainted, steal at most %.1f %%, foreign CPU %.0f %%%s",
             noisy ? "~ noisy" : "\xe2\x9c\x93 quiet", counts[LAB_TAINTED], loaded->case_count, steal,
             foreign, a_a);
    fprintf(out, "<p class=\"badge %s\" id=\"noise\">", noisy ? "noisy" : "quiet");
    lab_html_text(out, text);
    fputs("</p>\n", out);
}

/* Of the files beside the record those that were kept. */
static void put_raw(FILE *out, const char *dir)
{
    static const char *const names[] = {"run.jsonl", "env.json", "measurements.csv", "junit.xml",
                                        "summary.txt"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        char path[LAB_PATH_MAX];
        struct lab_why why;
        if (lab_path_set(path, &why, "%s/%s", dir, names[i]) == LAB_OK && access(path, F_OK) == 0)
        {
            fprintf(out, " <a href=\"%s\">%s</a>", names[i], names[i]);
        }
    }
}

static void put_facts(FILE *out, const struct lab_loaded *loaded)
{
    char sum[200] = "";
    size_t len = 0;
    size_t counts[LAB_VERDICT_COUNT];
    const json_t *host = json_object_get(loaded->env, "host");
    lab_loaded_counts(loaded, counts);
    put_noise(out, loaded, counts);
    for (size_t v = 0; v < LAB_VERDICT_COUNT; v++)
    {
        if (counts[v] > 0 && len < sizeof sum)
        {
            len += (size_t)snprintf(sum + len, sizeof sum - len, "%s%s %zu %s", len > 0 ? ", " : "",
                                    marks[v].sign, counts[v], marks[v].name);
        }
    }
    fputs("<dl class=\"facts\">", out);
    put_fact(out, "Verdicts", sum);
    put_fact(out, "Started", lab_loaded_text(loaded->start, "started"));
    put_fact(out, "Commit", lab_loaded_text(loaded->start, "commit"));
    put_fact(out, "Host", lab_loaded_text(loaded->start, "host"));
    put_fact(out, "Processor", lab_loaded_text(host, "cpu_model"));
    put_fact(out, "Kernel", lab_loaded_text(host, "kernel"));
    put_fact(out, "Seed", lab_loaded_text(loaded->start, "seed"));
    put_fact(out, "Ended",
             loaded->end != NULL ? lab_loaded_text(loaded->end, "reason") : "no end: killed, or still runs");
    fputs("</dl>\n<p class=\"links\">Raw:", out);
    put_raw(out, loaded->dir);
    fputs("</p>\n", out);
}

struct grid
{
    const char *names[2][GRID_MAX]; /* clients, servers */
    size_t sizes[2];
    size_t counts[GRID_MAX][GRID_MAX][LAB_VERDICT_COUNT];
    bool crossed; /* some client met another program */
};

static size_t place_of(struct grid *grid, size_t role, const char *name)
{
    for (size_t i = 0; i < grid->sizes[role]; i++)
    {
        if (strcmp(grid->names[role][i], name) == 0)
        {
            return i;
        }
    }
    if (grid->sizes[role] == GRID_MAX)
    {
        return GRID_MAX;
    }
    grid->names[role][grid->sizes[role]] = name;
    return grid->sizes[role]++;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void fill_grid(struct grid *grid, const struct lab_loaded *loaded)
{
    *grid = (struct grid){.sizes = {0}};
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const json_t *line = loaded->cases[i].line;
        if (lab_loaded_text(line, "client")[0] != '\0')
        {
            (void)place_of(grid, 0, lab_loaded_text(line, "client"));
            (void)place_of(grid, 1, lab_loaded_text(line, "server"));
        }
    }
    qsort(grid->names[0], grid->sizes[0], sizeof grid->names[0][0], by_name);
    qsort(grid->names[1], grid->sizes[1], sizeof grid->names[1][0], by_name);
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        const char *client = lab_loaded_text(item->line, "client");
        size_t c = client[0] != '\0' ? place_of(grid, 0, client) : GRID_MAX;
        size_t s = c < GRID_MAX ? place_of(grid, 1, lab_loaded_text(item->line, "server")) : GRID_MAX;
        if (s < GRID_MAX)
        {
            grid->counts[c][s][lab_loaded_verdict(item)]++;
            grid->crossed = grid->crossed || strcmp(client, lab_loaded_text(item->line, "server")) != 0;
        }
    }
}

static void put_grid_cell(FILE *out, const struct grid *grid, size_t c, size_t s)
{
    const size_t *counts = grid->counts[c][s];
    bool any = false;
    fputs("<td data-client=\"", out);
    lab_html_text(out, grid->names[0][c]);
    fputs("\" data-server=\"", out);
    lab_html_text(out, grid->names[1][s]);
    fputs("\"><a href=\"#cases\">", out);
    for (size_t v = 0; v < LAB_VERDICT_COUNT; v++)
    {
        if (counts[v] > 0)
        {
            fprintf(out, "%s<span class=\"v v-%s\" title=\"%s\">%s %zu</span>", any ? " " : "", marks[v].name,
                    marks[v].name, marks[v].sign, counts[v]);
            any = true;
        }
    }
    fputs(any ? "</a></td>" : "\xc2\xb7</a></td>", out);
}

static void put_grid(FILE *out, const struct lab_loaded *loaded)
{
    static struct grid grid;
    fill_grid(&grid, loaded);
    /* Where every program meets itself alone there is nothing to see, and who is faster is another question. */
    if (grid.sizes[0] == 0 || (json_object_get(loaded->start, "experiment") != NULL && !grid.crossed) ||
        strncmp(lab_loaded_text(loaded->start, "suite"), "perf", 4) == 0 ||
        strcmp(lab_loaded_text(loaded->start, "suite"), "compare") == 0)
    {
        return;
    }
    fputs("<section id=\"grid\"><h2>Who works with whom</h2><p class=\"sub\">Rows: client; columns: server. "
          "A cell opens "
          "its cases.</p><div class=\"wide\"><table class=\"grid\"><thead><tr><th>client \\ server</th>",
          out);
    for (size_t s = 0; s < grid.sizes[1]; s++)
    {
        fputs("<th>", out);
        lab_html_text(out, grid.names[1][s]);
        fputs("</th>", out);
    }
    fputs("</tr></thead><tbody>\n", out);
    for (size_t c = 0; c < grid.sizes[0]; c++)
    {
        fputs("<tr><th>", out);
        lab_html_text(out, grid.names[0][c]);
        fputs("</th>", out);
        for (size_t s = 0; s < grid.sizes[1]; s++)
        {
            put_grid_cell(out, &grid, c, s);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div></section>\n", out);
}

static void put_file_link(FILE *out, const char *dir, const struct lab_loaded_case *item, const char *key,
                          const char *shown)
{
    char whole[LAB_PATH_MAX];
    struct lab_why why;
    const char *path = lab_loaded_text(json_object_get(item->line, "files"), key);
    /* A path that leads out of the record is none of ours, and not every record keeps all its files. */
    if (path[0] != '\0' && path[0] != '/' && strstr(path, "..") == NULL &&
        lab_path_set(whole, &why, "%s/%s", dir, path) == LAB_OK && access(whole, F_OK) == 0)
    {
        fputs(" <a href=\"", out);
        lab_html_link(out, path);
        fprintf(out, "\">%s</a>", shown);
    }
}

static void put_checks(FILE *out, const struct lab_loaded_case *item)
{
    fputs("<details><summary>", out);
    const char *reason = lab_loaded_text(item->line, "reason");
    size_t checks = json_array_size(item->checks);
    char text[64];
    snprintf(text, sizeof text, "%zu check%s", checks, checks == 1 ? "" : "s");
    lab_html_text(out, reason[0] != '\0' ? reason : text);
    fputs("</summary><ul>", out);
    for (size_t i = 0; i < checks; i++)
    {
        const json_t *line = json_array_get(item->checks, i);
        fputs("<li>", out);
        lab_page_verdict(out, lab_loaded_text(line, "verdict"));
        fputs(" <b>", out);
        lab_html_text(out, lab_loaded_text(line, "name"));
        fputs("</b> ", out);
        lab_html_text(out, lab_loaded_text(line, "reason"));
        fputs("</li>", out);
    }
    fputs("</ul></details>", out);
}

/* The figure that most cases have: the first of these keys in any measurement. */
static double figure(const struct lab_loaded_case *item, const char *const *wanted)
{
    for (; *wanted != NULL; wanted += 2)
    {
        for (size_t i = 0; i < json_array_size(item->measurements); i++)
        {
            const json_t *line = json_array_get(item->measurements, i);
            if (strcmp(lab_loaded_text(line, "name"), wanted[0]) == 0 &&
                isfinite(lab_loaded_value(line, wanted[1])))
            {
                return lab_loaded_value(line, wanted[1]);
            }
        }
    }
    return NAN;
}

static void put_case(FILE *out, const char *dir, const struct lab_loaded_case *item, size_t index)
{
    static const char *const rtt[] = {"ping4",  "rtt_p50_ms", "rtt_idle", "rtt_p50_ms",
                                      "tcp_up", "rtt_p50_ms", NULL};
    static const char *const up[] = {"tcp_up", "goodput_mbps", "tcp_up", "up_mbps", NULL};
    static const char *const down[] = {"tcp_down", "goodput_mbps", "tcp_down", "down_mbps", NULL};
    fprintf(out, "<tr id=\"case-%zu\" data-case=\"", index);
    lab_html_text(out, item->id);
    fputs("\"><th><a href=\"#case=", out);
    lab_html_link(out, item->id);
    fputs("\">", out);
    lab_html_text(out, item->id);
    fputs("</a></th><td>", out);
    lab_page_verdict(out, lab_verdict_name(lab_loaded_verdict(item)));
    fputs("</td>", out);
    lab_html_number(out, figure(item, rtt));
    lab_html_number(out, figure(item, up));
    lab_html_number(out, figure(item, down));
    fputs("<td class=\"why\">", out);
    put_checks(out, item);
    fputs("</td><td class=\"files\">", out);
    put_file_link(out, dir, item, "logs", "logs");
    put_file_link(out, dir, item, "capture", "pcap");
    fputs("</td></tr>\n", out);
}

void lab_page_run_body(void *arg, FILE *out)
{
    const struct lab_loaded *loaded = arg;
    char title[200];
    const json_t *experiment = json_object_get(loaded->start, "experiment");
    const char *about = lab_loaded_text(experiment, "title");
    snprintf(title, sizeof title, "%s", lab_loaded_text(loaded->start, "suite"));
    lab_page_opening(out, about[0] != '\0' ? about : title, lab_loaded_text(loaded->start, "run_id"),
                     "../index.html");
    struct lab_gist gist;
    lab_gist_of(loaded, &gist);
    lab_gist_html(&gist, out);
    put_facts(out, loaded);
    put_grid(out, loaded);
    lab_page_matrix(out, loaded);
    lab_page_explain(out, loaded);
    fputs(
        "<div id=\"charts\"></div>\n<section id=\"cases\"><h2>Cases</h2><p class=\"sub\"><span "
        "id=\"shown\"></span> "
        "<span id=\"downloads\"></span></p><div class=\"wide\"><table class=\"list\"><thead><tr><th>case</th>"
        "<th>verdict</th><th>RTT p50, ms</th><th>up, Mbit/s</th><th>down, "
        "Mbit/s</th><th>why</th><th>raw</th></tr>"
        "</thead><tbody>\n",
        out);
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        if (item->line != NULL || json_array_size(item->measurements) > 0 ||
            json_array_size(item->checks) > 0)
        {
            put_case(out, loaded->dir, item, i);
        }
    }
    fputs("</tbody></table></div></section>\n", out);
}
