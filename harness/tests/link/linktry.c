/* Puts one impairment into a topology that is up, verifies it, runs a command over it, and takes it away:
 * lib/link.h as a run uses it. Prints the report. The command `--tell WORDS` tells the link something.
 *
 * usage: linktry BACKEND UP DOWN SEED DIR [COMMAND...]
 * Exit status: 0 verified and undisturbed, 1 the probe disagrees or something failed, 3 this back end cannot
 * do it here, 4 tainted. */
#include "lib/link.h"
#include "lib/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_TIMEOUT_MS 60000

static int fail(enum lab_err err, const struct lab_why *why)
{
    fprintf(stderr, "linktry: %s: %s\n", lab_err_name(err), why->text);
    return err == LAB_ERR_USAGE || err == LAB_ERR_ABSENT ? 3 : 1;
}

static bool is_telling(char *const *command)
{
    return command[0] != NULL && strcmp(command[0], "--tell") == 0 && command[1] != NULL;
}

static enum lab_err use_link(struct lab_loop *loop, struct lab_link *link, char *const *command,
                             struct lab_why *why)
{
    const struct lab_proc_spec spec = {.argv = (const char *const *)command, .out_path = link->log_path};
    int status;
    enum lab_err err = lab_link_verify(link, why);
    if (err == LAB_OK && is_telling(command))
    {
        return lab_link_tell(link, command[1], why);
    }
    if (err == LAB_OK && command[0] != NULL)
    {
        err = lab_proc_run(loop, &spec, COMMAND_TIMEOUT_MS, &status, why);
        if (err == LAB_OK && status != 0)
        {
            err = lab_why_set(why, LAB_ERR_EXITED, "%s: exit status %d", command[0], status);
        }
    }
    return err;
}

static int try_link(struct lab_loop *loop, char **argv)
{
    char taint[256];
    struct lab_why why;
    struct lab_paths paths;
    struct lab_topology topology;
    struct lab_link link;
    json_t *report = NULL;
    const struct lab_link_spec spec = {.backend = argv[1],
                                       .up = argv[2],
                                       .down = argv[3],
                                       .seed = strtoull(argv[4], NULL, 10),
                                       .told = is_telling(argv + 6)};
    enum lab_err err = lab_paths_find(&paths, &why);
    if (err == LAB_OK)
    {
        err = lab_topology_describe(loop, paths.topology, &topology, &why);
    }
    if (err == LAB_OK)
    {
        err = lab_link_start(loop, &link, &spec, &paths, &topology, argv[5], &why);
    }
    if (err != LAB_OK)
    {
        return fail(err, &why);
    }
    err = use_link(loop, &link, argv + 6, &why);
    if (err != LAB_OK)
    {
        lab_link_clear(&link);
        return fail(err, &why);
    }
    err = lab_link_stop(&link, &report, &why);
    if (err != LAB_OK)
    {
        return fail(err, &why);
    }
    json_dumpf(report, stdout, JSON_COMPACT);
    printf("\n");
    bool tainted = lab_link_tainted(report, taint, sizeof taint);
    json_decref(report);
    if (tainted)
    {
        fprintf(stderr, "linktry: tainted: %s\n", taint);
    }
    return tainted ? 4 : 0;
}

int main(int argc, char **argv)
{
    struct lab_loop loop;
    struct lab_why why;
    if (argc < 6)
    {
        fputs("usage: linktry BACKEND UP DOWN SEED DIR [COMMAND...]\n", stderr);
        return 2;
    }
    enum lab_err err = lab_loop_init(&loop, -1, &why);
    if (err != LAB_OK)
    {
        return fail(err, &why);
    }
    int status = try_link(&loop, argv);
    lab_loop_clear(&loop);
    return status;
}
