#include "perf/lab/plan.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const struct perf_figure_def perf_figures[PERF_FIGURE_COUNT] = {
    [PERF_TCP_UP] = {"tcp_up", "TCP, 1 stream up", "Gbit/s", 1e-3, true},
    [PERF_TCP_DOWN] = {"tcp_down", "TCP, 1 stream down", "Gbit/s", 1e-3, true},
    [PERF_TCP_4] = {"tcp_4", "TCP, 4 streams up", "Gbit/s", 1e-3, true},
    [PERF_TCP_BOTH] = {"tcp_both", "TCP, both directions", "Gbit/s", 1e-3, true},
    [PERF_CPU] = {"cpu_per_gb", "CPU, both ends", "s/GB", 1.0, false},
    [PERF_UDP_200] = {"udp_200", "UDP, 200 octets", "kpps", 1e-3, true},
    [PERF_UDP_1400] = {"udp_1400", "UDP, 1400 octets", "kpps", 1e-3, true},
    [PERF_RTT_IDLE] = {"rtt_idle_p50", "RTT p50, idle, one CPU", "ms", 1e-3, false},
    [PERF_RTT_1] = {"rtt_1_p99", "RTT p99, 1 stream", "ms", 1e-3, false},
    [PERF_RTT_4] = {"rtt_4_p99", "RTT p99, 4 streams", "ms", 1e-3, false},
    [PERF_CROWD_UP] = {"crowd_up", "TCP up, sum of clients", "Gbit/s", 1e-3, true},
    [PERF_CROWD_DOWN] = {"crowd_down", "TCP down, sum of clients", "Gbit/s", 1e-3, true},
    [PERF_JAIN_UP] = {"jain_up", "Jain fairness, up", "1", 1.0, true},
    [PERF_JAIN_DOWN] = {"jain_down", "Jain fairness, down", "1", 1.0, true},
};

#define OURS  "ovref-openssl"
#define STOCK "openvpn-2.6"
#define RIVAL "wireguard-go-new"

#define GCM    "AES-256-GCM"
#define CBC    "AES-256-CBC"
#define CHACHA "CHACHA20-POLY1305"

/* Many clients at one server. */
#define CROWD(subject, count, suffix, cipher, each)                                                          \
    {                                                                                                        \
        subject suffix, subject, subject, "udp4", cipher, NULL, PERF_SCOPE_CROWD, false, false, count, each, \
            0, false                                                                                         \
    }

/* Without a goal of its own: in every second round. */
#define SHOWN(phase, ...)                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, 0, 2, phase, false                                                                      \
    }

#define ARM(...)                                                                                             \
    {                                                                                                        \
        __VA_ARGS__, 0, 0, 0, false                                                                          \
    }

/* Variants of one program side by side: only when they are asked for. */
#define VARIANT(id, option)                                                                                  \
    {                                                                                                        \
        id, OURS, OURS, "udp4", GCM, option, PERF_SCOPE_ALL, true, true, 0, 0, 0, true                       \
    }

const struct perf_arm_def perf_arms[] = {
    /* id, client, server, proto, cipher, option, scope, quick, column */
    ARM("bare", NULL, NULL, "udp4", GCM, NULL, PERF_SCOPE_ALL, true, true),
    ARM("ovref-openssl", "ovref-openssl", "ovref-openssl", "udp4", GCM, NULL, PERF_SCOPE_ALL, true, true),
    ARM("ovref-mbedtls", "ovref-mbedtls", "ovref-mbedtls", "udp4", GCM, NULL, PERF_SCOPE_ALL, false, true),
    ARM("openvpn-2.6", "openvpn-2.6", "openvpn-2.6", "udp4", GCM, NULL, PERF_SCOPE_ALL, true, true),
    ARM("openvpn-2.6/again", "openvpn-2.6", "openvpn-2.6", "udp4", GCM, NULL, PERF_SCOPE_ALL, true, false),
    SHOWN(0, "openvpn-2.7", "openvpn-2.7", "openvpn-2.7", "udp4", GCM, NULL, PERF_SCOPE_ALL, false, true),
    SHOWN(1, "wireguard-go", "wireguard-go", "wireguard-go", "udp4", CHACHA, NULL, PERF_SCOPE_ALL, false,
          true),
    ARM("wireguard-go-new", "wireguard-go-new", "wireguard-go-new", "udp4", CHACHA, NULL, PERF_SCOPE_ALL,
        true, true),
    SHOWN(1, "openconnect", "openconnect", "openconnect", "udp4", GCM, NULL, PERF_SCOPE_ALL, false, true),
    ARM("ovref-openssl/own-gcm", "ovref-openssl", "ovref-openssl", "udp4", GCM, "data-engine none",
        PERF_SCOPE_TCP, false, false),
    ARM("ovref-mbedtls/own-gcm", "ovref-mbedtls", "ovref-mbedtls", "udp4", GCM, "data-engine none",
        PERF_SCOPE_TCP, false, false),
    ARM("stock-to-ovref", "openvpn-2.6", "ovref-openssl", "udp4", GCM, NULL, PERF_SCOPE_TCP, false, false),
    ARM("ovref-to-stock", "ovref-openssl", "openvpn-2.6", "udp4", GCM, NULL, PERF_SCOPE_TCP, false, false),
    ARM("ovref-openssl/tcp", "ovref-openssl", "ovref-openssl", "tcp4", GCM, NULL, PERF_SCOPE_TCP, false,
        false),
    ARM("openvpn-2.6/tcp", "openvpn-2.6", "openvpn-2.6", "tcp4", GCM, NULL, PERF_SCOPE_TCP, false, false),
    ARM("openvpn-2.7/tcp", "openvpn-2.7", "openvpn-2.7", "tcp4", GCM, NULL, PERF_SCOPE_TCP, false, false),
    ARM("ovref-openssl/chacha", "ovref-openssl", "ovref-openssl", "udp4", CHACHA, NULL, PERF_SCOPE_TCP, false,
        false),
    ARM("openvpn-2.6/chacha", "openvpn-2.6", "openvpn-2.6", "udp4", CHACHA, NULL, PERF_SCOPE_TCP, false,
        false),
    ARM("ovref-openssl/cbc", "ovref-openssl", "ovref-openssl", "udp4", CBC, NULL, PERF_SCOPE_TCP, false,
        false),
    ARM("openvpn-2.6/cbc", "openvpn-2.6", "openvpn-2.6", "udp4", CBC, NULL, PERF_SCOPE_TCP, false, false),
    ARM("ovref-openssl/none", "ovref-openssl", "ovref-openssl", "udp4", "none", NULL, PERF_SCOPE_TCP, false,
        false),
    ARM("openvpn-2.6/none", "openvpn-2.6", "openvpn-2.6", "udp4", "none", NULL, PERF_SCOPE_TCP, false, false),
    CROWD("ovref-openssl", 10, "/10", GCM, 0),
    CROWD("openvpn-2.6", 10, "/10", GCM, 0),
    CROWD("wireguard-go-new", 10, "/10", CHACHA, 0),
    CROWD("ovref-openssl", 50, "/50", GCM, 0),
    CROWD("openvpn-2.6", 50, "/50", GCM, 0),
    VARIANT("offload", "data-path offload"),
    VARIANT("offload/again", "data-path offload"),
    VARIANT("uring", "data-path uring"),
    VARIANT("threads-2", "data-threads 2"),
    VARIANT("threads-auto", "data-threads auto"),
};
const size_t perf_arm_count = COUNT(perf_arms);

size_t perf_arm_find(const char *id)
{
    size_t at = 0;
    while (at < perf_arm_count && strcmp(perf_arms[at].id, id) != 0)
    {
        at++;
    }
    return at;
}

/* Variants against the default: no goals of the project, but the same intervals and verdicts. */
#define VARIANT_GOALS(id)                                                                                    \
    {PERF_UDP_200, id, "offload", 1.0, false}, {PERF_UDP_1400, id, "offload", 1.0, false},                   \
        {PERF_TCP_UP, id, "offload", 1.0, false}, {PERF_TCP_DOWN, id, "offload", 1.0, false},                \
        {PERF_TCP_BOTH, id, "offload", 1.0, false}, {PERF_CPU, id, "offload", 1.0, true},                    \
        {PERF_RTT_IDLE, id, "offload", 1.0, true},                                                           \
    {                                                                                                        \
        PERF_RTT_1, id, "offload", 1.0, true                                                                 \
    }

const struct perf_goal perf_goals[] = {
    /* figure, arm, against, limit, at most */
    {PERF_TCP_UP, OURS, STOCK, 8.5, false},
    {PERF_TCP_UP, OURS, RIVAL, 3.0, false},
    {PERF_TCP_DOWN, OURS, STOCK, 8.5, false},
    {PERF_TCP_DOWN, OURS, RIVAL, 3.0, false},
    {PERF_TCP_4, OURS, STOCK, 8.5, false},
    {PERF_TCP_4, OURS, RIVAL, 3.0, false},
    {PERF_TCP_BOTH, OURS, STOCK, 8.5, false},
    {PERF_TCP_BOTH, OURS, RIVAL, 3.0, false},
    {PERF_TCP_UP, OURS, "bare", 0.5, false},
    {PERF_TCP_DOWN, OURS, "bare", 0.5, false},
    {PERF_CPU, OURS, STOCK, 0.1, true},
    {PERF_CPU, OURS, RIVAL, 0.25, true},
    {PERF_UDP_200, OURS, STOCK, 5.0, false},
    {PERF_UDP_200, OURS, RIVAL, 5.0, false},
    {PERF_UDP_1400, OURS, STOCK, 2.5, false},
    {PERF_UDP_1400, OURS, RIVAL, 3.0, false},
    {PERF_TCP_UP, "ovref-openssl/tcp", "openvpn-2.6/tcp", 15.0, false},
    {PERF_TCP_DOWN, "ovref-openssl/tcp", "openvpn-2.6/tcp", 15.0, false},
    {PERF_TCP_UP, "ovref-openssl/tcp", "openvpn-2.7/tcp", 6.0, false},
    {PERF_TCP_DOWN, "ovref-openssl/tcp", "openvpn-2.7/tcp", 6.0, false},
    {PERF_TCP_UP, "ovref-openssl/cbc", "openvpn-2.6/cbc", 4.0, false},
    {PERF_TCP_DOWN, "ovref-openssl/cbc", "openvpn-2.6/cbc", 4.0, false},
    {PERF_TCP_UP, "ovref-openssl/chacha", "openvpn-2.6/chacha", 4.0, false},
    {PERF_TCP_DOWN, "ovref-openssl/chacha", "openvpn-2.6/chacha", 4.0, false},
    {PERF_TCP_UP, "ovref-openssl/none", "openvpn-2.6/none", 4.0, false},
    {PERF_TCP_DOWN, "ovref-openssl/none", "openvpn-2.6/none", 4.0, false},
    {PERF_TCP_UP, "ovref-mbedtls", STOCK, 8.5, false},
    {PERF_TCP_DOWN, "ovref-mbedtls", STOCK, 8.5, false},
    {PERF_TCP_UP, "ovref-mbedtls/own-gcm", STOCK, 1.4, false},
    {PERF_TCP_DOWN, "ovref-mbedtls/own-gcm", STOCK, 1.4, false},
    {PERF_RTT_IDLE, OURS, STOCK, 0.85, true},
    {PERF_RTT_IDLE, OURS, RIVAL, 0.5, true},
    {PERF_RTT_1, OURS, STOCK, 0.5, true},
    {PERF_RTT_1, OURS, RIVAL, 0.5, true},
    {PERF_RTT_4, OURS, STOCK, 0.7, true},
    {PERF_RTT_4, OURS, RIVAL, 0.5, true},
    {PERF_TCP_UP, "stock-to-ovref", STOCK, 1.15, false},
    {PERF_TCP_DOWN, "stock-to-ovref", STOCK, 1.15, false},
    {PERF_TCP_UP, "ovref-to-stock", STOCK, 1.15, false},
    {PERF_TCP_DOWN, "ovref-to-stock", STOCK, 1.15, false},
    {PERF_CROWD_UP, OURS "/10", STOCK "/10", 8.0, false},
    {PERF_CROWD_DOWN, OURS "/10", STOCK "/10", 8.0, false},
    {PERF_JAIN_UP, OURS "/10", NULL, 0.9, false},
    {PERF_JAIN_DOWN, OURS "/10", NULL, 0.9, false},
    {PERF_CROWD_UP, OURS "/50", STOCK "/50", 8.0, false},
    {PERF_CROWD_DOWN, OURS "/50", STOCK "/50", 8.0, false},
    {PERF_JAIN_UP, OURS "/50", NULL, 0.9, false},
    {PERF_JAIN_DOWN, OURS "/50", NULL, 0.9, false},
    VARIANT_GOALS("offload/again"),
    VARIANT_GOALS("uring"),
    VARIANT_GOALS("threads-2"),
    VARIANT_GOALS("threads-auto"),
};
const size_t perf_goal_count = COUNT(perf_goals);

const char *const perf_twins[2] = {STOCK, "openvpn-2.6/again"};

const struct perf_pace perf_pace_full = {
    .name = "full",
    .rounds = 8,
    .tcp_s = 2,
    .warm_up_ms = 750,
    .trial_ms = 160,
    .crowd_warm_up_ms = 1500,
    .crowd_ms = 2000,
    .idle_pings = 1000,
    .budget_s = 875,
};

const struct perf_pace perf_pace_quick = {
    .name = "quick",
    .rounds = 5,
    .tcp_s = 1,
    .warm_up_ms = 400,
    .trial_ms = 80,
    .crowd_warm_up_ms = 500,
    .crowd_ms = 1000,
    .idle_pings = 500,
    .budget_s = 165,
};
