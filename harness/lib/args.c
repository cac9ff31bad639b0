#include "lib/args.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* strtoull alone would take signs and leading white space. */
bool lab_arg_number(const char *text, uint64_t limit, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long parsed = strtoull(text, &end, 10);
    *value = parsed;
    return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && parsed <= limit;
}

enum lab_err lab_arg_range(const char *option, const char *text, unsigned from, unsigned to, unsigned *value,
                           struct lab_why *why)
{
    uint64_t number;
    if (!lab_arg_number(text, to, &number) || number < from)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "%s wants %u to %u, not '%s'", option, from, to, text);
    }
    *value = (unsigned)number;
    return LAB_OK;
}

enum lab_err lab_arg_seed(const char *text, uint64_t *seed, struct lab_why *why)
{
    return lab_arg_number(text, UINT64_MAX, seed)
               ? LAB_OK
               : lab_why_set(why, LAB_ERR_USAGE, "--seed wants a number, not '%s'", text);
}

enum lab_err lab_arg_path(const char *given, char path[static LAB_PATH_MAX], struct lab_why *why)
{
    char here[LAB_PATH_MAX];
    if (given[0] == '/')
    {
        return lab_path_set(path, why, "%s", given);
    }
    return getcwd(here, sizeof here) != NULL ? lab_path_set(path, why, "%s/%s", here, given)
                                             : lab_why_errno(why, "getcwd");
}
