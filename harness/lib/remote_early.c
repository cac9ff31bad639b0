/* Connections to places before a run has its private /run: for who must ask there to make a plan. */
#include "lib/remote.h"

#include "lib/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPEN_TIMEOUT_MS  20000
#define CLOSE_TIMEOUT_MS 5000

/* The verb of harness/places/ssh at each place, in one connection each. */
static enum lab_err call(struct lab_loop *loop, const char *verb, const char *place, const char *log,
                         uint64_t timeout_ms, struct lab_why *why)
{
    const char *argv[] = {lab_remote_tool(), verb, place, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log};
    int status = -1;
    enum lab_err err = lab_proc_run(loop, &spec, timeout_ms, &status, why);
    if (err == LAB_OK && status != 0)
    {
        char line[240];
        lab_file_last_line(log, line, sizeof line);
        err = lab_why_set(why, LAB_ERR_ABSENT, "%s: %s", place, line[0] != '\0' ? line : "no connection");
    }
    return err;
}

enum lab_err lab_remote_connect(struct lab_loop *loop, const char *const places[2],
                                char dir[static LAB_REMOTE_DIR_LEN], struct lab_why *why)
{
    char log[LAB_REMOTE_DIR_LEN + 16];
    /* A short path: sockets have no room for another. */
    snprintf(dir, LAB_REMOTE_DIR_LEN, "/tmp/ovlab-XXXXXX");
    if (mkdtemp(dir) == NULL || setenv("OVLAB_PLACES_DIR", dir, 1) != 0)
    {
        dir[0] = '\0';
        return lab_why_errno(why, "a directory for connections");
    }
    snprintf(log, sizeof log, "%s/log", dir);
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < 2; i++)
    {
        err = places[i] != NULL ? call(loop, "open", places[i], log, OPEN_TIMEOUT_MS, why) : LAB_OK;
    }
    return err;
}

void lab_remote_disconnect(struct lab_loop *loop, const char *const places[2], const char *dir)
{
    char log[LAB_REMOTE_DIR_LEN + 16];
    struct lab_why why;
    if (dir[0] == '\0')
    {
        return;
    }
    snprintf(log, sizeof log, "%s/log", dir);
    for (size_t i = 0; i < 2; i++)
    {
        if (places[i] != NULL)
        {
            (void)!call(loop, "close", places[i], log, CLOSE_TIMEOUT_MS, &why);
        }
    }
    (void)unlink(log);
    (void)rmdir(dir);
    (void)!lab_remote_own_dir(&why);
}
