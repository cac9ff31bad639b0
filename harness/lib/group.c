#include "lib/group.h"

#include "lib/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OUTPUT_MAX (4 * 1024 * 1024)

static enum lab_err start(struct lab_group *group, struct lab_helper *helper)
{
    enum lab_err err = lab_path_set(helper->log, group->why, "%s/%s", group->dir, helper->log_name);
    if (err != LAB_OK)
    {
        return err;
    }
    const struct lab_proc_spec spec = {.argv = helper->argv, .netns = helper->netns, .out_path = helper->log};
    (void)unlink(helper->log);
    return lab_proc_spawn(group->loop, &helper->proc, &spec, group->why);
}

static bool is_alive(const struct lab_group *group)
{
    return group->alive == NULL || group->alive(group->arg);
}

/* Also starts what is due: it is asked often enough. */
static bool is_over(void *arg)
{
    struct lab_group *group = arg;
    while (group->err == LAB_OK && group->started < group->count &&
           lab_now_ms() - group->began_ms >= group->helpers[group->started].delay_ms)
    {
        group->err = start(group, &group->helpers[group->started]);
        group->started += group->err == LAB_OK;
    }
    bool over = group->started == group->count;
    for (size_t i = 0; i < group->started; i++)
    {
        over = over && !group->helpers[i].proc.running;
    }
    return over || group->err != LAB_OK || !is_alive(group);
}

static enum lab_err read_output(struct lab_group *group, struct lab_helper *helper)
{
    size_t len;
    char end[64];
    char line[240];
    if (helper->must_succeed && !lab_proc_exited_with(&helper->proc, 0))
    {
        lab_proc_end_text(&helper->proc, end, sizeof end);
        lab_file_last_line(helper->log, line, sizeof line);
        return lab_why_set(group->why, LAB_ERR_SYSTEM, "%s: %s%s%s", helper->log_name, end,
                           line[0] != '\0' ? ": " : "", line);
    }
    return lab_file_read(helper->log, OUTPUT_MAX, &helper->output, &len, group->why);
}

enum lab_err lab_group_run(struct lab_group *group, uint64_t timeout_ms, struct lab_why *why)
{
    group->why = why;
    group->err = LAB_OK;
    group->began_ms = lab_now_ms();
    enum lab_err err = lab_loop_until(group->loop, is_over, group, 10, timeout_ms);
    if (group->err != LAB_OK)
    {
        err = group->err;
    }
    else if (!is_alive(group))
    {
        err = lab_why_set(why, LAB_ERR_EXITED, "a program ended during %s", group->helpers[0].log_name);
    }
    else if (err == LAB_ERR_INTERRUPTED)
    {
        (void)lab_why_set(why, err, "interrupted by %s", lab_loop_stop_name(group->loop));
    }
    else if (err != LAB_OK)
    {
        (void)lab_why_set(why, err, "%s did not end within %.1f s", group->helpers[0].log_name,
                          (double)timeout_ms / 1e3);
    }
    for (size_t i = 0; err == LAB_OK && i < group->count; i++)
    {
        err = read_output(group, &group->helpers[i]);
    }
    for (size_t i = 0; i < group->started; i++)
    {
        lab_proc_clear(&group->helpers[i].proc);
    }
    return err;
}

void lab_group_clear(struct lab_group *group)
{
    for (size_t i = 0; i < group->count; i++)
    {
        free(group->helpers[i].output);
        group->helpers[i].output = NULL;
    }
}
