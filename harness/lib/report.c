/* Reading: from record lines to rows. */
#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static double number_at(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(json_object_get(line, "values"), key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static struct lab_row *row_of(struct lab_report *report, const char *case_id)
{
    for (size_t i = 0; i < report->row_count; i++)
    {
        if (strcmp(report->rows[i].id, case_id) == 0)
        {
            return &report->rows[i];
        }
    }
    if (report->row_count == LAB_CASE_MAX)
    {
        return NULL;
    }
    struct lab_row *row = &report->rows[report->row_count++];
    *row = (struct lab_row){
        .connect_ms = NAN, .rtt_ms = NAN, .loss_percent = NAN, .up_mbps = NAN, .down_mbps = NAN};
    snprintf(row->id, sizeof row->id, "%s", case_id);
    return row;
}

const struct lab_row *lab_report_row(const struct lab_report *report, const char *case_id)
{
    for (size_t i = 0; i < report->row_count; i++)
    {
        if (strcmp(report->rows[i].id, case_id) == 0)
        {
            return &report->rows[i];
        }
    }
    return NULL;
}

static void add_measurement(struct lab_row *row, const json_t *line)
{
    const char *name = text_at(line, "name");
    if (strcmp(name, "connect") == 0)
    {
        row->connect_ms = number_at(line, "answered_ms");
    }
    else if (strcmp(name, "ping4") == 0)
    {
        row->rtt_ms = number_at(line, "rtt_p50_ms");
        row->loss_percent = number_at(line, "loss_percent");
    }
    else if (strcmp(name, "tcp_up") == 0)
    {
        row->up_mbps = number_at(line, "goodput_mbps");
    }
    else if (strcmp(name, "tcp_down") == 0)
    {
        row->down_mbps = number_at(line, "goodput_mbps");
    }
}

/* Several checks may share a column: the worst of them shows. */
static void mark(enum lab_mark *column, const char *verdict)
{
    enum lab_mark seen = strcmp(verdict, "PASS") == 0          ? LAB_MARK_OK
                         : strcmp(verdict, "UNSUPPORTED") == 0 ? LAB_MARK_NONE
                         : strcmp(verdict, "FAIL") == 0        ? LAB_MARK_BAD
                                                               : LAB_MARK_UNSURE;
    static const int badness[] = {
        [LAB_MARK_NONE] = 0, [LAB_MARK_OK] = 1, [LAB_MARK_UNSURE] = 2, [LAB_MARK_BAD] = 3};
    if (badness[seen] > badness[*column])
    {
        *column = seen;
    }
}

static void add_check(struct lab_row *row, const json_t *line)
{
    static const char *const ending[] = {"client_exit",     "client_interface_gone", "server_notices_exit",
                                         "server_survives", "server_exit",           "server_interface_gone"};
    const char *name = text_at(line, "name");
    const char *verdict = text_at(line, "verdict");
    if (strcmp(name, "ping6") == 0)
    {
        mark(&row->ping6, verdict);
    }
    else if (strcmp(name, "conformance") == 0)
    {
        mark(&row->wire, verdict);
    }
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
    {
        if (strcmp(name, ending[i]) == 0)
        {
            mark(&row->ending, verdict);
        }
    }
}

static void add_case(struct lab_report *report, struct lab_row *row, const json_t *line)
{
    snprintf(row->client, sizeof row->client, "%s", text_at(line, "client"));
    snprintf(row->server, sizeof row->server, "%s", text_at(line, "server"));
    snprintf(row->reason, sizeof row->reason, "%s", text_at(line, "reason"));
    snprintf(row->logs, sizeof row->logs, "%s", text_at(json_object_get(line, "files"), "logs"));
    row->seconds = json_number_value(json_object_get(line, "seconds"));
    if (!row->finished && lab_verdict_parse(text_at(line, "verdict"), &row->verdict))
    {
        report->counts[row->verdict]++;
        row->finished = true;
    }
}

static void add_start(struct lab_report *report, const json_t *line)
{
    snprintf(report->run_id, sizeof report->run_id, "%s", text_at(line, "run_id"));
    snprintf(report->suite, sizeof report->suite, "%s", text_at(line, "suite"));
    snprintf(report->seed, sizeof report->seed, "%s", text_at(line, "seed"));
    report->case_count = json_array_size(json_object_get(line, "cases"));
    report->conformance = json_is_true(json_object_get(line, "conformance"));
}

void lab_report_add(void *arg, const json_t *line)
{
    struct lab_report *report = arg;
    const char *kind = text_at(line, "kind");
    if (strcmp(kind, "start") == 0)
    {
        add_start(report, line);
        return;
    }
    if (strcmp(kind, "end") == 0)
    {
        report->ended = true;
        report->exit_status = (int)json_integer_value(json_object_get(line, "exit_status"));
        report->seconds = json_number_value(json_object_get(line, "seconds"));
        snprintf(report->end_reason, sizeof report->end_reason, "%s", text_at(line, "reason"));
        return;
    }
    struct lab_row *row = row_of(report, text_at(line, "case"));
    if (row == NULL)
    {
        return;
    }
    if (strcmp(kind, "measurement") == 0)
    {
        add_measurement(row, line);
    }
    else if (strcmp(kind, "check") == 0)
    {
        add_check(row, line);
    }
    else if (strcmp(kind, "case") == 0)
    {
        add_case(report, row, line);
    }
}
