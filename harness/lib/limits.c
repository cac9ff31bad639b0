#include "lib/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BARE_RTT_S     0.0005 /* of the lab without any delay */
#define SEGMENT_OCTETS 1350.0
#define MATHIS         1.22
#define NO_LIMIT_MBPS  2000.0
#define WINDOW_DEFAULT 64.0

double lab_link_quantity(const char *words, const char *key, double otherwise)
{
    static const struct
    {
        const char *unit;
        double factor;
    } units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0},  {"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9},
                 {"bit", 1.0}, {"%", 0.01},  {"kb", 1e3}, {"mb", 1e6},   {"b", 1.0},    {"", 1.0}};
    size_t key_len = strlen(key);
    for (const char *at = words; *at != '\0'; at += strcspn(at, " "))
    {
        at += strspn(at, " ");
        if (strncmp(at, key, key_len) != 0 || at[key_len] != '=')
        {
            continue;
        }
        char *end;
        double number = strtod(at + key_len + 1, &end);
        size_t len = strcspn(end, " ,");
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        {
            if (strlen(units[i].unit) == len && strncmp(end, units[i].unit, len) == 0)
            {
                return number * units[i].factor;
            }
        }
    }
    return otherwise;
}

static double third_number(const char *path, double otherwise)
{
    double numbers[3];
    FILE *file = fopen(path, "re");
    bool read = file != NULL && fscanf(file, "%lf %lf %lf", &numbers[0], &numbers[1], &numbers[2]) == 3;
    if (file != NULL)
    {
        fclose(file);
    }
    return read ? numbers[2] : otherwise;
}

/* A name of congestion control: BBR finds its pace by other means. */
static bool minds_loss(const char *name)
{
    return strncmp(name, "bbr", 3) != 0;
}

void lab_tcp_memory_read(struct lab_tcp_memory *memory)
{
    memory->receive = third_number("/proc/sys/net/ipv4/tcp_rmem", 6291456.0);
    memory->send = third_number("/proc/sys/net/ipv4/tcp_wmem", 4194304.0);
    char name[32] = "";
    FILE *file = fopen("/proc/sys/net/ipv4/tcp_congestion_control", "re");
    bool read = file != NULL && fscanf(file, "%31s", name) == 1;
    memory->minds_loss = !read || minds_loss(name);
    if (file != NULL)
    {
        fclose(file);
    }
}

/* The number after the name of an option line, NaN when there is no such line. */
static double option_number(const char *lines, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = lines; *at != '\0'; at += strcspn(at, "\n"))
    {
        at += strspn(at, "\n");
        if (strncmp(at, name, len) == 0 && at[len] == ' ')
        {
            return strtod(at + len, NULL);
        }
    }
    return NAN;
}

static double smaller(double a, double b)
{
    return isnan(a) || b < a ? b : a;
}

/* The last of the numbers that the point sets itself with this line of sysctl. */
static double system_number(const struct lab_point *point, const char *key, double otherwise)
{
    double number = otherwise;
    for (size_t i = 0; i < point->system_count; i++)
    {
        if (strncmp(point->system[i], key, strlen(key)) == 0)
        {
            const char *last = strrchr(point->system[i], ' ');
            number = strtod(last != NULL ? last + 1 : point->system[i] + strlen(key), NULL);
        }
    }
    return number;
}

static double streams_of(const struct lab_point *point)
{
    double streams = 1.0;
    for (size_t i = 0; i < point->traffic_count; i++)
    {
        streams = point->traffic[i].streams > streams ? point->traffic[i].streams : streams;
    }
    return streams;
}

static void foresee_buffers(const struct lab_point *point, const struct lab_tcp_memory *memory,
                            struct lab_limits *limits)
{
    double asked = NAN;
    const char *const sides[] = {point->client_options, point->server_options};
    for (size_t i = 0; i < 2; i++)
    {
        double send = option_number(sides[i], "sndbuf");
        double receive = option_number(sides[i], "rcvbuf");
        asked = send > 0.0 ? smaller(asked, send) : asked;
        asked = receive > 0.0 ? smaller(asked, receive) : asked;
    }
    bool tcp = strncmp(point->proto, "tcp", 3) == 0;
    /* The kernel doubles what is asked for and needs about half of it for its own. */
    limits->socket_buffer_mbps = tcp && !isnan(asked) ? asked * 8.0 / limits->rtt_s / 1e6 : NAN;
    double receive = system_number(point, "net.ipv4.tcp_rmem=", memory->receive);
    double send = system_number(point, "net.ipv4.tcp_wmem=", memory->send);
    double window = receive / 2.0 < send ? receive / 2.0 : send;
    limits->endpoint_window_mbps = streams_of(point) * window * 8.0 / limits->rtt_s / 1e6;
}

/* The point may choose its own. */
static bool point_minds_loss(const struct lab_point *point, const struct lab_tcp_memory *memory)
{
    static const char key[] = "net.ipv4.tcp_congestion_control=";
    bool minds = memory->minds_loss;
    for (size_t i = 0; i < point->system_count; i++)
    {
        if (strncmp(point->system[i], key, sizeof key - 1) == 0)
        {
            minds = minds_loss(point->system[i] + sizeof key - 1);
        }
    }
    return minds;
}

void lab_limits_foresee(const struct lab_point *point, const struct lab_tcp_memory *memory,
                        struct lab_limits *limits)
{
    const char *const ways[] = {point->up, point->down};
    double loss = 0.0;
    *limits = (struct lab_limits){
        .rtt_s = BARE_RTT_S + lab_link_quantity(point->up, "delay", 0.0) +
                 lab_link_quantity(point->down, "delay", 0.0),
        .bdp_octets = NAN,
        .link_mbps = NAN,
        .loss_mbps = NAN,
    };
    double window = option_number(point->client_options, "replay-window");
    window = isnan(window) ? WINDOW_DEFAULT : window;
    for (size_t i = 0; i < 2; i++)
    {
        double rate = lab_link_quantity(ways[i], "rate", NAN);
        double share = lab_link_quantity(ways[i], "loss", 0.0);
        double every = lab_link_quantity(ways[i], "reorder-every", 0.0);
        bool rejected = every > 0.0 && lab_link_quantity(ways[i], "reorder-places", 1.0) >= window;
        limits->replay_rejects = limits->replay_rejects || rejected;
        limits->way_mbps[i] = rate / 1e6;
        limits->link_mbps = !isnan(rate) ? smaller(limits->link_mbps, rate / 1e6) : limits->link_mbps;
        share += rejected ? 1.0 / every : 0.0;
        loss = share > loss ? share : loss;
    }
    limits->bdp_octets = limits->link_mbps * 1e6 / 8.0 * limits->rtt_s;
    if (loss > 0.0 && point_minds_loss(point, memory))
    {
        /* Streams share a tunnel over UDP; over TCP it is one stream itself. */
        double streams = strncmp(point->proto, "tcp", 3) == 0 ? 1.0 : streams_of(point);
        limits->loss_mbps = streams * MATHIS * SEGMENT_OCTETS * 8.0 / (limits->rtt_s * sqrt(loss)) / 1e6;
    }
    limits->profile_mbps = point->profile_us > 0.0 ? SEGMENT_OCTETS * 8.0 / point->profile_us : NAN;
    limits->throttle_mbps =
        point->throttle_pps > 0.0 ? SEGMENT_OCTETS * 8.0 * point->throttle_pps / 1e6 : NAN;
    foresee_buffers(point, memory, limits);
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *lab_limits_json(const struct lab_limits *limits)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "bdp_octets",
                     number_or_null(limits->bdp_octets), "link_mbps", number_or_null(limits->link_mbps),
                     "up_link_mbps", number_or_null(limits->way_mbps[0]), "down_link_mbps",
                     number_or_null(limits->way_mbps[1]), "profile_mbps",
                     number_or_null(limits->profile_mbps), "throttle_mbps",
                     number_or_null(limits->throttle_mbps), "socket_buffer_mbps",
                     number_or_null(limits->socket_buffer_mbps), "endpoint_window_mbps",
                     number_or_null(limits->endpoint_window_mbps), "loss_mbps",
                     number_or_null(limits->loss_mbps), "replay_rejects", (int)limits->replay_rejects);
}

const char *lab_limits_binding(const struct lab_limits *limits, double *mbps)
{
    const struct
    {
        const char *name;
        double mbps;
    } list[] = {
        {"rate of the link", limits->link_mbps},
        {"socket buffer / RTT", limits->socket_buffer_mbps},
        {"TCP window / RTT", limits->endpoint_window_mbps},
        {limits->replay_rejects ? "replay window" : "loss", limits->loss_mbps},
        {"cost of the profile", limits->profile_mbps},
        {"throttle of the profile", limits->throttle_mbps},
    };
    const char *name = "CPU or buffers";
    *mbps = NAN;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
    {
        if (list[i].mbps < NO_LIMIT_MBPS && !(list[i].mbps >= *mbps))
        {
            name = list[i].name;
            *mbps = list[i].mbps;
        }
    }
    return name;
}
