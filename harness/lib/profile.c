#include "lib/profile.h"

#include "lib/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum lab_err path_of(const char *root, const char *name, size_t len, char path[static LAB_PATH_MAX],
                            struct lab_why *why)
{
    if (len == 0 || memchr(name, '/', len) != NULL)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "'%.60s' does not begin with the name of a profile", name);
    }
    return lab_path_set(path, why, "%s/netns-lab/profiles/%.*s.profile", root, (int)len, name);
}

bool lab_profile_is(const char *root, const char *name)
{
    char path[LAB_PATH_MAX];
    struct lab_why why;
    size_t len = strcspn(name, " \t\n");
    return (len == 4 && memcmp(name, "none", 4) == 0) ||
           (path_of(root, name, len, path, &why) == LAB_OK && access(path, R_OK) == 0);
}

enum lab_err lab_profile_read(const char *root, const char *text, struct wincost_profile *profile,
                              struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    char said[WINCOST_WHY_LEN];
    char *file = NULL;
    char *all = NULL;
    size_t file_len = 0;
    size_t name_len = strcspn(text, " \t\n=");
    enum lab_err err = path_of(root, text, text[name_len] == '=' ? 0 : name_len, path, why);
    if (err == LAB_OK && (name_len != 4 || memcmp(text, "none", 4) != 0))
    {
        err = lab_file_read(path, WINCOST_TEXT_MAX - 1, &file, &file_len, why);
        err = err != LAB_OK ? lab_why_set(why, LAB_ERR_USAGE, "no profile '%.*s' in netns-lab/profiles",
                                          (int)name_len, text)
                            : err;
    }
    int len = err == LAB_OK
                  ? asprintf(&all, "%.*s\n%s", (int)file_len, file != NULL ? file : "", text + name_len)
                  : 0;
    free(file);
    if (err == LAB_OK && len < 0)
    {
        return lab_why_errno(why, "a profile");
    }
    if (err == LAB_OK && !wincost_profile_parse(all, (size_t)len, profile, said))
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "profile '%.60s': %s", text, said);
    }
    free(all);
    return err;
}
