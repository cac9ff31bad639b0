/* ovlab: measures and checks any implementation of the OpenVPN protocol. */
#include "cli/cli.h"
#include "lib/capture.h"
#include "lib/envinfo.h"
#include "lib/verdict.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct command
{
    const char *name;
    const char *what;
    int (*run)(int argc, char **argv); /* NULL: planned */
};

static const struct command commands[] = {
    {"doctor", "checks everything a run needs, and says what mends it", cmd_doctor},
    {"list", "suites, experiments, cases, programs under test", cmd_list},
    {"run", "runs a suite or an experiment in a private lab: ovlab run quick", cmd_run},
    {"report", "pages (HTML) and tables of records: ovlab report [DIR...]", cmd_report},
    {"export", "a record as JUnit, TAP, CSV, OpenMetrics, ...: ovlab export DIR", cmd_export},
    {"matrix", "every client with every server, over all they can agree on", cmd_matrix},
    {"show", "all that a record says of one case: ovlab show ID", cmd_show},
    {"compare", "interleaved A/B pairs of two builds, with intervals and a verdict", cmd_compare},
    {"explain", "which factor explains what share of a gap: explain windows-gap", cmd_explain},
    {"analyze", "timelines and counters of one record", NULL},
    {"merge", "unites the records of several machines or shards", cmd_merge},
    {"figures", "fills figures of records into a text: results/ANSWERS.md", cmd_figures},
    {"history", "ratios to stock over all records, with change points", cmd_history},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void print_help(FILE *out)
{
    fprintf(out, "ovlab measures and checks implementations of the OpenVPN protocol.\n\n"
                 "usage: ovlab COMMAND [OPTIONS]     (ovlab COMMAND --help tells the options)\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
    {
        fprintf(out, "  %-9s %s%s\n", commands[i].name, commands[i].what,
                commands[i].run == NULL ? " (not built yet)" : "");
    }
    fprintf(out, "\nexit status: 0 all passed, 1 something failed, 2 wrong usage, 3 compare found a\n"
                 "slow-down, 4 nothing could run, 5 only tainted, inconclusive or undecided\n"
                 "besides, 99 the harness failed, 128+N interrupted by signal N\n");
}

int cmd_internal_capture(int argc, char **argv)
{
    int port = argc == 4 ? (int)strtol(argv[2], NULL, 10) : 0;
    if (port <= 0 || port > 65535)
    {
        fprintf(stderr, "usage: ovlab internal-capture INTERFACE PORT FILE\n");
        return LAB_EXIT_USAGE;
    }
    return lab_capture_main(argv[1], (uint16_t)port, argv[3]);
}

/* A closed standard stream would give its number to the next file that is opened,
 * and what is printed would land in the record. */
static void keep_streams(void)
{
    int fd;
    do
    {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
    {
        close(fd);
    }
}

int main(int argc, char **argv)
{
    keep_streams();
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
    {
        print_help(stdout);
        return LAB_EXIT_OK;
    }
    if (strcmp(name, "--version") == 0)
    {
        printf("ovlab %s\n", LAB_VERSION);
        return LAB_EXIT_OK;
    }
    if (strcmp(name, "internal-capture") == 0)
    {
        return cmd_internal_capture(argc - 1, argv + 1);
    }
    if (strcmp(name, "internal-sequence") == 0 || strcmp(name, "internal-requests") == 0)
    {
        return cmd_internal_traffic(argc - 1, argv + 1);
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
    {
        if (strcmp(name, commands[i].name) != 0)
        {
            continue;
        }
        if (commands[i].run != NULL)
        {
            return commands[i].run(argc - 1, argv + 1);
        }
        fprintf(stderr, "ovlab %s: not built yet (planned: %s)\n", name, commands[i].what);
        return LAB_EXIT_USAGE;
    }
    if (name[0] != '\0')
    {
        fprintf(stderr, "ovlab: unknown command '%s'\n\n", name);
    }
    print_help(stderr);
    return LAB_EXIT_USAGE;
}
