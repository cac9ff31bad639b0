/* Limits of a point: which are foreseen, and which of them binds. */
#include "lib/limits.h"
#include "tests/testing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct
{
    const char *link; /* both ways */
    const char *proto;
    const char *options;
    const char *system; /* NULL: the system's own congestion control */
    bool minds_loss;    /* the system's own */
    const char *binds;
    double low;
    double high;
} points[] = {
    {"", "udp4", "", NULL, true, "CPU or buffers", NAN, NAN},
    {"rate=20mbit", "udp4", "", NULL, true, "rate of the link", 20.0, 20.0},
    {"delay=20ms loss=1%", "udp4", "", NULL, true, "loss", 3.0, 3.5},
    {"delay=20ms loss=1%", "udp4", "", NULL, false, "TCP window / RTT", 500.0, 1000.0},
    {"delay=20ms loss=1%", "udp4", "", "net.ipv4.tcp_congestion_control=cubic", false, "loss", 3.0, 3.5},
    {"delay=20ms loss=1%", "udp4", "", "net.ipv4.tcp_congestion_control=bbr", true, "TCP window / RTT", 500.0,
     1000.0},
    {"delay=20ms", "tcp4", "sndbuf 65536\nrcvbuf 65536", NULL, true, "socket buffer / RTT", 12.0, 13.5},
    {"delay=20ms", "udp4", "sndbuf 65536", NULL, true, "TCP window / RTT", 500.0, 1000.0},
    {"reorder-every=50 reorder-places=64", "udp4", "replay-window 64 15", NULL, true, "replay window", 1.0,
     2000.0},
    {"reorder-every=50 reorder-places=63", "udp4", "replay-window 64 15", NULL, true, "CPU or buffers", NAN,
     NAN},
};

static void test_binding(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
    {
        static struct lab_point point;
        struct lab_limits limits;
        double mbps;
        const struct lab_tcp_memory memory = {
            .receive = 6291456.0, .send = 4194304.0, .minds_loss = points[i].minds_loss};
        point = (struct lab_point){.system_count = points[i].system != NULL};
        snprintf(point.up, sizeof point.up, "%s", points[i].link);
        snprintf(point.down, sizeof point.down, "%s", points[i].link);
        snprintf(point.proto, sizeof point.proto, "%s", points[i].proto);
        snprintf(point.client_options, sizeof point.client_options, "%s", points[i].options);
        snprintf(point.system[0], sizeof point.system[0], "%s",
                 points[i].system != NULL ? points[i].system : "");
        lab_limits_foresee(&point, &memory, &limits);
        const char *name = lab_limits_binding(&limits, &mbps);
        if (strcmp(name, points[i].binds) != 0 || (!isnan(points[i].low) && !(mbps >= points[i].low)) ||
            (!isnan(points[i].high) && !(mbps <= points[i].high)))
        {
            fail_msg("row %zu: %s, %.3f Mbit/s; wanted %s, %.3f to %.3f", i, name, mbps, points[i].binds,
                     points[i].low, points[i].high);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_binding)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
