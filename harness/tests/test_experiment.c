/* Experiment files: what is refused and where, expansion, the plan, and every experiment of the tree. */
#include "lib/experiment_plan.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char good[] = "name: small\n"
                           "title: two axes\n"
                           "subjects: [one, two, one -> two, bare]\n"
                           "axes:\n"
                           "  - key: rtt\n"
                           "    values: [0, 20, 100]\n"
                           "    quick: [0, 100]\n"
                           "  - key: buffer\n"
                           "    values: [8k, 1M, default]\n"
                           "link:\n"
                           "  both: delay=${rtt / 2}ms\n"
                           "  up: loss=1%\n"
                           "options:\n"
                           "  - line: sndbuf ${buffer}\n"
                           "  - {line: 'rcvbuf ${buffer}', on: client, when: rtt > 0}\n"
                           "traffic:\n"
                           "  - {kind: tcp, direction: up, seconds: 1 + rtt / 100}\n"
                           "  - {kind: ping}\n"
                           "repeats: 2\n"
                           "quick:\n"
                           "  subjects: [one]\n"
                           "  repeats: 1\n"
                           "expect:\n"
                           "  - that: tcp_up.goodput_mbps > 1\n"
                           "    when: buffer == 8k\n"
                           "columns:\n"
                           "  - {title: up, of: tcp_up.goodput_mbps}\n"
                           "grids:\n"
                           "  - {title: g, rows: buffer, across: rtt, of: tcp_up.goodput_mbps}\n";

static enum lab_err parse(const char *text, struct lab_experiment **experiment, struct lab_why *why)
{
    return lab_experiment_parse(text, strlen(text), "some/small.yaml", experiment, why);
}

/* The good file with one text in the place of another. */
static char *changed(const char *from, const char *to)
{
    const char *at = strstr(good, from);
    size_t size = sizeof good + strlen(to);
    char *text = malloc(size);
    assert_non_null(at);
    assert_non_null(text);
    snprintf(text, size, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    return text;
}

static const struct
{
    const char *from;
    const char *to;
    const char *words[3]; /* of the message */
} wrong_files[] = {
    {"title: two axes\n", "titel: two axes\n", {"small.yaml:2: ", "titel", "allowed: name, title, about"}},
    {"title: two axes\n",
     "",
     {"small.yaml:", "Missing required mapping field: title", "allowed: name, title"}},
    {"    quick: [0, 100]\n",
     "    quik: [0, 100]\n",
     {"small.yaml:7: ", "quik", "allowed: key, title, unit"}},
    {"kind: tcp", "kind: tpc", {"small.yaml:17: ", "kind", "allowed: tcp, udp, ping, sequence"}},
    {"on: client", "on: both ends", {"small.yaml:15: ", "on", "allowed: both, client, server"}},
    {"repeats: 2\n", "repeats: many\n", {"small.yaml:19: ", "repeats", "allowed: a number"}},
    {"repeats: 2\n", "repeats: 0\n", {"small.yaml:19: ", "repeats is not 1 to 100", ""}},
    {"name: small", "name: other", {"small.yaml:1: ", "is not that of the file", ""}},
    {"delay=${rtt / 2}ms", "delay=${rrt / 2}ms", {"small.yaml:11: ", "no 'rrt'", "allowed: rtt, buffer"}},
    {"${buffer}\n", "${buffer\n", {"small.yaml:14: ", "${ without its }", ""}},
    {"tcp_up.goodput_mbps > 1", "tcp_up.godput_mbps > 1", {"small.yaml:24: ", "godput", "goodput_mbps"}},
    {"tcp_up.goodput_mbps > 1", "tcp_down.x > 1", {"small.yaml:24: ", "tcp_down.x", "allowed: tcp_up, ping"}},
    {"tcp_up.goodput_mbps > 1", "1 +", {"small.yaml:24: ", "a value is missing", ""}},
    {"quick: [0, 100]", "quick: [0, 7]", {"small.yaml:5: ", "selects 7", "none of its values"}},
    {"values: [8k, 1M, default]", "values: [8k, 8k]", {"small.yaml:8: ", "the value 8k twice", ""}},
    {"key: buffer", "key: Buffer", {"small.yaml:8: ", "cannot be the key", ""}},
    {"key: buffer", "key: rtt", {"small.yaml:", "two axes are called rtt", ""}},
    {"across: rtt", "across: rt", {"small.yaml:", "no axis 'rt'", "allowed: rtt, buffer, subject"}},
    {"{kind: ping}", "{kind: tcp}", {"small.yaml:16: ", "two kinds of traffic are called tcp_up", ""}},
    {"{kind: ping}", "{kind: ping, direction: both}", {"small.yaml:", "only tcp goes in both", ""}},
    {"{kind: ping}", "{kind: ping, events: [{after: 1}]}", {"small.yaml:", "either run or tell", ""}},
    {"{kind: ping}",
     "{kind: ping, events: [{after: 1, run: a, tell: b}]}",
     {"small.yaml:", "either run or tell", ""}},
    {"{kind: ping}",
     "{kind: ping, events: [{after: 1, run: a/b}]}",
     {"small.yaml:", "no name of a script", ""}},
    {"{kind: ping}",
     "{kind: ping, events: [{after: 1, tell: 'rebind ${wht}'}]}",
     {"small.yaml:", "no 'wht'", "allowed: rtt"}},
    {"{kind: ping}",
     "{kind: ping, events: [{after: 1, run: a, when: wht == 1}]}",
     {"small.yaml:", "no 'wht'", "allowed: rtt"}},
    {"  - {title: up, of: tcp_up.goodput_mbps}\n",
     "  - {title: a, of: 1}\n  - {title: b, of: 1}\n  - {title: c, of: 1}\n  - {title: d, of: 1}\n"
     "  - {title: e, of: 1}\n  - {title: f, of: 1}\n  - {title: g, of: 1}\n  - {title: h, of: 1}\n"
     "  - {title: i, of: 1}\n",
     {"small.yaml:26: ", "more than 8 columns", ""}},
    {"{kind: ping}", "{kind: ping, flood: {kind: data}}", {"small.yaml:", "pps", ""}},
    {"{kind: ping}", "{kind: ping, flood: {kind: data, pps: wht}}", {"small.yaml:", "no 'wht'", ""}},
    {"tcp_up.goodput_mbps > 1", "tcp_up.flood_sent > 1", {"small.yaml:24: ", "flood_sent", ""}},
    {"title: two axes\n", "title: [two axes\n", {"small.yaml:2: ", "Expecting STRING", "allowed: a text"}},
    {"title: two axes\n", "title: \"two\n", {"small.yaml:", "not YAML", ""}},
    {"name: small\n", "name: &a small\n", {"small.yaml:", "", ""}},
};

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_files / sizeof wrong_files[0]; i++)
    {
        struct lab_experiment *experiment;
        struct lab_why why = {""};
        char *text = changed(wrong_files[i].from, wrong_files[i].to);
        enum lab_err err = parse(text, &experiment, &why);
        free(text);
        if (i + 1 == sizeof wrong_files / sizeof wrong_files[0])
        {
            lab_experiment_free(experiment); /* an anchor alone is harmless */
            continue;
        }
        assert_null(experiment);
        assert_int_equal(err, LAB_ERR_FORMAT);
        for (size_t word = 0; word < 3; word++)
        {
            if (strstr(why.text, wrong_files[i].words[word]) == NULL)
            {
                fail_msg("'%s' gives '%s', without '%s'", wrong_files[i].to, why.text,
                         wrong_files[i].words[word]);
            }
        }
    }
}

/* A file cut anywhere is either refused with a place, or still a whole one. */
static void test_truncation(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof good; len++)
    {
        struct lab_experiment *experiment;
        struct lab_why why = {""};
        char *text = malloc(len + 1);
        assert_non_null(text);
        memcpy(text, good, len);
        text[len] = '\0';
        enum lab_err err = lab_experiment_parse(text, len, "small.yaml", &experiment, &why);
        if (err == LAB_OK)
        {
            assert_non_null(experiment);
            assert_int_equal(experiment->traffic_count > 0, true);
        }
        else
        {
            assert_int_equal(err, LAB_ERR_FORMAT);
            assert_null(experiment);
            assert_int_equal(strncmp(why.text, "small.yaml:", 11), 0);
        }
        lab_experiment_free(experiment);
        free(text);
    }
}

static void expand(struct lab_plan *plan, const struct lab_experiment *experiment, uint64_t seed, bool full)
{
    struct lab_why why;
    *plan = (struct lab_plan){.experiment = experiment,
                              .pki = "/pki",
                              .seed = seed,
                              .full = full,
                              .repeats = full ? experiment->repeats : experiment->quick.repeats};
    if (lab_plan_expand(plan, &why) != LAB_OK)
    {
        fail_msg("%s", why.text);
    }
}

static void test_expansion(void **state)
{
    static struct lab_plan plan;
    struct lab_experiment *experiment;
    struct lab_why why;
    (void)state;
    assert_int_equal(parse(good, &experiment, &why), LAB_OK);
    expand(&plan, experiment, 1, false);
    assert_int_equal(plan.count, 2 * 3); /* one subject, rtt 0 and 100, all buffers */
    lab_plan_clear(&plan);
    expand(&plan, experiment, 1, true);
    assert_int_equal(plan.count, 4 * 3 * 3 * 2);
    size_t seen = 0;
    for (size_t i = 0; i < plan.count; i++)
    {
        const struct lab_point *point = plan.points[i];
        /* Each round is whole before the next one begins. */
        assert_int_equal(point->repeat, i < plan.count / 2 ? 1 : 2);
        if (strcmp(point->id, "small/one>two/rtt=100/buffer=8k/r2") == 0)
        {
            assert_string_equal(point->up, "delay=50ms loss=1%");
            assert_string_equal(point->down, "delay=50ms");
            assert_string_equal(point->client_options, "sndbuf 8192\nrcvbuf 8192");
            assert_string_equal(point->server_options, "sndbuf 8192");
            assert_close(point->traffic[0].seconds, 2.0, 1e-9);
            assert_string_equal(point->scenario.features[2], "tls-crypt");
            assert_string_equal(point->scenario.features[3], "option:sndbuf");
            seen++;
        }
        if (strcmp(point->id, "small/bare/rtt=0/buffer=default/r1") == 0)
        {
            assert_string_equal(point->client_options, "");
            assert_string_equal(point->client, "");
            seen++;
        }
    }
    assert_int_equal(seen, 2);
    lab_plan_clear(&plan);
    lab_experiment_free(experiment);
}

/* Events and floods are settled point by point. */
static void test_events(void **state)
{
    static struct lab_plan plan;
    struct lab_experiment *experiment;
    struct lab_why why;
    char *text =
        changed("{kind: ping}",
                "{kind: ping, flood: {kind: '${buffer}', pps: 10 + rtt}, events: [{after: 1, run: a, when: "
                "rtt == 0}, {after: 2, tell: 'blackhole up ${rtt}ms', when: rtt > 0}]}");
    (void)state;
    assert_int_equal(parse(text, &experiment, &why), LAB_OK);
    free(text);
    expand(&plan, experiment, 1, true);
    for (size_t i = 0; i < plan.count; i++)
    {
        const struct lab_point *point = plan.points[i];
        const struct lab_traffic_plan *ping = &point->traffic[1];
        bool first = strstr(point->id, "rtt=0/") != NULL;
        assert_int_equal(ping->event_meant[0], first);
        assert_int_equal(ping->event_meant[1], !first);
        assert_int_equal(point->link_told, !first);
        if (strstr(point->id, "rtt=100/") != NULL)
        {
            assert_string_equal(ping->event_tell[1], "blackhole up 100ms");
            assert_close(ping->flood_pps, 110.0, 1e-9);
        }
        assert_int_equal(ping->flood[0] == '\0', strstr(point->id, "buffer=default") != NULL);
    }
    lab_plan_clear(&plan);
    lab_experiment_free(experiment);
}

static void test_order(void **state)
{
    static struct lab_plan plan;
    static struct lab_plan other;
    struct lab_experiment *experiment;
    struct lab_why why;
    size_t moved = 0;
    (void)state;
    assert_int_equal(parse(good, &experiment, &why), LAB_OK);
    expand(&plan, experiment, 42, true);
    expand(&other, experiment, 42, true);
    for (size_t i = 0; i < plan.count; i++)
    {
        assert_string_equal(plan.points[i]->id, other.points[i]->id);
    }
    lab_plan_clear(&other);
    expand(&other, experiment, 43, true);
    for (size_t i = 0; i < plan.count; i++)
    {
        moved += strcmp(plan.points[i]->id, other.points[i]->id) != 0;
        for (size_t j = i + 1; j < plan.count; j++)
        {
            assert_string_not_equal(plan.points[i]->id, plan.points[j]->id);
        }
    }
    assert_true(moved > plan.count / 2);
    lab_plan_clear(&plan);
    lab_plan_clear(&other);
    lab_experiment_free(experiment);
}

static void load_one(void *arg, const char *name)
{
    static struct lab_plan plan;
    char path[LAB_PATH_MAX];
    struct lab_experiment *experiment;
    struct lab_why why;
    unsigned *count = arg;
    snprintf(path, sizeof path, "perf/experiments/%s.yaml", name);
    if (lab_experiment_load(path, &experiment, &why) != LAB_OK)
    {
        fail_msg("%s", why.text);
    }
    for (int full = 0; full <= 1; full++)
    {
        double seconds = 0.0;
        plan = (struct lab_plan){.experiment = experiment, .pki = "/pki", .full = full == 1, .repeats = 1};
        if (lab_plan_expand(&plan, &why) != LAB_OK)
        {
            fail_msg("%s", why.text);
        }
        for (size_t i = 0; i < plan.count; i++)
        {
            seconds += lab_point_seconds(plan.points[i]);
        }
        unsigned repeats = experiment->quick.repeats > 0 ? experiment->quick.repeats : experiment->repeats;
        if (full == 0 && seconds * repeats > 180.0)
        {
            fail_msg("%s: the quick selection takes %.0f s, more than three minutes", name,
                     seconds * repeats);
        }
        lab_plan_clear(&plan);
    }
    lab_experiment_free(experiment);
    (*count)++;
}

static void test_all_of_the_tree(void **state)
{
    struct lab_why why;
    unsigned count = 0;
    (void)state;
    assert_int_equal(lab_experiment_each("perf/experiments", load_one, &count, &why), LAB_OK);
    assert_true(count >= 15);
    assert_int_equal(lab_experiment_each("no/such/folder", load_one, &count, &why), LAB_ERR_ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),    cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_expansion), cmocka_unit_test(test_order),
        cmocka_unit_test(test_events),    cmocka_unit_test(test_all_of_the_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
