#include "lib/cell.h"

#include <stdio.h>
#include <string.h>

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

static void write_line(struct lab_cell *cell, json_t *line)
{
    struct lab_why why;
    json_object_set_new(line, "case", json_string(cell->item->id));
    if (lab_record_write(cell->record, line, &why) != LAB_OK)
    {
        cell->record_failed = true;
        note_text(cell, LAB_ERROR, false, why.text);
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
    write_line(cell, json_pack("{s:s, s:s, s:s, s:s}", "kind", "check", "name", name, "verdict",
                               lab_verdict_name(verdict), "reason", text));
}

void lab_cell_measure(struct lab_cell *cell, const char *name, json_t *values, json_t *samples)
{
    write_line(cell, json_pack("{s:s, s:s, s:o, s:o}", "kind", "measurement", "name", name, "values", values,
                               "samples", samples != NULL ? samples : json_object()));
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

enum lab_err lab_cell_config(struct lab_cell *cell, const char *role, char path[static LAB_PATH_MAX],
                             struct lab_why *why)
{
    const struct lab_scenario *scenario = cell->item->def->scenario;
    const struct lab_topology *net = cell->topology;
    const char *pki = cell->paths->pki;
    bool server = strcmp(role, "server") == 0;
    bool six = strchr(scenario->proto, '6') != NULL;
    const char *address = six ? net->server_addr6 : net->server_addr4;
    char workdir[LAB_PATH_MAX];
    char text[8192];

    enum lab_err err = lab_path_set(workdir, why, "%s/%s", cell->log_dir, role);
    if (err == LAB_OK)
    {
        err = lab_dir_make(workdir, why);
    }
    if (err == LAB_OK)
    {
        err = lab_path_set(path, why, "%s/%s.cfg", cell->log_dir, role);
    }
    if (err != LAB_OK)
    {
        return err;
    }
    int len =
        snprintf(text, sizeof text,
                 "role=%s\nproto=%s\n%s=%s\nport=%u\ndev=tun0\ncipher=%s\nauth=%s\n"
                 "ca=%s/ca.crt\ncert=%s/%s.crt\nkey=%s/%s.key\ntls_crypt=%s%s\n"
                 "tunnel4=%s\ntunnel6=%s\ntun_mtu=%u\nkeepalive=%s\nsndbuf=\nrcvbuf=\nverb=3\nworkdir=%s\n",
                 role, scenario->proto, server ? "local" : "remote", address, scenario->port,
                 scenario->cipher, scenario->auth, pki, pki, role, pki, role, scenario->tls_crypt ? pki : "",
                 scenario->tls_crypt ? "/tls-crypt.key" : "", scenario->tunnel4, scenario->tunnel6,
                 scenario->tun_mtu, scenario->keepalive, workdir);
    if (!server && len > 0 && (size_t)len < sizeof text)
    {
        len += snprintf(text + len, sizeof text - (size_t)len, "exit_notify=%u\n", scenario->exit_notify);
    }
    if (len < 0 || (size_t)len >= sizeof text)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "the %s's configuration is too long", role);
    }
    return lab_file_replace(path, text, why);
}

uint64_t lab_cell_patience_ms(const struct lab_cell *cell, uint64_t normal_ms)
{
    return normal_ms * cell->patience_percent / 100;
}
