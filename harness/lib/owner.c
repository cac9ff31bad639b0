#include "lib/owner.h"

#include "lib/args.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct owner
{
    uid_t uid;
    gid_t gid;
};

static bool find_caller(struct owner *caller)
{
    uint64_t uid;
    uint64_t gid;
    const char *uid_text = getenv("SUDO_UID");
    const char *gid_text = getenv("SUDO_GID");
    if (geteuid() != 0 || uid_text == NULL || gid_text == NULL ||
        !lab_arg_number(uid_text, UINT32_MAX, &uid) || !lab_arg_number(gid_text, UINT32_MAX, &gid))
    {
        return false;
    }
    *caller = (struct owner){.uid = (uid_t)uid, .gid = (gid_t)gid};
    return true;
}

/* Links themselves are given, never what they point to. */
static bool give_tree(char *path, struct owner to)
{
    char *const roots[] = {path, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (tree == NULL)
    {
        return false;
    }
    int failure = 0;
    for (FTSENT *entry; (entry = fts_read(tree)) != NULL;)
    {
        bool unread = entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS;
        if (unread)
        {
            failure = entry->fts_errno;
        }
        else if (entry->fts_info != FTS_DP && entry->fts_statp->st_uid == 0 &&
                 lchown(entry->fts_accpath, to.uid, to.gid) != 0)
        {
            failure = errno;
        }
    }
    fts_close(tree);
    errno = failure;
    return failure == 0;
}

void lab_owner_give(const char *path)
{
    struct owner caller;
    char copy[LAB_PATH_MAX];
    if (!find_caller(&caller))
    {
        return;
    }
    snprintf(copy, sizeof copy, "%s", path);
    if (!give_tree(copy, caller))
    {
        fprintf(stderr, "%s: not all of %s could be given to uid %u: %s\n", program_invocation_short_name,
                path, (unsigned)caller.uid, strerror(errno));
    }
}

enum lab_err lab_gift_expect(struct lab_gift *gift, const char *path, struct lab_why *why)
{
    struct stat parent;
    *gift = (struct lab_gift){.was_there = false};
    enum lab_err err = lab_path_set(gift->path, why, "%s", path);
    if (err != LAB_OK)
    {
        return err;
    }
    gift->was_there = lstat(gift->path, &gift->before) == 0;
    for (char *slash = strrchr(gift->path, '/'); !gift->was_there && slash != NULL && slash != gift->path;
         slash = strrchr(gift->path, '/'))
    {
        *slash = '\0';
        if (lstat(gift->path, &parent) == 0)
        {
            *slash = '/';
            break;
        }
    }
    return LAB_OK;
}

void lab_gift_give(const struct lab_gift *gift, bool grown)
{
    struct owner caller;
    struct stat now;
    if (!find_caller(&caller) || lstat(gift->path, &now) != 0)
    {
        return;
    }
    bool made = !gift->was_there || now.st_ino != gift->before.st_ino || now.st_dev != gift->before.st_dev;
    if (made || (grown && now.st_uid == caller.uid))
    {
        lab_owner_give(gift->path);
    }
}
