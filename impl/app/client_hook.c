#include "app/client_hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/client_station.h"
#include "base/arena.h"

#define LATER_MS 250u /* how often a decision that is to come is looked for */
#define CASES    256u /* clients that are being asked about at one time */

bool ov_client_hook_wanted(const struct ov_config *config)
{
    const struct ov_client_rules *rules = &config->clients;
    return config->management.judges || rules->dir != NULL ||
           rules->connect.count + rules->disconnect.count + rules->learn.count > 0;
}

struct ov_client_hook *ov_client_hook_new(const struct ov_client_hook_spec *spec)
{
    struct ov_client_hook *hook = calloc(1, sizeof *hook);
    if (hook != NULL)
    {
        hook->spec = *spec;
    }
    return hook;
}

void ov_client_hook_serve(struct ov_client_hook *hook, struct ov_hub *hub)
{
    hook->hub = hub;
}

void ov_client_hook_free(struct ov_client_hook *hook)
{
    while (hook != NULL && hook->first != NULL)
    {
        ov_visit_drop(hook->first);
    }
    free(hook);
}

/* ---- the answer ---- */

static void settle(struct ov_visit *visit, bool good)
{
    struct ov_client_hook *hook = visit->hook;
    struct ov_client_options *options = visit->options;
    const uint64_t ticket = visit->ticket;
    hook->asked--;
    visit->options = NULL;
    if (good)
    {
        visit->stage = OV_VISIT_STAYS;
        ov_scratch_close(&visit->files);
    }
    else
    {
        ov_client_options_free(options);
        options = NULL;
        ov_visit_drop(visit);
        visit = NULL;
    }
    enum ov_err err = ov_hub_settle(hook->hub, ticket, options, ov_loop_now());
    if (err != OV_OK)
    {
        ov_logf(hook->spec.log, OV_LOG_INFO, "settings of a client come too late: %s", ov_err_name(err));
        if (visit != NULL)
        {
            ov_visit_drop(visit); /* nobody will say that it leaves */
        }
    }
    hook->spec.changed(hook->spec.ctx);
}

/* ---- 3: every address is told to learn-address; one that it refuses keeps the client out ---- */

static void learn_next(struct ov_visit *visit);

static void on_learned(void *ctx, int status)
{
    struct ov_visit *visit = ctx;
    visit->process = NULL;
    if (status != 0)
    {
        ov_logf(visit->hook->spec.log, OV_LOG_WARN, "%s: --learn-address refuses an address (exit status %d)",
                visit->name, status);
        settle(visit, false);
        return;
    }
    learn_next(visit);
}

static void learn_next(struct ov_visit *visit)
{
    char address[64];
    const struct ov_command *command = &visit->hook->spec.config->clients.learn;
    /* tap: its stations are learned one by one, as they are seen. */
    if (command->count == 0 || visit->hook->spec.config->tunnel.tap ||
        !ov_visit_address(visit, visit->learned, address))
    {
        settle(visit, true);
        return;
    }
    visit->learned++;
    visit->stage = OV_VISIT_LEARN;
    const char *const more[] = {"add", address, visit->name, NULL};
    if (!ov_visit_run(visit, command, more, "learn-address", on_learned))
    {
        settle(visit, false);
    }
}

/* What management said counts last [WP-SRV-030]. */
static void begin_learning(struct ov_visit *visit)
{
    const struct ov_client_hook_spec *spec = &visit->hook->spec;
    const char *text = spec->given != NULL ? spec->given(spec->ctx, visit->ticket) : NULL;
    if (text != NULL)
    {
        const bool good = ov_visit_add(visit, "client-auth", text, strlen(text));
        const struct ov_client_config *own = good ? ov_client_options_result(visit->options) : NULL;
        if (own == NULL || own->disable)
        {
            settle(visit, false);
            return;
        }
        ov_visit_set_addresses(visit, own);
    }
    learn_next(visit);
}

bool ov_client_hook_address(const struct ov_client_hook *hook, uint64_t ticket, size_t n, char out[static 64])
{
    const struct ov_visit *visit = hook->first;
    while (visit != NULL && (visit->ticket != ticket || visit->stage != OV_VISIT_STAYS))
    {
        visit = visit->next;
    }
    return visit != NULL && ov_visit_address(visit, n, out);
}

/* ---- 2: client-connect ---- */

static void take_settings(struct ov_visit *visit)
{
    struct ov_arena *arena = ov_arena_new();
    const char *path = ov_scratch_path(&visit->files, OV_SCRATCH_SETTINGS);
    const bool good = arena != NULL && ov_visit_read(visit, path, "client-connect", arena);
    ov_arena_free(arena);
    const struct ov_client_config *own = good ? ov_client_options_result(visit->options) : NULL;
    if (own == NULL || own->disable)
    {
        settle(visit, false);
        return;
    }
    ov_visit_set_addresses(visit, own);
    begin_learning(visit);
}

/* '2': later; '1': good; '0': not [WP-SRV-032]. */
static void look(struct ov_visit *visit, struct ov_now now)
{
    char text[8] = "";
    struct ov_client_request request;
    if (!ov_hub_client(visit->hook->hub, visit->ticket, &request))
    {
        visit->hook->asked--;
        ov_visit_drop(visit); /* the client is gone */
        return;
    }
    visit->look_ms = now.mono_ms + LATER_MS;
    if (visit->stage != OV_VISIT_LATER)
    {
        return;
    }
    (void)ov_scratch_read(&visit->files, OV_SCRATCH_DEFERRED, text, sizeof text);
    if (text[0] == '1')
    {
        take_settings(visit);
    }
    else if (text[0] == '0')
    {
        settle(visit, false);
    }
}

static void on_connect_called(void *ctx, int status)
{
    struct ov_visit *visit = ctx;
    char text[8] = "";
    visit->process = NULL;
    (void)ov_scratch_read(&visit->files, OV_SCRATCH_DEFERRED, text, sizeof text);
    if (status != 0 || text[0] == '0')
    {
        ov_logf(visit->hook->spec.log, OV_LOG_WARN, "%s: --client-connect refuses it (exit status %d)",
                visit->name, status);
        settle(visit, false);
    }
    else if (text[0] == '2')
    {
        visit->stage = OV_VISIT_LATER;
        visit->look_ms = 0;
        visit->hook->spec.changed(visit->hook->spec.ctx);
    }
    else
    {
        take_settings(visit);
    }
}

static void call_connect(struct ov_visit *visit)
{
    const struct ov_client_hook_spec *spec = &visit->hook->spec;
    const struct ov_command *command = &spec->config->clients.connect;
    if (command->count == 0)
    {
        begin_learning(visit);
        return;
    }
    visit->stage = OV_VISIT_CONNECT;
    bool good = ov_scratch_open(&visit->files, spec->config->login.tmp_dir, spec->log) &&
                ov_scratch_write(&visit->files, OV_SCRATCH_SETTINGS, "") &&
                ov_scratch_write(&visit->files, OV_SCRATCH_DEFERRED, "");
    if (good)
    {
        const char *const more[] = {ov_scratch_path(&visit->files, OV_SCRATCH_SETTINGS), NULL};
        good = ov_visit_run(visit, command, more, "client-connect", on_connect_called);
    }
    if (!good)
    {
        settle(visit, false);
    }
}

/* ---- 1: client-config-dir ---- */

/* A name from outside becomes a file's name. */
static bool file_of(const char *dir, const char *name, char *out, size_t cap)
{
    const int len = snprintf(out, cap, "%s/%s", dir, name);
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || len < 0 || (size_t)len >= cap)
    {
        return false;
    }
    for (char *p = out + strlen(dir) + 1; *p != '\0'; p++)
    {
        *p = *p == '/' || (unsigned char)*p < ' ' || *p == 0x7f ? '_' : *p;
    }
    return access(out, R_OK) == 0;
}

static bool read_dir(struct ov_visit *visit)
{
    const struct ov_client_rules *rules = &visit->hook->spec.config->clients;
    char path[4096];
    if (rules->dir == NULL)
    {
        return true;
    }
    const bool own = file_of(rules->dir, visit->name, path, sizeof path);
    if (!own && rules->exclusive)
    {
        ov_logf(visit->hook->spec.log, OV_LOG_WARN,
                "%s: no file for it in --client-config-dir, and --ccd-exclusive is given", visit->name);
        return false;
    }
    if (!own && !file_of(rules->dir, "DEFAULT", path, sizeof path))
    {
        return true;
    }
    struct ov_arena *arena = ov_arena_new();
    const bool good = arena != NULL && ov_visit_read(visit, path, path, arena);
    ov_arena_free(arena);
    return good;
}

/* ---- events ---- */

void ov_client_hook_event(struct ov_client_hook *hook, const struct ov_event *event, struct ov_now now)
{
    struct ov_client_request request;
    if (!ov_hub_client(hook->hub, event->ticket, &request))
    {
        return; /* gone meanwhile */
    }
    struct ov_visit *visit = hook->asked < CASES ? ov_visit_new(hook, &request, now) : NULL;
    if (visit == NULL)
    {
        ov_logf(hook->spec.log, OV_LOG_ERROR, "too many clients come at one time: one is refused");
        enum ov_err err = ov_hub_settle(hook->hub, event->ticket, NULL, now);
        ov_logf(hook->spec.log, OV_LOG_INFO, "refused: %s", ov_err_name(err));
        return;
    }
    hook->asked++;
    const bool good = read_dir(visit);
    const struct ov_client_config *own = good ? ov_client_options_result(visit->options) : NULL;
    if (own == NULL || own->disable)
    {
        settle(visit, false);
        return;
    }
    ov_visit_set_addresses(visit, own);
    call_connect(visit);
}

static void on_left(void *ctx, int status)
{
    struct ov_visit *visit = ctx;
    (void)status;
    visit->process = NULL;
    ov_visit_drop(visit);
}

/* Called in the middle of the hub's work: only programs are started. */
void ov_client_hook_left(void *ctx, uint64_t ticket, const struct ov_hub_peer *last)
{
    struct ov_client_hook *hook = ctx;
    struct ov_visit *visit = hook->first;
    char address[64];
    while (visit != NULL && (visit->ticket != ticket || visit->stage != OV_VISIT_STAYS))
    {
        visit = visit->next;
    }
    if (visit == NULL)
    {
        return; /* never settled: tick finds that out */
    }
    const struct ov_client_rules *rules = &hook->spec.config->clients;
    visit->stage = OV_VISIT_LEFT;
    visit->octets_in = last->session.data.link_octets_in + last->session.control.octets_in;
    visit->octets_out = last->session.data.link_octets_out + last->session.control.octets_out;
    const bool learned = rules->learn.count > 0 && !hook->spec.config->tunnel.tap;
    ov_visit_drop_stations(visit, true);
    for (size_t i = 0; learned && ov_visit_address(visit, i, address); i++)
    {
        const char *const more[] = {"delete", address, NULL};
        ov_visit_run_alone(visit, &rules->learn, more, "learn-address");
    }
    static const char *const nothing[] = {NULL};
    if (rules->disconnect.count == 0 ||
        !ov_visit_run(visit, &rules->disconnect, nothing, "client-disconnect", on_left))
    {
        ov_visit_drop(visit);
    }
}

/* ---- time ---- */

static bool is_asked(const struct ov_visit *visit)
{
    return visit->stage < OV_VISIT_STAYS;
}

void ov_client_hook_tick(struct ov_client_hook *hook, struct ov_now now)
{
    struct ov_visit *visit = hook->first;
    while (visit != NULL)
    {
        struct ov_visit *next = visit->next;
        if (is_asked(visit) && now.mono_ms >= visit->look_ms)
        {
            look(visit, now);
        }
        visit = next;
    }
}

uint64_t ov_client_hook_deadline(const struct ov_client_hook *hook)
{
    uint64_t at = OV_NEVER;
    for (const struct ov_visit *visit = hook->first; visit != NULL; visit = visit->next)
    {
        at = is_asked(visit) ? ov_time_earlier(at, visit->look_ms) : at;
    }
    return at;
}
