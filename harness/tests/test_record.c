/* Record lines, the table made of them, verdicts and exit statuses. */
#include "lib/record.h"
#include "lib/report.h"
#include "lib/verdict.h"
#include "tests/testing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK_LINE                                                                                           \
    "{\"schema\":1,\"kind\":\"check\",\"t_s\":1,\"case\":\"c/a/b\",\"name\":\"ping6\",\"verdict\":\"PASS\"," \
    "\"reason\":\"\"}"

static const struct
{
    const char *text;
    const char *said; /* NULL: valid */
} lines[] = {
    {CHECK_LINE, NULL},
    {"{\"schema\":1,\"kind\":\"measurement\",\"t_s\":1.5,\"case\":\"c\",\"name\":\"n\",\"values\":{\"a_ms\":"
     "1,\"b\":null},"
     "\"samples\":{\"x\":[1,2.5,null]},\"extra\":true}",
     NULL},
    {"{}", "schema is not 1"},
    {"[]", "schema is not 1"},
    {"{\"schema\":2,\"kind\":\"check\",\"t_s\":1}", "schema is not 1"},
    {"{\"schema\":\"1\",\"kind\":\"check\",\"t_s\":1}", "schema is not 1"},
    {"{\"schema\":1,\"t_s\":1}", "kind is missing"},
    {"{\"schema\":1,\"kind\":\"check\"}", "t_s is missing"},
    {"{\"schema\":1,\"kind\":\"rumour\",\"t_s\":1}", "unknown kind 'rumour'"},
    {"{\"schema\":1,\"kind\":\"check\",\"t_s\":1,\"name\":\"n\",\"verdict\":\"PASS\",\"reason\":\"\"}",
     "check.case is missing"},
    {"{\"schema\":1,\"kind\":\"check\",\"t_s\":1,\"case\":\"c\",\"name\":\"n\",\"verdict\":\"GOOD\","
     "\"reason\":\"\"}",
     "check.verdict is of a wrong type"},
    {"{\"schema\":1,\"kind\":\"measurement\",\"t_s\":1,\"case\":\"c\",\"name\":\"n\",\"values\":{\"a\":\"1\"}"
     ","
     "\"samples\":{}}",
     "measurement.values is of a wrong type"},
    {"{\"schema\":1,\"kind\":\"measurement\",\"t_s\":1,\"case\":\"c\",\"name\":\"n\",\"values\":{},"
     "\"samples\":{\"x\":1}}",
     "measurement.samples is of a wrong type"},
    {"{\"schema\":1,\"kind\":\"end\",\"t_s\":1,\"reason\":\"complete\",\"seconds\":1,\"verdicts\":{},\"exit_"
     "status\":0.5}",
     "end.exit_status is of a wrong type"},
};

static void test_validation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
    {
        struct lab_why why = {"valid"};
        json_t *line = json_loads(lines[i].text, 0, NULL);
        assert_non_null(line);
        enum lab_err err = lab_record_validate(line, &why);
        assert_int_equal(err, lines[i].said == NULL ? LAB_OK : LAB_ERR_FORMAT);
        assert_string_equal(why.text, lines[i].said == NULL ? "valid" : lines[i].said);
        json_decref(line);
    }
}

struct place
{
    char dir[64];
    char file[96];
};

static int place_make(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    snprintf(place->dir, sizeof place->dir, "/tmp/test_record.XXXXXX");
    if (mkdtemp(place->dir) == NULL)
    {
        return -1;
    }
    snprintf(place->file, sizeof place->file, "%s/%s", place->dir, LAB_RECORD_NAME);
    *state = place;
    return 0;
}

static int place_remove(void **state)
{
    struct place *place = *state;
    unlink(place->file);
    rmdir(place->dir);
    free(place);
    return 0;
}

static void count_line(void *arg, const json_t *line)
{
    (void)line;
    (*(size_t *)arg)++;
}

static json_t *check_line(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "check", "case", "c/a/b", "name", "ping6",
                     "verdict", "PASS", "reason", "a \"quote\"\nand a newline");
}

static void test_write_and_read(void **state)
{
    struct place *place = *state;
    struct lab_record record;
    struct lab_why why;
    size_t count = 0;
    assert_int_equal(lab_record_open(&record, place->dir, &why), LAB_OK);
    assert_int_equal(lab_record_write(&record, check_line(), &why), LAB_OK);
    assert_int_equal(lab_record_write(&record, check_line(), &why), LAB_OK);
    /* An invalid line leaves the file as it was. */
    assert_int_equal(lab_record_write(&record, json_pack("{s:s}", "kind", "check"), &why), LAB_ERR_FORMAT);
    lab_record_close(&record);
    assert_int_equal(lab_record_read(place->dir, count_line, &count, &why), LAB_OK);
    assert_int_equal(count, 2);
    /* Written once: a second run cannot take the same place. */
    assert_int_equal(lab_record_open(&record, place->dir, &why), LAB_ERR_SYSTEM);
}

static void test_read_refusals(void **state)
{
    static const struct
    {
        const char *text;
        const char *said;
    } files[] = {
        {CHECK_LINE "\n" CHECK_LINE, NULL},
        {CHECK_LINE "\n{\"schema\":1,\"ki", "run.jsonl line 2: "},
        {"not JSON\n", "run.jsonl line 1: "},
        {CHECK_LINE "\n{\"schema\":1,\"schema\":1}\n", "run.jsonl line 2: duplicate object key"},
        {"", "is empty"},
    };
    struct place *place = *state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    {
        struct lab_why why = {""};
        size_t count = 0;
        FILE *file = fopen(place->file, "w");
        assert_non_null(file);
        fputs(files[i].text, file);
        fclose(file);
        enum lab_err err = lab_record_read(place->dir, count_line, &count, &why);
        assert_int_equal(err, files[i].said == NULL ? LAB_OK : LAB_ERR_FORMAT);
        assert_true(files[i].said == NULL || strstr(why.text, files[i].said) != NULL);
    }
}

static void test_exit_status(void **state)
{
    static const struct
    {
        size_t counts[LAB_VERDICT_COUNT]; /* PASS FAIL UNSUPPORTED TAINTED INCONCLUSIVE ERROR */
        enum lab_exit want;
    } runs[] = {
        {{9, 0, 0, 0, 0, 0}, LAB_EXIT_OK},        {{5, 0, 4, 0, 0, 0}, LAB_EXIT_OK},
        {{0, 0, 9, 0, 0, 0}, LAB_EXIT_SKIPPED},   {{0, 0, 0, 0, 0, 0}, LAB_EXIT_SKIPPED},
        {{8, 1, 0, 0, 0, 0}, LAB_EXIT_FAIL},      {{7, 1, 0, 1, 0, 0}, LAB_EXIT_FAIL},
        {{8, 0, 0, 1, 0, 0}, LAB_EXIT_UNDECIDED}, {{8, 0, 0, 0, 1, 0}, LAB_EXIT_UNDECIDED},
        {{0, 0, 8, 1, 0, 0}, LAB_EXIT_UNDECIDED}, {{7, 1, 0, 0, 0, 1}, LAB_EXIT_ERROR},
    };
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++)
    {
        assert_int_equal(lab_verdict_exit(runs[i].counts), runs[i].want);
    }
}

static void test_verdict_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        enum lab_verdict parsed;
        assert_true(lab_verdict_parse(lab_verdict_name((enum lab_verdict)i), &parsed));
        assert_int_equal(parsed, i);
    }
    enum lab_verdict parsed;
    assert_false(lab_verdict_parse("pass", &parsed));
    assert_false(lab_verdict_parse("", &parsed));
}

static void add(struct lab_report *report, const char *text)
{
    struct lab_why why = {""};
    json_t *line = json_loads(text, 0, NULL);
    assert_non_null(line);
    if (lab_record_validate(line, &why) != LAB_OK)
    {
        fail_msg("%s", why.text);
    }
    lab_report_add(report, line);
    json_decref(line);
}

static void test_report(void **state)
{
    (void)state;
    struct lab_report *report = calloc(1, sizeof *report);
    add(report, CHECK_LINE);
    add(report, "{\"schema\":1,\"kind\":\"measurement\",\"t_s\":1,\"case\":\"c/a/b\",\"name\":\"connect\","
                "\"values\":{\"answered_ms\":26.7},\"samples\":{}}");
    add(report,
        "{\"schema\":1,\"kind\":\"check\",\"t_s\":1,\"case\":\"c/a/b\",\"name\":\"client_exit\",\"verdict\":"
        "\"FAIL\",\"reason\":\"x\"}");
    add(report,
        "{\"schema\":1,\"kind\":\"check\",\"t_s\":1,\"case\":\"c/a/b\",\"name\":\"server_exit\",\"verdict\":"
        "\"PASS\",\"reason\":\"\"}");
    const struct lab_row *row = lab_report_row(report, "c/a/b");
    assert_non_null(row);
    assert_null(lab_report_row(report, "c/a/c"));
    assert_close(row->connect_ms, 26.7, 1e-9);
    assert_true(isnan(row->up_mbps));
    assert_int_equal(row->ping6, LAB_MARK_OK);
    assert_int_equal(row->ending, LAB_MARK_BAD); /* The worst of several shows. */
    assert_int_equal(row->wire, LAB_MARK_NONE);
    assert_false(row->finished);
    add(report, "{\"schema\":1,\"kind\":\"case\",\"t_s\":1,\"case\":\"c/a/"
                "b\",\"number\":1,\"client\":\"a\",\"server\":"
                "\"b\",\"verdict\":\"FAIL\",\"reason\":\"x\",\"taints\":[],\"seconds\":2,\"health\":{},"
                "\"files\":{}}");
    assert_true(row->finished);
    assert_int_equal(report->counts[LAB_FAIL], 1);
    free(report);
}

static void test_numbers(void **state)
{
    static const struct
    {
        double value;
        const char *text;
    } numbers[] = {
        {0.0, "0"},       {0.0314, "0.031"}, {0.2134, "0.213"}, {0.9996, "1.00"}, {9.996, "10.0"},
        {21.34, "21.3"},  {99.96, "100"},    {512.4, "512"},    {999.6, "1000"},  {13758.0, "13800"},
        {1384.0, "1380"}, {NAN, "-"},        {INFINITY, "-"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    {
        char text[24];
        lab_report_number(text, sizeof text, numbers[i].value);
        assert_string_equal(text, numbers[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_validation),
        cmocka_unit_test_setup_teardown(test_write_and_read, place_make, place_remove),
        cmocka_unit_test_setup_teardown(test_read_refusals, place_make, place_remove),
        cmocka_unit_test(test_exit_status),
        cmocka_unit_test(test_verdict_names),
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
