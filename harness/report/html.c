#include "report/html.h"

#include "lib/markup.h"
#include "lib/report.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void lab_html_text(FILE *out, const char *text)
{
    lab_markup_text(out, text, strlen(text));
}

void lab_html_json(FILE *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    for (const char *at = text; at != NULL && *at != '\0'; at++)
    {
        if (*at == '<' || *at == '>' || *at == '&')
        {
            fprintf(out, "\\u%04x", (unsigned)*at);
        }
        else
        {
            fputc(*at, out);
        }
    }
    if (text == NULL)
    {
        fputs("null", out);
    }
    free(text);
}

void lab_html_link(FILE *out, const char *path)
{
    if (*path == '/')
    {
        fputc('.', out);
    }
    for (; *path != '\0'; path++)
    {
        if (isalnum((unsigned char)*path) || strchr("-_.~/", *path) != NULL)
        {
            fputc(*path, out);
        }
        else
        {
            fprintf(out, "%%%02X", (unsigned char)*path);
        }
    }
}

void lab_html_number(FILE *out, double value)
{
    char text[24];
    lab_report_number(text, sizeof text, value);
    fprintf(out, "<td class=\"n\">%s</td>", text);
}
