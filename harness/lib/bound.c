/* The order of the questions is that of certainty. A sender that waits for a window while its round trips are as short
 * as ever has nothing else before it; a full link and a full CPU speak for themselves; only then lost packets are
 * asked who lost them, because a stream loses some wherever its limit lies. */
#include "lib/bound.h"

#include "lib/err.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MOST_OF_TIME    50.0 /* percent of the time that a sender was held back */
#define PROFILE_TIME    40.0 /* of the whole point's traffic, where transfers also begin and end */
#define PART_OF_TIME    30.0
#define RTT_GROWN       1.5 /* longer than that by its least: a queue stands somewhere */
#define RTT_SLACK_MS    0.2
#define RATE_FULL       0.9
#define CPU_FULL        80.0 /* percent of the time around a transfer, its beginning and end included */
#define CPU_SHARED      60.0 /* with all cores busy */
#define CPU_MISSED      25.0 /* of the time it wanted to run and had none */
#define HOST_FULL       90.0
#define FEW_DROPS       3.0
#define THROTTLED_SHARE 0.3
#define WIRE_OVER       38.0 /* octets of Ethernet around each packet, as linkemu counts a rate */

/* One direction of a transfer. */
struct stream
{
    const json_t *measured; /* of the point */
    const json_t *values;   /* of the transfer */
    const json_t *limits;
    const char *way; /* up, down */
    const char *sender;
    const char *receiver;
    double mbps;
};

static double number(const json_t *values, const char *name)
{
    const json_t *value = json_object_get(values, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* "PREFIX_NAME" */
static double number_of(const json_t *values, const char *prefix, const char *name)
{
    char key[80];
    snprintf(key, sizeof key, "%s_%s", prefix, name);
    return number(values, key);
}

static bool LAB_PRINTF(3, 4) say(struct lab_bound *bound, enum lab_bound_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(bound->evidence, sizeof bound->evidence, format, args);
    va_end(args);
    bound->kind = kind;
    return true;
}

static double or_zero(double value)
{
    return isnan(value) ? 0.0 : value;
}

/* The share of the time in which a sender was held back by windows or its own buffer, while no queue made the round
 * trips longer; else 0. */
static double held_back_percent(const json_t *values, const char *socket, double least_percent)
{
    double held = or_zero(number_of(values, socket, "window_percent")) +
                  or_zero(number_of(values, socket, "sndbuf_percent"));
    double rtt = number_of(values, socket, "srtt_ms");
    double least = number_of(values, socket, "least_rtt_ms");
    return held >= least_percent && rtt <= RTT_GROWN * least + RTT_SLACK_MS ? held : 0.0;
}

static bool ask_window(const struct stream *stream, struct lab_bound *bound)
{
    double held = held_back_percent(stream->values, stream->way, MOST_OF_TIME);
    return held > 0.0 &&
           say(bound, LAB_BOUND_WINDOW,
               "windows and buffers of TCP inside held it back %.0f %% of the time, RTT %.1f ms", held,
               number_of(stream->values, stream->way, "srtt_ms"));
}

/* A receiver without time closes its window too, so its time is asked about before. A program that writes to a small
 * buffer packet by packet leaves it half empty at times. */
static bool ask_outer(const struct stream *stream, struct lab_bound *bound)
{
    char socket[40];
    snprintf(socket, sizeof socket, "%s_outer", stream->sender);
    double held = held_back_percent(stream->values, socket, PART_OF_TIME);
    return held > 0.0 && say(bound, LAB_BOUND_SOCKET_BUFFER,
                             "buffers of the outer socket held it back %.0f %% of the time, RTT %.1f ms",
                             held, number_of(stream->values, socket, "srtt_ms"));
}

/* What the steady stream took of the wire: as much more than its payload as over the whole transfer. Records of other
 * back ends, or of before, have no such account. */
static double wire_mbps(const struct stream *stream)
{
    char link[24];
    snprintf(link, sizeof link, "link_%s", stream->way);
    double packets = number_of(stream->values, link, "packets");
    double octets = number_of(stream->values, link, "octets") + WIRE_OVER * packets;
    double passed = 1.0 - or_zero(number_of(stream->values, link, "queue_drops")) / packets;
    return number(stream->values, "goodput_mbps") * passed * octets / number(stream->values, "octets");
}

static double rate_of(const struct stream *stream)
{
    double rate = number_of(stream->limits, stream->way, "link_mbps");
    return json_object_get(stream->limits, "up_link_mbps") != NULL ? rate
                                                                   : number(stream->limits, "link_mbps");
}

static bool ask_rate(const struct stream *stream, struct lab_bound *bound)
{
    double rate = rate_of(stream);
    double wire = wire_mbps(stream);
    if (isnan(wire))
    {
        /* Payload is about nine tenths of what passes the wire. */
        return stream->mbps >= RATE_FULL * RATE_FULL * rate &&
               say(bound, LAB_BOUND_RATE, "%.1f Mbit/s of payload at a rate of %.1f Mbit/s", stream->mbps,
                   rate);
    }
    return wire >= RATE_FULL * rate &&
           say(bound, LAB_BOUND_RATE, "%.1f of %.1f Mbit/s on the wire", wire, rate);
}

/* What the shim or the tun proxy counted is of the whole point. */
static double profile_count(const struct stream *stream, const char *side, const char *name)
{
    char profile[40];
    snprintf(profile, sizeof profile, "%s_profile", side);
    return or_zero(number(json_object_get(stream->measured, profile), name));
}

static double profile_share(const struct stream *stream, const char *side, const char *name)
{
    double seconds = number(json_object_get(stream->measured, "total"), "seconds");
    return or_zero(100.0 * profile_count(stream, side, name) / 1e6 / seconds);
}

/* A program that waits because its profile makes it wait. */
static bool ask_profile(const struct stream *stream, struct lab_bound *bound)
{
    const char *const sides[] = {stream->sender, stream->receiver};
    bool known = false;
    for (size_t i = 0; !known && i < 2; i++)
    {
        double throttled = profile_count(stream, sides[i], "throttled");
        double datagrams = profile_count(stream, sides[i], "socket_sends") +
                           profile_count(stream, sides[i], "socket_receives");
        double waited = profile_share(stream, sides[i], "depth_wait_us");
        if (throttled >= THROTTLED_SHARE * datagrams && throttled > 0.0)
        {
            known = say(bound, LAB_BOUND_THROTTLE, "%.0f of %.0f datagrams of the %s waited for the throttle",
                        throttled, datagrams, sides[i]);
        }
        else if (waited >= PROFILE_TIME)
        {
            known = say(bound, LAB_BOUND_DEVICE,
                        "writes of the %s waited %.0f %% of the time for the ones before", sides[i], waited);
        }
    }
    return known;
}

/* The share of the time that the busiest thread of an end ran or wanted to; records of before know the CPU time of all
 * threads only. */
static double wanted_percent(const struct stream *stream, const char *side)
{
    double wanted = number_of(stream->values, side, "thread_percent");
    return isnan(wanted)
               ? 100.0 * number_of(stream->values, side, "cpu_s") / number(stream->values, "seconds")
               : wanted;
}

static bool ask_machine(const struct stream *stream, double wanted, double waited, struct lab_bound *bound)
{
    double host = number(stream->values, "host_busy_percent");
    return (wanted >= CPU_SHARED || waited >= CPU_MISSED) && host >= HOST_FULL &&
           say(bound, LAB_BOUND_HOST_CPU,
               "all cores were busy %.0f %% of the time, the busiest thread wanted %.0f %%", host, wanted);
}

/* A thread that ran or wanted to run nearly always is the limit; one that mostly waited for a CPU says whose CPU is
 * missing. Where programs share the cores with what drives them, each has a part of the time and none all. */
static bool ask_cpu(const struct stream *stream, struct lab_bound *bound)
{
    double client = wanted_percent(stream, "client");
    double server = wanted_percent(stream, "server");
    bool is_client = isnan(server) || client >= server;
    const char *side = is_client ? "client" : "server";
    double wanted = is_client ? client : server;
    double waited = or_zero(number_of(stream->values, side, "waited_percent"));
    double cost = profile_share(stream, side, "busy_us");
    if (!(wanted >= CPU_FULL))
    {
        return ask_machine(stream, wanted, waited, bound);
    }
    if (waited > wanted / 2.0)
    {
        return say(bound, LAB_BOUND_HOST_CPU,
                   "a thread wanted to run %.0f %% of the time and had no CPU for %.0f %%", wanted, waited);
    }
    if (cost >= PROFILE_TIME)
    {
        return say(bound, LAB_BOUND_COST, "calls of the %s were made dearer for %.0f %% of the time", side,
                   cost);
    }
    return say(bound, is_client ? LAB_BOUND_CLIENT_CPU : LAB_BOUND_SERVER_CPU,
               "its busiest thread wanted to run %.0f %% of the time (%.0f %% without a CPU)", wanted,
               waited);
}

/* The tools of the lab itself. */
static bool ask_tools(const struct stream *stream, struct lab_bound *bound)
{
    double link = number(stream->values, "link_thread_percent");
    double sender = number(stream->values, "iperf3_client_cpu_percent");
    double receiver = number(stream->values, "iperf3_server_cpu_percent");
    if (link >= CPU_FULL)
    {
        return say(bound, LAB_BOUND_LINK_CPU, "linkemu wanted to run %.0f %% of the time", link);
    }
    if (sender >= CPU_FULL || receiver >= CPU_FULL)
    {
        return say(bound, LAB_BOUND_TOOL_CPU, "iperf3 took %.0f %% of a core as client, %.0f %% as server",
                   sender, receiver);
    }
    return false;
}

/* Who lost most of the stream's packets. */
static bool ask_drops(const struct stream *stream, struct lab_bound *bound)
{
    const json_t *values = stream->values;
    char link[24];
    snprintf(link, sizeof link, "link_%s", stream->way);
    const struct
    {
        enum lab_bound_kind kind;
        double count;
        const char *what;
    } drops[] = {
        {LAB_BOUND_REPLAY, number_of(values, stream->receiver, "replay_rejects"),
         "packets refused as replays"},
        {LAB_BOUND_RECEIVE_BUFFER, number_of(values, stream->receiver, "udp_rcvbuf_errors"),
         "datagrams found the receive buffer full"},
        {LAB_BOUND_SEND_BUFFER, number_of(values, stream->sender, "udp_sndbuf_errors"),
         "datagrams found the send buffer full"},
        {LAB_BOUND_TUN_QUEUE, number_of(values, stream->sender, "tun_tx_dropped"),
         "packets found the tun device's queue full"},
        {LAB_BOUND_QUEUE, number_of(values, stream->sender, "qdisc_dropped"),
         "packets found a queue of tc full"},
        /* Only netem has queues there. */
        {isnan(rate_of(stream)) ? LAB_BOUND_LOSS : LAB_BOUND_RATE, number(values, "router_qdisc_dropped"),
         "packets lost by netem"},
        {LAB_BOUND_QUEUE, number_of(values, stream->sender, "link_dropped"),
         "packets dropped by the link's device"},
        {LAB_BOUND_FRAGMENTS, number_of(values, stream->receiver, "reassembly_failed"),
         "packets whose fragments never were whole"},
        {LAB_BOUND_LOSS, number_of(values, link, "lost"), "packets lost by the link"},
        {LAB_BOUND_RATE, number_of(values, link, "queue_drops"), "packets found the link's queue full"},
        {LAB_BOUND_MTU, number_of(values, link, "mtu_drops"), "packets too large for the link"},
        {LAB_BOUND_BLACKHOLE, number_of(values, link, "blackhole_drops"), "packets went into a black hole"},
    };
    size_t most = 0;
    for (size_t i = 1; i < sizeof drops / sizeof drops[0]; i++)
    {
        most = or_zero(drops[i].count) > or_zero(drops[most].count) ? i : most;
    }
    return drops[most].count >= FEW_DROPS &&
           say(bound, drops[most].kind, "%.0f %s", drops[most].count, drops[most].what);
}

static void judge(const struct stream *stream, struct lab_bound *bound)
{
    bool (*const questions[])(const struct stream *, struct lab_bound *) = {
        ask_window, ask_rate, ask_profile, ask_cpu, ask_outer, ask_drops, ask_tools,
    };
    bool known = false;
    *bound = (struct lab_bound){.kind = LAB_BOUND_NONE};
    for (size_t i = 0; !known && i < sizeof questions / sizeof questions[0]; i++)
    {
        known = questions[i](stream, bound);
    }
}

void lab_bound_find(const json_t *measured, const char *transfer, struct lab_bound *bound)
{
    static const char *const ways[] = {"up", "down"};
    const json_t *values = json_object_get(measured, transfer);
    *bound = (struct lab_bound){.kind = LAB_BOUND_UNKNOWN};
    for (size_t i = 0; i < 2; i++)
    {
        const struct stream stream = {
            .measured = measured,
            .values = values,
            .limits = json_object_get(measured, "limits"),
            .way = ways[i],
            .sender = i == 0 ? "client" : "server",
            .receiver = i == 0 ? "server" : "client",
            .mbps = number_of(values, ways[i], "mbps"),
        };
        bool asked = !isnan(stream.mbps);
        bool open = bound->kind == LAB_BOUND_UNKNOWN || bound->kind == LAB_BOUND_NONE;
        if (asked && open)
        {
            judge(&stream, bound);
        }
    }
}

const char *lab_bound_name(enum lab_bound_kind kind)
{
    static const char *const names[LAB_BOUND_KINDS] = {
        [LAB_BOUND_NONE] = "none of these",
        [LAB_BOUND_WINDOW] = "TCP window / RTT",
        [LAB_BOUND_SOCKET_BUFFER] = "socket buffer / RTT",
        [LAB_BOUND_RATE] = "rate of the link",
        [LAB_BOUND_THROTTLE] = "throttle of the profile",
        [LAB_BOUND_DEVICE] = "device of the profile",
        [LAB_BOUND_COST] = "cost of the profile",
        [LAB_BOUND_CLIENT_CPU] = "CPU of the client",
        [LAB_BOUND_SERVER_CPU] = "CPU of the server",
        [LAB_BOUND_HOST_CPU] = "CPU of this machine",
        [LAB_BOUND_REPLAY] = "replay window",
        [LAB_BOUND_RECEIVE_BUFFER] = "UDP receive buffer",
        [LAB_BOUND_SEND_BUFFER] = "UDP send buffer",
        [LAB_BOUND_TUN_QUEUE] = "queue of the tun device",
        [LAB_BOUND_QUEUE] = "queue of another device",
        [LAB_BOUND_LOSS] = "loss",
        [LAB_BOUND_MTU] = "MTU of the link",
        [LAB_BOUND_FRAGMENTS] = "lost fragments",
        [LAB_BOUND_BLACKHOLE] = "black hole",
        [LAB_BOUND_TOOL_CPU] = "CPU of iperf3",
        [LAB_BOUND_LINK_CPU] = "CPU of linkemu",
        [LAB_BOUND_UNKNOWN] = "not told",
    };
    return names[kind];
}
