/* Where packets died: the counters of all traffic, by cause. */
#include "lib/findings.h"

#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct
{
    const char *counter; /* of the measurement total, without its side */
    const char *brief;
    const char *what;
} causes[] = {
    {"udp_rcvbuf_errors", "rcvbuf", "UDP receive buffer full"},
    {"udp_sndbuf_errors", "sndbuf", "UDP send buffer full"},
    {"tun_tx_dropped", "tun queue", "queue of the tun device full (the program reads too slowly)"},
    {"tun_rx_dropped", "tun in", "refused by the tun device"},
    {"qdisc_dropped", "qdisc", "queue of a device, as tc counts"},
    {"link_dropped", "veth", "the link's device"},
    {"reassembly_failed", "fragments", "fragments that were never whole"},
    {"replay_rejects", "replay", "refused as replays: too late for the window"},
};

#define CAUSES (sizeof causes / sizeof causes[0])

static double counter_of(const struct lab_finding *finding, const char *side, const char *counter)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", side, counter);
    const json_t *value = json_object_get(json_object_get(finding->measured, "total"), name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

double lab_finding_died(const struct lab_finding *finding, char *dst, size_t size)
{
    static const char *const sides[] = {"client", "server", "router"};
    double most = 0.0;
    dst[0] = '\0';
    for (size_t i = 0; i < CAUSES; i++)
    {
        for (size_t side = 0; side < 3; side++)
        {
            double count = counter_of(finding, sides[side], causes[i].counter);
            if (count > most)
            {
                char text[24];
                most = count;
                lab_report_number(text, sizeof text, count);
                snprintf(dst, size, "%s %s %s", sides[side], causes[i].brief, text);
            }
        }
    }
    return most;
}

struct died
{
    struct lab_term *term;
    bool begun;
};

static void print_group(void *arg, const char *title, const struct lab_finding *const *group, size_t count)
{
    struct died *died = arg;
    static const char *const sides[] = {"client", "server", "router"};
    bool some = false;
    if (!died->begun)
    {
        lab_term_print(
            died->term,
            "\n where packets died (all points together; a train of packets counts once; see total.*)\n");
        died->begun = true;
    }
    for (size_t i = 0; i < CAUSES; i++)
    {
        double sum[3] = {0.0};
        size_t points = 0;
        for (size_t at = 0; at < count; at++)
        {
            double here = 0.0;
            for (size_t side = 0; side < 3; side++)
            {
                double number = counter_of(group[at], sides[side], causes[i].counter);
                sum[side] += isnan(number) ? 0.0 : number;
                here += isnan(number) ? 0.0 : number;
            }
            points += here > 0.0;
        }
        if (points > 0)
        {
            lab_term_print(
                died->term,
                "   %-24.24s %-10s client %.0f  server %.0f  router %.0f, at %zu of %zu points: %s\n",
                some ? "" : title, causes[i].brief, sum[0], sum[1], sum[2], points, count, causes[i].what);
            some = true;
        }
    }
    if (!some)
    {
        lab_term_print(died->term, "   %-24.24s none\n", title);
    }
}

void lab_findings_print_died(const struct lab_findings *findings, struct lab_term *term)
{
    const char *without[16] = {NULL};
    size_t count = 0;
    size_t index;
    const json_t *axis;
    json_array_foreach(json_object_get(findings->experiment, "axes"), index, axis)
    {
        const char *key = json_string_value(json_object_get(axis, "key"));
        if (key != NULL && strcmp(key, "subject") != 0 && count + 1 < sizeof without / sizeof without[0])
        {
            without[count++] = key;
        }
    }
    struct died died = {.term = term};
    lab_findings_each_group(findings, without, print_group, &died);
}
