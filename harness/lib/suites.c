/* All suites: a new one is a line here and its suite_*.c. */
#include "lib/scenario.h"

#include <string.h>

extern const struct lab_suite lab_suite_formats;
extern const struct lab_suite lab_suite_probe;
extern const struct lab_suite lab_suite_quick;
extern const struct lab_suite lab_suite_tcp;

static const struct lab_suite *const suites[] = {
    &lab_suite_quick,
    &lab_suite_formats,
    &lab_suite_tcp,
    &lab_suite_probe,
};

const struct lab_suite *lab_suite_at(size_t index)
{
    return index < sizeof suites / sizeof suites[0] ? suites[index] : NULL;
}

const struct lab_suite *lab_suite_find(const char *name)
{
    for (size_t i = 0; lab_suite_at(i) != NULL; i++)
    {
        if (strcmp(lab_suite_at(i)->name, name) == 0)
        {
            return lab_suite_at(i);
        }
    }
    return NULL;
}
