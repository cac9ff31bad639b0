/* ovlab report: the table of a record again, and the pages of one or all records. */
#include "cli/cli.h"
#include "lib/record.h"
#include "lib/retold.h"
#include "lib/verdict.h"
#include "report/page.h"
#include "report/sparks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: ovlab report [--text] DIR...    each record DIR: its table and what it\n"
    "                                       found, here, and its page DIR/" LAB_PAGE_RUN "\n"
    "       ovlab report [--results DIR]    dashboard DIR/" LAB_PAGE_INDEX " over all records\n"
    "                                       (default: results)\n"
    "\n"
    "  --text          the table only\n"
    "  --results DIR   the directory that holds the records\n"
    "\n"
    "A page is one file that opens without a network. `make report-assets` fetches\n"
    "what draws its charts, once; without it a page has its tables.\n";

static enum lab_err print_table(const char *dir, struct lab_term *term, struct lab_why *why)
{
    struct lab_retold *retold = calloc(1, sizeof *retold);
    if (retold == NULL)
    {
        return lab_why_errno(why, "%s", dir);
    }
    enum lab_err err = lab_record_read(dir, lab_retold_add, retold, why);
    if (err == LAB_OK)
    {
        lab_term_print(term, "%s, suite %s, seed %s\n", retold->report.run_id, retold->report.suite,
                       retold->report.seed);
        lab_retold_print(retold, term, dir);
    }
    lab_retold_clear(retold);
    free(retold);
    struct lab_loaded loaded;
    err = err == LAB_OK ? lab_loaded_read(dir, &loaded, why) : err;
    if (err == LAB_OK)
    {
        lab_sparks_print(&loaded, term);
        lab_loaded_clear(&loaded);
    }
    return err;
}

static int all_records(const char *results)
{
    struct lab_paths paths;
    struct lab_why why;
    struct lab_term term;
    size_t runs = 0;
    lab_term_init(&term, STDOUT_FILENO);
    enum lab_err err = lab_paths_find(&paths, &why);
    const char *dir = results != NULL ? results : paths.results;
    err = err == LAB_OK ? lab_page_index(&paths, dir, &term, &runs, &why) : err;
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab report: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    lab_term_print(&term, "%zu runs: %s/" LAB_PAGE_INDEX "%s\n", runs, dir,
                   lab_page_has_charts(&paths) ? "" : " (tables only: `make report-assets` fetches charts)");
    return LAB_EXIT_OK;
}

int cmd_report(int argc, char **argv)
{
    const char *results = NULL;
    bool text = false;
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++)
    {
        if (strcmp(argv[at], "--text") == 0)
        {
            text = true;
        }
        else if (strcmp(argv[at], "--results") == 0 && at + 1 < argc)
        {
            results = argv[++at];
        }
        else
        {
            bool asked = strcmp(argv[at], "--help") == 0;
            fputs(usage, asked ? stdout : stderr);
            return asked ? LAB_EXIT_OK : LAB_EXIT_USAGE;
        }
    }
    if (at == argc || results != NULL)
    {
        fputs(at < argc || text ? usage : "", stderr);
        return at < argc || text ? LAB_EXIT_USAGE : all_records(results);
    }
    struct lab_term term;
    lab_term_init(&term, STDOUT_FILENO);
    for (; at < argc; at++)
    {
        struct lab_why why;
        if (print_table(argv[at], &term, &why) != LAB_OK)
        {
            fprintf(stderr, "ovlab report: %s\n", why.text);
            return LAB_EXIT_ERROR;
        }
        if (!text)
        {
            lab_page_after(argv[at], argv[at], &term);
        }
    }
    return LAB_EXIT_OK;
}
