/* What held back the senders of a TCP transfer: its own sockets, and those of a tunnel over TCP. Two looks at both ends,
 * when the transfer has warmed up and just before it ends. */
#include "lib/traffic.h"

#include "lib/sockets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BEFORE_END_S 0.1
#define LEAST_S      0.1

static const char *const looks[2][2] = {{"sockets-client-1.txt", "sockets-client-2.txt"},
                                        {"sockets-server-1.txt", "sockets-server-2.txt"}};

/* Seconds between the two looks. */
static double time_between(const struct lab_traffic_run *run)
{
    double seconds = run->plan->seconds - BEFORE_END_S;
    return seconds > LEAST_S ? seconds : LEAST_S;
}

void lab_traffic_sockets_add(struct lab_traffic_run *run, double warm_up_s)
{
    static const char *const argv[] = {"ss", "-tinHO", NULL};
    const struct lab_topology *net = run->cell->topology;
    for (size_t side = 0; side < 2; side++)
    {
        for (size_t look = 0; look < 2; look++)
        {
            double at_s = warm_up_s + (look == 1 ? time_between(run) : 0.0);
            struct lab_helper *helper = lab_traffic_helper(run, looks[side][look], (unsigned)(at_s * 1e3));
            helper->argv = argv;
            helper->netns = side == 0 ? net->client_ns : net->server_ns;
        }
    }
}

static const char *text_of(const struct lab_traffic_run *run, const char *log_name)
{
    const char *text = lab_traffic_output(run, log_name);
    return text != NULL ? text : "";
}

static void take(struct lab_traffic_run *run, size_t side, uint16_t port, const char *prefix)
{
    struct lab_socket_share share;
    (void)lab_sockets_between(text_of(run, looks[side][0]), text_of(run, looks[side][1]), side == 0, port,
                              time_between(run), &share);
    const struct
    {
        const char *name;
        double value;
    } numbers[] = {{"window_percent", share.window_percent},
                   {"sndbuf_percent", share.buffer_percent},
                   {"srtt_ms", share.rtt_ms},
                   {"least_rtt_ms", share.rtt_least_ms}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", prefix, numbers[i].name);
        json_object_set_new(run->values, name, lab_json_number(numbers[i].value));
    }
}

void lab_traffic_sockets_take(struct lab_traffic_run *run)
{
    const struct lab_traffic *def = run->plan->def;
    const struct lab_scenario *scenario = run->cell->item->def->scenario;
    uint16_t port = LAB_IPERF_PORT;
    if (def->direction != LAB_DOWN)
    {
        take(run, 0, port++, "up");
    }
    if (def->direction != LAB_UP)
    {
        take(run, 1, port, "down");
    }
    if (scenario != NULL && strncmp(scenario->proto, "tcp", 3) == 0)
    {
        take(run, 0, scenario->port, "client_outer");
        take(run, 1, scenario->port, "server_outer");
    }
}
