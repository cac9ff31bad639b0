#include "lib/lines.h"

#include "lib/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>

enum lab_err lab_line_start(struct lab_record *record, const struct lab_line_start *start,
                            struct lab_why *why)
{
    char seed[24];
    char now[32];
    struct utsname names;
    uname(&names);
    /* As text: a reader's numbers may be too narrow for 64 bits. */
    snprintf(seed, sizeof seed, "%" PRIu64, start->seed);
    lab_utc_extended(now, sizeof now);
    json_t *argv = json_array();
    for (int i = 0; i < start->argc; i++)
    {
        json_array_append_new(argv, json_string(start->argv[i]));
    }
    json_t *line =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:I}", "kind", "start", "run_id",
                  start->place->run_id, "suite", start->suite, "started", now, "host", names.nodename,
                  "commit", start->place->commit, "seed", seed, "argv", argv, "cases", start->cases,
                  "conformance", (int)start->conformance, "bulk_seconds", (json_int_t)start->bulk_seconds);
    if (start->shard.index > 0)
    {
        json_object_set_new(line, "shard",
                            json_pack("{s:I, s:I}", "index", (json_int_t)start->shard.index, "count",
                                      (json_int_t)start->shard.count));
        json_object_set(line, "plan", start->plan);
    }
    return lab_record_write(record, line, why);
}

enum lab_err lab_line_check(struct lab_record *record, const char *case_id, const char *name,
                            enum lab_verdict verdict, const char *reason, struct lab_why *why)
{
    return lab_record_write(record,
                            json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "check", "case", case_id, "name",
                                      name, "verdict", lab_verdict_name(verdict), "reason", reason),
                            why);
}

enum lab_err lab_line_measurement(struct lab_record *record, const char *case_id, const char *name,
                                  json_t *values, json_t *samples, struct lab_why *why)
{
    return lab_record_write(record,
                            json_pack("{s:s, s:s, s:s, s:o, s:o}", "kind", "measurement", "case", case_id,
                                      "name", name, "values", values, "samples",
                                      samples != NULL ? samples : json_object()),
                            why);
}

enum lab_err lab_line_case(struct lab_record *record, const struct lab_line_case *item, struct lab_why *why)
{
    json_t *taints = json_array();
    if (item->taint[0] != '\0')
    {
        json_array_append_new(taints, json_string(item->taint));
    }
    json_t *files = json_pack("{s:s}", "logs", item->logs);
    if (item->capture != NULL)
    {
        json_object_set_new(files, "capture", json_string(item->capture));
    }
    json_t *line =
        json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:o, s:f, s:o, s:o}", "kind", "case", "case", item->id,
                  "number", (json_int_t)item->number, "client", item->client != NULL ? item->client : "",
                  "server", item->server != NULL ? item->server : "", "verdict",
                  lab_verdict_name(item->verdict), "reason", item->reason, "taints", taints, "seconds",
                  item->seconds, "health", lab_health_json(item->health), "files", files);
    return lab_record_write(record, line, why);
}

int lab_end_status(const struct lab_line_end *end)
{
    if (end->loop->stop_signal != 0)
    {
        return 128 + end->loop->stop_signal;
    }
    return end->err != LAB_OK ? LAB_EXIT_ERROR : (int)end->by_counts;
}

enum lab_err lab_line_end(struct lab_record *record, const struct lab_line_end *end, struct lab_why *why)
{
    const char *reason = end->loop->stop_signal != 0 ? lab_loop_stop_name(end->loop)
                         : end->err != LAB_OK        ? end->said
                                                     : "complete";
    json_t *verdicts = json_object();
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        json_object_set_new(verdicts, lab_verdict_name((enum lab_verdict)i),
                            json_integer((json_int_t)end->counts[i]));
    }
    double seconds = (double)(lab_now_us() - record->started_us) / 1e6;
    return lab_record_write(record,
                            json_pack("{s:s, s:s, s:f, s:o, s:i}", "kind", "end", "reason", reason, "seconds",
                                      seconds, "verdicts", verdicts, "exit_status", lab_end_status(end)),
                            why);
}
