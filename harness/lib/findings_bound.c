/* What was foreseen against what was seen: which limit did bind, by the evidence of each point. */
#include "lib/findings.h"

#include "lib/limits.h"
#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CPU_FULL    0.85 /* core seconds a second of one program */
#define NEAR_LOW    0.5  /* of a foreseen limit: from here on it is what binds */
#define NEAR_HIGH   1.3  /* estimates of buffers are rough */
#define KINDS       8
#define MANY_ERRORS 20.0

static double number_of(const struct lab_finding *finding, const char *measurement, const char *key)
{
    const json_t *value = json_object_get(json_object_get(finding->measured, measurement), key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void read_limits(const struct lab_finding *finding, struct lab_limits *limits)
{
    *limits = (struct lab_limits){
        .link_mbps = number_of(finding, "limits", "link_mbps"),
        .socket_buffer_mbps = number_of(finding, "limits", "socket_buffer_mbps"),
        .endpoint_window_mbps = number_of(finding, "limits", "endpoint_window_mbps"),
        .loss_mbps = number_of(finding, "limits", "loss_mbps"),
        .replay_rejects = number_of(finding, "limits", "replay_rejects") == 1.0,
    };
}

/* The first transfer of TCP that was measured. */
static const char *transfer_of(const struct lab_finding *finding, double *mbps)
{
    const char *name;
    const json_t *values;
    *mbps = NAN;
    json_object_foreach(finding->measured, name, values)
    {
        const json_t *value = json_object_get(values, "retransmits");
        if (value != NULL && json_is_number(json_object_get(values, "goodput_mbps")))
        {
            *mbps = json_number_value(json_object_get(values, "goodput_mbps"));
            return name;
        }
    }
    return NULL;
}

static double busy(const struct lab_finding *finding, const char *transfer)
{
    double client = number_of(finding, transfer, "client_cpu_s");
    double server = number_of(finding, transfer, "server_cpu_s");
    double most = client > server ? client : server;
    return most / number_of(finding, transfer, "seconds");
}

static const char *bound_by(const struct lab_finding *finding, const char *transfer, double mbps)
{
    static const char *const sides[] = {"client_replay_rejects", "server_replay_rejects"};
    static const char *const full[] = {"client_udp_rcvbuf_errors", "server_udp_rcvbuf_errors"};
    struct lab_limits limits;
    double foreseen;
    read_limits(finding, &limits);
    const char *name = lab_limits_binding(&limits, &foreseen);
    for (size_t i = 0; i < 2; i++)
    {
        if (number_of(finding, transfer, sides[i]) > MANY_ERRORS)
        {
            return "replay window";
        }
    }
    if (mbps >= NEAR_LOW * foreseen && mbps <= NEAR_HIGH * foreseen)
    {
        return name;
    }
    for (size_t i = 0; i < 2; i++)
    {
        if (number_of(finding, transfer, full[i]) > MANY_ERRORS)
        {
            return "UDP receive buffer";
        }
    }
    return busy(finding, transfer) >= CPU_FULL ? "CPU of a program" : "none of these";
}

struct tally
{
    const char *foreseen;
    const char *bound;
    size_t points;
    double low;
    double high;
};

static void count_in(struct tally *tallies, size_t *count, const char *foreseen, const char *bound,
                     double mbps)
{
    size_t at = 0;
    while (at < *count &&
           (strcmp(tallies[at].foreseen, foreseen) != 0 || strcmp(tallies[at].bound, bound) != 0))
    {
        at++;
    }
    if (at == *count && *count == KINDS * KINDS)
    {
        return;
    }
    if (at == *count)
    {
        tallies[(*count)++] = (struct tally){foreseen, bound, 0, INFINITY, -INFINITY};
    }
    tallies[at].points++;
    tallies[at].low = mbps < tallies[at].low ? mbps : tallies[at].low;
    tallies[at].high = mbps > tallies[at].high ? mbps : tallies[at].high;
}

void lab_findings_print_bound(const struct lab_findings *findings, struct lab_term *term)
{
    struct tally tallies[KINDS * KINDS];
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
    {
        const struct lab_finding *finding = &findings->list[i];
        struct lab_limits limits;
        double foreseen;
        double mbps;
        const char *transfer = lab_finding_counts(finding) ? transfer_of(finding, &mbps) : NULL;
        if (transfer != NULL)
        {
            read_limits(finding, &limits);
            count_in(tallies, &count, lab_limits_binding(&limits, &foreseen),
                     bound_by(finding, transfer, mbps), mbps);
        }
    }
    if (count > 0)
    {
        lab_term_print(term, "\n what should bind TCP, and what did\n");
    }
    for (size_t i = 0; i < count; i++)
    {
        char low[24];
        char high[24];
        lab_report_number(low, sizeof low, tallies[i].low);
        lab_report_number(high, sizeof high, tallies[i].high);
        lab_term_print(term, "   foreseen %-20s did: %-20s %3zu points, %s to %s Mbit/s\n",
                       tallies[i].foreseen, tallies[i].bound, tallies[i].points, low, high);
    }
}
