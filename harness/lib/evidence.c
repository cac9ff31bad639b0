#include "lib/evidence.h"

#include "lib/clock.h"
#include "lib/subject.h"

#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOG_MAX   (64 * 1024 * 1024)
#define SETTLE_MS 400
#define QUIET_MS  40

int64_t lab_evidence_count(const char *text, const char *pattern)
{
    regex_t regex;
    regmatch_t match[2];
    int64_t count = 0;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE) != 0)
    {
        return -1;
    }
    for (const char *at = text;
         *at != '\0' && regexec(&regex, at, 2, match, at == text ? 0 : REG_NOTBOL) == 0;)
    {
        bool grouped = regex.re_nsub > 0 && match[1].rm_so >= 0;
        count = grouped ? (int64_t)strtoll(at + match[1].rm_so, NULL, 10) : count + 1;
        at += match[0].rm_eo;
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    regfree(&regex);
    return count;
}

static int64_t lines_in(const char *text)
{
    int64_t lines = 0;
    for (; *text != '\0'; text++)
    {
        lines += *text == '\n';
    }
    return lines;
}

static long long size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (long long)info.st_size : -1;
}

struct settling
{
    const char *log;
    long long first;
    long long last;
    uint64_t changed_ms;
};

/* Something was written, and nothing more for a while. */
static bool has_settled(void *arg)
{
    struct settling *settling = arg;
    long long size = size_of(settling->log);
    if (size != settling->last)
    {
        settling->last = size;
        settling->changed_ms = lab_now_ms();
    }
    return size != settling->first && lab_now_ms() - settling->changed_ms >= QUIET_MS;
}

/* What is asked for, and its name in the record behind that of its side. */
static const struct
{
    const char *feature;
    const char *name;
    bool of_client;
} facts[LAB_FACTS] = {
    [LAB_FACT_REPLAYS] = {"log-replay", "replay_rejects", true},
    [LAB_FACT_DROPS] = {"log-drops", "drops_told", true},
    [LAB_FACT_RESTARTS] = {"log-restart", "restarts", true},
    [LAB_FACT_SESSIONS] = {"log-sessions", "sessions", false}, /* of the latest status: each adds its lines */
};

static enum lab_err ask_status(struct lab_cell *cell, struct lab_subject *subject, struct lab_proc *proc,
                               const char *role, struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    char name[16];
    char said[64];
    bool supported;
    snprintf(name, sizeof name, "%s.log", role);
    lab_cell_log(cell, name, log);
    enum lab_err err =
        lab_subject_supports(cell->loop, subject, "status-signal", &supported, said, sizeof said, why);
    if (err != LAB_OK || !supported || strcmp(said, "USR2") != 0 || !proc->running)
    {
        return err;
    }
    struct settling settling = {.log = log, .first = size_of(log), .changed_ms = lab_now_ms()};
    settling.last = settling.first;
    lab_proc_signal(proc, SIGUSR2);
    err = lab_loop_until(cell->loop, has_settled, &settling, 5, SETTLE_MS);
    return err == LAB_ERR_TIMEOUT ? LAB_OK : err;
}

static enum lab_err count_fact(struct lab_cell *cell, struct lab_subject *subject, size_t fact,
                               const char *text, int64_t *count, struct lab_why *why)
{
    char pattern[256];
    bool supported;
    enum lab_err err = lab_subject_supports(cell->loop, subject, facts[fact].feature, &supported, pattern,
                                            sizeof pattern, why);
    if (err != LAB_OK || !supported)
    {
        return err;
    }
    *count = lab_evidence_count(text, pattern);
    return *count >= 0 ? LAB_OK
                       : lab_why_set(why, LAB_ERR_FORMAT, "%s: %s is no regular expression: %.200s",
                                     subject->name, facts[fact].feature, pattern);
}

static enum lab_err read_log(const struct lab_cell *cell, const char *role, char **text, struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    char name[16];
    size_t len;
    snprintf(name, sizeof name, "%s.log", role);
    lab_cell_log(cell, name, log);
    return lab_file_read(log, LOG_MAX, text, &len, why);
}

static enum lab_err read_side(struct lab_cell *cell, const char *role, struct lab_subject *subject,
                              struct lab_proc *proc, struct lab_said *said, struct lab_why *why)
{
    char *text = NULL;
    *said = (struct lab_said){{-1, -1, -1, -1}, -1, -1};
    if (subject == NULL)
    {
        return LAB_OK;
    }
    enum lab_err err = read_log(cell, role, &text, why);
    if (err == LAB_OK)
    {
        said->lines_unasked = lines_in(text);
        free(text);
        text = NULL;
        err = ask_status(cell, subject, proc, role, why);
    }
    err = err == LAB_OK ? read_log(cell, role, &text, why) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    said->lines = lines_in(text);
    bool client = strcmp(role, "client") == 0;
    for (size_t i = 0; err == LAB_OK && i < LAB_FACTS; i++)
    {
        err = !client || facts[i].of_client ? count_fact(cell, subject, i, text, &said->facts[i], why) : err;
    }
    free(text);
    return err;
}

enum lab_err lab_evidence_read(struct lab_cell *cell, struct lab_evidence *evidence, struct lab_why *why)
{
    enum lab_err err = read_side(cell, "client", cell->item->client, &cell->client, &evidence->client, why);
    return err == LAB_OK
               ? read_side(cell, "server", cell->item->server, &cell->server, &evidence->server, why)
               : err;
}

static void add_one(const char *side, const char *name, int64_t before, int64_t after, json_t *values)
{
    char key[64];
    snprintf(key, sizeof key, "%s_%s", side, name);
    json_object_set_new(values, key,
                        before >= 0 && after >= before ? json_integer(after - before) : json_null());
}

void lab_evidence_add(const struct lab_evidence *before, const struct lab_evidence *after, json_t *values)
{
    for (size_t i = 0; i < LAB_FACTS; i++)
    {
        if (facts[i].of_client)
        {
            add_one("client", facts[i].name, before->client.facts[i], after->client.facts[i], values);
        }
        add_one("server", facts[i].name, before->server.facts[i], after->server.facts[i], values);
    }
    add_one("client", "log_lines", before->client.lines, after->client.lines_unasked, values);
    add_one("server", "log_lines", before->server.lines, after->server.lines_unasked, values);
}

/* The group of the first match. */
static void add_words(const char *text, const char *pattern, const char *key, json_t *object)
{
    regex_t regex;
    regmatch_t match[2];
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE) != 0)
    {
        return;
    }
    if (regex.re_nsub > 0 && regexec(&regex, text, 2, match, 0) == 0 && match[1].rm_so >= 0)
    {
        char words[128];
        snprintf(words, sizeof words, "%.*s", (int)(match[1].rm_eo - match[1].rm_so), text + match[1].rm_so);
        lab_text_clean(words);
        json_object_set_new(object, key, json_string(words));
    }
    regfree(&regex);
}

json_t *lab_evidence_negotiated(struct lab_cell *cell)
{
    static const char *const asked[][2] = {{"log-cipher", "cipher"}, {"log-tls", "tls"}};
    char log[LAB_PATH_MAX];
    char pattern[256];
    char *text;
    size_t len;
    bool supported;
    struct lab_why why;
    json_t *object = json_object();
    lab_cell_log(cell, "client.log", log);
    if (cell->item->client == NULL || lab_file_read(log, LOG_MAX, &text, &len, &why) != LAB_OK)
    {
        return object;
    }
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
    {
        if (lab_subject_supports(cell->loop, cell->item->client, asked[i][0], &supported, pattern,
                                 sizeof pattern, &why) == LAB_OK &&
            supported)
        {
            add_words(text, pattern, asked[i][1], object);
        }
    }
    free(text);
    return object;
}
