/* Whom files belong to: under sudo, what a run makes is its caller's ($SUDO_UID and
 * $SUDO_GID), to read and to delete. Without sudo nothing is done. Only files that are
 * root's change hands; what cannot be given is said on standard error. */
#ifndef OV_LAB_OWNER_H
#define OV_LAB_OWNER_H

#include "lib/err.h"
#include "lib/file.h"

#include <stdbool.h>
#include <sys/stat.h>

/* A path that a run may make. */
struct lab_gift
{
    char path[LAB_PATH_MAX]; /* the path, or the first of its parents that was not there either */
    bool was_there;
    struct stat before; /* valid if it was there */
};

/* Looks at what is there before the run. */
LAB_MUST_USE enum lab_err lab_gift_expect(struct lab_gift *gift, const char *path, struct lab_why *why);

/* Gives it with all below to the caller if the run made it, or made it anew; `grown`: also
 * if it was the caller's before, because files may have come into it. Whatever else was there
 * stays whose it was: a path that is named to a root's run may be anything. */
void lab_gift_give(const struct lab_gift *gift, bool grown);

/* Gives path with all below to the caller. */
void lab_owner_give(const char *path);

#endif
