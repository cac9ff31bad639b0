/* The words of experiment files and of their measurements: checking, measuring and printing share
 * them. results/SCHEMA.md says what each means. */
#include "lib/experiment.h"

#include <stdio.h>

const char *const lab_kind_names[LAB_TRAFFIC_KINDS] = {
    [LAB_TRAFFIC_TCP] = "tcp",           [LAB_TRAFFIC_UDP] = "udp",           [LAB_TRAFFIC_PING] = "ping",
    [LAB_TRAFFIC_SEQUENCE] = "sequence", [LAB_TRAFFIC_REQUESTS] = "requests", [LAB_TRAFFIC_WAIT] = "wait",
};

const char *const lab_direction_names[3] = {[LAB_UP] = "up", [LAB_DOWN] = "down", [LAB_BOTH] = "both"};

static const char *const tcp[] = {
    "goodput_mbps",
    "up_mbps",
    "down_mbps",
    "retransmits",
    "octets",
    "rtt_p50_ms",
    "rtt_p99_ms",
    "pings_sent",
    "pings_lost",
    "iperf3_client_cpu_percent",
    "iperf3_server_cpu_percent",
    "up_window_percent",
    "up_sndbuf_percent",
    "up_srtt_ms",
    "up_least_rtt_ms",
    "down_window_percent",
    "down_sndbuf_percent",
    "down_srtt_ms",
    "down_least_rtt_ms",
    "client_outer_window_percent",
    "client_outer_sndbuf_percent",
    "client_outer_srtt_ms",
    "client_outer_least_rtt_ms",
    "server_outer_window_percent",
    "server_outer_sndbuf_percent",
    "server_outer_srtt_ms",
    "server_outer_least_rtt_ms",
    "bound",
    NULL,
};

static const char *const udp[] = {"offered_mbps", "goodput_mbps", "packets", "lost",
                                  "loss_percent", "jitter_ms",    NULL};

static const char *const ping[] = {"sent",       "received", "loss_percent", "rtt_p50_ms", "rtt_p99_ms",
                                   "rtt_max_ms", NULL};

static const char *const sequence[] = {
    "sent",         "received",     "lost",        "late",       "duplicated", "late_max",
    "delay_p50_ms", "delay_p99_ms", "offered_pps", "gap_max_ms", NULL};

static const char *const requests[] = {"done",           "failed",       "per_second",   "connect_p50_ms",
                                       "connect_p99_ms", "total_p50_ms", "total_p99_ms", NULL};

static const char *const nothing[] = {NULL};

const char *const *const lab_traffic_metrics[LAB_TRAFFIC_KINDS] = {
    [LAB_TRAFFIC_TCP] = tcp,           [LAB_TRAFFIC_UDP] = udp,           [LAB_TRAFFIC_PING] = ping,
    [LAB_TRAFFIC_SEQUENCE] = sequence, [LAB_TRAFFIC_REQUESTS] = requests, [LAB_TRAFFIC_WAIT] = nothing,
};

const char *const lab_traffic_common[] = {"seconds",
                                          "client_cpu_s",
                                          "server_cpu_s",
                                          "client_udp_rcvbuf_errors",
                                          "client_udp_in_errors",
                                          "client_udp_sndbuf_errors",
                                          "client_tun_tx_dropped",
                                          "client_tun_rx_dropped",
                                          "client_link_dropped",
                                          "client_qdisc_dropped",
                                          "client_tcp_retransmits",
                                          "client_ip_fragments",
                                          "client_reassembly_failed",
                                          "client_replay_rejects",
                                          "client_drops_told",
                                          "client_restarts",
                                          "client_log_lines",
                                          "server_udp_rcvbuf_errors",
                                          "server_udp_in_errors",
                                          "server_udp_sndbuf_errors",
                                          "server_tun_tx_dropped",
                                          "server_tun_rx_dropped",
                                          "server_link_dropped",
                                          "server_qdisc_dropped",
                                          "server_tcp_retransmits",
                                          "server_ip_fragments",
                                          "server_reassembly_failed",
                                          "server_replay_rejects",
                                          "server_drops_told",
                                          "server_restarts",
                                          "server_log_lines",
                                          "router_link_dropped",
                                          "router_qdisc_dropped",
                                          "link_up_octets",
                                          "link_up_packets",
                                          "link_up_lost",
                                          "link_up_queue_drops",
                                          "link_up_mtu_drops",
                                          "link_up_blackhole_drops",
                                          "link_up_rebind_drops",
                                          "link_down_octets",
                                          "link_down_packets",
                                          "link_down_lost",
                                          "link_down_queue_drops",
                                          "link_down_mtu_drops",
                                          "link_down_blackhole_drops",
                                          "link_down_rebind_drops",
                                          NULL};

const char *const lab_traffic_standing[] = {"client_rss_grown_kib",
                                            "server_rss_grown_kib",
                                            "server_sessions",
                                            "client_thread_percent",
                                            "client_waited_percent",
                                            "server_thread_percent",
                                            "server_waited_percent",
                                            "link_thread_percent",
                                            "link_waited_percent",
                                            "host_busy_percent",
                                            NULL};

const char *const lab_traffic_flood[] = {"flood_sent",    "flood_octets",        "flood_pps",
                                         "flood_answers", "flood_answer_octets", NULL};

void lab_traffic_name(const struct lab_traffic *traffic, char name[static LAB_NAME_MAX])
{
    if (traffic->name != NULL)
    {
        snprintf(name, LAB_NAME_MAX, "%s", traffic->name);
    }
    else if (traffic->kind == LAB_TRAFFIC_PING || traffic->kind == LAB_TRAFFIC_REQUESTS ||
             traffic->kind == LAB_TRAFFIC_WAIT)
    {
        snprintf(name, LAB_NAME_MAX, "%s", lab_kind_names[traffic->kind]);
    }
    else
    {
        snprintf(name, LAB_NAME_MAX, "%s_%s", lab_kind_names[traffic->kind],
                 lab_direction_names[traffic->direction]);
    }
}
