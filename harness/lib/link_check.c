#include "lib/link.h"

#include "netns-lab/linkemu/netem.h"
#include "netns-lab/linkemu/spec.h"

#include <string.h>

static const char *const backend_names[] = {
    [LAB_LINK_NONE] = "none", [LAB_LINK_LINKEMU] = "linkemu", [LAB_LINK_NETEM] = "netem"};

const char *lab_link_backend_name(enum lab_link_backend backend)
{
    return backend_names[backend];
}

static bool same(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

static enum lab_err check_direction(const char *name, const char *text, bool by_netem, struct lab_why *why)
{
    struct emu_spec spec;
    char said[EMU_SPEC_WHY_LEN];
    char words[EMU_NETEM_LEN];
    if (!emu_spec_parse(text != NULL ? text : "", &spec, said) ||
        (by_netem && !emu_netem_words(words, &spec, said)))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "link %s: %s", name, said);
    }
    return LAB_OK;
}

enum lab_err lab_link_check(const struct lab_link_spec *spec, struct lab_why *why)
{
    const char *backend = spec->backend != NULL ? spec->backend : "auto";
    bool asked = (spec->up != NULL && spec->up[0] != '\0') || (spec->down != NULL && spec->down[0] != '\0');
    bool known =
        same(backend, "auto") || same(backend, "none") || same(backend, "netem") || same(backend, "linkemu");
    if (!known)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "link: no back end '%s' (auto, netem, linkemu, none)",
                           backend);
    }
    if (same(backend, "none") && (asked || spec->replay != NULL))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "link: back end none can do no impairment");
    }
    if (same(backend, "netem") && spec->replay != NULL)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "link: netem cannot replay decisions");
    }
    if (spec->told && !same(backend, "auto") && !same(backend, "linkemu"))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "link: only linkemu can be told something, not %s", backend);
    }
    enum lab_err err = check_direction("up", spec->up, same(backend, "netem"), why);
    return err == LAB_OK ? check_direction("down", spec->down, same(backend, "netem"), why) : err;
}
