#include "app/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_number(const char *text)
{
    return text[0] != '\0' && strlen(text) < 10 && strspn(text, "0123456789") == strlen(text);
}

static bool number_of(const char *text, unsigned *out)
{
    return is_number(text) && sscanf(text, "%u", out) == 1;
}

enum ov_err ov_privileges_lookup(const char *user, const char *group, struct ov_identity_wanted *out,
                                 char *text, size_t cap)
{
    memset(out, 0, sizeof *out);
    unsigned number = 0;
    if (user != NULL)
    {
        const struct passwd *entry = number_of(user, &number) ? getpwuid(number) : getpwnam(user);
        if (entry == NULL)
        {
            (void)snprintf(text, cap, "user '%.64s' is unknown on this system", user);
            return OV_ERR_OPTION;
        }
        out->has_user = true;
        out->uid = entry->pw_uid;
        out->gid = entry->pw_gid;
    }
    if (group != NULL)
    {
        const struct group *entry = number_of(group, &number) ? getgrgid(number) : getgrnam(group);
        if (entry == NULL)
        {
            (void)snprintf(text, cap, "group '%.64s' is unknown on this system", group);
            return OV_ERR_OPTION;
        }
        out->has_group = true;
        out->gid = entry->gr_gid;
    }
    return OV_OK;
}

/* libcap-ng's change_id keeps the wanted capabilities over setuid, which is
 * the part that is easily done wrong. */
enum ov_err ov_privileges_drop(const struct ov_identity_wanted *wanted, char *text, size_t cap)
{
    if (!wanted->has_user && !wanted->has_group)
    {
        return OV_OK;
    }
    capng_clear(CAPNG_SELECT_BOTH);
    if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN) != 0)
    {
        (void)snprintf(text, cap, "cannot prepare the capabilities to keep");
        return OV_ERR_IO;
    }
    int uid = wanted->has_user ? (int)wanted->uid : -1;
    /* Without a user there is nobody whose further groups could be looked up. */
    capng_flags_t flags = CAPNG_CLEAR_BOUNDING;
    flags |= wanted->has_user ? CAPNG_INIT_SUPP_GRP : CAPNG_DROP_SUPP_GRP;
    int result = capng_change_id(uid, (int)wanted->gid, flags);
    if (result != 0)
    {
        (void)snprintf(text, cap, "cannot become user %d group %d: %s (step %d of libcap-ng)", uid,
                       (int)wanted->gid, strerror(errno), -result);
        return OV_ERR_IO;
    }
    return OV_OK;
}
