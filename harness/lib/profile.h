/* Profiles of the cost shim by their text: the name of a file of netns-lab/profiles (or "none": the shim
 * without any cost) and words of key=value (netns-lab/wincost/profile.h) that count more. */
#ifndef OV_LAB_PROFILE_H
#define OV_LAB_PROFILE_H

#include "lib/err.h"
#include "netns-lab/wincost/profile.h"

#define LAB_PROFILE_TEXT 1024 /* room for a printed profile */

/* root is the repository. LAB_ERR_USAGE: no such profile, or a word that is wrong. */
LAB_MUST_USE enum lab_err lab_profile_read(const char *root, const char *text,
                                           struct wincost_profile *profile, struct lab_why *why);

/* Does it begin with the name of a file, or none? */
bool lab_profile_is(const char *root, const char *name);

#endif
