/* What `ovlab explain` found, in words: above the charts, and there without scripts too. */
#include "report/html.h"
#include "report/page.h"

#include <string.h>

static void put_term(FILE *out, const json_t *item, const char *key)
{
    const char *title = lab_loaded_text(item, "title");
    fputs("<dt>", out);
    lab_html_text(out, title[0] != '\0' ? title : lab_loaded_text(item, "factor"));
    fputs("</dt><dd>", out);
    lab_html_text(out, lab_loaded_text(item, key));
    fputs("</dd>\n", out);
}

static void put_left_out(FILE *out, const json_t *list)
{
    if (json_array_size(list) == 0)
    {
        return;
    }
    fputs("<h3>Left out</h3><dl class=\"words\">\n", out);
    for (size_t i = 0; i < json_array_size(list); i++)
    {
        put_term(out, json_array_get(list, i), "reason");
    }
    fputs("</dl>\n", out);
}

static void put_way(FILE *out, const json_t *line, const char *subject, const char *way)
{
    if (lab_loaded_text(line, subject)[0] != '\0' && lab_loaded_text(line, way)[0] != '\0')
    {
        lab_html_text(out, lab_loaded_text(line, subject));
        fputs(" is put under a profile ", out);
        lab_html_text(out, lab_loaded_text(line, way));
        fputs(". ", out);
    }
}

static void put_answer(FILE *out, const json_t *line)
{
    const json_t *advice = json_object_get(line, "advice");
    fputs("<section><h2>From ", out);
    lab_html_text(out, lab_loaded_text(line, "a"));
    fputs(" to ", out);
    lab_html_text(out, lab_loaded_text(line, "b"));
    fputs(": what each factor does</h2>\n", out);
    if (json_is_true(json_object_get(line, "disturbed_kept")))
    {
        fputs("<p class=\"note\">Disturbed points count here: these figures are no result.</p>\n", out);
    }
    fputs("<p class=\"sub\">", out);
    put_way(out, line, "subject", "way");
    put_way(out, line, "subject_b", "way_b");
    fputs("All intervals 95 %, each for itself.</p>\n<dl class=\"words\">\n", out);
    for (size_t i = 0; i < json_array_size(advice); i++)
    {
        put_term(out, json_array_get(advice, i), "text");
    }
    fputs("</dl>\n", out);
    put_left_out(out, json_object_get(line, "left_out"));
    fputs("</section>\n", out);
}

void lab_page_explain(FILE *out, const struct lab_loaded *loaded)
{
    for (size_t i = 0; i < json_array_size(loaded->lines); i++)
    {
        const json_t *line = json_array_get(loaded->lines, i);
        if (strcmp(lab_loaded_text(line, "kind"), "explain") == 0)
        {
            put_answer(out, line);
        }
    }
}
