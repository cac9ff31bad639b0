#include "lib/steps.h"

#include "lib/cell.h"
#include "lib/clock.h"
#include "lib/ready.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_TIMEOUT_MS   8000
#define NOTICE_TIMEOUT_MS 5000
#define GONE_TIMEOUT_MS   1000
#define SPEC_TIMEOUT_MS   30000
#define SPEC_OUTPUT_MAX   (4 * 1024 * 1024)

struct gone_question
{
    const char *netns;
};

static bool interface_gone(void *arg)
{
    return !lab_ready_interface(((struct gone_question *)arg)->netns, "tun0");
}

/* How an end by SIGTERM with the wrong status is judged: a fault of its own that the subject names beforehand
 * ("supports known-end-fault" prints a regular expression for its log) says nothing about the other side. */
static void judge_end(struct lab_cell *cell, const char *role, const struct lab_proc *proc)
{
    char name[32];
    char end[64];
    char words[256] = "";
    char log_name[16];
    char log[LAB_PATH_MAX];
    char pattern[256];
    bool known = false;
    struct lab_why why;
    bool client = proc == &cell->client;
    struct lab_subject *subject = client ? cell->item->client : cell->item->server;
    snprintf(log_name, sizeof log_name, "%s.log", role);
    snprintf(name, sizeof name, "%s_exit", role);
    lab_proc_end_text(proc, end, sizeof end);
    if (lab_proc_exited_with(proc, 0))
    {
        lab_cell_check(cell, name, LAB_PASS, false, "the %s ended on SIGTERM with %s", role, end);
        return;
    }
    lab_cell_last_words(cell, log_name, words, sizeof words);
    lab_cell_log(cell, log_name, log);
    bool names = lab_subject_supports(cell->loop, subject, "known-end-fault", &known, pattern, sizeof pattern,
                                      &why) == LAB_OK &&
                 known && lab_file_matches(log, pattern, &known, &why) == LAB_OK && known;
    if (names)
    {
        lab_cell_check(cell, name, LAB_UNSUPPORTED, false, "known fault of %s: %s%s", subject->name, end,
                       words);
        lab_cell_note(cell, LAB_UNSUPPORTED, false, "%s ended on SIGTERM with %s, a known fault of its own%s",
                      subject->name, end, words);
        return;
    }
    lab_cell_check(cell, name, LAB_FAIL, false, "the %s ended on SIGTERM with %s%s", role, end, words);
}

/* TERM, exit status 0 in time, and no interface left. */
static enum lab_go shut_down(struct lab_cell *cell, const char *role, struct lab_proc *proc,
                             const char *netns)
{
    char name[32];
    char end[64];
    char words[256] = "";
    char log_name[16];
    snprintf(log_name, sizeof log_name, "%s.log", role);
    snprintf(name, sizeof name, "%s_exit", role);
    if (!proc->running)
    {
        lab_proc_end_text(proc, end, sizeof end);
        lab_cell_last_words(cell, log_name, words, sizeof words);
        lab_cell_check(cell, name, LAB_FAIL, false, "the %s ended before it was told to (%s)%s", role, end,
                       words);
        return LAB_GO_ON;
    }
    uint64_t timeout_ms = lab_cell_patience_ms(cell, EXIT_TIMEOUT_MS);
    uint64_t told_us = lab_now_us();
    lab_proc_signal(proc, SIGTERM);
    enum lab_err err = lab_proc_wait(proc, timeout_ms);
    if (err == LAB_ERR_INTERRUPTED)
    {
        return LAB_GO_STOP;
    }
    if (err == LAB_ERR_TIMEOUT)
    {
        lab_cell_check(cell, name, LAB_FAIL, true, "the %s still runs %.1f s after SIGTERM", role,
                       (double)timeout_ms / 1e3);
        return LAB_GO_ON;
    }
    judge_end(cell, role, proc);
    lab_cell_measure(cell, name,
                     json_pack("{s:f, s:f, s:I}", "exit_ms", (double)(proc->ended_us - told_us) / 1e3,
                               "cpu_s", lab_proc_cpu_seconds(proc), "max_rss_kib",
                               (json_int_t)proc->usage.ru_maxrss),
                     NULL);
    struct gone_question question = {netns};
    snprintf(name, sizeof name, "%s_interface_gone", role);
    bool gone = lab_loop_until(cell->loop, interface_gone, &question, 10, GONE_TIMEOUT_MS) == LAB_OK;
    lab_cell_check(cell, name, gone ? LAB_PASS : LAB_FAIL, false,
                   gone ? "tun0 of the %s is gone" : "the %s left its interface tun0 behind", role);
    return LAB_GO_ON;
}

enum lab_go lab_step_client_exit(struct lab_cell *cell)
{
    /* Its sockets are bound to the tunnel's address and would outlive it. */
    lab_proc_clear(&cell->traffic);
    return shut_down(cell, "client", &cell->client, cell->topology->client_ns);
}

struct notice_question
{
    struct lab_cell *cell;
    const char *log;
    const char *pattern;
    bool seen;
    bool broken;
};

static bool notice_settled(void *arg)
{
    struct notice_question *question = arg;
    struct lab_why why;
    question->broken = lab_file_matches(question->log, question->pattern, &question->seen, &why) != LAB_OK;
    return question->seen || question->broken || !question->cell->server.running;
}

enum lab_go lab_step_server_notices(struct lab_cell *cell)
{
    char pattern[256];
    char log[LAB_PATH_MAX];
    char words[256];
    bool supported;
    struct lab_why why;
    const struct lab_expect *expect = cell->item->def->scenario->expect;
    if (expect != NULL && expect->no_exit_notice)
    {
        return LAB_GO_ON;
    }
    enum lab_err err = lab_subject_supports(cell->loop, cell->item->server, "peer-exit-line", &supported,
                                            pattern, sizeof pattern, &why);
    if (err != LAB_OK || !supported)
    {
        lab_cell_check(cell, "server_notices_exit", err != LAB_OK ? LAB_ERROR : LAB_UNSUPPORTED, false, "%s",
                       err != LAB_OK ? why.text : pattern);
        return LAB_GO_ON;
    }
    lab_cell_log(cell, "server.log", log);
    struct notice_question question = {.cell = cell, .log = log, .pattern = pattern};
    uint64_t timeout_ms = lab_cell_patience_ms(cell, NOTICE_TIMEOUT_MS);
    uint64_t asked_us = lab_now_us();
    err = lab_loop_until(cell->loop, notice_settled, &question, 20, timeout_ms);
    if (err == LAB_ERR_INTERRUPTED)
    {
        return LAB_GO_STOP;
    }
    lab_cell_last_words(cell, "server.log", words, sizeof words);
    if (question.broken)
    {
        lab_cell_check(cell, "server_notices_exit", LAB_ERROR, false, "bad regular expression '%s'", pattern);
    }
    else if (question.seen)
    {
        lab_cell_check(cell, "server_notices_exit", LAB_PASS, false,
                       "seen %.0f ms after the client had ended", (double)(lab_now_us() - asked_us) / 1e3);
    }
    else
    {
        lab_cell_check(cell, "server_notices_exit", LAB_FAIL, true,
                       "the server did not notice within %.1f s that the client left%s",
                       (double)timeout_ms / 1e3, words);
    }
    bool alive = cell->server.running;
    lab_cell_check(cell, "server_survives", alive ? LAB_PASS : LAB_FAIL, false, "the server %s%s",
                   alive ? "still runs" : "ended when the client left", alive ? "" : words);
    return LAB_GO_ON;
}

enum lab_go lab_step_server_exit(struct lab_cell *cell)
{
    return shut_down(cell, "server", &cell->server, cell->topology->server_ns);
}

enum lab_go lab_step_capture_end(struct lab_cell *cell)
{
    struct lab_why why;
    if (!cell->capturing)
    {
        return LAB_GO_ON;
    }
    cell->capturing = false;
    enum lab_err err = lab_capture_stop(&cell->capture, &why);
    if (err == LAB_ERR_INTERRUPTED)
    {
        return LAB_GO_STOP;
    }
    if (err != LAB_OK)
    {
        lab_cell_note(cell, LAB_ERROR, false, "%s", why.text);
        return LAB_GO_STOP;
    }
    cell->captured = true;
    lab_cell_measure(cell, "capture",
                     json_pack("{s:I, s:I, s:I}", "written", (json_int_t)cell->capture.written,
                               "data_omitted", (json_int_t)cell->capture.omitted, "dropped",
                               (json_int_t)cell->capture.dropped),
                     NULL);
    return LAB_GO_ON;
}

/* The first finding: ovspec begins remarks with "#". */
static void first_finding(const char *path, char *line, size_t size)
{
    struct lab_why why;
    char *text;
    size_t len;
    line[0] = '\0';
    if (lab_file_read(path, SPEC_OUTPUT_MAX, &text, &len, &why) != LAB_OK)
    {
        return;
    }
    char *at = text;
    while (*at == '#')
    {
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    at[strcspn(at, "\n")] = '\0';
    lab_text_trim(line, size, at);
    lab_text_clean(line);
    free(text);
}

static void judge_spec(struct lab_cell *cell, int status, const char *log)
{
    char line[300];
    uint64_t lost = cell->capture.dropped;
    if (status == 0 || status == 1)
    {
        first_finding(log, line, sizeof line);
    }
    else
    {
        lab_file_last_line(log, line, sizeof line);
    }
    if (status > 1)
    {
        lab_cell_check(cell, "conformance", LAB_ERROR, false, "ovspec: exit status %d: %s", status, line);
    }
    else if (lost > 0)
    {
        lab_cell_check(cell, "conformance", LAB_INCONCLUSIVE, true,
                       "the capture lost %" PRIu64 " packets, so ovspec cannot judge: %s", lost, line);
    }
    else
    {
        lab_cell_check(cell, "conformance", status == 0 ? LAB_PASS : LAB_FAIL, false, "%s%s",
                       status == 0 ? "" : "protocol: ", line);
    }
}

enum lab_go lab_step_conformance(struct lab_cell *cell)
{
    char log[LAB_PATH_MAX];
    struct lab_why why;
    int status;
    if (!cell->captured)
    {
        return LAB_GO_ON; /* Why there is none has been noted where it happened. */
    }
    lab_cell_log(cell, "ovspec.txt", log);
    const char *format = cell->item->def->scenario->data_format;
    const char *argv[] = {
        cell->paths->ovspec, "pcap", cell->pcap, format != NULL ? "--data-format" : NULL, format, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log};
    enum lab_err err = lab_proc_run(cell->loop, &spec, SPEC_TIMEOUT_MS, &status, &why);
    if (err == LAB_ERR_INTERRUPTED)
    {
        return LAB_GO_STOP;
    }
    if (err != LAB_OK)
    {
        lab_cell_check(cell, "conformance", LAB_ERROR, false, "ovspec: %s", why.text);
        return LAB_GO_ON;
    }
    judge_spec(cell, status, log);
    return LAB_GO_ON;
}
