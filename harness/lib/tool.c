#include "lib/tool.h"

#include "lib/remote.h"

#include <stdio.h>
#include <string.h>

#define TOOL_OUTPUT_MAX (4 * 1024 * 1024)
#define REMOTE_LOST     255 /* what ssh says of a connection that ended */

struct tool_wait
{
    const struct lab_proc *tool;
    const struct lab_cell *cell;
    bool client_ran;
    bool server_ran;
};

static bool subject_died(const struct tool_wait *wait)
{
    return (wait->client_ran && !wait->cell->client.running) ||
           (wait->server_ran && !wait->cell->server.running);
}

static bool tool_settled(void *arg)
{
    const struct tool_wait *wait = arg;
    return !wait->tool->running || subject_died(wait);
}

void lab_tool_note_ended(struct lab_cell *cell, const char *role, const struct lab_proc *proc,
                         const char *when)
{
    char end[64];
    char words[256];
    char log_name[16];
    bool client = strcmp(role, "client") == 0;
    snprintf(log_name, sizeof log_name, "%s.log", role);
    lab_proc_end_text(proc, end, sizeof end);
    lab_cell_last_words(cell, log_name, words, sizeof words);
    const char *place = client ? cell->topology->client_ns : cell->topology->server_ns;
    if (lab_remote_is(place) && lab_proc_exited_with(proc, REMOTE_LOST))
    {
        lab_cell_note(cell, LAB_ERROR, false, "the connection to the %s's machine %s ended%s", role, place,
                      words);
        return;
    }
    lab_cell_note(cell, LAB_FAIL, false, "the %s ended %s (%s)%s", role, when, end, words);
}

static enum lab_err wait_for_tool(struct lab_cell *cell, struct lab_proc *tool, const char *name,
                                  uint64_t timeout_ms, struct lab_why *why)
{
    struct tool_wait wait = {tool, cell, cell->client.running, cell->server.running};
    enum lab_err err = lab_loop_until(cell->loop, tool_settled, &wait, 100, timeout_ms);
    if (subject_died(&wait))
    {
        char when[64];
        bool client = wait.client_ran && !cell->client.running;
        snprintf(when, sizeof when, "during %s", name);
        lab_tool_note_ended(cell, client ? "client" : "server", client ? &cell->client : &cell->server, when);
        return lab_why_set(why, LAB_ERR_EXITED, "%s", cell->reason);
    }
    if (err == LAB_ERR_TIMEOUT)
    {
        return lab_why_set(why, err, "%s did not end within %.1f s", name, (double)timeout_ms / 1e3);
    }
    /* It may end a moment before the program under test, whose connection is the same. */
    if (err == LAB_OK && lab_remote_is(cell->topology->client_ns) && lab_proc_exited_with(tool, REMOTE_LOST))
    {
        lab_cell_note(cell, LAB_ERROR, false, "the connection to the client's machine %s ended during %s",
                      cell->topology->client_ns, name);
        return lab_why_set(why, LAB_ERR_EXITED, "%s", cell->reason);
    }
    return err == LAB_OK ? LAB_OK
                         : lab_why_set(why, err, "interrupted by %s", lab_loop_stop_name(cell->loop));
}

enum lab_err lab_tool_run(struct lab_cell *cell, const char *const *argv, const char *log_name,
                          uint64_t timeout_ms, char **output, struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    struct lab_proc tool;
    size_t len;
    *output = NULL;
    lab_cell_log(cell, log_name, log);
    const struct lab_proc_spec spec = {.argv = argv, .netns = cell->topology->client_ns, .out_path = log};
    enum lab_err err = lab_proc_spawn(cell->loop, &tool, &spec, why);
    if (err != LAB_OK)
    {
        return err;
    }
    err = wait_for_tool(cell, &tool, argv[0], timeout_ms, why);
    lab_proc_clear(&tool);
    return err == LAB_OK ? lab_file_read(log, TOOL_OUTPUT_MAX, output, &len, why) : err;
}
