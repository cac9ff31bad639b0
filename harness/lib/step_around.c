/* What stands around the two ends of a case: a network that is not the usual one, a proxy on its router, somebody who
 * answers the client's questions, and what happens to the network in the middle of the traffic. */
#include "lib/steps.h"

#include "lib/cell.h"
#include "lib/ready.h"

#include <stdio.h>
#include <string.h>

#define NETWORK_TIMEOUT_MS 10000
#define HELPER_TIMEOUT_MS  15000
#define EVENT_TIMEOUT_MS   15000
#define HELPER_DIR         "/run/ovlab-helper" /* of this case alone: /run is private */

/* "SCRIPT WORD" of a scenario as an argument list. */
struct command
{
    char path[LAB_PATH_MAX];
    char word[32];
    const char *argv[4];
};

static enum lab_err make_command(const struct lab_cell *cell, const char *text, const char *last,
                                 struct command *command, struct lab_why *why)
{
    size_t len = strcspn(text, " ");
    snprintf(command->word, sizeof command->word, "%s", text[len] == ' ' ? text + len + 1 : "");
    command->argv[0] = command->path;
    command->argv[1] = command->word[0] != '\0' ? command->word : NULL;
    command->argv[2] = last;
    command->argv[3] = NULL;
    return lab_path_set(command->path, why, "%s/%.*s", cell->paths->root, (int)len, text);
}

/* "UNSUPPORTED: why" as last words of a script: it is the kernel, or the machine, and no error. */
static void note_script(struct lab_cell *cell, const char *what, const char *log_name, int status)
{
    static const char mark[] = "UNSUPPORTED: ";
    char words[256];
    lab_cell_last_words(cell, log_name, words, sizeof words);
    const char *lacks = strstr(words, mark);
    if (lacks != NULL)
    {
        lab_cell_note(cell, LAB_UNSUPPORTED, false, "%s", lacks + strlen(mark));
    }
    else
    {
        lab_cell_note(cell, LAB_ERROR, false, "%s: exit status %d%s", what, status, words);
    }
}

static enum lab_go set_network(struct lab_cell *cell, const char *script)
{
    char path[LAB_PATH_MAX];
    char log[LAB_PATH_MAX];
    struct lab_why why;
    int status = -1;
    const char *argv[] = {path, NULL};
    lab_cell_log(cell, "around-network.txt", log);
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log};
    enum lab_err err = lab_path_set(path, &why, "%s/%s", cell->paths->root, script);
    err = err == LAB_OK ? lab_proc_run(cell->loop, &spec, NETWORK_TIMEOUT_MS, &status, &why) : err;
    if (err == LAB_OK && status == 0)
    {
        return LAB_GO_ON;
    }
    if (err == LAB_OK)
    {
        note_script(cell, script, "around-network.txt", status);
    }
    else if (err != LAB_ERR_INTERRUPTED)
    {
        lab_cell_note(cell, LAB_ERROR, false, "%s", why.text);
    }
    return LAB_GO_STOP;
}

static bool helper_settled(void *arg)
{
    struct lab_cell *cell = arg;
    return !cell->helper.running ||
           lab_ready_tcp_listens(cell->topology->router_ns, cell->item->def->scenario->around.helper_port);
}

/* Somebody beside the two ends: SCRIPT WORD LAST in a namespace, with a log of its own. */
struct bystander
{
    const char *script;
    const char *last;
    const char *netns;
    const char *log_name;
};

static enum lab_err start(struct lab_cell *cell, const struct bystander *who, struct lab_proc *proc,
                          struct lab_why *why)
{
    struct command command;
    char log[LAB_PATH_MAX];
    lab_cell_log(cell, who->log_name, log);
    const struct lab_proc_spec spec = {.argv = command.argv, .netns = who->netns, .out_path = log};
    enum lab_err err = make_command(cell, who->script, who->last, &command, why);
    return err == LAB_OK ? lab_proc_spawn(cell->loop, proc, &spec, why) : err;
}

static enum lab_go start_helper(struct lab_cell *cell, const char *helper)
{
    const struct bystander who = {helper, HELPER_DIR, cell->topology->router_ns, "around-helper.txt"};
    struct lab_why why;
    enum lab_err err = start(cell, &who, &cell->helper, &why);
    err = err == LAB_OK ? lab_loop_until(cell->loop, helper_settled, cell, 10,
                                         lab_cell_patience_ms(cell, HELPER_TIMEOUT_MS))
                        : err;
    if (err == LAB_OK && cell->helper.running)
    {
        return LAB_GO_ON;
    }
    if (err != LAB_ERR_INTERRUPTED)
    {
        char words[256];
        lab_cell_last_words(cell, who.log_name, words, sizeof words);
        lab_cell_note(cell, LAB_ERROR, true, "%s does not listen on port %u%s", helper,
                      cell->item->def->scenario->around.helper_port, words);
    }
    return LAB_GO_STOP;
}

/* It waits by itself until its end is there. */
static enum lab_go start_manager(struct lab_cell *cell, const char *manager)
{
    const struct bystander who = {manager, cell->paths->pki, cell->topology->client_ns, "around-manager.txt"};
    struct lab_why why;
    if (start(cell, &who, &cell->manager, &why) != LAB_OK)
    {
        lab_cell_note(cell, LAB_ERROR, false, "%s", why.text);
        return LAB_GO_STOP;
    }
    return LAB_GO_ON;
}

enum lab_go lab_step_around(struct lab_cell *cell)
{
    const struct lab_around *around = &cell->item->def->scenario->around;
    enum lab_go go = LAB_GO_ON;
    if (around->network != NULL)
    {
        go = set_network(cell, around->network);
    }
    if (go == LAB_GO_ON && around->helper != NULL)
    {
        go = start_helper(cell, around->helper);
    }
    if (go == LAB_GO_ON && around->manager != NULL)
    {
        go = start_manager(cell, around->manager);
    }
    return go;
}

enum lab_err lab_around_event(struct lab_cell *cell, struct lab_why *why)
{
    const char *event = cell->item->def->scenario->around.event;
    char path[LAB_PATH_MAX];
    char log[LAB_PATH_MAX];
    /* In the middle of two seconds of traffic: a moment is meant here, and no condition to wait for. */
    const char *argv[] = {"bash", "-c", "sleep 0.8; exec \"$0\"", path, NULL};
    if (event == NULL)
    {
        return LAB_OK;
    }
    lab_cell_log(cell, "around-event.txt", log);
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log};
    enum lab_err err = lab_path_set(path, why, "%s/%s", cell->paths->root, event);
    return err == LAB_OK ? lab_proc_spawn(cell->loop, &cell->event, &spec, why) : err;
}

enum lab_go lab_step_moved(struct lab_cell *cell)
{
    const char *event = cell->item->def->scenario->around.event;
    if (event == NULL)
    {
        return LAB_GO_ON;
    }
    enum lab_err err = lab_proc_wait(&cell->event, EVENT_TIMEOUT_MS);
    if (err == LAB_ERR_INTERRUPTED)
    {
        return LAB_GO_STOP;
    }
    if (err != LAB_OK || !lab_proc_exited_with(&cell->event, 0))
    {
        note_script(cell, event, "around-event.txt", cell->event.wait_status);
        return LAB_GO_STOP;
    }
    unsigned starts = lab_log_count(cell, "client.log", "Initialization Sequence Completed");
    lab_cell_check(cell, "tunnel_went_on", starts == 1 ? LAB_PASS : LAB_FAIL, true,
                   starts == 1 ? "the same tunnel carries packets after %s"
                               : "the client made a new tunnel after %s",
                   event);
    return LAB_GO_ON;
}
