/* Suites and their expansion, the facts of a topology, log lines, text. */
#include "lib/file.h"
#include "lib/scenario.h"
#include "lib/topology.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct lab_subject subjects[3] = {{.name = "one"}, {.name = "two"}, {.name = "three"}};
static struct lab_case cases[LAB_CASE_MAX];
static struct lab_case others[LAB_CASE_MAX];

static void test_expansion(void **state)
{
    static const struct
    {
        size_t subject_count;
        const char *only;
        size_t want;
    } plans[] = {
        {3, NULL, 10},
        {2, NULL, 5},
        {1, NULL, 2},
        {3, "baseline", 1},
        {3, "one/", 3},
        {3, "/one", 5},
        {3, "*/two/*", 3},
        {3, "*/three", 3},
        {3, "udp4-aes256gcm/two/two", 1},
        {3, "baseline,two/one,one/two", 3},
        {3, "x,baseline", 1},
    };
    const struct lab_suite *quick = lab_suite_find("quick");
    (void)state;
    assert_non_null(quick);
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
    {
        struct lab_why why;
        size_t count;
        assert_int_equal(
            lab_suite_expand(quick, subjects, plans[i].subject_count, plans[i].only, 1, cases, &count, &why),
            LAB_OK);
        assert_int_equal(count, plans[i].want);
    }
}

static bool same_order(size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        if (strcmp(cases[i].id, others[i].id) != 0)
        {
            return false;
        }
    }
    return true;
}

static void test_order(void **state)
{
    const struct lab_suite *quick = lab_suite_find("quick");
    struct lab_why why;
    size_t count;
    (void)state;
    assert_int_equal(lab_suite_expand(quick, subjects, 3, NULL, 42, cases, &count, &why), LAB_OK);
    assert_int_equal(lab_suite_expand(quick, subjects, 3, NULL, 42, others, &count, &why), LAB_OK);
    assert_true(same_order(count));
    assert_int_equal(lab_suite_expand(quick, subjects, 3, NULL, 43, others, &count, &why), LAB_OK);
    assert_false(same_order(count));
    /* Every pair is there once, whatever the order. */
    for (size_t i = 0; i < count; i++)
    {
        for (size_t j = i + 1; j < count; j++)
        {
            assert_string_not_equal(others[i].id, others[j].id);
        }
    }
}

static void test_no_case(void **state)
{
    struct lab_why why;
    size_t count;
    (void)state;
    assert_int_equal(
        lab_suite_expand(lab_suite_find("quick"), subjects, 3, "nothing", 1, cases, &count, &why),
        LAB_ERR_USAGE);
    assert_string_equal(why.text, "no case of suite 'quick' fits 'nothing'");
    assert_null(lab_suite_find("slow"));
    assert_null(lab_suite_at(1000));
}

static void test_quick_fits_three_minutes(void **state)
{
    const struct lab_suite *quick = lab_suite_find("quick");
    struct lab_why why;
    size_t count;
    double seconds = 0.0;
    (void)state;
    assert_int_equal(lab_suite_expand(quick, subjects, 3, NULL, 1, cases, &count, &why), LAB_OK);
    for (size_t i = 0; i < count; i++)
    {
        seconds += lab_case_seconds(cases[i].def, quick->bulk_seconds);
    }
    assert_true(seconds < 180.0);
}

static void test_topology_facts(void **state)
{
    static const char whole[] =
        "client_ns=client server_ns=server client_if=c0\nserver_if=s0 client_addr4=10.77.1.2 "
        "server_addr4=10.77.2.2 client_addr6=fd77:1::2\tserver_addr6=fd77:2::2 "
        "capture_ns=server capture_if=s0 color=blue";
    struct lab_topology topology;
    struct lab_why why;
    (void)state;
    assert_int_equal(lab_topology_parse(whole, &topology, &why), LAB_OK);
    assert_string_equal(topology.server_addr6, "fd77:2::2");
    assert_string_equal(topology.capture_if, "s0");
    char ns[32];
    assert_int_equal(lab_topology_clients(&topology), 1);
    lab_topology_client_ns(&topology, 0, ns);
    assert_string_equal(ns, "client");
    /* A network of many. */
    char many[512];
    snprintf(many, sizeof many, "%s clients=50 client_prefix=crowd- client1_ns=crowd-1", whole);
    assert_int_equal(lab_topology_parse(many, &topology, &why), LAB_OK);
    assert_int_equal(lab_topology_clients(&topology), 50);
    lab_topology_client_ns(&topology, 49, ns);
    assert_string_equal(ns, "crowd-50");
    assert_int_equal(lab_topology_parse("client_ns=client", &topology, &why), LAB_ERR_FORMAT);
    assert_string_equal(why.text, "the topology does not tell its server_ns");
    assert_int_equal(lab_topology_parse("", &topology, &why), LAB_ERR_FORMAT);
    assert_int_equal(lab_topology_parse("client_ns= client_nsx=1 =", &topology, &why), LAB_ERR_FORMAT);
    /* Outside the private namespaces no network is built. */
    assert_int_equal(lab_topology_call(NULL, "/bin/false", "up", "/dev/null", &why), LAB_ERR_USAGE);
}

static void test_log_lines(void **state)
{
    static const struct
    {
        const char *log;
        const char *pattern;
        bool matched;
        enum lab_err want;
    } logs[] = {
        {"a\nSIGTERM[soft,remote-exit] received\nb\n", "SIG(TERM|USR1)\\[soft,remote-exit\\] received", true,
         LAB_OK},
        {"CC-EEN exit message received by peer", "(CC-EEN|OCC) exit message", true, LAB_OK},
        {"x goodbye\n", "^goodbye$", false, LAB_OK},
        {"x\ngoodbye\ny", "^goodbye$", true, LAB_OK},
        {"", "goodbye", false, LAB_OK},
        {"goodbye", "(good", false, LAB_ERR_FORMAT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++)
    {
        struct lab_why why;
        bool matched = true;
        assert_int_equal(lab_text_matches(logs[i].log, logs[i].pattern, &matched, &why), logs[i].want);
        assert_int_equal(matched, logs[i].matched);
    }
    struct lab_why why;
    bool matched = true;
    assert_int_equal(lab_file_matches("/nonexistent/log", "x", &matched, &why), LAB_OK);
    assert_false(matched);
}

static void test_nul_in_log(void **state)
{
    char path[] = "/tmp/test_scenario.XXXXXX";
    struct lab_why why;
    bool matched;
    char line[64];
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "one\0two\nlast \x01line\n\n", 20), 20);
    close(fd);
    assert_int_equal(lab_file_matches(path, "two", &matched, &why), LAB_OK);
    assert_true(matched);
    lab_file_last_line(path, line, sizeof line);
    assert_string_equal(line, "last ?line");
    unlink(path);
}

static void test_text_clean(void **state)
{
    static const struct
    {
        const char *before;
        const char *after;
    } texts[] = {
        {"plain", "plain"},          {"tab\tand\nline", "tab and line"},
        {"\033[31mred", "?[31mred"}, {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"cut \xc3", "cut ?"},       {"\xff\xfe", "??"},
        {"\xc0\xaf", "??"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        char text[64];
        snprintf(text, sizeof text, "%s", texts[i].before);
        lab_text_clean(text);
        assert_string_equal(text, texts[i].after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expansion),      cmocka_unit_test(test_order),
        cmocka_unit_test(test_no_case),        cmocka_unit_test(test_quick_fits_three_minutes),
        cmocka_unit_test(test_topology_facts), cmocka_unit_test(test_log_lines),
        cmocka_unit_test(test_nul_in_log),     cmocka_unit_test(test_text_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
