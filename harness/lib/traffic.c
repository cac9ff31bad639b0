#include "lib/traffic.h"

#include "lib/busy.h"
#include "lib/clock.h"
#include "lib/counters.h"
#include "lib/cpu.h"
#include "lib/evidence.h"
#include "lib/remote.h"
#include "lib/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXTRA_MS 20000

bool lab_cell_alive(const void *arg)
{
    const struct lab_cell *cell = arg;
    bool tunnel = cell->item->client != NULL;
    return !tunnel || (cell->client.running && cell->server.running);
}

struct lab_helper *lab_traffic_helper(struct lab_traffic_run *run, const char *log_name, unsigned delay_ms)
{
    size_t at = run->helper_count++;
    /* The order of their starts, and the first stays first: it names the traffic. */
    while (at > 0 && run->helpers[at - 1].delay_ms > delay_ms)
    {
        run->helpers[at] = run->helpers[at - 1];
        at--;
    }
    run->helpers[at] = (struct lab_helper){
        .log_name = log_name, .delay_ms = delay_ms, .netns = run->cell->topology->client_ns};
    return &run->helpers[at];
}

const char *lab_traffic_output(const struct lab_traffic_run *run, const char *log_name)
{
    for (size_t i = 0; i < run->helper_count; i++)
    {
        if (strcmp(run->helpers[i].log_name, log_name) == 0)
        {
            return run->helpers[i].output;
        }
    }
    return NULL;
}

static enum lab_err add_events(struct lab_traffic_run *run, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    for (unsigned i = 0; err == LAB_OK && i < run->plan->def->events_count; i++)
    {
        if (!run->plan->event_meant[i])
        {
            continue;
        }
        size_t slot = LAB_GROUP_MAX - 1 - i;
        char *path = run->words[slot][0];
        char *log = run->words[slot][1];
        const char *script = run->plan->def->events[i].run;
        err = lab_path_set(path, why, "%s/netns-lab/events/%s", run->cell->paths->root,
                           script != NULL ? script : "");
        snprintf(log, LAB_PATH_MAX, "event-%s-%u.txt", run->plan->name, i + 1);
        struct lab_helper *helper =
            lab_traffic_helper(run, log, (unsigned)(run->plan->event_after_s[i] * 1e3));
        run->argv[slot][0] = path;
        if (run->plan->event_tell[i][0] != '\0')
        {
            lab_link_tell_argv(&run->cell->link, run->plan->event_tell[i], run->argv[slot]);
        }
        helper->argv = run->argv[slot];
        helper->netns = NULL; /* it goes where it wants to */
        helper->must_succeed = true;
    }
    return err;
}

enum lab_err lab_traffic_go(struct lab_traffic_run *run, struct lab_why *why)
{
    enum lab_err err = add_events(run, why);
    err = err == LAB_OK ? lab_traffic_flood_add(run, why) : err;
    struct lab_group group = {.loop = run->cell->loop,
                              .dir = run->cell->log_dir,
                              .alive = lab_cell_alive,
                              .arg = run->cell,
                              .helpers = run->helpers};
    uint64_t timeout_ms = (uint64_t)(run->plan->seconds * 1e3) + lab_cell_patience_ms(run->cell, EXTRA_MS);
    group.count = run->helper_count;
    err = err == LAB_OK ? lab_group_run(&group, timeout_ms, why) : err;
    return err == LAB_OK ? lab_traffic_flood_take(run, why) : err;
}

static enum lab_err (*const kinds[LAB_TRAFFIC_KINDS])(struct lab_traffic_run *run, struct lab_why *why) = {
    [LAB_TRAFFIC_TCP] = lab_traffic_tcp,           [LAB_TRAFFIC_UDP] = lab_traffic_udp,
    [LAB_TRAFFIC_PING] = lab_traffic_ping,         [LAB_TRAFFIC_SEQUENCE] = lab_traffic_sequence,
    [LAB_TRAFFIC_REQUESTS] = lab_traffic_requests, [LAB_TRAFFIC_WAIT] = lab_traffic_wait,
};

/* Everything that is read before and after. */
struct around
{
    struct lab_counters counters;
    struct lab_evidence evidence;
    double client_cpu_s;
    double server_cpu_s;
    unsigned long client_rss_kib;
    unsigned long server_rss_kib;
    struct lab_busy client_busy;
    struct lab_busy server_busy;
    struct lab_busy link_busy;
    struct lab_ticks ticks;
    json_t *link; /* the emulator's account; NULL: none. Owned */
};

static enum lab_err look(struct lab_cell *cell, struct around *around, struct lab_why *why)
{
    around->client_cpu_s = lab_cpu_of_session(cell->client.pid);
    around->server_cpu_s = lab_cpu_of_session(cell->server.pid);
    around->client_rss_kib = lab_rss_of_session(cell->client.pid);
    around->server_rss_kib = lab_rss_of_session(cell->server.pid);
    lab_busy_read(cell->client.pid, &around->client_busy);
    lab_busy_read(cell->server.pid, &around->server_busy);
    lab_busy_read(cell->link.proc.pid, &around->link_busy);
    lab_ticks_read(&around->ticks);
    /* An emulator that tells nothing is found out when it is stopped. */
    struct lab_why unsaid;
    (void)!lab_link_account(&cell->link, &around->link, &unsaid);
    enum lab_err err = lab_counters_read(cell->loop, cell->topology, &around->counters, why);
    return err == LAB_OK ? lab_evidence_read(cell, &around->evidence, why) : err;
}

static void add_to_total(const json_t *values, json_t *total)
{
    for (const char *const *name = lab_traffic_common; *name != NULL; name++)
    {
        const json_t *value = json_object_get(values, *name);
        if (json_is_number(value))
        {
            double sum = json_number_value(json_object_get(total, *name)) + json_number_value(value);
            bool whole = json_is_integer(value);
            json_object_set_new(total, *name, whole ? json_integer((json_int_t)sum) : json_real(sum));
        }
        else if (json_object_get(total, *name) == NULL)
        {
            json_object_set_new(total, *name, json_null());
        }
    }
}

static void add_share(json_t *values, const char *who, const struct lab_busy *before,
                      const struct lab_busy *after)
{
    char name[48];
    struct lab_busy_share share = lab_busy_between(before, after);
    snprintf(name, sizeof name, "%s_thread_percent", who);
    json_object_set_new(values, name, lab_json_number(share.wanted_percent));
    snprintf(name, sizeof name, "%s_waited_percent", who);
    json_object_set_new(values, name, lab_json_number(share.waited_percent));
}

static void add_busy(const struct around *before, const struct around *after, bool client, bool server,
                     json_t *values)
{
    static const struct lab_busy nobody;
    add_share(values, "client", &before->client_busy, client ? &after->client_busy : &nobody);
    add_share(values, "server", &before->server_busy, server ? &after->server_busy : &nobody);
    add_share(values, "link", &before->link_busy, &after->link_busy);
    json_object_set_new(values, "ticks_percent",
                        lab_json_number(lab_busy_host_percent(&before->ticks, &after->ticks)));
}

/* Less than before is no growth; 0 pages: it was not running. */
static json_t *grown(unsigned long before, unsigned long after)
{
    return after == 0 ? json_null() : json_integer(after > before ? (json_int_t)(after - before) : 0);
}

static void add_around(struct lab_cell *cell, const struct around *before, const struct around *after,
                       double seconds, json_t *values)
{
    /* Of a program elsewhere only its way here would be measured. */
    bool tunnel = cell->item->client != NULL;
    bool client = tunnel && !lab_remote_is(cell->topology->client_ns);
    bool server = tunnel && !lab_remote_is(cell->topology->server_ns);
    json_object_set_new(values, "seconds", json_real(seconds));
    json_object_set_new(values, "client_cpu_s",
                        client ? json_real(after->client_cpu_s - before->client_cpu_s) : json_null());
    json_object_set_new(values, "server_cpu_s",
                        server ? json_real(after->server_cpu_s - before->server_cpu_s) : json_null());
    json_object_set_new(values, "client_rss_grown_kib",
                        client ? grown(before->client_rss_kib, after->client_rss_kib) : json_null());
    json_object_set_new(values, "server_rss_grown_kib",
                        server ? grown(before->server_rss_kib, after->server_rss_kib) : json_null());
    add_busy(before, after, client, server, values);
    lab_counters_add(&before->counters, &after->counters, values);
    lab_counters_add_link(before->link, after->link, values);
    lab_evidence_add(&before->evidence, &after->evidence, values);
}

/* Why it came to nothing. */
static enum lab_go give_up(struct lab_cell *cell, const char *name, enum lab_err err,
                           const struct lab_why *why)
{
    if (err == LAB_ERR_INTERRUPTED)
    {
        return LAB_GO_STOP;
    }
    if (err == LAB_ERR_EXITED)
    {
        bool client = cell->item->client != NULL && !cell->client.running;
        lab_tool_note_ended(cell, client ? "client" : "server", client ? &cell->client : &cell->server,
                            "while traffic ran");
        return LAB_GO_STOP;
    }
    bool ours = err == LAB_ERR_SYSTEM || err == LAB_ERR_ABSENT || err == LAB_ERR_USAGE;
    lab_cell_check(cell, name, ours ? LAB_ERROR : LAB_FAIL, true, "%s: %s", name, why->text);
    return ours ? LAB_GO_STOP : LAB_GO_ON;
}

enum lab_go lab_traffic_measure(struct lab_cell *cell, const struct lab_traffic_plan *plan, json_t *total)
{
    struct around before = {.link = NULL};
    struct around after = {.link = NULL};
    struct lab_why why;
    struct lab_traffic_run *run = calloc(1, sizeof *run);
    if (run == NULL)
    {
        lab_cell_note(cell, LAB_ERROR, false, "no memory for %s", plan->name);
        return LAB_GO_STOP;
    }
    run->cell = cell;
    run->plan = plan;
    run->values = json_object();
    run->samples = json_object();
    enum lab_err err = look(cell, &before, &why);
    uint64_t began_us = lab_now_us();
    err = err == LAB_OK ? kinds[plan->def->kind](run, &why) : err;
    double seconds = (double)(lab_now_us() - began_us) / 1e6;
    /* What died where is worth knowing of a transfer that failed, too. */
    struct lab_why unsaid;
    bool looked = err != LAB_ERR_INTERRUPTED && err != LAB_ERR_EXITED && err != LAB_ERR_SYSTEM &&
                  look(cell, &after, &unsaid) == LAB_OK;
    if (looked)
    {
        add_around(cell, &before, &after, seconds, run->values);
        add_to_total(run->values, total);
        lab_cell_measure(cell, plan->name, json_incref(run->values), json_incref(run->samples));
    }
    enum lab_go go = err == LAB_OK ? LAB_GO_ON : give_up(cell, plan->name, err, &why);
    struct lab_group group = {.helpers = run->helpers, .count = run->helper_count};
    lab_group_clear(&group);
    json_decref(before.link);
    json_decref(after.link);
    json_decref(run->values);
    json_decref(run->samples);
    free(run);
    return go;
}
