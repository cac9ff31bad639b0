/* What users and the harness read: text, JSON, options. */
#include "ovspec/report.h"
#include "tests/lib/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

/* A clean capture in which one data packet has an undefined opcode. */
static void analyze_one_violation(struct ovs_analysis *analysis)
{
    uint32_t len;
    struct cap cap;

    cap_load(&cap, "conformance/captures/plain-udp4.pcap");
    size_t at = cap_find(&cap, FROM_CLIENT, 9, 0, 3);
    cap_udp_payload(&cap, at, &len)[0] = 17 << 3;
    expect_analysis(&cap, NULL, analysis);
    cap_clear(&cap);
}

static void test_text(void **state)
{
    struct ovs_analysis analysis;
    char *text = NULL;
    size_t len;
    unsigned long long frame;
    double time;
    char id[16];
    char severity[16];

    (void)state;
    analyze_one_violation(&analysis);
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    ovs_report_text(&analysis, out);
    fclose(out);
    assert_non_null(strstr(text, "control plain + dynamic tls-crypt, data AEAD"));
    /* The first line that is no remark is the finding: FRAME TIME ID SEVERITY message. */
    const char *line = text;
    while (line[0] == '#')
    {
        line = strchr(line, '\n') + 1;
    }
    assert_int_equal(sscanf(line, "%llu %lf %15s %15s", &frame, &time, id, severity), 4);
    assert_int_equal(frame, analysis.findings.items[0].frame);
    assert_string_equal(id, "WP-FRM-011");
    assert_string_equal(severity, "violation");
    /* The summary is the last line. */
    assert_string_equal(strchr(line, '\n') + 1, "ovspec: 250 packets, 1 sessions, 1 findings\n");
    free(text);
    ovs_analysis_clear(&analysis);
}

static void test_json(void **state)
{
    struct ovs_analysis analysis;
    char *text = NULL;
    size_t len;
    json_error_t error;

    (void)state;
    analyze_one_violation(&analysis);
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_true(ovs_report_json(&analysis, out));
    fclose(out);
    json_t *report = json_loads(text, 0, &error);
    assert_non_null(report);
    assert_int_equal(json_integer_value(json_object_get(report, "packets")), 250);
    assert_int_equal(json_integer_value(json_object_get(report, "violations")), 1);
    const json_t *session = json_array_get(json_object_get(report, "sessions"), 0);
    assert_string_equal(json_string_value(json_object_get(session, "control_wrap")), "plain");
    assert_true(json_is_true(json_object_get(session, "from_start")));
    const json_t *finding = json_array_get(json_object_get(report, "findings"), 0);
    assert_string_equal(json_string_value(json_object_get(finding, "id")), "WP-FRM-011");
    assert_string_equal(json_string_value(json_object_get(finding, "severity")), "violation");
    json_decref(report);
    free(text);
    ovs_analysis_clear(&analysis);
}

/* A fault in every packet is listed twenty times and counted always. */
static void test_many_findings(void **state)
{
    struct ovs_analysis analysis;
    struct cap cap;
    size_t faults = 0;

    (void)state;
    cap_load(&cap, "conformance/captures/plain-udp4.pcap");
    for (size_t i = 30; i < cap.count; i++)
    {
        uint32_t len;
        uint8_t *payload = cap_udp_payload(&cap, i, &len);

        if (payload[0] == 9 << 3)
        {
            payload[0] = 31 << 3;
            faults++;
        }
    }
    expect_analysis(&cap, NULL, &analysis);
    assert_true(faults > OVS_FINDINGS_PER_RULE);
    assert_int_equal(analysis.violation_count, faults);
    assert_int_equal(analysis.findings.count, OVS_FINDINGS_PER_RULE);
    assert_int_equal(analysis.suppressed_count, faults - OVS_FINDINGS_PER_RULE);
    ovs_analysis_clear(&analysis);
    cap_clear(&cap);
}

static const struct
{
    const char *arguments[8];
    bool good;
    const char *wrong;
    struct ovs_options options;
} command_lines[] = {
    {{"ovspec", "pcap", "a.pcap"}, true, NULL, {.path = "a.pcap"}},
    {{"ovspec", "pcap", "a.pcap", "--json"}, true, NULL, {.path = "a.pcap", .json = true}},
    {{"ovspec", "pcap", "--data-format", "cbc", "--wrap", "tls-auth", "a.pcap"},
     true,
     NULL,
     {.path = "a.pcap", .format = OVS_FORMAT_CBC, .wrap = OVS_CHOOSE_TLS_AUTH}},
    {{"ovspec", "pcap", "a.pcap", "--port", "443", "--max-packet-size", "1250"},
     true,
     NULL,
     {.path = "a.pcap", .port = 443, .max_packet_size = 1250}},
    {{"ovspec", "list"}, true, NULL, {.command = OVS_COMMAND_LIST}},
    {{"ovspec", "--help"}, true, NULL, {.command = OVS_COMMAND_HELP}},
    {{"ovspec"}, false, NULL, {0}},
    {{"ovspec", "pcap"}, false, NULL, {0}},
    {{"ovspec", "watch"}, false, "watch", {0}},
    {{"ovspec", "pcap", "a.pcap", "b.pcap"}, false, "b.pcap", {0}},
    {{"ovspec", "pcap", "a.pcap", "--port", "70000"}, false, "--port", {0}},
    {{"ovspec", "pcap", "a.pcap", "--data-format"}, false, "--data-format", {0}},
    {{"ovspec", "pcap", "a.pcap", "--data-format", "gcm"}, false, "--data-format", {0}},
    {{"ovspec", "list", "all"}, false, "all", {0}},
};

static void test_options(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof command_lines / sizeof command_lines[0]; i++)
    {
        struct ovs_options options;
        const char *wrong = NULL;
        char *arguments[9] = {NULL};
        int count = 0;

        for (; count < 8 && command_lines[i].arguments[count] != NULL; count++)
        {
            arguments[count] = strdup(command_lines[i].arguments[count]);
        }
        assert_int_equal(ovs_options_parse(count, arguments, &options, &wrong), command_lines[i].good);
        if (command_lines[i].good)
        {
            const struct ovs_options *expected = &command_lines[i].options;

            assert_int_equal(options.command, expected->command);
            assert_int_equal(options.json, expected->json);
            assert_int_equal(options.format, expected->format);
            assert_int_equal(options.wrap, expected->wrap);
            assert_int_equal(options.port, expected->port);
            assert_int_equal(options.max_packet_size, expected->max_packet_size);
            assert_int_equal(options.path == NULL, expected->path == NULL);
        }
        else if (command_lines[i].wrong != NULL)
        {
            assert_non_null(wrong);
            assert_string_equal(wrong, command_lines[i].wrong);
        }
        while (count > 0)
        {
            free(arguments[--count]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_many_findings),
        cmocka_unit_test(test_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
