#include "options/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

#define TEXT_MAX 480

void ov_diags_init(struct ov_diags *diags, struct ov_arena *arena)
{
    memset(diags, 0, sizeof(*diags));
    diags->arena = arena;
}

/* Texts quote what the peer or a file says: a terminal must not obey it. */
static void replace_controls(char *text)
{
    for (; *text != '\0'; text++)
    {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f)
        {
            *text = '?';
        }
    }
}

static void count_severity(struct ov_diags *diags, enum ov_severity severity)
{
    diags->error_count += severity == OV_DIAG_ERROR;
    diags->warning_count += severity == OV_DIAG_WARNING;
}

void ov_diags_add(struct ov_diags *diags, enum ov_severity severity, const char *file, uint32_t line,
                  const char *option, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    replace_controls(text);

    count_severity(diags, severity);
    struct ov_diag *diag = NULL;
    if (diags->kept < OV_DIAGS_MAX)
    {
        diag = ov_arena_alloc(diags->arena, sizeof(*diag));
    }
    char *copy = diag != NULL ? ov_arena_strdup(diags->arena, text) : NULL;
    if (copy == NULL)
    {
        diags->left_out++;
        return;
    }
    *diag = (struct ov_diag){severity, file, line, option, copy, NULL};
    if (diags->last != NULL)
    {
        diags->last->next = diag;
    }
    else
    {
        diags->first = diag;
    }
    diags->last = diag;
    diags->kept++;
}

const char *ov_diag_line(const struct ov_diag *diag, char out[static OV_DIAG_LINE])
{
    static const char *const words[] = {
        [OV_DIAG_ERROR] = "", [OV_DIAG_WARNING] = "warning: ", [OV_DIAG_NOTE] = "note: "};
    const char *file = diag->file != NULL ? diag->file : "configuration";
    if (diag->line != 0)
    {
        snprintf(out, OV_DIAG_LINE, "%.255s:%u: %s%s", file, diag->line, words[diag->severity], diag->text);
    }
    else
    {
        snprintf(out, OV_DIAG_LINE, "%.255s: %s%s", file, words[diag->severity], diag->text);
    }
    replace_controls(out);
    return out;
}
