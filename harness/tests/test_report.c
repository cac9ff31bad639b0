/* Texts of a record on a page, and bars on a terminal. */
#include "lib/spark.h"
#include "report/html.h"
#include "tests/testing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef void put_fn(FILE *out, const char *text);

static void put_json(FILE *out, const char *text)
{
    json_t *value = json_string(text);
    lab_html_json(out, value);
    json_decref(value);
}

static void check(put_fn *put, const char *text, const char *wanted)
{
    char *made = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&made, &size);
    put(out, text);
    fclose(out);
    assert_string_equal(made, wanted);
    free(made);
}

static void texts_cannot_become_markup(void **state)
{
    (void)state;
    static const struct
    {
        put_fn *put;
        const char *text;
        const char *wanted;
    } rows[] = {
        {lab_html_text, "</script><b>", "&lt;/script&gt;&lt;b&gt;"},
        {lab_html_text, "a\" onload='x'&amp;", "a&quot; onload=&#39;x&#39;&amp;amp;"},
        {lab_html_text, "\x1b[31mred", "\xef\xbf\xbd[31mred"},
        {put_json, "</script><!--&", "\"\\u003c/script\\u003e\\u003c!--\\u0026\""},
        {put_json, "\"\\", "\"\\\"\\\\\""},
        {lab_html_link, "logs/01-a_b", "logs/01-a_b"},
        {lab_html_link, "javascript:x", "javascript%3Ax"},
        {lab_html_link, "//host/x", ".//host/x"},
        {lab_html_link, "a\"b<c d", "a%22b%3Cc%20d"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        check(rows[i].put, rows[i].text, rows[i].wanted);
    }
}

static void bars_rise_with_values(void **state)
{
    (void)state;
    static const double values[] = {1.0, 8.0, NAN, 4.5, 1.0};
    char text[64];
    lab_spark(text, sizeof text, values, 5, 24, false);
    assert_string_equal(text, ".# +.");
    lab_spark(text, sizeof text, values, 5, 2, true);
    assert_string_equal(text, "\xe2\x96\x88\xe2\x96\x81");
    lab_spark(text, sizeof text, values, 0, 24, true);
    assert_string_equal(text, "");
    lab_spark(text, 5, values, 5, 24, true);
    assert_true(strlen(text) < 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_cannot_become_markup),
        cmocka_unit_test(bars_rise_with_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
