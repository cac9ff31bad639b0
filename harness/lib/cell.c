#include "lib/cell.h"

#include "lib/config.h"
#include "lib/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MAX (4u << 20)

static int weight(enum lab_verdict verdict)
{
    static const int weights[LAB_VERDICT_COUNT] = {
        [LAB_PASS] = 0,         [LAB_UNSUPPORTED] = 1, [LAB_TAINTED] = 2,
        [LAB_INCONCLUSIVE] = 2, [LAB_FAIL] = 3,        [LAB_ERROR] = 3,
    };
    return weights[verdict];
}

static void note_text(struct lab_cell *cell, enum lab_verdict verdict, bool host_may_cause, const char *text)
{
    if (weight(verdict) > weight(cell->verdict))
    {
        cell->verdict = verdict;
        cell->host_may_cause = host_may_cause;
        snprintf(cell->reason, sizeof cell->reason, "%s", text);
        lab_text_clean(cell->reason);
    }
}

void lab_cell_note(struct lab_cell *cell, enum lab_verdict verdict, bool host_may_cause, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    note_text(cell, verdict, host_may_cause, text);
}

/* A record with a hole is none: the case ends, and with it the run. */
static void note_written(struct lab_cell *cell, enum lab_err err, const struct lab_why *why)
{
    if (err != LAB_OK)
    {
        cell->record_failed = true;
        note_text(cell, LAB_ERROR, false, why->text);
    }
}

void lab_cell_check(struct lab_cell *cell, const char *name, enum lab_verdict verdict, bool host_may_cause,
                    const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    lab_text_clean(text);
    if (verdict != LAB_PASS && verdict != LAB_UNSUPPORTED)
    {
        note_text(cell, verdict, host_may_cause, text);
    }
    struct lab_why why;
    note_written(cell, lab_line_check(cell->record, cell->item->id, name, verdict, text, &why), &why);
}

void lab_cell_measure(struct lab_cell *cell, const char *name, json_t *values, json_t *samples)
{
    struct lab_why why;
    if (cell->measured != NULL)
    {
        json_object_set(cell->measured, name, values);
    }
    note_written(cell, lab_line_measurement(cell->record, cell->item->id, name, values, samples, &why), &why);
}

void lab_cell_log(const struct lab_cell *cell, const char *name, char path[static LAB_PATH_MAX])
{
    int len = snprintf(path, LAB_PATH_MAX, "%s/%s", cell->log_dir, name);
    if (len < 0 || len >= LAB_PATH_MAX)
    {
        path[LAB_PATH_MAX - 1] = '\0';
    }
}

void lab_cell_last_words(const struct lab_cell *cell, const char *name, char *words, size_t size)
{
    char path[LAB_PATH_MAX];
    char line[240];
    lab_cell_log(cell, name, path);
    lab_file_last_line(path, line, sizeof line);
    snprintf(words, size, "%s%s", line[0] != '\0' ? ": " : "", line);
}

unsigned lab_log_count(const struct lab_cell *cell, const char *name, const char *pattern)
{
    char path[LAB_PATH_MAX];
    char *text = NULL;
    size_t len;
    struct lab_why why;
    unsigned count = 0;
    lab_cell_log(cell, name, path);
    if (lab_file_read(path, LOG_MAX, &text, &len, &why) == LAB_OK)
    {
        for (char *save = NULL, *line = strtok_r(text, "\n", &save); line != NULL;
             line = strtok_r(NULL, "\n", &save))
        {
            bool matched = false;
            count += lab_text_matches(line, pattern, &matched, &why) == LAB_OK && matched;
        }
    }
    free(text);
    return count;
}

enum lab_err lab_cell_config(struct lab_cell *cell, const char *role, char path[static LAB_PATH_MAX],
                             struct lab_why *why)
{
    const struct lab_scenario *scenario = cell->item->def->scenario;
    const struct lab_topology *net = cell->topology;
    bool six = strchr(scenario->proto, '6') != NULL;
    char wincost[LAB_PATH_MAX + 32];
    char tunproxy[LAB_PATH_MAX + 32];
    snprintf(wincost, sizeof wincost, "%s/libwincost.so", cell->paths->build);
    snprintf(tunproxy, sizeof tunproxy, "%s/tunproxy", cell->paths->build);
    const struct lab_config config = {
        .role = role,
        .proto = scenario->proto,
        .address = six ? net->server_addr6 : net->server_addr4,
        .port = scenario->port,
        .cipher = scenario->cipher,
        .auth = scenario->auth,
        .pki = cell->paths->pki,
        .tls_crypt = scenario->tls_crypt,
        .tunnel4 = scenario->tunnel4,
        .tunnel6 = scenario->tunnel6,
        .tun_mtu = scenario->tun_mtu,
        .keepalive = scenario->keepalive,
        .exit_notify = scenario->exit_notify,
        .option = strcmp(role, "client") == 0 ? scenario->client_options : scenario->server_options,
        .lines = scenario->lines[strcmp(role, "server") == 0],
        .root = cell->paths->root,
        .profile = scenario->profile[strcmp(role, "server") == 0],
        .wincost = wincost,
        .tunproxy = tunproxy,
    };
    return lab_config_write(&config, cell->log_dir, path, why);
}

uint64_t lab_cell_patience_ms(const struct lab_cell *cell, uint64_t normal_ms)
{
    return normal_ms * cell->patience_percent / 100;
}
