#include "lib/exit_style.h"

#include "lib/verdict.h"

#include <stddef.h>
#include <string.h>

#define AUTOMAKE_SKIPPED 77

bool lab_exit_style_parse(const char *name, enum lab_exit_style *style)
{
    static const char *const names[] = {"ksft", "automake", "gate"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(name, names[i]) == 0)
        {
            *style = (enum lab_exit_style)i;
            return true;
        }
    }
    return false;
}

int lab_exit_styled(enum lab_exit_style style, int status)
{
    if (style == LAB_STYLE_AUTOMAKE && status == LAB_EXIT_SKIPPED)
    {
        return AUTOMAKE_SKIPPED;
    }
    return style == LAB_STYLE_GATE && status == LAB_EXIT_UNDECIDED ? LAB_EXIT_OK : status;
}
