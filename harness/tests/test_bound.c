/* Which limit did bind: each counter alone, and the order between them; sockets as ss shows them. */
#include "lib/bound.h"
#include "lib/busy.h"
#include "lib/findings.h"
#include "lib/sockets.h"
#include "tests/testing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UP   "\"up_mbps\":10,\"goodput_mbps\":10,\"octets\":2500000,"
#define DOWN "\"down_mbps\":10,\"goodput_mbps\":10,\"octets\":2500000,"

/* 1923 packets with 2.5 MB of payload: 1300 octets each, 1400 on the wire and 38 more. */
#define WIRE_UP "\"link_up_octets\":2692200,\"link_up_packets\":1923,"

static const struct
{
    const char *limits;
    const char *transfer; /* ends with a comma */
    const char *bound;
} rows[] = {
    {"", "", "not told"},
    {"", UP, "none of these"},
    /* Held back, and no queue anywhere. */
    {"", UP "\"up_window_percent\":90,\"up_srtt_ms\":100.2,\"up_least_rtt_ms\":100.1,", "TCP window / RTT"},
    {"", UP "\"up_window_percent\":30,\"up_sndbuf_percent\":30,\"up_srtt_ms\":9,\"up_least_rtt_ms\":9,",
     "TCP window / RTT"},
    {"", UP "\"up_window_percent\":49,\"up_srtt_ms\":100.2,\"up_least_rtt_ms\":100.1,", "none of these"},
    /* Held back behind a queue: that is not the window's doing. */
    {"", UP "\"up_window_percent\":90,\"up_srtt_ms\":60,\"up_least_rtt_ms\":20,", "none of these"},
    /* Of the other direction it says nothing. */
    {"", UP "\"down_window_percent\":90,\"down_srtt_ms\":10,\"down_least_rtt_ms\":10,", "none of these"},
    {"", DOWN "\"down_window_percent\":90,\"down_srtt_ms\":10,\"down_least_rtt_ms\":10,", "TCP window / RTT"},
    {"",
     UP "\"client_outer_sndbuf_percent\":80,\"client_outer_srtt_ms\":41,\"client_outer_least_rtt_ms\":40,",
     "socket buffer / RTT"},
    {"",
     UP "\"server_outer_sndbuf_percent\":80,\"server_outer_srtt_ms\":41,\"server_outer_least_rtt_ms\":40,",
     "none of these"},
    {"",
     DOWN "\"server_outer_window_percent\":80,\"server_outer_srtt_ms\":41,\"server_outer_least_rtt_ms\":40,",
     "socket buffer / RTT"},
    /* 10 Mbit/s of payload are 11.06 on the wire. */
    {"\"link_mbps\":12,\"up_link_mbps\":12,", UP WIRE_UP, "rate of the link"},
    {"\"link_mbps\":13,\"up_link_mbps\":13,", UP WIRE_UP, "none of these"},
    {"\"link_mbps\":5,\"up_link_mbps\":null,\"down_link_mbps\":5,", UP WIRE_UP, "none of these"},
    {"\"link_mbps\":12,", UP, "rate of the link"},
    {"\"link_mbps\":13,", UP, "none of these"},
    {"\"link_mbps\":13,\"up_link_mbps\":13,", UP WIRE_UP "\"link_up_queue_drops\":20,\"link_up_lost\":4,",
     "rate of the link"},
    {"\"link_mbps\":13,\"up_link_mbps\":13,", UP WIRE_UP "\"link_up_queue_drops\":4,\"link_up_lost\":20,",
     "loss"},
    /* What the profile of an end counted stands behind the limits. */
    {"\"x\":0},\"client_profile\":{\"socket_sends\":90,\"socket_receives\":10,\"throttled\":30,", UP,
     "throttle of the profile"},
    {"\"x\":0},\"client_profile\":{\"socket_sends\":90,\"socket_receives\":10,\"throttled\":29,", UP,
     "none of these"},
    {"\"x\":0},\"total\":{\"seconds\":4},\"server_profile\":{\"depth_wait_us\":1600000,", UP,
     "device of the profile"},
    {"\"x\":0},\"total\":{\"seconds\":4},\"server_profile\":{\"depth_wait_us\":1590000,", UP,
     "none of these"},
    {"\"x\":0},\"total\":{\"seconds\":4},\"client_profile\":{\"busy_us\":1600000,",
     UP "\"client_thread_percent\":95,\"client_waited_percent\":5,", "cost of the profile"},
    {"\"x\":0},\"total\":{\"seconds\":4},\"server_profile\":{\"busy_us\":2000000,",
     UP "\"client_thread_percent\":95,\"client_waited_percent\":5,", "CPU of the client"},
    {"", UP "\"client_thread_percent\":95,\"client_waited_percent\":5,\"server_thread_percent\":40,",
     "CPU of the client"},
    {"", UP "\"client_thread_percent\":70,\"server_thread_percent\":81,\"server_waited_percent\":3,",
     "CPU of the server"},
    {"", UP "\"client_thread_percent\":95,\"client_waited_percent\":50,", "CPU of this machine"},
    /* A full receive buffer of a program that has no time is a matter of its time. */
    {"", UP "\"server_thread_percent\":99,\"server_waited_percent\":0,\"server_udp_rcvbuf_errors\":9000,",
     "CPU of the server"},
    {"", UP "\"server_thread_percent\":30,\"server_udp_rcvbuf_errors\":900,", "UDP receive buffer"},
    {"", UP "\"client_udp_rcvbuf_errors\":900,", "none of these"},
    {"", DOWN "\"client_udp_rcvbuf_errors\":900,", "UDP receive buffer"},
    {"", UP "\"server_replay_rejects\":50,\"server_udp_rcvbuf_errors\":4,", "replay window"},
    {"", UP "\"server_replay_rejects\":2,", "none of these"},
    {"", UP "\"client_udp_sndbuf_errors\":3,", "UDP send buffer"},
    {"", UP "\"client_tun_tx_dropped\":33,", "queue of the tun device"},
    {"", DOWN "\"server_tun_tx_dropped\":33,", "queue of the tun device"},
    {"", UP "\"client_qdisc_dropped\":7,", "queue of another device"},
    {"", UP "\"router_qdisc_dropped\":7,", "loss"},
    {"\"link_mbps\":50,", UP "\"router_qdisc_dropped\":7,", "rate of the link"},
    {"", UP "\"server_reassembly_failed\":7,", "lost fragments"},
    {"", UP "\"link_up_mtu_drops\":7,", "MTU of the link"},
    {"", UP "\"link_up_blackhole_drops\":7,", "black hole"},
    {"", UP "\"link_down_lost\":7,", "none of these"},
    {"", UP "\"link_thread_percent\":90,", "CPU of linkemu"},
    {"", UP "\"iperf3_server_cpu_percent\":97,", "CPU of iperf3"},
    /* Busy cores are no limit of programs that sleep. */
    {"", UP "\"host_busy_percent\":97,\"client_thread_percent\":40,", "none of these"},
    {"", UP "\"host_busy_percent\":97,\"client_thread_percent\":65,\"server_udp_rcvbuf_errors\":900,",
     "CPU of this machine"},
    {"",
     UP "\"host_busy_percent\":97,\"client_thread_percent\":55,\"client_waited_percent\":40,"
        "\"server_udp_rcvbuf_errors\":900,",
     "CPU of this machine"},
    /* A record of before: CPU time of all threads. */
    {"", UP "\"seconds\":4,\"client_cpu_s\":3.6,\"server_cpu_s\":3.8,", "CPU of the server"},
    {"", UP "\"seconds\":4,\"client_cpu_s\":2,\"server_cpu_s\":1,", "none of these"},
    /* Both ways at once: the one that explains itself. */
    {"", UP DOWN "\"client_udp_rcvbuf_errors\":900,", "UDP receive buffer"},
};

static void test_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char text[1024];
        struct lab_operand value;
        snprintf(text, sizeof text, "{\"limits\":{%s\"x\":0},\"tcp\":{%s\"x\":0}}", rows[i].limits,
                 rows[i].transfer);
        json_t *measured = json_loads(text, 0, NULL);
        assert_non_null(measured);
        const struct lab_finding_scope scope = {.measured = measured};
        assert_true(lab_finding_find(&scope, "tcp.bound", &value));
        if (!value.is_text || strcmp(value.text, rows[i].bound) != 0)
        {
            fail_msg("row %zu: '%s', wanted '%s'", i, value.text, rows[i].bound);
        }
        json_decref(measured);
    }
}

static void test_names(void **state)
{
    (void)state;
    for (enum lab_bound_kind kind = 0; kind < LAB_BOUND_KINDS; kind++)
    {
        assert_non_null(lab_bound_name(kind));
    }
}

static const char before[] =
    "ESTAB 0 0 10.8.0.2:40000 10.8.0.1:5201 cubic wscale:7,7 rto:204 rtt:0.3/0.1 bytes_sent:37 busy:4ms "
    "minrtt:0.1\n"
    "ESTAB 0 99 10.8.0.2:40002 10.8.0.1:5201 cubic rto:304 rtt:101.5/0.1 bytes_sent:100000 bytes_retrans:5 "
    "rcv_rtt:3 busy:1000ms rwnd_limited:900ms(90.0%) sndbuf_limited:20ms(2.0%) unacked:9 minrtt:100.1\n"
    "ESTAB 0 0 [fd00::2]:1194 [fd00::1]:50000 cubic rtt:1/1 bytes_sent:1 busy:5ms\n";
static const char after[] =
    "LISTEN 0 5 10.8.0.2:5201 0.0.0.0:*\n"
    "ESTAB 0 0 10.8.0.2:40000 10.8.0.1:5201 cubic wscale:7,7 rto:204 rtt:0.3/0.1 bytes_sent:37 busy:4ms "
    "minrtt:0.1\n"
    "ESTAB 0 99 10.8.0.2:40002 10.8.0.1:5201 cubic rto:304 rtt:102.5/0.1 bytes_sent:300000 bytes_retrans:5 "
    "rcv_rtt:3 busy:3000ms rwnd_limited:2700ms(90.0%) sndbuf_limited:120ms(2.0%) unacked:9 minrtt:100.1\n"
    "ESTAB 0 0 [fd00::2]:1194 [fd00::1]:50000 cubic rtt:1/1 bytes_sent:1 busy:5ms\n";

static void test_sockets(void **state)
{
    struct lab_socket_share share;
    (void)state;
    assert_true(lab_sockets_between(before, after, true, 5201, 2.0, &share));
    assert_true(fabs(share.window_percent - 90.0) < 0.01 && fabs(share.buffer_percent - 5.0) < 0.01);
    assert_true(share.rtt_ms == 102.5 && share.rtt_least_ms == 100.1);
    /* A kernel that tells no minimum; a server's socket. */
    assert_true(lab_sockets_between(before, after, false, 1194, 2.0, &share));
    assert_true(share.window_percent == 0.0 && share.rtt_ms == 1.0 && isnan(share.rtt_least_ms));
    /* Not there, or not both times. */
    assert_false(lab_sockets_between(before, after, false, 5201, 2.0, &share));
    assert_true(isnan(share.window_percent) && isnan(share.rtt_ms));
    assert_false(lab_sockets_between("", after, true, 5201, 2.0, &share));
    assert_false(lab_sockets_between(before, "", true, 5201, 2.0, &share));
    assert_false(lab_sockets_between(before, after, true, 5201, 0.0, &share));
}

/* Cut anywhere, a listing is read or refused, and nothing else. */
static void test_sockets_cut(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof after; len++)
    {
        char text[sizeof after];
        struct lab_socket_share share;
        snprintf(text, sizeof text, "%.*s", (int)len, after);
        bool found = lab_sockets_between(before, text, true, 5201, 2.0, &share);
        assert_true(found || isnan(share.window_percent));
    }
}

static void test_busy(void **state)
{
    static struct lab_busy one = {.threads = {{7, 1000000, 0}, {8, 0, 0}}, .count = 2, .taken_us = 1000};
    static struct lab_busy two = {
        .threads = {{8, 200000, 100000}, {7, 1900000, 50000}, {9, 9000000, 0}}, .count = 3, .taken_us = 2000};
    static struct lab_busy nobody;
    (void)state;
    struct lab_busy_share share = lab_busy_between(&one, &two);
    assert_true(fabs(share.wanted_percent - 95.0) < 1e-6 && fabs(share.waited_percent - 5.0) < 1e-6);
    assert_true(isnan(lab_busy_between(&nobody, &two).wanted_percent));
    assert_true(isnan(lab_busy_between(&one, &nobody).wanted_percent));
    lab_busy_read(0, &one);
    assert_int_equal(one.count, 0);
    /* This very process is in its own session's list, or its leader's. */
    lab_busy_read(getpid(), &one);
    assert_true(one.count >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound),       cmocka_unit_test(test_names), cmocka_unit_test(test_sockets),
        cmocka_unit_test(test_sockets_cut), cmocka_unit_test(test_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
