/* ovlab export DIR: a record in another format. */
#include "cli/cli.h"
#include "lib/export.h"
#include "lib/verdict.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum
{
    OPT_FORMAT = 1000,
    OPT_ALL,
    OPT_HELP,
};

static const struct option long_options[] = {
    {"format", required_argument, NULL, OPT_FORMAT},
    {"all", no_argument, NULL, OPT_ALL},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static void print_usage(FILE *out)
{
    fprintf(out, "usage: ovlab export DIR --format FORMAT   prints the record in DIR\n"
                 "       ovlab export DIR --all             writes all formats beside it, as\n"
                 "                                          `ovlab run` does\n\n");
    for (size_t i = 0; i < LAB_EXPORT_COUNT; i++)
    {
        fprintf(out, "  %-14s %-18s %s\n", lab_exports[i].name, lab_exports[i].file, lab_exports[i].what);
    }
}

static int say(const struct lab_why *why, int status)
{
    fprintf(stderr, "ovlab export: %s\n", why->text);
    return status;
}

static int print_one(const char *dir, enum lab_export format)
{
    struct lab_why why;
    struct lab_loaded loaded;
    if (lab_loaded_read(dir, &loaded, &why) != LAB_OK)
    {
        return say(&why, LAB_EXIT_ERROR);
    }
    enum lab_err err = lab_export_print(&loaded, format, stdout, &why);
    lab_loaded_clear(&loaded);
    return err == LAB_OK ? LAB_EXIT_OK : say(&why, LAB_EXIT_ERROR);
}

int cmd_export(int argc, char **argv)
{
    struct lab_why why;
    enum lab_export format = LAB_EXPORT_COUNT;
    bool all = false;
    for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
    {
        switch (option)
        {
        case OPT_FORMAT:
            format = lab_export_find(optarg);
            if (format == LAB_EXPORT_COUNT)
            {
                (void)lab_why_set(&why, LAB_ERR_USAGE, "no format '%s' (--help shows them)", optarg);
                return say(&why, LAB_EXIT_USAGE);
            }
            break;
        case OPT_ALL:
            all = true;
            break;
        case OPT_HELP:
            print_usage(stdout);
            return LAB_EXIT_OK;
        default:
            return LAB_EXIT_USAGE;
        }
    }
    if (optind + 1 != argc || all == (format != LAB_EXPORT_COUNT))
    {
        print_usage(stderr);
        return LAB_EXIT_USAGE;
    }
    if (!all)
    {
        return print_one(argv[optind], format);
    }
    return lab_export_all(argv[optind], &why) == LAB_OK ? LAB_EXIT_OK : say(&why, LAB_EXIT_ERROR);
}
