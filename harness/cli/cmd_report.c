#include "cli/cli.h"
#include "lib/findings.h"
#include "lib/record.h"
#include "lib/report.h"
#include "lib/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reading
{
    struct lab_report *report;
    struct lab_findings findings;
};

static void take_line(void *arg, const json_t *line)
{
    struct reading *reading = arg;
    lab_report_add(reading->report, line);
    lab_findings_add(&reading->findings, line);
}

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
    struct reading reading = {.report = report};
    enum lab_err err = lab_record_read(argv[1], take_line, &reading, &why);
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab report: %s\n", why.text);
        lab_findings_clear(&reading.findings);
        free(report);
        return LAB_EXIT_ERROR;
    }
    lab_term_init(&term, STDOUT_FILENO);
    lab_term_print(&term, "%s, suite %s, seed %s\n", report->run_id, report->suite, report->seed);
    if (reading.findings.experiment != NULL)
    {
        lab_findings_print(&reading.findings, &term, argv[1]);
    }
    else
    {
        lab_report_print(report, &term, argv[1]);
    }
    lab_findings_clear(&reading.findings);
    free(report);
    return LAB_EXIT_OK;
}
