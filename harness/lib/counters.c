#include "lib/counters.h"

#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/remote.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TC_TIMEOUT_MS 5000
#define LINE_MAX_LEN  2048
#define WORDS_MAX     64

struct question
{
    const char *tun;
    uint64_t *counts;
};

static size_t split(char *line, char *words[static WORDS_MAX])
{
    size_t count = 0;
    char *save = NULL;
    for (char *word = strtok_r(line, " \t\n", &save); word != NULL && count < WORDS_MAX;
         word = strtok_r(NULL, " \t\n", &save))
    {
        words[count++] = word;
    }
    return count;
}

static const struct
{
    const char *group; /* of /proc/net/snmp: "Udp:" */
    const char *name;
    const char *six; /* of /proc/net/snmp6; NULL: none */
    enum lab_counter to;
} snmp[] = {
    {"Udp:", "RcvbufErrors", "Udp6RcvbufErrors", LAB_COUNT_UDP_RCVBUF},
    {"Udp:", "InErrors", "Udp6InErrors", LAB_COUNT_UDP_IN},
    {"Udp:", "SndbufErrors", "Udp6SndbufErrors", LAB_COUNT_UDP_SNDBUF},
    {"Tcp:", "RetransSegs", NULL, LAB_COUNT_RETRANSMITS},
    {"Ip:", "FragCreates", "Ip6FragCreates", LAB_COUNT_FRAGMENTS},
    {"Ip:", "ReasmFails", "Ip6ReasmFails", LAB_COUNT_REASSEMBLY},
};

/* Two lines a group: the names, then the numbers. */
static void read_snmp(uint64_t *counts)
{
    char names[LINE_MAX_LEN];
    char numbers[LINE_MAX_LEN];
    /* thread-self, because /proc/net follows the main thread, not the caller. */
    FILE *file = fopen("/proc/thread-self/net/snmp", "re");
    while (file != NULL && fgets(names, sizeof names, file) != NULL &&
           fgets(numbers, sizeof numbers, file) != NULL)
    {
        char *name[WORDS_MAX];
        char *number[WORDS_MAX];
        size_t count = split(names, name);
        size_t other = split(numbers, number);
        for (size_t i = 1; i < count && i < other; i++)
        {
            for (size_t row = 0; row < sizeof snmp / sizeof snmp[0]; row++)
            {
                if (strcmp(name[0], snmp[row].group) == 0 && strcmp(name[i], snmp[row].name) == 0)
                {
                    counts[snmp[row].to] += strtoull(number[i], NULL, 10);
                }
            }
        }
    }
    if (file != NULL)
    {
        fclose(file);
    }
}

static void read_snmp6(uint64_t *counts)
{
    char name[64];
    unsigned long long number;
    FILE *file = fopen("/proc/thread-self/net/snmp6", "re");
    while (file != NULL && fscanf(file, "%63s %llu", name, &number) == 2)
    {
        for (size_t row = 0; row < sizeof snmp / sizeof snmp[0]; row++)
        {
            counts[snmp[row].to] += snmp[row].six != NULL && strcmp(name, snmp[row].six) == 0 ? number : 0;
        }
    }
    if (file != NULL)
    {
        fclose(file);
    }
}

/* "  tun0: rx-octets packets errs drop fifo frame compressed multicast tx-octets packets errs drop ..." */
static void read_devices(const char *tun, uint64_t *counts)
{
    char line[LINE_MAX_LEN];
    FILE *file = fopen("/proc/thread-self/net/dev", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
    {
        char name[64];
        unsigned long long in_dropped;
        unsigned long long out_dropped;
        if (sscanf(line, " %63[^:]: %*u %*u %*u %llu %*u %*u %*u %*u %*u %*u %*u %llu", name, &in_dropped,
                   &out_dropped) != 3)
        {
            continue;
        }
        if (strcmp(name, tun) == 0)
        {
            counts[LAB_COUNT_TUN_RX] += in_dropped;
            counts[LAB_COUNT_TUN_TX] += out_dropped;
        }
        else if (strcmp(name, "lo") != 0)
        {
            counts[LAB_COUNT_LINK] += in_dropped + out_dropped;
        }
    }
    if (file != NULL)
    {
        fclose(file);
    }
}

static void read_here(void *arg)
{
    struct question *question = arg;
    read_snmp(question->counts);
    read_snmp6(question->counts);
    read_devices(question->tun, question->counts);
}

uint64_t lab_counters_qdiscs(const char *text)
{
    uint64_t sum = 0;
    size_t index;
    const json_t *queue;
    json_t *list = json_loads(text, 0, NULL);
    json_array_foreach(list, index, queue)
    {
        sum += (uint64_t)json_integer_value(json_object_get(queue, "drops"));
    }
    json_decref(list);
    return sum;
}

static enum lab_err read_queues(struct lab_loop *loop, const char *netns, uint64_t *counts,
                                struct lab_why *why)
{
    const char *argv[] = {"tc", "-s", "-j", "qdisc", "show", NULL};
    const struct lab_proc_spec spec = {.argv = argv, .netns = netns};
    int status;
    char *text;
    enum lab_err err = lab_proc_output(loop, &spec, TC_TIMEOUT_MS, &status, &text, why);
    if (err != LAB_OK)
    {
        return err;
    }
    counts[LAB_COUNT_QDISC] = lab_counters_qdiscs(text);
    free(text);
    return LAB_OK;
}

enum lab_err lab_counters_read(struct lab_loop *loop, const struct lab_topology *topology,
                               struct lab_counters *counters, struct lab_why *why)
{
    const struct
    {
        const char *netns;
        uint64_t *counts;
    } ends[] = {{topology->client_ns, counters->client},
                {topology->server_ns, counters->server},
                {topology->router_ns, counters->router}};
    enum lab_err err = LAB_OK;
    *counters = (struct lab_counters){.client = {0}};
    for (size_t i = 0; err == LAB_OK && i < sizeof ends / sizeof ends[0]; i++)
    {
        struct question question = {.tun = "tun0", .counts = ends[i].counts};
        counters->unknown[i] = lab_remote_is(ends[i].netns);
        if (ends[i].netns[0] != '\0' && !counters->unknown[i])
        {
            err = lab_ns_call(ends[i].netns, read_here, &question, why);
            err = err == LAB_OK ? read_queues(loop, ends[i].netns, ends[i].counts, why) : err;
        }
    }
    return err;
}

static const char *const counter_names[LAB_COUNT_KERNEL] = {
    [LAB_COUNT_UDP_RCVBUF] = "udp_rcvbuf_errors",
    [LAB_COUNT_UDP_IN] = "udp_in_errors",
    [LAB_COUNT_UDP_SNDBUF] = "udp_sndbuf_errors",
    [LAB_COUNT_RETRANSMITS] = "tcp_retransmits",
    [LAB_COUNT_FRAGMENTS] = "ip_fragments",
    [LAB_COUNT_REASSEMBLY] = "reassembly_failed",
    [LAB_COUNT_TUN_TX] = "tun_tx_dropped",
    [LAB_COUNT_TUN_RX] = "tun_rx_dropped",
    [LAB_COUNT_LINK] = "link_dropped",
    [LAB_COUNT_QDISC] = "qdisc_dropped",
};

static void add_side(const char *side, const uint64_t *before, const uint64_t *after, bool unknown,
                     json_t *values)
{
    bool router = strcmp(side, "router") == 0;
    for (size_t i = 0; i < LAB_COUNT_KERNEL; i++)
    {
        char name[64];
        uint64_t grown = after[i] >= before[i] ? after[i] - before[i] : after[i];
        snprintf(name, sizeof name, "%s_%s", side, counter_names[i]);
        if (!router || i == LAB_COUNT_LINK || i == LAB_COUNT_QDISC)
        {
            json_object_set_new(values, name, unknown ? json_null() : json_integer((json_int_t)grown));
        }
    }
}

void lab_counters_add(const struct lab_counters *before, const struct lab_counters *after, json_t *values)
{
    add_side("client", before->client, after->client, after->unknown[0], values);
    add_side("server", before->server, after->server, after->unknown[1], values);
    add_side("router", before->router, after->router, after->unknown[2], values);
}

static const struct
{
    const char *name; /* behind link_up_, link_down_ */
    const char *of;   /* of the account */
    bool fate;
} link_counters[] = {
    {"octets", "octets_in", false},
    {"packets", "packets_in", false},
    {"lost", "loss", true},
    {"queue_drops", "queue_drop", true},
    {"mtu_drops", "mtu_drop", true},
    {"blackhole_drops", "blackhole_drop", true},
    {"rebind_drops", "rebind_drop", true},
};

/* -1: unknown. */
static json_int_t link_count(const json_t *account, const char *way, size_t row)
{
    const json_t *from = json_object_get(account, way);
    from = link_counters[row].fate ? json_object_get(from, "fates") : from;
    const json_t *value = json_object_get(from, link_counters[row].of);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

void lab_counters_add_link(const json_t *before, const json_t *after, json_t *values)
{
    static const char *const ways[] = {"up", "down"};
    for (size_t i = 0; i < 2 * sizeof link_counters / sizeof link_counters[0]; i++)
    {
        char name[64];
        json_int_t then = link_count(before, ways[i % 2], i / 2);
        json_int_t now = link_count(after, ways[i % 2], i / 2);
        snprintf(name, sizeof name, "link_%s_%s", ways[i % 2], link_counters[i / 2].name);
        /* An account may have begun anew meanwhile. */
        json_object_set_new(values, name,
                            then < 0 || now < 0 ? json_null() : json_integer(now >= then ? now - then : now));
    }
}
