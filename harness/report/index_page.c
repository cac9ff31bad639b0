/* The dashboard: every run, and each series over commits with its change points. */
#include "report/page.h"

#include "lib/history.h"
#include "lib/ratios.h"
#include "report/gist.h"
#include "report/html.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct index
{
    const struct lab_paths *paths;
    const char *dir;
    struct lab_term *term;
    json_t *runs;
};

static bool newer(const char *path, const char *than)
{
    struct stat a, b;
    return stat(path, &a) == 0 && stat(than, &b) == 0 && a.st_mtime >= b.st_mtime;
}

static void add_word(json_t *list, const char *word)
{
    for (size_t i = 0; i < json_array_size(list); i++)
    {
        if (strcmp(json_string_value(json_array_get(list, i)), word) == 0)
        {
            return;
        }
    }
    if (word[0] != '\0')
    {
        json_array_append_new(list, json_string(word));
    }
}

/* What the filters go by: every program, cipher and profile of the run's cases. */
static void add_words(json_t *data, const struct lab_loaded *loaded)
{
    json_t *subjects = json_array();
    json_t *ciphers = json_array();
    json_t *profiles = json_array();
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        char word[LAB_PAGE_WORD];
        add_word(subjects, lab_loaded_text(item->line, "client"));
        add_word(subjects, lab_loaded_text(item->line, "server"));
        lab_page_cipher(item, word);
        add_word(ciphers, word);
        lab_page_profile(item, word);
        add_word(profiles, word);
    }
    json_object_set_new(data, "subjects", subjects);
    json_object_set_new(data, "ciphers", ciphers);
    json_object_set_new(data, "profiles", profiles);
}

static json_t *gist_data(const struct lab_loaded *loaded)
{
    struct lab_gist gist;
    json_t *lines = json_array();
    lab_gist_of(loaded, &gist);
    for (size_t i = 0; i < gist.count; i++)
    {
        json_array_append_new(lines, json_string(gist.lines[i]));
    }
    return lines;
}

static json_t *run_data(const struct lab_loaded *loaded, const char *link)
{
    json_t *verdicts = json_object();
    size_t counts[LAB_VERDICT_COUNT];
    double steal = 0.0, foreign = 0.0;
    char epoch[384];
    lab_ratios_epoch(loaded, epoch, sizeof epoch);
    lab_loaded_counts(loaded, counts);
    for (size_t v = 0; v < LAB_VERDICT_COUNT; v++)
    {
        json_object_set_new(verdicts, lab_verdict_name((enum lab_verdict)v),
                            json_integer((json_int_t)counts[v]));
    }
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const json_t *health = json_object_get(loaded->cases[i].line, "health");
        steal = fmax(steal, json_number_value(json_object_get(health, "steal_percent")));
        foreign = fmax(foreign, json_number_value(json_object_get(health, "foreign_cpu_percent")));
    }
    json_t *data = json_pack("{s:s, s:s, s:o, s:f, s:f, s:b, s:o}", "link", link, "epoch", epoch, "verdicts",
                             verdicts, "steal", steal, "foreign", foreign, "ended", loaded->end != NULL,
                             "gist", gist_data(loaded));
    add_words(data, loaded);
    static const char *const kept[] = {"run_id", "suite", "started", "host", "commit"};
    for (size_t i = 0; data != NULL && i < sizeof kept / sizeof kept[0]; i++)
    {
        json_object_set(data, kept[i], json_object_get(loaded->start, kept[i]));
    }
    return data;
}

/* A baseline is a copy of a run: where that is here too, it is shown once, as a baseline. */
static void mark_or_add(struct index *index, const struct lab_loaded *loaded, const char *link)
{
    const char *run_id = lab_loaded_text(loaded->start, "run_id");
    bool baseline = strncmp(link, "baselines/", 10) == 0;
    for (size_t i = 0; baseline && i < json_array_size(index->runs); i++)
    {
        json_t *run = json_array_get(index->runs, i);
        if (strcmp(lab_loaded_text(run, "run_id"), run_id) == 0)
        {
            json_object_set_new(run, "baseline", json_true());
            return;
        }
    }
    json_t *data = run_data(loaded, link);
    json_object_set_new(data, "baseline", json_boolean(baseline));
    json_array_append_new(index->runs, data);
}

/* One record: its page where it has none, its line of the dashboard. A record that cannot be read is named. */
static enum lab_err add_record(struct index *index, const char *link, struct lab_why *why)
{
    char dir[LAB_PATH_MAX], page[LAB_PATH_MAX], record[LAB_PATH_MAX];
    struct lab_loaded loaded;
    enum lab_err err = lab_path_set(dir, why, "%s/%s", index->dir, link);
    err = err == LAB_OK ? lab_path_set(page, why, "%s/" LAB_PAGE_RUN, dir) : err;
    err = err == LAB_OK ? lab_path_set(record, why, "%s/run.jsonl", dir) : err;
    struct stat there;
    if (err != LAB_OK || stat(record, &there) != 0)
    {
        return err;
    }
    struct lab_why said;
    if (lab_loaded_read(dir, &loaded, &said) != LAB_OK)
    {
        json_array_append_new(index->runs, json_pack("{s:s, s:s}", "link", link, "unread", said.text));
        return LAB_OK;
    }
    mark_or_add(index, &loaded, link);
    lab_loaded_clear(&loaded);
    return newer(page, record) && newer(page, index->paths->self) ? LAB_OK
                                                                  : lab_page_run(index->paths, dir, why);
}

static void tell_progress(const struct index *index, const char *link, size_t at, size_t count)
{
    char text[LAB_PATH_MAX + 64];
    snprintf(text, sizeof text, "record %zu of %zu: %s", at, count, link);
    lab_term_live(index->term, text);
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static enum lab_err add_below(struct index *index, const char *below, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    struct dirent **list = NULL;
    enum lab_err err = lab_path_set(path, why, "%s/%s", index->dir, below);
    int count = err == LAB_OK ? scandir(path, &list, not_hidden, alphasort) : 0;
    for (int i = count; i-- > 0;)
    {
        char link[LAB_PATH_MAX];
        err = err == LAB_OK ? lab_path_set(link, why, "%s%s", below, list[i]->d_name) : err;
        tell_progress(index, link, (size_t)(count - i), (size_t)count);
        err = err == LAB_OK ? add_record(index, link, why) : err;
        free(list[i]);
    }
    free(list);
    return err;
}

static int newest_first(const void *left, const void *right)
{
    const char *a = lab_loaded_text(*(json_t *const *)left, "started");
    const char *b = lab_loaded_text(*(json_t *const *)right, "started");
    return strcmp(b, a);
}

static void sort_runs(json_t *runs)
{
    size_t count = json_array_size(runs);
    json_t **list = calloc(count + 1, sizeof(json_t *));
    for (size_t i = 0; list != NULL && i < count; i++)
    {
        list[i] = json_incref(json_array_get(runs, i));
    }
    if (list != NULL)
    {
        qsort(list, count, sizeof(json_t *), newest_first);
        json_array_clear(runs);
    }
    for (size_t i = 0; list != NULL && i < count; i++)
    {
        json_array_append_new(runs, list[i]);
    }
    free(list);
}

static const char *link_of(const json_t *runs, const char *run_id)
{
    for (size_t i = 0; i < json_array_size(runs); i++)
    {
        const json_t *run = json_array_get(runs, i);
        if (strcmp(lab_loaded_text(run, "run_id"), run_id) == 0)
        {
            return lab_loaded_text(run, "link");
        }
    }
    return "";
}

static enum lab_err series_data(const struct lab_history *history, const struct lab_history_series *series,
                                const json_t *runs, json_t *into, struct lab_why *why)
{
    json_t *points = json_array();
    json_t *changes = json_array();
    double sign = series->better == LAB_BETTER_SMALLER ? -1.0 : 1.0;
    struct lab_history_stretch stretch = {.to = 0};
    enum lab_err err = LAB_OK;
    for (size_t epoch = 0; err == LAB_OK && stretch.to < series->count; epoch++)
    {
        size_t from = stretch.to;
        err = lab_history_stretch(history, series, from, &lab_change_usual, &stretch, why);
        for (size_t i = from; err == LAB_OK && i < stretch.to; i++)
        {
            const struct lab_history_run *run = &history->runs[series->points[i].run];
            json_array_append_new(points, json_pack("{s:s, s:s, s:f, s:o, s:o, s:i, s:s}", "commit",
                                                    run->commit, "started", run->started, "ratio",
                                                    exp(series->points[i].log_ratio), "low",
                                                    lab_page_number(exp(series->points[i].log_low)), "high",
                                                    lab_page_number(exp(series->points[i].log_high)), "epoch",
                                                    (int)epoch, "link", link_of(runs, run->run_id)));
        }
        for (size_t i = 0; err == LAB_OK && i < stretch.change_count; i++)
        {
            const struct lab_change *change = &stretch.changes[i];
            const struct lab_history_run *run = &history->runs[series->points[from + change->at].run];
            json_array_append_new(changes,
                                  json_pack("{s:s, s:s, s:f, s:f, s:f, s:b}", "commit", run->commit,
                                            "started", run->started, "before", exp(sign * change->before),
                                            "after", exp(sign * change->after), "p", change->p, "worse",
                                            change->after < change->before));
        }
    }
    json_array_append_new(
        into, json_pack("{s:s, s:o, s:o}", "name", series->name, "points", points, "changes", changes));
    return err;
}

static enum lab_err add_series(struct index *index, json_t *into, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    struct lab_history history = {.runs = NULL};
    enum lab_err err = lab_history_add(&history, index->dir, why);
    struct stat there;
    err = err == LAB_OK ? lab_path_set(path, why, "%s/baselines", index->dir) : err;
    err = err == LAB_OK && stat(path, &there) == 0 ? lab_history_add(&history, path, why) : err;
    if (err == LAB_OK)
    {
        lab_history_sort(&history);
    }
    for (size_t i = 0; err == LAB_OK && i < history.series_count; i++)
    {
        err = series_data(&history, &history.series[i], index->runs, into, why);
    }
    lab_history_clear(&history);
    return err;
}

/* The answer where there is one beside the verdict, which has a column of its own; the rest behind it. */
static void put_found(FILE *out, const json_t *gist)
{
    size_t count = json_array_size(gist);
    if (count < 2)
    {
        return;
    }
    fputs("<details><summary><span>", out);
    lab_html_text(out, json_string_value(json_array_get(gist, 1)));
    fputs("</span></summary><ul>", out);
    for (size_t i = 0; i < count; i += i == 0 ? 2 : 1)
    {
        fputs("<li>", out);
        lab_html_text(out, json_string_value(json_array_get(gist, i)));
        fputs("</li>", out);
    }
    fputs("</ul></details>", out);
}

static void put_run(FILE *out, const json_t *run)
{
    const char *link = lab_loaded_text(run, "link");
    const char *unread = lab_loaded_text(run, "unread");
    const char *key;
    const json_t *value;
    fputs("<tr data-link=\"", out);
    lab_html_text(out, link);
    fputs("\"><th><a href=\"", out);
    lab_html_link(out, link);
    fputs(unread[0] != '\0' ? "/run.jsonl\">" : "/" LAB_PAGE_RUN "\">", out);
    lab_html_text(out, unread[0] != '\0' ? link : lab_loaded_text(run, "run_id"));
    fputs("</a>", out);
    fputs(json_is_true(json_object_get(run, "baseline")) ? " <span class=\"badge quiet\">baseline</span>"
                                                         : "",
          out);
    fputs("</th><td>", out);
    lab_html_text(out, unread[0] != '\0' ? unread : lab_loaded_text(run, "suite"));
    fputs("</td><td class=\"found\">", out);
    put_found(out, json_object_get(run, "gist"));
    fputs("</td><td>", out);
    lab_html_text(out, lab_loaded_text(run, "commit"));
    fputs("</td><td>", out);
    json_object_foreach(json_object_get((json_t *)run, "verdicts"), key, value)
    {
        if (json_integer_value(value) > 0)
        {
            fprintf(out, "<span class=\"v\">%lld ", (long long)json_integer_value(value));
            lab_page_verdict(out, key);
            fputs("</span> ", out);
        }
    }
    double steal = json_number_value(json_object_get(run, "steal"));
    double foreign = json_number_value(json_object_get(run, "foreign"));
    bool noisy = steal > 5.0 || foreign > 25.0;
    fprintf(out,
            "</td><td><span class=\"badge %s\" title=\"steal %.1f %%, CPU of others %.0f %%\">%s</span></td>"
            "<td><a href=\"",
            noisy ? "noisy" : "quiet", steal, foreign, noisy ? "~ noisy" : "\xe2\x9c\x93 quiet");
    lab_html_link(out, link);
    fputs("/run.jsonl\">run.jsonl</a></td></tr>\n", out);
}

static void put_body(void *arg, FILE *out)
{
    const json_t *data = arg;
    const json_t *runs = json_object_get(data, "runs");
    char sub[96];
    snprintf(sub, sizeof sub, "%zu runs; each figure as its ratio to %s of the same run",
             json_array_size(runs), LAB_REFERENCE);
    lab_page_opening(out, "ovlab: all runs", sub, NULL);
    fputs("<section id=\"runs\"><h2>Runs</h2><p class=\"sub\"><span id=\"shown\"></span> <span "
          "id=\"downloads\"></span></p>"
          "<div class=\"wide\"><table "
          "class=\"list runs\"><thead><tr><th>run</th><th>suite</th><th>what it "
          "found</th><th>commit</th><th>verdicts</th>"
          "<th>host</th><th>raw</th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < json_array_size(runs); i++)
    {
        put_run(out, json_array_get(runs, i));
    }
    fputs("</tbody></table></div></section>\n<div "
          "id=\"charts\"></div>\n<section><h2>Series</h2><details><summary>all, as a table</summary><div "
          "class=\"wide\">"
          "<table "
          "class=\"list\"><thead><tr><th>series</th><th>runs</th><th>last</th><th>changes</th></tr></"
          "thead><tbody>\n",
          out);
    const json_t *series = json_object_get(data, "series");
    for (size_t i = 0; i < json_array_size(series); i++)
    {
        const json_t *item = json_array_get(series, i);
        const json_t *points = json_object_get(item, "points");
        size_t count = json_array_size(points);
        fputs("<tr data-series=\"", out);
        lab_html_text(out, lab_loaded_text(item, "name"));
        fputs("\"><th>", out);
        lab_html_text(out, lab_loaded_text(item, "name"));
        fprintf(out, "</th><td class=\"n\">%zu</td>", count);
        lab_html_number(out, json_number_value(json_object_get(json_array_get(points, count - 1), "ratio")));
        fprintf(out, "<td class=\"n\">%zu</td></tr>\n", json_array_size(json_object_get(item, "changes")));
    }
    fputs("</tbody></table></div></details></section>\n", out);
}

enum lab_err lab_page_index(const struct lab_paths *paths, const char *dir, struct lab_term *term,
                            size_t *runs, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    struct stat there;
    if (stat(dir, &there) != 0 || !S_ISDIR(there.st_mode))
    {
        return lab_why_set(why, LAB_ERR_ABSENT, "%s is no directory of records", dir);
    }
    json_t *list = json_array();
    json_t *series = json_array();
    struct index index = {.paths = paths, .dir = dir, .term = term, .runs = list};
    enum lab_err err = lab_path_set(path, why, "%s/" LAB_PAGE_INDEX, dir);
    err = err == LAB_OK ? add_below(&index, "", why) : err;
    err = err == LAB_OK ? add_below(&index, "baselines/", why) : err;
    sort_runs(list);
    err = err == LAB_OK ? add_series(&index, series, why) : err;
    *runs = json_array_size(list);
    json_t *data = json_pack("{s:s, s:o, s:o}", "page", "index", "runs", list, "series", series);
    struct lab_page page = {.title = "ovlab: all runs", .data = data, .body = put_body, .arg = data};
    err = err == LAB_OK ? lab_page_write(paths, &page, path, why) : err;
    json_decref(data);
    return err;
}
