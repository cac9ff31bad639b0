/* Where an experiment meets the runner. */
#include "lib/experiment_plan.h"
#include "lib/limits.h"
#include "lib/profile.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum lab_err add_reordering(const struct wincost_profile *profile, char link[static LAB_LINK_LEN],
                                   struct lab_why *why)
{
    size_t used = strlen(link);
    if (profile->reorder_every == 0 || strstr(link, "reorder") != NULL)
    {
        return LAB_OK;
    }
    int len = snprintf(link + used, LAB_LINK_LEN - used, "%sreorder-every=%u reorder-places=%u",
                       used > 0 ? " " : "", profile->reorder_every, profile->reorder_places);
    return len > 0 && (size_t)len < LAB_LINK_LEN - used
               ? LAB_OK
               : lab_why_set(why, LAB_ERR_USAGE, "the link of a profile that reorders is too long");
}

/* What of a profile is the link's and not of calls, unless the link says itself how it reorders. */
static enum lab_err dress_link(struct lab_point *point, const struct wincost_profile *profile,
                               struct lab_why *why)
{
    enum lab_err err = add_reordering(profile, point->up, why);
    return err == LAB_OK ? add_reordering(profile, point->down, why) : err;
}

/* What calls cost a packet of a stream, with every second one answered, in its dearer direction. Writes under way one at
 * a time take the device's own time. */
static double cost_us(const struct wincost_profile *profile)
{
    double out = (double)profile->tun_read_us + profile->socket_send_us;
    double in = (double)profile->socket_recv_us + profile->tun_write_us;
    double device = profile->tun_depth == 1 ? profile->tun_complete_us : 0.0;
    double one = out + in / 2.0;
    double other = in + out / 2.0;
    double calls = one > other ? one : other;
    return calls > device ? calls : device;
}

static void note_costs(struct lab_point *point, const struct wincost_profile *profile)
{
    double cost = cost_us(profile);
    double pps = profile->throttle_pps;
    point->profile_us = cost > point->profile_us ? cost : point->profile_us;
    point->throttle_pps =
        pps > 0.0 && (point->throttle_pps == 0.0 || pps < point->throttle_pps) ? pps : point->throttle_pps;
}

enum lab_err lab_case_of_point(struct lab_run *run, struct lab_point *point, struct lab_case *item,
                               struct lab_why *why)
{
    *item = (struct lab_case){.def = &point->def, .point = point};
    snprintf(item->id, sizeof item->id, "%s", point->id);
    for (size_t i = 0; i < 2; i++)
    {
        struct wincost_profile profile;
        enum lab_err err = point->profile[i][0] != '\0'
                               ? lab_profile_read(run->paths.root, point->profile[i], &profile, why)
                               : LAB_OK;
        err = err == LAB_OK && point->profile[i][0] != '\0' ? dress_link(point, &profile, why) : err;
        if (err != LAB_OK)
        {
            return err;
        }
        if (point->profile[i][0] != '\0')
        {
            note_costs(point, &profile);
        }
    }
    if (point->client[0] == '\0')
    {
        return LAB_OK;
    }
    item->client = lab_subject_find(run->subjects, run->subject_count, point->client);
    item->server = lab_subject_find(run->subjects, run->subject_count, point->server);
    item->server = item->server != NULL ? lab_run_server(run, item->server) : NULL;
    return item->client != NULL && item->server != NULL
               ? LAB_OK
               : lab_why_set(why, LAB_ERR_USAGE, "no subject '%s' (ovlab list names them)",
                             item->client == NULL ? point->client : point->server);
}

const char *lab_point_needs_lab(const struct lab_point *point)
{
    const char *topology = point->experiment->topology;
    if (topology != NULL && strcmp(topology, "pair") != 0)
    {
        return "its network is one that only the lab can build";
    }
    if (point->up[0] != '\0' || point->down[0] != '\0' || point->link_told)
    {
        return "the way to another machine cannot be impaired from here";
    }
    if (point->system_count > 0)
    {
        return "the settings of another machine's system are not changed";
    }
    if (point->profile[0][0] != '\0' || point->profile[1][0] != '\0')
    {
        return "the cost shim is not taken to another machine";
    }
    for (size_t i = 0; i < point->traffic_count; i++)
    {
        enum lab_traffic_kind kind = point->traffic[i].def->kind;
        if (kind == LAB_TRAFFIC_SEQUENCE || kind == LAB_TRAFFIC_REQUESTS)
        {
            return "its traffic needs both ends in one lab";
        }
        if (point->traffic[i].def->events_count > 0 || point->traffic[i].flood[0] != '\0')
        {
            return "nothing can be made to happen to another machine's network";
        }
    }
    return NULL;
}

struct foreseen
{
    const char *name;
    size_t points;
    double low;
    double high;
};

/* Of anything else no such limit is told. */
static bool has_stream(const struct lab_point *point)
{
    bool has = false;
    for (size_t i = 0; i < point->traffic_count; i++)
    {
        has = has || point->traffic[i].def->kind == LAB_TRAFFIC_TCP;
    }
    return has;
}

void lab_plan_print_limits(const struct lab_run *run, struct lab_term *term)
{
    struct foreseen list[8];
    size_t count = 0;
    struct lab_tcp_memory memory;
    lab_tcp_memory_read(&memory);
    for (size_t i = 0; i < run->case_count; i++)
    {
        const struct lab_point *point = run->cases[i].point;
        struct lab_limits limits;
        double mbps;
        size_t at = 0;
        if (point == NULL || !has_stream(point))
        {
            continue;
        }
        lab_limits_foresee(point, &memory, &limits);
        const char *name = lab_limits_binding(&limits, &mbps);
        while (at < count && strcmp(list[at].name, name) != 0)
        {
            at++;
        }
        if (at == count && count < sizeof list / sizeof list[0])
        {
            list[count++] = (struct foreseen){name, 0, INFINITY, -INFINITY};
        }
        if (at < count)
        {
            list[at].points++;
            list[at].low = mbps < list[at].low ? mbps : list[at].low;
            list[at].high = mbps > list[at].high ? mbps : list[at].high;
        }
    }
    for (size_t i = 0; i < count; i++)
    {
        char low[24];
        char high[24];
        lab_report_number(low, sizeof low, list[i].low);
        lab_report_number(high, sizeof high, list[i].high);
        bool range = isfinite(list[i].low);
        lab_term_print(term, "  should bind a TCP stream: %s at %zu point%s%s%s%s%s%s\n", list[i].name,
                       list[i].points, list[i].points == 1 ? "" : "s", range ? ", " : "", range ? low : "",
                       range && strcmp(low, high) != 0 ? " to " : "",
                       range && strcmp(low, high) != 0 ? high : "", range ? " Mbit/s" : "");
    }
}
