/* Parsers of what ping and iperf3 print, over recorded outputs in tests/data. */
#include "lib/file.h"
#include "lib/iperf.h"
#include "lib/paths.h"
#include "lib/ping.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *recorded(const char *name, size_t *len)
{
    struct lab_paths paths;
    struct lab_why why;
    char path[LAB_PATH_MAX];
    char *text;
    assert_int_equal(lab_paths_find(&paths, &why), LAB_OK);
    assert_int_equal(lab_path_set(path, &why, "%s/harness/tests/data/%s", paths.root, name), LAB_OK);
    assert_int_equal(lab_file_read(path, 1 << 20, &text, len, &why), LAB_OK);
    return text;
}

static void test_ping_recorded(void **state)
{
    static const struct
    {
        const char *file;
        unsigned sent;
        unsigned received;
        double loss;
        size_t rtt_count;
        double first;
        double last;
    } outputs[] = {
        {"ping4.txt", 3, 3, 0.0, 3, 0.031, 0.041},
        {"ping6.txt", 20, 20, 0.0, 20, 0.346, 0.272},
        {"ping-lost.txt", 3, 0, 100.0, 0, 0.0, 0.0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
    {
        struct lab_ping ping;
        struct lab_why why;
        size_t len;
        char *text = recorded(outputs[i].file, &len);
        assert_int_equal(lab_ping_parse(text, &ping, &why), LAB_OK);
        assert_int_equal(ping.sent, outputs[i].sent);
        assert_int_equal(ping.received, outputs[i].received);
        assert_close(ping.loss_percent, outputs[i].loss, 1e-9);
        assert_int_equal(ping.rtt_count, outputs[i].rtt_count);
        if (ping.rtt_count > 0)
        {
            assert_close(ping.rtt_ms[0], outputs[i].first, 1e-9);
            assert_close(ping.rtt_ms[ping.rtt_count - 1], outputs[i].last, 1e-9);
        }
        free(text);
    }
}

static void test_ping_odd_lines(void **state)
{
    static const struct
    {
        const char *text;
        enum lab_err want;
        unsigned duplicates;
        double loss;
    } outputs[] = {
        {"64 bytes from 10.8.0.1: icmp_seq=1 ttl=64 time=1.5 ms\n"
         "64 bytes from 10.8.0.1: icmp_seq=1 ttl=64 time=1.9 ms (DUP!)\n"
         "2 packets transmitted, 1 received, +1 duplicates, 50% packet loss, time 10ms\n"
         "rtt min/avg/max/mdev = 1.5/1.5/1.5/0.0 ms\n",
         LAB_OK, 1, 50.0},
        {"4 packets transmitted, 3 received, +1 errors, 25% packet loss, time 30ms\n"
         "rtt min/avg/max/mdev = 1/1/1/0 ms\n",
         LAB_OK, 0, 25.0},
        {"ping: connect: Network is unreachable\n", LAB_ERR_FORMAT, 0, 0},
        {"", LAB_ERR_FORMAT, 0, 0},
        {"1 packets transmitted, 2 received, 0% packet loss, time 1ms\n", LAB_ERR_FORMAT, 0, 0},
        {"2 packets transmitted, 2 received, 0% packet loss, time 1ms\n", LAB_ERR_FORMAT, 0, 0},
        {"packets transmitted, received\n", LAB_ERR_FORMAT, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
    {
        struct lab_ping ping;
        struct lab_why why;
        assert_int_equal(lab_ping_parse(outputs[i].text, &ping, &why), outputs[i].want);
        if (outputs[i].want == LAB_OK)
        {
            assert_int_equal(ping.duplicates, outputs[i].duplicates);
            assert_close(ping.loss_percent, outputs[i].loss, 1e-9);
        }
    }
}

/* Every shorter beginning is refused: half an output is no measurement. */
static void test_ping_truncation(void **state)
{
    size_t len;
    char *whole = recorded("ping6.txt", &len);
    (void)state;
    for (size_t cut = 0; cut < len; cut++)
    {
        struct lab_ping ping;
        struct lab_why why;
        char *part = strndup(whole, cut);
        assert_int_equal(lab_ping_parse(part, &ping, &why), LAB_ERR_FORMAT);
        free(part);
    }
    free(whole);
}

static void test_iperf_recorded(void **state)
{
    struct lab_iperf iperf;
    struct lab_why why;
    size_t len;
    (void)state;
    char *text = recorded("iperf3-up.json", &len);
    assert_int_equal(lab_iperf_parse(text, &iperf, &why), LAB_OK);
    assert_close(iperf.goodput_mbps, 384.074, 0.001);
    assert_close(iperf.sent_mbps, 400.0085, 0.001);
    assert_close(iperf.seconds, 2.001, 0.001);
    assert_int_equal(iperf.retransmits, 10621);
    assert_int_equal(iperf.interval_count, 2);
    assert_close(iperf.interval_mbps[0], 464.4806, 0.001);
    free(text);

    text = recorded("iperf3-down.json", &len);
    assert_int_equal(lab_iperf_parse(text, &iperf, &why), LAB_OK);
    assert_close(iperf.goodput_mbps, 336.458, 0.001);
    assert_int_equal(iperf.retransmits, 8152);
    free(text);

    text = recorded("iperf3-both.json", &len); /* --bidir: sums of the two */
    assert_int_equal(lab_iperf_parse(text, &iperf, &why), LAB_OK);
    assert_close(iperf.goodput_mbps, 100.6404, 0.001);
    assert_int_equal(iperf.interval_count, 2);
    assert_close(iperf.interval_mbps[0], 100.6530, 0.001);
    free(text);
}

static void test_iperf_refusals(void **state)
{
    struct lab_iperf iperf;
    struct lab_why why;
    size_t len;
    (void)state;
    char *text = recorded("iperf3-refused.json", &len);
    assert_int_equal(lab_iperf_parse(text, &iperf, &why), LAB_ERR_FORMAT);
    assert_string_equal(why.text, "iperf3: unable to connect to server: Connection refused");
    free(text);
    static const char *const broken[] = {
        "", "[]", "null", "{}", "{\"end\":{}}", "{\"end\":{\"sum_sent\":3}}", "iperf3: error"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
    {
        assert_int_equal(lab_iperf_parse(broken[i], &iperf, &why), LAB_ERR_FORMAT);
    }
}

static void test_iperf_truncation(void **state)
{
    size_t len;
    char *whole = recorded("iperf3-up.json", &len);
    (void)state;
    while (len > 0 && whole[len - 1] != '}')
    {
        len--;
    }
    for (size_t cut = 0; cut < len; cut++)
    {
        struct lab_iperf iperf;
        struct lab_why why;
        char *part = strndup(whole, cut);
        assert_int_equal(lab_iperf_parse(part, &iperf, &why), LAB_ERR_FORMAT);
        free(part);
    }
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ping_recorded),   cmocka_unit_test(test_ping_odd_lines),
        cmocka_unit_test(test_ping_truncation), cmocka_unit_test(test_iperf_recorded),
        cmocka_unit_test(test_iperf_refusals),  cmocka_unit_test(test_iperf_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
