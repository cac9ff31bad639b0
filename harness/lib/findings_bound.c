/* What was foreseen against what was seen: which limit did bind each TCP transfer, by its own counters. */
#include "lib/bound.h"
#include "lib/findings.h"
#include "lib/limits.h"
#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TALLIES 64

static double limit_of(const struct lab_finding *finding, const char *key)
{
    const json_t *value = json_object_get(json_object_get(finding->measured, "limits"), key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *foreseen_of(const struct lab_finding *finding)
{
    double mbps;
    const struct lab_limits limits = {
        .link_mbps = limit_of(finding, "link_mbps"),
        .socket_buffer_mbps = limit_of(finding, "socket_buffer_mbps"),
        .endpoint_window_mbps = limit_of(finding, "endpoint_window_mbps"),
        .loss_mbps = limit_of(finding, "loss_mbps"),
        .profile_mbps = limit_of(finding, "profile_mbps"),
        .throttle_mbps = limit_of(finding, "throttle_mbps"),
        .replay_rejects = limit_of(finding, "replay_rejects") == 1.0,
    };
    return lab_limits_binding(&limits, &mbps);
}

struct tally
{
    const char *foreseen;
    enum lab_bound_kind bound;
    char evidence[160]; /* of the first transfer */
    size_t transfers;
    double low;
    double high;
};

struct tallies
{
    struct tally list[TALLIES];
    size_t count;
};

static void count_in(struct tallies *tallies, const char *foreseen, const struct lab_bound *bound,
                     double mbps)
{
    size_t at = 0;
    while (at < tallies->count &&
           (strcmp(tallies->list[at].foreseen, foreseen) != 0 || tallies->list[at].bound != bound->kind))
    {
        at++;
    }
    if (at == TALLIES)
    {
        return;
    }
    struct tally *tally = &tallies->list[at];
    if (at == tallies->count)
    {
        tallies->count++;
        *tally =
            (struct tally){.foreseen = foreseen, .bound = bound->kind, .low = INFINITY, .high = -INFINITY};
        snprintf(tally->evidence, sizeof tally->evidence, "%s", bound->evidence);
    }
    tally->transfers++;
    tally->low = mbps < tally->low ? mbps : tally->low;
    tally->high = mbps > tally->high ? mbps : tally->high;
}

/* TCP transfers are those that count what was sent again. */
static void count_finding(const struct lab_finding *finding, struct tallies *tallies)
{
    const char *name;
    const json_t *values;
    json_object_foreach(finding->measured, name, values)
    {
        const json_t *mbps = json_object_get(values, "goodput_mbps");
        if (json_object_get(values, "retransmits") != NULL && json_is_number(mbps))
        {
            struct lab_bound bound;
            lab_bound_find(finding->measured, name, &bound);
            count_in(tallies, foreseen_of(finding), &bound, json_number_value(mbps));
        }
    }
}

void lab_findings_print_bound(const struct lab_findings *findings, struct lab_term *term)
{
    struct tallies tallies = {.count = 0};
    for (size_t i = 0; i < findings->count; i++)
    {
        if (lab_finding_counts(&findings->list[i]))
        {
            count_finding(&findings->list[i], &tallies);
        }
    }
    if (tallies.count > 0)
    {
        lab_term_print(term, "\n what should bind TCP, and what did\n");
    }
    for (size_t i = 0; i < tallies.count; i++)
    {
        const struct tally *tally = &tallies.list[i];
        char low[24];
        char high[24];
        lab_report_number(low, sizeof low, tally->low);
        lab_report_number(high, sizeof high, tally->high);
        lab_term_print(term, "   foreseen %-22s did: %-24s %3zu transfer%s %s%s%s Mbit/s\n", tally->foreseen,
                       lab_bound_name(tally->bound), tally->transfers, tally->transfers == 1 ? ", " : "s,",
                       low, strcmp(low, high) != 0 ? " to " : "", strcmp(low, high) != 0 ? high : "");
        if (tally->evidence[0] != '\0')
        {
            lab_term_print(term, "      %s%s\n", tally->transfers == 1 ? "" : "the first: ", tally->evidence);
        }
    }
}
