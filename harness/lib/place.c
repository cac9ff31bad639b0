#include "lib/place.h"

#include "lib/clock.h"
#include "lib/envinfo.h"
#include "lib/ns.h"
#include "lib/owner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ATTEMPTS 99

static enum lab_err ask_commit(struct lab_place *place, const struct lab_paths *paths, struct lab_why *why)
{
    struct lab_loop loop;
    enum lab_err err = lab_loop_init(&loop, -1, why);
    if (err == LAB_OK)
    {
        lab_env_commit(&loop, paths->root, place->commit, sizeof place->commit);
        lab_loop_clear(&loop);
    }
    return err;
}

static enum lab_err make_record_dir(struct lab_place *place, const struct lab_paths *paths,
                                    struct lab_why *why)
{
    struct utsname names;
    char now[32];
    enum lab_err err = ask_commit(place, paths, why);
    err = err == LAB_OK ? lab_dir_make(paths->results, why) : err;
    uname(&names);
    names.nodename[strcspn(names.nodename, "./")] = '\0';
    lab_utc_basic(now, sizeof now);
    for (unsigned attempt = 1; err == LAB_OK && attempt <= ATTEMPTS; attempt++)
    {
        char counter[16] = "";
        if (attempt > 1)
        {
            snprintf(counter, sizeof counter, "-%u", attempt);
        }
        snprintf(place->run_id, sizeof place->run_id, "%.20s-%.40s-%.40s%s", now, names.nodename,
                 place->commit, counter);
        err = lab_path_set(place->dir, why, "%s/%s", paths->results, place->run_id);
        if (err == LAB_OK && mkdir(place->dir, 0755) == 0)
        {
            return LAB_OK;
        }
        if (err == LAB_OK && errno != EEXIST)
        {
            err = lab_why_errno(why, "%s", place->dir);
        }
    }
    return err != LAB_OK ? err : lab_why_set(why, LAB_ERR_SYSTEM, "no free name in %s", paths->results);
}

enum lab_err lab_place_run(struct lab_place *place, const struct lab_paths *paths, int (*inside)(void *arg),
                           void *arg, int *status, struct lab_why *why)
{
    struct lab_gift results;
    struct lab_gift pki;
    enum lab_err err = lab_gift_expect(&results, paths->results, why);
    err = err == LAB_OK ? lab_gift_expect(&pki, paths->pki, why) : err;
    err = err == LAB_OK ? make_record_dir(place, paths, why) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    int returned = lab_ns_run(inside, arg, why);
    if (returned >= 0)
    {
        *status = returned;
        lab_owner_give(place->dir);
    }
    else
    {
        rmdir(place->dir);
        err = LAB_ERR_ABSENT;
    }
    lab_gift_give(&results, false);
    lab_gift_give(&pki, true);
    return err;
}

enum lab_err lab_place_dir(const struct lab_place *place, const char *name, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(path, why, "%s/%s", place->dir, name);
    return err == LAB_OK ? lab_dir_make(path, why) : err;
}
