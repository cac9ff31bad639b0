#ifndef OV_APP_PRIVILEGES_H
#define OV_APP_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* --user and --group: become somebody else, and keep only what running a
 * tunnel needs (CAP_NET_ADMIN: addresses and routes). */

struct ov_identity_wanted
{
    bool has_user;
    bool has_group;
    uid_t uid;
    gid_t gid; /* the user's own group unless --group is given */
};

/* Look names (or numbers) up; NULL is "not given". Done before anything is opened, so that a wrong
 * name is said at once. OV_ERR_OPTION with a reason in text. */
OV_MUST_USE enum ov_err ov_privileges_lookup(const char *user, const char *group,
                                             struct ov_identity_wanted *out, char *text, size_t cap);

/* Change for good. OV_ERR_IO with a reason in text: the caller must not go on. */
OV_MUST_USE enum ov_err ov_privileges_drop(const struct ov_identity_wanted *wanted, char *text, size_t cap);

#endif
