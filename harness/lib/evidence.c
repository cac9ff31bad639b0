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

static enum lab_err ask_status(struct lab_cell *cell, struct lab_subject *subject, struct lab_proc *proc,
                               const char *log, struct lab_why *why)
{
    char said[64];
    bool supported;
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

static enum lab_err read_side(struct lab_cell *cell, const char *role, struct lab_subject *subject,
                              struct lab_proc *proc, struct lab_said *said, struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    char name[16];
    char pattern[256];
    char *text;
    size_t len;
    bool supported = false;
    *said = (struct lab_said){-1, -1};
    if (subject == NULL)
    {
        return LAB_OK;
    }
    snprintf(name, sizeof name, "%s.log", role);
    lab_cell_log(cell, name, log);
    enum lab_err err =
        lab_subject_supports(cell->loop, subject, "log-replay", &supported, pattern, sizeof pattern, why);
    err = err == LAB_OK && supported ? ask_status(cell, subject, proc, log, why) : err;
    err = err == LAB_OK ? lab_file_read(log, LOG_MAX, &text, &len, why) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    said->lines = lines_in(text);
    said->replays = supported ? lab_evidence_count(text, pattern) : -1;
    free(text);
    return supported && said->replays < 0
               ? lab_why_set(why, LAB_ERR_FORMAT, "%s: log-replay is no regular expression: %s",
                             subject->name, pattern)
               : LAB_OK;
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
    add_one("client", "replay_rejects", before->client.replays, after->client.replays, values);
    add_one("server", "replay_rejects", before->server.replays, after->server.replays, values);
    add_one("client", "log_lines", before->client.lines, after->client.lines, values);
    add_one("server", "log_lines", before->server.lines, after->server.lines, values);
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
