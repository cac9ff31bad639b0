/* The covering generator, judged by brute force: every pair that some allowed row holds
 * stands in the rows, every row is allowed, and their number is near what must be. */
#include "lib/cover.h"
#include "tests/testing.h"

#include <string.h>

static struct lab_cover_row rows[LAB_COVER_ROWS];

struct meeting
{
    size_t f, g;
    int v, w;
    bool met;
};

static bool look_for(void *arg, const struct lab_cover_row *row)
{
    struct meeting *meeting = arg;
    meeting->met = row->value[meeting->f] == meeting->v && row->value[meeting->g] == meeting->w;
    return !meeting->met;
}

static bool rows_meet(const struct meeting *meeting, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        if (rows[i].value[meeting->f] == meeting->v && rows[i].value[meeting->g] == meeting->w)
        {
            return true;
        }
    }
    return false;
}

/* Compares with the whole product. */
static void judge(const struct lab_cover_model *model, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        assert_true(model->allowed == NULL || model->allowed(model->arg, &rows[i]));
    }
    for (size_t f = 0; f < model->factor_count; f++)
    {
        for (size_t g = f + 1; g < model->factor_count; g++)
        {
            for (int v = 0; v < (int)model->sizes[f]; v++)
            {
                for (int w = 0; w < (int)model->sizes[g]; w++)
                {
                    struct meeting meeting = {f, g, v, w, false};
                    (void)lab_cover_product(model, look_for, &meeting);
                    if (rows_meet(&meeting, count) != meeting.met)
                    {
                        fail_msg("pair %zu=%d %zu=%d: possible %d", f, v, g, w, meeting.met);
                    }
                }
            }
        }
    }
}

/* Three constraints, one over three factors; value 3 of factor 0 can meet nothing at all. */
static bool not_together(void *arg, const struct lab_cover_row *row)
{
    const int8_t *v = row->value;
    (void)arg;
    return v[0] != 3 && !(v[0] == 1 && v[1] == 2) && !(v[2] == 0 && v[3] == 0) &&
           !(v[0] == 2 && v[3] == 1 && v[4] == 1);
}

static void test_coverage(void **state)
{
    static const struct
    {
        struct lab_cover_model model;
        size_t most; /* rows; the least possible is the product of the two largest factors */
    } models[] = {
        {{.factor_count = 2, .sizes = {3, 4}}, 12},
        {{.factor_count = 3, .sizes = {1, 1, 1}}, 1},
        {{.factor_count = 4, .sizes = {3, 3, 3, 3}}, 12},
        {{.factor_count = 7, .sizes = {2, 2, 2, 2, 2, 2, 2}}, 9},
        {{.factor_count = 6, .sizes = {8, 6, 3, 3, 2, 2}}, 50},
        {{.factor_count = 5, .sizes = {4, 4, 3, 3, 3}, .allowed = not_together}, 18},
    };
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
    {
        for (uint64_t seed = 1; seed <= 5; seed++)
        {
            struct lab_why why;
            size_t count;
            assert_int_equal(lab_cover_pairs(&models[i].model, seed, rows, &count, &why), LAB_OK);
            judge(&models[i].model, count);
            if (count > models[i].most)
            {
                fail_msg("model %zu, seed %u: %zu rows, more than %zu", i, (unsigned)seed, count,
                         models[i].most);
            }
        }
    }
}

static bool is_joined(void *arg, int first, int second)
{
    (void)arg;
    return first == 1 || second == 0;
}

/* Factors 0 and 1 as one: each joined pair of theirs meets all that it can. */
static void test_joined(void **state)
{
    const struct lab_cover_model model = {
        .factor_count = 5, .sizes = {4, 4, 3, 3, 3}, .allowed = not_together, .joined = is_joined};
    struct lab_why why;
    size_t count;
    (void)state;
    assert_int_equal(lab_cover_pairs(&model, 1, rows, &count, &why), LAB_OK);
    judge(&model, count);
    assert_in_range(count, 16, 27);
    for (int k = 0; k < 16 * 9; k++)
    {
        struct lab_cover_row row = {{-1, -1, -1, -1, -1}};
        size_t g = 2 + (size_t)(k % 9) / 3;
        row.value[0] = (int8_t)(k / 9 / 4);
        row.value[1] = (int8_t)(k / 9 % 4);
        row.value[g] = (int8_t)(k % 3);
        struct lab_cover_row whole = row;
        bool met = !is_joined(NULL, row.value[0], row.value[1]) || !lab_cover_complete(&model, &whole);
        for (size_t i = 0; i < count && !met; i++)
        {
            met = rows[i].value[0] == row.value[0] && rows[i].value[1] == row.value[1] &&
                  rows[i].value[g] == row.value[g];
        }
        assert_true(met);
    }
}

static void test_same_seed_same_rows(void **state)
{
    const struct lab_cover_model model = {.factor_count = 5, .sizes = {6, 5, 4, 3, 3}};
    static struct lab_cover_row again[LAB_COVER_ROWS];
    struct lab_why why;
    size_t count;
    size_t again_count;
    (void)state;
    assert_int_equal(lab_cover_pairs(&model, 7, rows, &count, &why), LAB_OK);
    assert_int_equal(lab_cover_pairs(&model, 7, again, &again_count, &why), LAB_OK);
    assert_int_equal(count, again_count);
    assert_memory_equal(rows, again, count * sizeof rows[0]);
    assert_int_equal(lab_cover_pairs(&model, 8, again, &again_count, &why), LAB_OK);
    assert_true(count != again_count || memcmp(rows, again, count * sizeof rows[0]) != 0);
}

static void test_limits(void **state)
{
    static const struct
    {
        struct lab_cover_model model;
        const char *said;
    } models[] = {
        {{.factor_count = 1, .sizes = {3}}, "1 factors are too few or too many"},
        {{.factor_count = LAB_COVER_FACTORS + 1, .sizes = {1}}, "25 factors are too few or too many"},
        {{.factor_count = 2, .sizes = {3, 0}}, "factor 1 has 0 values"},
        {{.factor_count = 2, .sizes = {3, LAB_COVER_VALUES + 1}}, "factor 1 has 33 values"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
    {
        struct lab_why why;
        size_t count;
        assert_int_equal(lab_cover_pairs(&models[i].model, 1, rows, &count, &why), LAB_ERR_USAGE);
        assert_string_equal(why.text, models[i].said);
        assert_int_equal(count, 0);
    }
}

static void test_completion(void **state)
{
    const struct lab_cover_model model = {
        .factor_count = 5, .sizes = {4, 4, 3, 3, 3}, .allowed = not_together};
    struct lab_cover_row row = {{-1, -1, 0, -1, 2}};
    (void)state;
    assert_true(lab_cover_complete(&model, &row));
    assert_int_equal(row.value[2], 0);
    assert_int_equal(row.value[3], 1);
    assert_int_equal(row.value[4], 2);
    row = (struct lab_cover_row){{3, -1, -1, -1, -1}};
    assert_false(lab_cover_complete(&model, &row));
    assert_int_equal(row.value[1], LAB_COVER_OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_joined),
        cmocka_unit_test(test_same_seed_same_rows),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_completion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
