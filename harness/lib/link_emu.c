#include "lib/link_private.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_MS 5000
#define REPORT_MAX        (1 << 20)

/* Waits for one line more in the report, and keeps the last one. */
struct answer
{
    struct lab_link *link;
    unsigned lines; /* complete ones that were there before */
    bool there;
};

static unsigned count_lines(const char *path)
{
    char *text;
    size_t len;
    struct lab_why why;
    unsigned lines = 0;
    if (lab_file_read(path, REPORT_MAX, &text, &len, &why) != LAB_OK)
    {
        return 0;
    }
    for (size_t i = 0; i < len; i++)
    {
        lines += text[i] == '\n';
    }
    free(text);
    return lines;
}

static bool answered(void *arg)
{
    struct answer *answer = arg;
    answer->there = count_lines(answer->link->report_path) > answer->lines;
    return answer->there || !answer->link->proc.running;
}

static enum lab_err wait_for_answer(struct lab_link *link, unsigned lines, const char *what,
                                    struct lab_why *why)
{
    struct answer answer = {.link = link, .lines = lines};
    enum lab_err err = lab_loop_until(link->loop, answered, &answer, 5, ANSWER_TIMEOUT_MS);
    if (err == LAB_OK && answer.there)
    {
        return LAB_OK;
    }
    if (err != LAB_OK)
    {
        return lab_why_set(why, err, "linkemu did not %s", what);
    }
    char line[256];
    lab_file_last_line(link->log_path, line, sizeof line);
    return lab_why_set(why, LAB_ERR_EXITED, "linkemu ended: %s", line);
}

enum lab_err lab_linkemu_start(struct lab_link *link, const char *replay, struct lab_why *why)
{
    char seed[24];
    const struct lab_topology *net = link->topology;
    snprintf(seed, sizeof seed, "%" PRIu64, link->seed);
    const char *argv[] = {link->paths->linkemu,
                          "-c",
                          net->router_client_if,
                          "-s",
                          net->router_server_if,
                          "-u",
                          link->up,
                          "-d",
                          link->down,
                          "--seed",
                          seed,
                          "--report",
                          link->report_path,
                          "--log",
                          link->decisions_path,
                          "--control",
                          link->control,
                          replay != NULL ? "--replay" : NULL,
                          replay,
                          NULL};
    const struct lab_proc_spec spec = {.argv = argv, .netns = net->router_ns, .out_path = link->log_path};
    /* A short path: sockets have no room for that of a record. /run is the run's own. */
    snprintf(link->control, sizeof link->control, "/run/ovlab-link-%d", (int)getpid());
    unlink(link->report_path);
    unlink(link->control);
    enum lab_err err = lab_proc_spawn(link->loop, &link->proc, &spec, why);
    return err == LAB_OK ? wait_for_answer(link, 0, "begin", why) : err;
}

enum lab_err lab_linkemu_reset(struct lab_link *link, struct lab_why *why)
{
    unsigned lines = count_lines(link->report_path);
    lab_proc_signal(&link->proc, SIGUSR2);
    return wait_for_answer(link, lines, "begin anew", why);
}

/* The last of the report's lines. */
static enum lab_err read_last(struct lab_link *link, json_t **account, struct lab_why *why)
{
    char *text = NULL;
    size_t len;
    enum lab_err err = lab_file_read(link->report_path, REPORT_MAX, &text, &len, why);
    if (err != LAB_OK)
    {
        return err;
    }
    char *last = text;
    for (char *at = text; (at = strchr(at, '\n')) != NULL && at[1] != '\0';)
    {
        last = ++at;
    }
    *account = json_loads(last, 0, NULL);
    free(text);
    return *account != NULL ? LAB_OK : lab_why_set(why, LAB_ERR_FORMAT, "linkemu told no account of itself");
}

enum lab_err lab_linkemu_account(struct lab_link *link, json_t **account, struct lab_why *why)
{
    unsigned lines = count_lines(link->report_path);
    lab_proc_signal(&link->proc, SIGUSR1);
    enum lab_err err = wait_for_answer(link, lines, "tell of itself", why);
    return err == LAB_OK ? read_last(link, account, why) : err;
}

enum lab_err lab_linkemu_stop(struct lab_link *link, json_t **account, struct lab_why *why)
{
    bool ran = link->proc.running;
    lab_proc_signal(&link->proc, SIGTERM);
    enum lab_err err = lab_proc_wait(&link->proc, ANSWER_TIMEOUT_MS);
    if (err != LAB_OK)
    {
        return lab_why_set(why, err, "linkemu did not end");
    }
    if (!ran || !lab_proc_exited_with(&link->proc, 0))
    {
        char end[64];
        char line[256];
        lab_proc_end_text(&link->proc, end, sizeof end);
        lab_file_last_line(link->log_path, line, sizeof line);
        return lab_why_set(why, LAB_ERR_EXITED, "linkemu ended with %s: %s", end, line);
    }
    err = read_last(link, account, why);
    return err != LAB_OK || json_is_true(json_object_get(*account, "final"))
               ? err
               : lab_why_set(why, LAB_ERR_FORMAT, "linkemu told no account of its end");
}
