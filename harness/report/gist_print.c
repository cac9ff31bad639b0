/* Sentences on a page, and on a terminal: there in lines that end where its width does. */
#include "report/gist.h"

#include "report/html.h"

#include <string.h>

#define WIDTH_MIN  40
#define WIDTH_FILE 100 /* where there is no terminal */

static void print_wrapped(struct lab_term *term, const char *text, size_t width)
{
    const char *lead = " \xe2\x80\xa2 ";
    while (*text != '\0')
    {
        size_t len = lab_term_fit(text, width);
        lab_term_print(term, "%s%.*s\n", lead, (int)len, text);
        text += len + (text[len] == ' ');
        lead = "   ";
    }
}

void lab_gist_print(const struct lab_gist *gist, struct lab_term *term)
{
    size_t width = term->tty && term->width > WIDTH_MIN ? term->width : WIDTH_FILE;
    lab_term_print(term, "\n");
    for (size_t i = 0; i < gist->count; i++)
    {
        print_wrapped(term, gist->lines[i], width - 4);
    }
}

void lab_gist_html(const struct lab_gist *gist, FILE *out)
{
    fputs("<section id=\"gist\"><p class=\"first\">", out);
    lab_html_text(out, gist->lines[0]);
    fputs("</p>\n", out);
    fputs(gist->count > 1 ? "<ul>\n" : "", out);
    for (size_t i = 1; i < gist->count; i++)
    {
        fputs("<li>", out);
        lab_html_text(out, gist->lines[i]);
        fputs("</li>\n", out);
    }
    fputs(gist->count > 1 ? "</ul></section>\n" : "</section>\n", out);
}
