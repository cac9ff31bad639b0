/* A page from its template: the slots {{title}}, {{style}}, {{body}}, {{data}} and {{scripts}}. */
#include "report/page.h"

#include "report/gist.h"
#include "report/html.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PART_MAX (4u << 20)

static const char *const libraries[] = {"vega.min.js", "vega-lite.min.js", "vega-embed.min.js"};
static const char *const scripts[] = {
    "theme.js",          "state.js",        "charts.js", "charts_run.js", "charts_experiment.js",
    "charts_explain.js", "charts_index.js", "main.js"};
#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static enum lab_err library_path(const struct lab_paths *paths, const char *name,
                                 char path[static LAB_PATH_MAX], struct lab_why *why)
{
    const char *given = getenv("REPORT_ASSETS");
    if (given != NULL)
    {
        return lab_path_set(path, why, "%s/%s", given, name);
    }
    enum lab_err err = lab_path_set(path, why, "%s/report-assets/%s", paths->build, name);
    return err != LAB_OK || access(path, R_OK) == 0
               ? err
               : lab_path_set(path, why, "%s/build/report-assets/%s", paths->root, name);
}

bool lab_page_has_charts(const struct lab_paths *paths)
{
    bool all = true;
    for (size_t i = 0; i < COUNT(libraries); i++)
    {
        char path[LAB_PATH_MAX];
        struct lab_why why;
        all = all && library_path(paths, libraries[i], path, &why) == LAB_OK && access(path, R_OK) == 0;
    }
    return all;
}

/* Copies a file of our own into the page. */
static enum lab_err copy(FILE *out, const char *path, struct lab_why *why)
{
    char *text = NULL;
    size_t len = 0;
    enum lab_err err = lab_file_read(path, PART_MAX, &text, &len, why);
    if (err == LAB_OK)
    {
        fwrite(text, 1, len, out);
    }
    free(text);
    return err;
}

static enum lab_err copy_own(FILE *out, const struct lab_paths *paths, const char *name, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(path, why, "%s/harness/report/%s", paths->root, name);
    return err == LAB_OK ? copy(out, path, why) : err;
}

static enum lab_err put_scripts(FILE *out, const struct lab_paths *paths, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && lab_page_has_charts(paths) && i < COUNT(libraries); i++)
    {
        char path[LAB_PATH_MAX];
        err = library_path(paths, libraries[i], path, why);
        fputs("<script>", out);
        err = err == LAB_OK ? copy(out, path, why) : err;
        fputs("</script>\n", out);
    }
    for (size_t i = 0; err == LAB_OK && i < COUNT(scripts); i++)
    {
        fputs("<script>\n", out);
        err = copy_own(out, paths, scripts[i], why);
        fputs("</script>\n", out);
    }
    return err;
}

static enum lab_err put_slot(FILE *out, const struct lab_paths *paths, const struct lab_page *page,
                             const char *slot, size_t len, struct lab_why *why)
{
    if (len == 5 && memcmp(slot, "title", len) == 0)
    {
        lab_html_text(out, page->title);
    }
    else if (len == 5 && memcmp(slot, "style", len) == 0)
    {
        return copy_own(out, paths, "style.css", why);
    }
    else if (len == 4 && memcmp(slot, "body", len) == 0)
    {
        page->body(page->arg, out);
    }
    else if (len == 4 && memcmp(slot, "data", len) == 0)
    {
        lab_html_json(out, page->data);
    }
    else if (len == 7 && memcmp(slot, "scripts", len) == 0)
    {
        return put_scripts(out, paths, why);
    }
    else
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "page.html has a slot {{%.*s}} that nothing fills", (int)len,
                           slot);
    }
    return LAB_OK;
}

static enum lab_err fill(FILE *out, const struct lab_paths *paths, const struct lab_page *page,
                         const char *text, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    const char *open;
    while (err == LAB_OK && (open = strstr(text, "{{")) != NULL)
    {
        const char *close = strstr(open, "}}");
        if (close == NULL)
        {
            return lab_why_set(why, LAB_ERR_FORMAT, "page.html: a slot without an end");
        }
        fwrite(text, 1, (size_t)(open - text), out);
        err = put_slot(out, paths, page, open + 2, (size_t)(close - open - 2), why);
        text = close + 2;
    }
    fputs(text, out);
    return err;
}

enum lab_err lab_page_write(const struct lab_paths *paths, const struct lab_page *page, const char *path,
                            struct lab_why *why)
{
    char from[LAB_PATH_MAX];
    char *template = NULL;
    char *text = NULL;
    size_t len = 0;
    enum lab_err err = lab_path_set(from, why, "%s/harness/report/page.html", paths->root);
    err = err == LAB_OK ? lab_file_read(from, PART_MAX, &template, &len, why) : err;
    FILE *out = err == LAB_OK ? open_memstream(&text, &len) : NULL;
    if (err == LAB_OK && out == NULL)
    {
        err = lab_why_errno(why, "%s", path);
    }
    if (err == LAB_OK)
    {
        err = fill(out, paths, page, template, why);
        bool whole = fflush(out) == 0 && !ferror(out);
        fclose(out);
        err = err != LAB_OK ? err : whole ? LAB_OK : lab_why_errno(why, "%s", path);
        err = err == LAB_OK ? lab_file_replace(path, text, why) : err;
    }
    free(template);
    free(text);
    return err;
}

enum lab_err lab_page_run(const struct lab_paths *paths, const char *dir, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    struct lab_loaded loaded;
    enum lab_err err = lab_path_set(path, why, "%s/" LAB_PAGE_RUN, dir);
    err = err == LAB_OK ? lab_loaded_read(dir, &loaded, why) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    json_t *data = lab_page_run_data(&loaded);
    struct lab_page page = {.title = lab_loaded_text(loaded.start, "run_id"),
                            .data = data,
                            .body = lab_page_run_body,
                            .arg = &loaded};
    err = data != NULL ? lab_page_write(paths, &page, path, why)
                       : lab_why_set(why, LAB_ERR_SYSTEM, "no memory for the page");
    json_decref(data);
    lab_loaded_clear(&loaded);
    return err;
}

static void print_gist(const char *dir, struct lab_term *term)
{
    struct lab_loaded loaded;
    struct lab_why why;
    if (lab_loaded_read(dir, &loaded, &why) == LAB_OK)
    {
        struct lab_gist gist;
        lab_gist_of(&loaded, &gist);
        lab_gist_print(&gist, term);
        lab_loaded_clear(&loaded);
    }
}

void lab_page_after(const char *dir, const char *shown, struct lab_term *term)
{
    print_gist(dir, term);
    struct lab_paths paths;
    struct lab_why why;
    enum lab_err err = lab_paths_find(&paths, &why);
    err = err == LAB_OK ? lab_page_run(&paths, dir, &why) : err;
    if (err != LAB_OK)
    {
        lab_term_print(term, " no page: %s\n", why.text);
        return;
    }
    lab_term_print(term, " page   %s/" LAB_PAGE_RUN "%s\n", shown,
                   lab_page_has_charts(&paths) ? "" : " (tables only: `make report-assets` fetches charts)");
}
