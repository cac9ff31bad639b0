/* Ratios and verdicts: what a set of rounds must lead to. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "perf/lab/judge.h"
#include "perf/lab/report_text.h"

#define SEED 7

static struct perf_samples samples;

static const struct perf_goal at_least = {PERF_TCP_UP, "ovref-openssl", "openvpn-2.6", 8.5, false};
static const struct perf_goal at_most = {PERF_CPU, "ovref-openssl", "openvpn-2.6", 0.1, true};

/* Rounds in which `against` gives 1 and `arm` gives what is listed; NaN: not measured. */
static void fill(const struct perf_goal *goal, const double *ratios, size_t count)
{
    size_t arm = perf_arm_find(goal->arm);
    size_t against = perf_arm_find(goal->against);
    perf_samples_init(&samples);
    samples.rounds = count;
    samples.planned[arm] = samples.planned[against] = true;
    for (size_t i = 0; i < count; i++)
    {
        samples.value[arm][goal->figure][i] = ratios[i] * 2.0;
        samples.value[against][goal->figure][i] = 2.0;
    }
}

static enum perf_verdict judge(const struct perf_goal *goal, char *text, size_t size)
{
    struct perf_ratio ratio;
    return perf_goal_judge(&samples, goal, SEED, &ratio, text, size);
}

static const struct
{
    const char *what;
    const struct perf_goal *goal;
    double ratio[6];
    size_t count;
    enum perf_verdict want;
} cases[] = {
    {"clearly above", &at_least, {10.0, 10.1, 9.9, 10.2, 10.0}, 5, PERF_MET},
    {"clearly below", &at_least, {6.0, 6.1, 5.9, 6.2, 6.0}, 5, PERF_NOT_MET},
    {"median above, interval across", &at_least, {8.0, 9.5, 9.0, 7.9, 10.0}, 5, PERF_UNDECIDED},
    {"all above, but few and spread", &at_least, {8.6, 12.0, 10.0}, 3, PERF_UNDECIDED},
    {"few and close", &at_least, {10.0, 10.05, 9.95}, 3, PERF_MET},
    {"two rounds decide nothing", &at_least, {20.0, 20.0}, 2, PERF_UNDECIDED},
    {"exactly the limit", &at_least, {8.5, 8.5, 8.5}, 3, PERF_MET},
    {"less is better, met", &at_most, {0.08, 0.081, 0.079, 0.08}, 4, PERF_MET},
    {"less is better, not met", &at_most, {0.2, 0.21, 0.19, 0.2}, 4, PERF_NOT_MET},
    {"less is better, across", &at_most, {0.08, 0.12, 0.09, 0.13}, 4, PERF_UNDECIDED},
    {"rounds without figures don't count", &at_least, {10.0, NAN, 10.1, NAN, 9.9, 10.0}, 6, PERF_MET},
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        char text[400];
        fill(cases[i].goal, cases[i].ratio, cases[i].count);
        enum perf_verdict got = judge(cases[i].goal, text, sizeof text);
        if (got != cases[i].want)
        {
            fail_msg("%s: %s, want %s", cases[i].what, perf_verdict_name(got),
                     perf_verdict_name(cases[i].want));
        }
    }
}

static void test_disturbed_rounds_are_no_evidence(void **state)
{
    static const double ratios[] = {10.0, 10.1, 9.9, 10.2, 10.0};
    char text[400];
    struct perf_ratio ratio;
    (void)state;
    fill(&at_least, ratios, 5);
    for (size_t round = 0; round < 3; round++)
    {
        samples.disturbed[perf_arm_find(at_least.against)][round] = true;
    }
    assert_int_equal(perf_goal_judge(&samples, &at_least, SEED, &ratio, text, sizeof text), PERF_UNDECIDED);
    assert_string_equal(text, "2 of 5 rounds undisturbed, 3 needed");
    assert_int_equal(ratio.count, 2);
    assert_true(ratio.from_disturbed); /* still shown, from all five */
    assert_true(fabs(ratio.median - 10.0) < 1e-9);
}

static void test_what_is_missing_is_said(void **state)
{
    static const double none[] = {NAN, NAN};
    char text[400];
    (void)state;
    fill(&at_least, none, 2);
    snprintf(samples.failed[perf_arm_find(at_least.arm)], sizeof samples.failed[perf_arm_find(at_least.arm)],
             "server: does not listen");
    assert_int_equal(judge(&at_least, text, sizeof text), PERF_UNDECIDED);
    assert_string_equal(text, "ovref-openssl: server: does not listen");
    snprintf(samples.unsupported[perf_arm_find(at_least.against)],
             sizeof samples.unsupported[perf_arm_find(at_least.against)], "openvpn-2.6 is not here");
    assert_int_equal(judge(&at_least, text, sizeof text), PERF_UNSUPPORTED);
    assert_string_equal(text, "openvpn-2.6 is not here");
    samples.planned[perf_arm_find(at_least.arm)] = false;
    assert_int_equal(judge(&at_least, text, sizeof text), PERF_UNDECIDED);
    assert_string_equal(text, "ovref-openssl is not in this run");
}

/* With few rounds the interval is wider than the smallest and largest ratio. */
static void test_few_rounds_give_wide_intervals(void **state)
{
    static const double ratios[] = {9.0, 10.0, 11.0};
    struct perf_ratio ratio;
    (void)state;
    fill(&at_least, ratios, 3);
    perf_ratio_of(&samples, perf_arm_find(at_least.arm), perf_arm_find(at_least.against), PERF_TCP_UP, SEED,
                  &ratio);
    assert_true(ratio.interval.low < 8.0 && ratio.interval.high > 12.0);
}

static bool measures(const struct perf_arm_def *arm, enum perf_figure figure)
{
    bool crowd = figure >= PERF_CROWD_UP && figure <= PERF_JAIN_DOWN;
    bool short_one = figure == PERF_TCP_UP || figure == PERF_TCP_DOWN || figure == PERF_CPU;
    switch (arm->scope)
    {
    case PERF_SCOPE_CROWD:
        return crowd;
    case PERF_SCOPE_TCP:
        return short_one;
    default:
        return !crowd;
    }
}

static void test_the_plan_is_sound(void **state)
{
    (void)state;
    assert_true(perf_arm_count <= PERF_ARM_MAX);
    assert_true(perf_pace_full.rounds <= PERF_ROUND_MAX && perf_pace_quick.rounds <= PERF_ROUND_MAX);
    assert_true(perf_arm_find(perf_twins[0]) < perf_arm_count &&
                perf_arm_find(perf_twins[1]) < perf_arm_count);
    assert_null(perf_arms[0].client);
    for (size_t i = 0; i < perf_arm_count; i++)
    {
        bool crowd = perf_arms[i].scope == PERF_SCOPE_CROWD;
        assert_true(perf_arms[i].clients <= PERF_CLIENT_MAX && crowd == (perf_arms[i].clients > 1));
        assert_int_equal(perf_arm_find(perf_arms[i].id), i); /* no two of one name */
        assert_true(perf_arms[i].every == 0 || perf_arms[i].phase < perf_arms[i].every);
    }
    for (size_t i = 0; i < perf_goal_count; i++)
    {
        size_t arm = perf_arm_find(perf_goals[i].arm);
        size_t against = perf_goals[i].against != NULL ? perf_arm_find(perf_goals[i].against) : arm;
        if (arm == perf_arm_count || against == perf_arm_count)
        {
            fail_msg("goal %zu names an arm that is not there", i);
        }
        /* A full run has time for four rounds or so: what decides something must be in all of them. */
        assert_true(perf_arms[arm].every == 0 && perf_arms[against].every == 0);
        if (!measures(&perf_arms[arm], perf_goals[i].figure) ||
            !measures(&perf_arms[against], perf_goals[i].figure))
        {
            fail_msg("goal %zu needs a figure that is not measured of %s", i, perf_goals[i].arm);
        }
    }
}

static void test_fairness(void **state)
{
    static const struct
    {
        double value[4];
        double want;
    } shares[] = {
        {{5, 5, 5, 5}, 1.0},
        {{8, 0, 0, 0}, 0.25},
        {{1, 1, 0, 0}, 0.5},
        {{1, 2, 3, 4}, 100.0 / 120.0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
    {
        assert_true(fabs(perf_jain(shares[i].value, 4) - shares[i].want) < 1e-12);
    }
    assert_true(isnan(perf_jain(shares[0].value, 0)));
    assert_true(isnan(perf_jain((const double[]){0, 0}, 2)));
}

/* A goal against nothing looks at the figure itself, and at nobody else's trouble. */
static void test_a_figure_alone(void **state)
{
    static const struct perf_goal goal = {PERF_JAIN_UP, "ovref-openssl/10", NULL, 0.9, false};
    static const struct
    {
        double value[4];
        enum perf_verdict want;
    } rounds[] = {
        {{0.97, 0.98, 0.96, 0.97}, PERF_MET},
        {{0.5, 0.52, 0.49, 0.5}, PERF_NOT_MET},
        {{0.85, 0.95, 0.97, 0.84}, PERF_UNDECIDED},
    };
    size_t arm = perf_arm_find(goal.arm);
    (void)state;
    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++)
    {
        struct perf_ratio ratio;
        char text[400];
        perf_samples_init(&samples);
        samples.rounds = 4;
        samples.planned[arm] = true;
        memcpy(samples.value[arm][goal.figure], rounds[i].value, sizeof rounds[i].value);
        memset(samples.disturbed[0], 1, sizeof samples.disturbed[0]);
        assert_int_equal(perf_goal_judge(&samples, &goal, SEED, &ratio, text, sizeof text), rounds[i].want);
        assert_true(ratio.count == 4 && ratio.median > 0.0 && ratio.median < 1.0);
        samples.disturbed[arm][0] = samples.disturbed[arm][1] = true;
        assert_int_equal(perf_goal_judge(&samples, &goal, SEED, &ratio, text, sizeof text), PERF_UNDECIDED);
        assert_string_equal(text, "2 of 4 rounds undisturbed, 3 needed");
    }
}

static void test_three_digits(void **state)
{
    static const struct
    {
        double value;
        const char *want;
    } numbers[] = {
        {5.013, "5.01"}, {13.57, "13.6"}, {135.7, "136"},    {1357, "1360"},     {0.04567, "0.0457"},
        {0.5, "0.500"},  {9.996, "10.0"}, {9.994, "9.99"},   {99.96, "100"},     {1, "1.00"},
        {0, "0.00"},     {NAN, "-"},      {-2.345, "-2.35"}, {123456, "123000"}, {0.9996, "1.00"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    {
        char text[24];
        perf_number_text(text, sizeof text, numbers[i].value);
        if (strcmp(text, numbers[i].want) != 0)
        {
            fail_msg("%g is '%s', want '%s'", numbers[i].value, text, numbers[i].want);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_digits),
        cmocka_unit_test(test_fairness),
        cmocka_unit_test(test_a_figure_alone),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_disturbed_rounds_are_no_evidence),
        cmocka_unit_test(test_what_is_missing_is_said),
        cmocka_unit_test(test_few_rounds_give_wide_intervals),
        cmocka_unit_test(test_the_plan_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
