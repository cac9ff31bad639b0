#include "lib/verdict.h"

#include <string.h>

static const char *const verdict_names[LAB_VERDICT_COUNT] = {
    [LAB_PASS] = "PASS",
    [LAB_FAIL] = "FAIL",
    [LAB_UNSUPPORTED] = "UNSUPPORTED",
    [LAB_TAINTED] = "TAINTED",
    [LAB_INCONCLUSIVE] = "INCONCLUSIVE",
    [LAB_ERROR] = "ERROR",
};

const char *lab_verdict_name(enum lab_verdict verdict)
{
    return (size_t)verdict < LAB_VERDICT_COUNT ? verdict_names[verdict] : "?";
}

bool lab_verdict_parse(const char *name, enum lab_verdict *verdict)
{
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        if (strcmp(name, verdict_names[i]) == 0)
        {
            *verdict = (enum lab_verdict)i;
            return true;
        }
    }
    return false;
}

enum lab_exit lab_verdict_exit(const size_t counts[static LAB_VERDICT_COUNT])
{
    if (counts[LAB_ERROR] > 0)
    {
        return LAB_EXIT_ERROR;
    }
    if (counts[LAB_FAIL] > 0)
    {
        return LAB_EXIT_FAIL;
    }
    if (counts[LAB_TAINTED] + counts[LAB_INCONCLUSIVE] > 0)
    {
        return LAB_EXIT_UNDECIDED;
    }
    return counts[LAB_PASS] > 0 ? LAB_EXIT_OK : LAB_EXIT_SKIPPED;
}
