#include "lib/paths.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_root(const char *dir)
{
    char lab[LAB_PATH_MAX + 16];
    char harness[LAB_PATH_MAX + 16];
    snprintf(lab, sizeof lab, "%s/netns-lab", dir);
    snprintf(harness, sizeof harness, "%s/harness/lib", dir);
    return access(lab, F_OK) == 0 && access(harness, F_OK) == 0;
}

static bool climb_to_root(const char *from, char root[static LAB_PATH_MAX])
{
    snprintf(root, LAB_PATH_MAX, "%s", from);
    while (!is_root(root))
    {
        char *slash = strrchr(root, '/');
        if (slash == NULL || slash == root)
        {
            return false;
        }
        *slash = '\0';
    }
    return true;
}

static enum lab_err find_self(struct lab_paths *paths, struct lab_why *why)
{
    ssize_t len = readlink("/proc/self/exe", paths->self, sizeof paths->self - 1);
    if (len <= 0)
    {
        return lab_why_errno(why, "/proc/self/exe");
    }
    paths->self[len] = '\0';
    memcpy(paths->build, paths->self, sizeof paths->build);
    *strrchr(paths->build, '/') = '\0';

    char here[LAB_PATH_MAX];
    if (!climb_to_root(paths->build, paths->root) &&
        (getcwd(here, sizeof here) == NULL || !climb_to_root(here, paths->root)))
    {
        return lab_why_set(why, LAB_ERR_ABSENT,
                           "no netns-lab/ and harness/ above %s or the working directory", paths->build);
    }
    return LAB_OK;
}

/* A build directory of one's own (build/NAME) may lack what the others made. */
static enum lab_err find_built(const struct lab_paths *paths, const char *name,
                               char path[static LAB_PATH_MAX], struct lab_why *why)
{
    enum lab_err err = lab_path_set(path, why, "%s/%s", paths->build, name);
    if (err != LAB_OK || access(path, X_OK) == 0)
    {
        return err;
    }
    return lab_path_set(path, why, "%s/build/%s", paths->root, name);
}

/* The environment may name another one, for a build of one's own. */
static enum lab_err find_named(const struct lab_paths *paths, const char *variable, const char *name,
                               char path[static LAB_PATH_MAX], struct lab_why *why)
{
    const char *given = getenv(variable);
    return given != NULL ? lab_path_set(path, why, "%s", given) : find_built(paths, name, path, why);
}

enum lab_err lab_paths_find(struct lab_paths *paths, struct lab_why *why)
{
    *paths = (struct lab_paths){0};
    enum lab_err err = find_self(paths, why);
    if (err != LAB_OK)
    {
        return err;
    }
    const char *root = paths->root;
    const struct
    {
        char *path;
        const char *below;
    } parts[] = {
        {paths->subjects, "harness/subjects"},
        {paths->topology, "netns-lab/topology/pair.sh"},
        {paths->make_pki, "netns-lab/pki/make-pki.sh"},
        {paths->pki, "build/pki"},
        {paths->results, "results"},
        {paths->experiments, "perf/experiments"},
    };
    for (size_t i = 0; err == LAB_OK && i < sizeof parts / sizeof parts[0]; i++)
    {
        err = lab_path_set(parts[i].path, why, "%s/%s", root, parts[i].below);
    }
    if (err == LAB_OK)
    {
        err = find_named(paths, "OVSPEC", "ovspec", paths->ovspec, why);
    }
    if (err == LAB_OK)
    {
        err = find_named(paths, "OVREF", "ovref", paths->ovref, why);
    }
    if (err == LAB_OK)
    {
        err = find_named(paths, "LINKEMU", "linkemu", paths->linkemu, why);
    }
    if (err == LAB_OK)
    {
        err = find_named(paths, "LINKPROBE", "linkprobe", paths->linkprobe, why);
    }
    if (err == LAB_OK)
    {
        err = find_named(paths, "LABFLOOD", "labflood", paths->labflood, why);
    }
    if (err == LAB_OK)
    {
        err = find_named(paths, "OVPROBE", "ovprobe", paths->ovprobe, why);
    }
    /* The subjects shall run the ovref of this build. */
    if (err == LAB_OK && setenv("OVREF", paths->ovref, 1) != 0)
    {
        err = lab_why_errno(why, "OVREF");
    }
    return err;
}
