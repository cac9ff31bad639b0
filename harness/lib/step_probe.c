/* The active prober against the server of a case: each probe is a check. */
#include "lib/cell.h"
#include "lib/steps.h"
#include "lib/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_TIMEOUT_MS 60000
#define FLOOD            "reset-flood"

struct tally
{
    unsigned seen;
    unsigned told; /* what the prober says that it sent */
    bool ended;
};

/* "PASS udp reset WP-COOK-001: what came back" */
static void take_probe(struct lab_cell *cell, const char *line, struct tally *tally)
{
    char verdict[8];
    char transport[8];
    char name[64];
    int at = 0;
    char check[80];
    if (sscanf(line, "ovprobe: %u probes", &tally->told) == 1)
    {
        tally->ended = true;
        return;
    }
    if (sscanf(line, "%7s %7s %63s %n", verdict, transport, name, &at) != 3 || at == 0)
    {
        return;
    }
    bool passed = strcmp(verdict, "PASS") == 0;
    if (!passed && strcmp(verdict, "FAIL") != 0)
    {
        return;
    }
    tally->seen++;
    snprintf(check, sizeof check, "probe_%s", name);
    /* A busy host may let an answer come too late. */
    lab_cell_check(cell, check, passed ? LAB_PASS : LAB_FAIL, true, "%s %s: %s", transport, name, line + at);
}

/* chosen: what ovprobe shall take of its list. */
static enum lab_go probe(struct lab_cell *cell, const char *chosen, const char *log)
{
    char port[8];
    char *output;
    struct lab_why why;
    struct tally tally = {0};
    const struct lab_scenario *scenario = cell->item->def->scenario;
    snprintf(port, sizeof port, "%u", scenario->port);
    const char *transport = strncmp(scenario->proto, "tcp", 3) == 0 ? "tcp" : "udp";
    const char *argv[] = {cell->paths->ovprobe, cell->topology->server_addr4, port, transport, chosen, NULL};
    enum lab_err err = lab_tool_run(cell, argv, log, PROBE_TIMEOUT_MS, &output, &why);
    if (err != LAB_OK)
    {
        if (err != LAB_ERR_INTERRUPTED && err != LAB_ERR_EXITED)
        {
            lab_cell_note(cell, LAB_ERROR, false, "%s", why.text);
        }
        return LAB_GO_STOP;
    }
    for (char *save = NULL, *line = strtok_r(output, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save))
    {
        take_probe(cell, line, &tally);
    }
    free(output);
    if (!tally.ended || tally.seen != tally.told || tally.seen == 0)
    {
        lab_cell_note(cell, LAB_ERROR, false, "the prober did not end (%s)", log);
        return LAB_GO_STOP;
    }
    lab_cell_check(cell, "server_survives", cell->server.running ? LAB_PASS : LAB_FAIL, false,
                   "the server %s", cell->server.running ? "still runs" : "ended");
    return cell->server.running ? LAB_GO_ON : LAB_GO_STOP;
}

enum lab_go lab_step_probe(struct lab_cell *cell)
{
    return probe(cell, "-" FLOOD, "probes.txt");
}

/* Whoever floods has the server refuse newcomers for ten seconds [WP-COOK-008]; who is in must not notice. */
enum lab_go lab_step_probe_flood(struct lab_cell *cell)
{
    return probe(cell, FLOOD, "probe-flood.txt");
}
