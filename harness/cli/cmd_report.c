#include "cli/cli.h"
#include "lib/record.h"
#include "lib/report.h"
#include "lib/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cmd_report(int argc, char **argv)
{
    if (argc != 2 || argv[1][0] == '-')
    {
        bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
        fprintf(asked ? stdout : stderr,
                "usage: ovlab report DIR\n"
                "Prints the table of the record in DIR (results/<date>-<host>-<commit>).\n");
        return asked ? LAB_EXIT_OK : LAB_EXIT_USAGE;
    }
    struct lab_why why;
    struct lab_term term;
    struct lab_report *report = calloc(1, sizeof *report);
    if (report == NULL)
    {
        perror("ovlab report");
        return LAB_EXIT_ERROR;
    }
    enum lab_err err = lab_record_read(argv[1], lab_report_add, report, &why);
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab report: %s\n", why.text);
        free(report);
        return LAB_EXIT_ERROR;
    }
    lab_term_init(&term, STDOUT_FILENO);
    lab_term_print(&term, "%s, suite %s, seed %s\n", report->run_id, report->suite, report->seed);
    lab_report_print(report, &term, argv[1]);
    free(report);
    return LAB_EXIT_OK;
}
