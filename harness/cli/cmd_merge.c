/* ovlab merge: one record from several. */
#include "cli/cli.h"
#include "lib/args.h"
#include "lib/merge.h"
#include "lib/owner.h"
#include "lib/paths.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: ovlab merge DIR... [--out DIR]\n"
    "\n"
    "Unites records of one suite and commit, such as the shards of\n"
    "`ovlab run --shard K/N`, in a new record (default: results/RUN_ID-merged, after\n"
    "the first) with its exports; logs and captures come along. Fails when a case of\n"
    "the plan is missing, or is there twice. A DIR without run.jsonl is an error.\n"
    "\n"
    "exit status: that of one run over all cases; 2 wrong usage; 99 the records do\n"
    "not fit together\n";

enum
{
    OPT_OUT = 1000,
    OPT_HELP,
};

static const struct option long_options[] = {
    {"out", required_argument, NULL, OPT_OUT},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static enum lab_err load(struct lab_merge *merge, char **dirs, size_t count, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    merge->parts = calloc(count, sizeof *merge->parts);
    if (merge->parts == NULL)
    {
        return lab_why_errno(why, "merge");
    }
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        err = lab_loaded_read(dirs[i], &merge->parts[i], why);
        merge->count += err == LAB_OK;
    }
    return err;
}

static enum lab_err merge_all(struct lab_merge *merge, const char *given, int *status, struct lab_why *why)
{
    struct lab_gift gift;
    struct lab_paths paths;
    struct lab_loop loop;
    enum lab_err err = lab_paths_find(&paths, why);
    if (err == LAB_OK)
    {
        err = given != NULL ? lab_arg_path(given, merge->out, why)
                            : lab_path_set(merge->out, why, "%s/%s-merged", paths.results,
                                           lab_loaded_text(merge->parts[0].start, "run_id"));
    }
    err = err == LAB_OK ? lab_gift_expect(&gift, merge->out, why) : err;
    err = err == LAB_OK ? lab_loop_init(&loop, -1, why) : err;
    if (err == LAB_OK)
    {
        err = lab_merge_write(merge, &loop, status, why);
        lab_loop_clear(&loop);
        lab_gift_give(&gift, false);
    }
    return err;
}

int cmd_merge(int argc, char **argv)
{
    const char *out = NULL;
    struct lab_why why;
    struct lab_merge merge = {.argc = argc, .argv = argv};
    int status = LAB_EXIT_ERROR;
    for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
    {
        if (option == OPT_HELP)
        {
            fputs(usage, stdout);
            return LAB_EXIT_OK;
        }
        if (option != OPT_OUT)
        {
            return LAB_EXIT_USAGE;
        }
        out = optarg;
    }
    if (optind == argc)
    {
        fputs(usage, stderr);
        return LAB_EXIT_USAGE;
    }
    enum lab_err err = load(&merge, argv + optind, (size_t)(argc - optind), &why);
    err = err == LAB_OK ? merge_all(&merge, out, &status, &why) : err;
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab merge: %s\n", why.text);
        status = LAB_EXIT_ERROR;
    }
    for (size_t i = 0; i < merge.count; i++)
    {
        lab_loaded_clear(&merge.parts[i]);
    }
    free(merge.parts);
    return status;
}
