/* Expressions of experiment files. */
#include "lib/expr.h"
#include "tests/testing.h"

#include <stdio.h>
#include <string.h>

static bool find(const void *arg, const char *name, struct lab_operand *value)
{
    (void)arg;
    *value = (struct lab_operand){.number = NAN};
    if (strcmp(name, "two") == 0)
    {
        value->number = 2.0;
        return true;
    }
    if (strcmp(name, "proto") == 0)
    {
        value->is_text = true;
        snprintf(value->text, sizeof value->text, "udp4");
        return true;
    }
    if (strcmp(name, "auto") == 0)
    {
        value->is_text = true;
        snprintf(value->text, sizeof value->text, "default");
        return true;
    }
    return strcmp(name, "tcp_up.unknown") == 0;
}

static const struct lab_scope scope = {find, NULL};

static void test_values(void **state)
{
    static const struct
    {
        const char *text;
        double want; /* NaN: unknown */
    } rows[] = {
        {"1", 1},
        {"8k", 8192},
        {"0.5 + 2M", 2097152.5},
        {"2 + 3 * 4", 14},
        {"(2 + 3) * 4", 20},
        {"10 - 4 - 3", 3},
        {"8 / 4 / 2", 1},
        {"-two * 3", -6},
        {"two < 3", 1},
        {"two >= 3", 0},
        {"two == 2 and proto == 'udp4'", 1},
        {"proto != 'udp4' or not two == 2", 0},
        {"proto == 2", 0},
        {"proto != 2", 1},
        {"min(two, 1) + max(two, 5)", 6},
        {"known(two) and not known(tcp_up.unknown)", 1},
        {"tcp_up.unknown + 1", NAN},
        {"tcp_up.unknown > 1", NAN},
        {"not tcp_up.unknown", NAN},
        {"two == 3 and tcp_up.unknown > 1", 0}, /* false whatever it is */
        {"two == 2 or tcp_up.unknown > 1", 1},
        {"two == 2 and tcp_up.unknown > 1", NAN},
        {"0 / 0", NAN},
        {"1 / 0 > 1000", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct lab_operand value;
        struct lab_why why = {""};
        if (lab_expr_eval(rows[i].text, &scope, &value, &why) != LAB_OK)
        {
            fail_msg("'%s': %s", rows[i].text, why.text);
        }
        if (isnan(rows[i].want) != isnan(value.number) ||
            (!isnan(rows[i].want) && value.number != rows[i].want))
        {
            fail_msg("'%s' is %g, not %g", rows[i].text, value.number, rows[i].want);
        }
    }
}

static void test_errors(void **state)
{
    static const struct
    {
        const char *text;
        enum lab_err err;
        const char *words;
    } rows[] = {
        {"", LAB_ERR_FORMAT, "a value is missing at column 1"},
        {"1 +", LAB_ERR_FORMAT, "a value is missing at column 4"},
        {"(1", LAB_ERR_FORMAT, "a ) is missing"},
        {"1 2", LAB_ERR_FORMAT, "does not belong there at column 3"},
        {"three + 1", LAB_ERR_ABSENT, "no 'three'"},
        {"'udp4", LAB_ERR_FORMAT, "a text that does not end"},
        {"proto + 1", LAB_ERR_FORMAT, "arithmetic with a text"},
        {"proto < 'a'", LAB_ERR_FORMAT, "texts have no order"},
        {"proto < 1", LAB_ERR_FORMAT, "a text is compared with a number"},
        {"8x", LAB_ERR_FORMAT, "an unknown unit"},
        {"1.2.3", LAB_ERR_FORMAT, "not a number"},
        {"sin(1)", LAB_ERR_FORMAT, "no such function (min, max, known)"},
        {"min(1)", LAB_ERR_FORMAT, "a comma is missing"},
        {"((((((((((((((((((((((((((((((((((1", LAB_ERR_FORMAT, "nested too deeply"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct lab_operand value;
        struct lab_why why = {""};
        assert_int_equal(lab_expr_eval(rows[i].text, &scope, &value, &why), rows[i].err);
        if (strstr(why.text, rows[i].words) == NULL)
        {
            fail_msg("'%s' says '%s', not '%s'", rows[i].text, why.text, rows[i].words);
        }
    }
}

static void test_fill(void **state)
{
    static const struct
    {
        const char *text;
        const char *want; /* NULL: an error */
        bool missing;
    } rows[] = {
        {"delay=${two / 4}ms", "delay=0.5ms", false},
        {"${proto}-${8k}", "udp4-8192", false},
        {"$two {x}", "$two {x}", false},
        {"sndbuf ${auto}", "sndbuf default", true},
        {"", "", false},
        {"${two", NULL, false},
        {"${}", NULL, false},
        {"0123456789012345678901234567890123456789", NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char filled[32];
        bool missing;
        struct lab_why why;
        enum lab_err err = lab_expr_fill(rows[i].text, &scope, filled, sizeof filled, &missing, &why);
        assert_int_equal(err == LAB_OK, rows[i].want != NULL);
        if (rows[i].want != NULL)
        {
            assert_string_equal(filled, rows[i].want);
            assert_int_equal(missing, rows[i].missing);
        }
    }
}

static void test_parsed(void **state)
{
    static const struct
    {
        const char *text;
        double number; /* NaN: a text */
    } rows[] = {{"8k", 8192}, {"16M", 16777216}, {"0.1", 0.1},   {"udp4", NAN},
                {"4kb", NAN}, {"", NAN},         {"1.2.3", NAN}, {"k", NAN}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct lab_operand value;
        char text[96];
        lab_value_parse(rows[i].text, &value);
        assert_int_equal(value.is_text, isnan(rows[i].number));
        if (!value.is_text)
        {
            assert_close(value.number, rows[i].number, 1e-9);
        }
        else
        {
            lab_value_print(&value, text, sizeof text);
            assert_string_equal(text, rows[i].text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
