#include "lib/experiment_fill.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool lab_point_find(const void *arg, const char *name, struct lab_operand *value)
{
    const struct lab_point *point = arg;
    const struct
    {
        const char *name;
        const char *text;
    } texts[] = {
        {"subject", point->subject},
        {"client", point->client},
        {"server", point->server},
        {"pki", point->pki},
    };
    for (unsigned i = 0; i < point->experiment->axes_count; i++)
    {
        if (strcmp(point->experiment->axes[i].key, name) == 0)
        {
            *value = point->values[i];
            return true;
        }
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        if (strcmp(texts[i].name, name) == 0)
        {
            *value = (struct lab_operand){.is_text = true, .number = NAN};
            snprintf(value->text, sizeof value->text, "%s", texts[i].text);
            return true;
        }
    }
    *value = (struct lab_operand){.number = point->repeat};
    return strcmp(name, "repeat") == 0;
}

struct lab_scope lab_point_scope(const struct lab_point *point)
{
    return (struct lab_scope){lab_point_find, point};
}

enum lab_err lab_point_meant(const struct lab_point *point, const char *when, bool *meant,
                             struct lab_why *why)
{
    struct lab_operand value;
    struct lab_scope scope = lab_point_scope(point);
    *meant = true;
    if (when == NULL)
    {
        return LAB_OK;
    }
    enum lab_err err = lab_expr_eval(when, &scope, &value, why);
    *meant = value.number == 1.0;
    return err;
}

enum lab_err lab_point_fill(const struct lab_point *point, const char *text, const char *otherwise, char *dst,
                            size_t size, struct lab_why *why)
{
    bool missing;
    struct lab_scope scope = lab_point_scope(point);
    enum lab_err err = lab_expr_fill(text != NULL ? text : otherwise, &scope, dst, size, &missing, why);
    if (err == LAB_OK && missing)
    {
        snprintf(dst, size, "%s", otherwise);
    }
    return err;
}
