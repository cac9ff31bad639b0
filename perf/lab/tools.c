#include "perf/lab/tools.h"

#include "lib/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OUTPUT_MAX (4 * 1024 * 1024)

struct group
{
    struct perf_arm *arm;
    struct perf_tool *tools;
    size_t count;
    size_t started;
    uint64_t began_ms;
    enum lab_err err;
    struct lab_why *why;
};

static enum lab_err start_tool(struct perf_arm *arm, struct perf_tool *tool, struct lab_why *why)
{
    enum lab_err err = lab_path_set(tool->log, why, "%s/%s", arm->log_dir, tool->log_name);
    if (err != LAB_OK)
    {
        return err;
    }
    const char *netns = tool->netns != NULL ? tool->netns : arm->topology->client_ns;
    const struct lab_proc_spec spec = {.argv = tool->argv, .netns = netns, .out_path = tool->log};
    (void)unlink(tool->log);
    return lab_proc_spawn(arm->house->loop, &tool->proc, &spec, why);
}

/* Also starts what is due: it is asked often enough. */
static bool all_ended(void *arg)
{
    struct group *group = arg;
    while (group->err == LAB_OK && group->started < group->count &&
           lab_now_ms() - group->began_ms >= group->tools[group->started].delay_ms)
    {
        group->err = start_tool(group->arm, &group->tools[group->started], group->why);
        group->started++;
    }
    bool ended = group->started == group->count;
    for (size_t i = 0; i < group->started; i++)
    {
        ended = ended && !group->tools[i].proc.running;
    }
    return ended || group->err != LAB_OK || !perf_arm_alive(group->arm);
}

enum lab_err perf_tools_run(struct perf_arm *arm, struct perf_tool *tools, size_t count, uint64_t timeout_ms,
                            struct lab_why *why)
{
    struct group group = {
        .arm = arm, .tools = tools, .count = count, .began_ms = lab_now_ms(), .why = why, .err = LAB_OK};
    enum lab_err err = lab_loop_until(arm->house->loop, all_ended, &group, 10, timeout_ms);
    if (group.err != LAB_OK)
    {
        err = group.err;
    }
    else if (!perf_arm_alive(arm))
    {
        err = lab_why_set(why, LAB_ERR_EXITED, "the %s ended during %s",
                          arm->server.running ? "client" : "server", tools[0].log_name);
    }
    else if (err == LAB_ERR_INTERRUPTED)
    {
        (void)lab_why_set(why, err, "interrupted by %s", lab_loop_stop_name(arm->house->loop));
    }
    else if (err != LAB_OK)
    {
        (void)lab_why_set(why, err, "%s did not end within %.1f s", tools[0].log_name,
                          (double)timeout_ms / 1e3);
    }
    for (size_t i = 0; i < group.started; i++)
    {
        lab_proc_clear(&tools[i].proc);
    }
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        size_t len;
        err = lab_file_read(tools[i].log, OUTPUT_MAX, &tools[i].output, &len, why);
    }
    return err;
}

void perf_tools_clear(struct perf_tool *tools, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        free(tools[i].output);
        tools[i].output = NULL;
    }
}
