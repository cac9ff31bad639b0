/* Change points, shards, warm-up, and the verdict over several series. */
#include "lib/change.h"
#include "lib/compare.h"
#include "lib/exit_style.h"
#include "lib/rng.h"
#include "lib/shard.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Noise of +-1 % that is the same each time. */
static double wobble(size_t i)
{
    struct lab_rng rng = {i};
    return ((double)(lab_rng_next(&rng) % 2001) - 1000.0) / 1e5;
}

static const struct
{
    const char *name;
    size_t count;
    double level[40]; /* steps of the level: level[i] is added from i on */
    double noise;
    size_t found;
    size_t at[2];
} series[] = {
    {"no change", 30, {0}, 1.0, 0, {0}},
    {"one change", 30, {[12] = -0.2}, 1.0, 1, {12}},
    {"two changes", 36, {[12] = -0.2, [24] = 0.3}, 1.0, 2, {12, 24}},
    {"too small to count", 30, {[15] = -0.015}, 0.1, 0, {0}},
    {"within the noise", 30, {[15] = -0.05}, 30.0, 0, {0}},
    {"too few runs", 6, {[3] = -0.5}, 1.0, 0, {0}},
    {"all alike", 30, {0}, 0.0, 0, {0}},
    {"a single outlier", 30, {[14] = -0.6, [15] = 0.6}, 1.0, 0, {0}},
};

static void test_change_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++)
    {
        double values[40];
        double level = 0.0;
        struct lab_change changes[8];
        size_t found;
        struct lab_why why;
        for (size_t at = 0; at < series[i].count; at++)
        {
            level += series[i].level[at];
            values[at] = level + series[i].noise * wobble(at + 1);
        }
        assert_int_equal(
            lab_change_find(values, series[i].count, &lab_change_usual, changes, 8, &found, &why), LAB_OK);
        if (found != series[i].found)
        {
            fail_msg("%s: %zu changes, not %zu", series[i].name, found, series[i].found);
        }
        for (size_t k = 0; k < found; k++)
        {
            assert_int_equal(changes[k].at, series[i].at[k]);
            assert_true(changes[k].p <= 0.001);
        }
    }
}

/* Noise alone: at most one series in a hundred may seem to change. */
static void test_change_false_alarms(void **state)
{
    size_t alarms = 0;
    (void)state;
    for (size_t trial = 0; trial < 100; trial++)
    {
        double values[20];
        struct lab_change changes[8];
        size_t found;
        struct lab_why why;
        for (size_t at = 0; at < 20; at++)
        {
            values[at] = 5.0 * wobble(1000 * trial + at);
        }
        assert_int_equal(lab_change_find(values, 20, &lab_change_usual, changes, 8, &found, &why), LAB_OK);
        alarms += found > 0;
    }
    assert_in_range(alarms, 0, 1);
}

static const struct lab_step short_step[] = {{"short", 1.0, 0, NULL}};
static const struct lab_step long_step[] = {{"long", 9.0, 0, NULL}};
static const struct lab_case_def short_case = {"short", "", LAB_MATRIX_NONE, NULL, short_step, 1};
static const struct lab_case_def long_case = {"long", "", LAB_MATRIX_NONE, NULL, long_step, 1};

static size_t fill_cases(struct lab_case *cases, uint64_t seed)
{
    struct lab_rng rng = {seed};
    for (size_t i = 0; i < 12; i++)
    {
        cases[i] = (struct lab_case){.def = i < 3 ? &long_case : &short_case};
        snprintf(cases[i].id, sizeof cases[i].id, "case-%zu", i);
    }
    lab_rng_shuffle(&rng, cases, 12, sizeof cases[0]);
    return 12;
}

/* Whatever the order of the cases, each is in exactly one shard, and the long ones lie apart. */
static void test_shards(void **state)
{
    static struct lab_case cases[12];
    (void)state;
    for (unsigned count = 1; count <= 14; count++)
    {
        unsigned seen[12] = {0};
        for (unsigned index = 1; index <= count; index++)
        {
            const struct lab_shard shard = {index, count};
            size_t kept = fill_cases(cases, index * 7);
            unsigned long_ones = 0;
            lab_shard_keep(&shard, 1, cases, &kept);
            for (size_t i = 0; i < kept; i++)
            {
                seen[strtoul(cases[i].id + strlen("case-"), NULL, 10)]++;
                long_ones += cases[i].def == &long_case;
            }
            assert_true(count < 3 || long_ones <= 1);
        }
        for (size_t i = 0; i < 12; i++)
        {
            assert_int_equal(seen[i], 1);
        }
    }
}

static const struct
{
    const char *text;
    const char *variables[3]; /* NAME=VALUE */
    unsigned index;
    unsigned count;
    const char *said; /* NULL: it is a shard */
} shards[] = {
    {"1/1", {NULL}, 1, 1, NULL},
    {"3/4", {"CI_NODE_INDEX=1", "CI_NODE_TOTAL=2"}, 3, 4, NULL},
    {"auto", {"CI_NODE_INDEX=2", "CI_NODE_TOTAL=3"}, 2, 3, NULL},
    {"auto", {"TEST_SHARD_INDEX=0", "TEST_TOTAL_SHARDS=3"}, 1, 3, NULL},
    {"auto", {"SLURM_ARRAY_TASK_ID=7", "SLURM_ARRAY_TASK_MIN=5", "SLURM_ARRAY_TASK_COUNT=4"}, 3, 4, NULL},
    {"auto", {"SLURM_ARRAY_TASK_ID=0", "SLURM_ARRAY_TASK_COUNT=4"}, 1, 4, NULL},
    {"auto/5", {"JOB_COMPLETION_INDEX=4"}, 5, 5, NULL},
    {"auto", {"JOB_COMPLETION_INDEX=4"}, 0, 0, "say --shard auto/N"},
    {"auto", {NULL}, 0, 0, "none of TEST_SHARD_INDEX"},
    {"auto", {"CI_NODE_INDEX=0", "CI_NODE_TOTAL=3"}, 0, 0, "counts from 1"},
    {"auto", {"CI_NODE_INDEX=4", "CI_NODE_TOTAL=3"}, 0, 0, "no shard 4 of 3"},
    {"0/3", {NULL}, 0, 0, "no shard 0 of 3"},
    {"4/3", {NULL}, 0, 0, "no shard 4 of 3"},
    {"1/0", {NULL}, 0, 0, "wants K/N"},
    {"1", {NULL}, 0, 0, "wants K/N"},
    {"1/3x", {NULL}, 0, 0, "wants K/N"},
    {"-1/3", {NULL}, 0, 0, "wants K/N"},
    {"/3", {NULL}, 0, 0, "wants K/N"},
    {"", {NULL}, 0, 0, "wants K/N"},
    {"1/99999", {NULL}, 0, 0, "wants K/N"},
};

static void test_shard_words(void **state)
{
    static const char *const names[] = {
        "TEST_SHARD_INDEX",       "TEST_TOTAL_SHARDS",    "CI_NODE_INDEX",
        "CI_NODE_TOTAL",          "SLURM_ARRAY_TASK_ID",  "SLURM_ARRAY_TASK_MIN",
        "SLURM_ARRAY_TASK_COUNT", "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"};
    (void)state;
    for (size_t i = 0; i < sizeof shards / sizeof shards[0]; i++)
    {
        struct lab_shard shard;
        struct lab_why why = {""};
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        {
            unsetenv(names[k]);
        }
        for (size_t k = 0; k < 3 && shards[i].variables[k] != NULL; k++)
        {
            char pair[64];
            snprintf(pair, sizeof pair, "%s", shards[i].variables[k]);
            char *value = strchr(pair, '=');
            *value = '\0';
            setenv(pair, value + 1, 1);
        }
        enum lab_err err = lab_shard_parse(shards[i].text, &shard, &why);
        assert_int_equal(err, shards[i].said == NULL ? LAB_OK : LAB_ERR_USAGE);
        assert_int_equal(shard.index, shards[i].index);
        assert_int_equal(shard.count, shards[i].count);
        if (shards[i].said != NULL && strstr(why.text, shards[i].said) == NULL)
        {
            fail_msg("'%s': %s", shards[i].text, why.text);
        }
    }
}

static void test_steady(void **state)
{
    static const double steady[] = {1, 5, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10};
    static const double slow_start[] = {1, 1, 1, 1, 2, 4, 8, 10, 10, 10, 10, 10, 10, 10, 10, 10};
    (void)state;
    assert_close(lab_compare_steady(steady, 12), 10.0, 1e-9);
    assert_close(lab_compare_steady(slow_start, 16), 10.0, 0.6);
    assert_close(lab_compare_steady(steady + 4, 1), 10.0, 1e-9);
    assert_true(isnan(lab_compare_steady(steady, 0)));
}

static const struct
{
    enum lab_ab verdicts[3];
    double p[3];
    enum lab_ab overall;
} families[] = {
    {{LAB_AB_SAME, LAB_AB_SAME, LAB_AB_SAME}, {0.5, 0.5, 0.5}, LAB_AB_SAME},
    {{LAB_AB_SAME, LAB_AB_UNDECIDED, LAB_AB_SAME}, {0.5, 0.5, 0.5}, LAB_AB_UNDECIDED},
    {{LAB_AB_FASTER, LAB_AB_SAME, LAB_AB_SAME}, {0.001, 0.5, 0.5}, LAB_AB_FASTER},
    {{LAB_AB_FASTER, LAB_AB_UNDECIDED, LAB_AB_SAME}, {0.001, 0.5, 0.5}, LAB_AB_UNDECIDED},
    {{LAB_AB_FASTER, LAB_AB_SLOWER, LAB_AB_UNDECIDED}, {0.001, 0.001, 0.5}, LAB_AB_SLOWER},
    {{LAB_AB_SLOWER, LAB_AB_SAME, LAB_AB_SAME}, {0.03, 0.5, 0.5}, LAB_AB_UNDECIDED},
};

static void test_families(void **state)
{
    static const bool wanted[] = {true, true, true};
    (void)state;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
    {
        struct lab_pairs_verdict verdicts[3];
        for (size_t k = 0; k < 3; k++)
        {
            verdicts[k] = (struct lab_pairs_verdict){
                .verdict = families[i].verdicts[k], .p = families[i].p[k], .why = ""};
        }
        assert_int_equal(lab_compare_overall(verdicts, wanted, 3), families[i].overall);
    }
    assert_int_equal(lab_compare_status(LAB_AB_SAME), 0);
    assert_int_equal(lab_compare_status(LAB_AB_FASTER), 0);
    assert_int_equal(lab_compare_status(LAB_AB_SLOWER), 3);
    assert_int_equal(lab_compare_status(LAB_AB_UNDECIDED), 5);
}

static void test_exit_styles(void **state)
{
    enum lab_exit_style style;
    (void)state;
    assert_true(lab_exit_style_parse("gate", &style));
    assert_int_equal(lab_exit_styled(style, 5), 0);
    assert_int_equal(lab_exit_styled(style, 3), 3);
    assert_int_equal(lab_exit_styled(style, 4), 4);
    assert_true(lab_exit_style_parse("automake", &style));
    assert_int_equal(lab_exit_styled(style, 4), 77);
    assert_int_equal(lab_exit_styled(style, 5), 5);
    assert_true(lab_exit_style_parse("ksft", &style));
    assert_int_equal(lab_exit_styled(style, 4), 4);
    assert_false(lab_exit_style_parse("GATE", &style));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_change_points), cmocka_unit_test(test_change_false_alarms),
        cmocka_unit_test(test_shards),        cmocka_unit_test(test_shard_words),
        cmocka_unit_test(test_steady),        cmocka_unit_test(test_families),
        cmocka_unit_test(test_exit_styles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
