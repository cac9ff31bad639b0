/* The three places that name requirements agree: specification, checks with their index, and tests. */
#include "ovspec/report.h"
#include "tests/lib/cap.h"

#include <ctype.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum
{
    ID_MAX = 32
};

static char *read_text(const char *path)
{
    size_t len;
    char *text = (char *)cap_read_file(path, &len);

    text = realloc(text, len + 1);
    assert_non_null(text);
    text[len] = '\0';
    return text;
}

/* The specification defines an id in a line that begins "* WP-...". */
static bool is_defined(const char *spec, const char *id)
{
    char definition[ID_MAX + 8];

    snprintf(definition, sizeof definition, "\n* %s ", id);
    return strstr(spec, definition) != NULL;
}

/* Copies the id that begins at `at` and returns where it ends; NULL if there is none. */
static const char *take_id(const char *at, char *id)
{
    size_t len = 3;

    while (isupper((unsigned char)at[len]) || isdigit((unsigned char)at[len]))
    {
        len++;
    }
    if (at[len] != '-' || !isdigit((unsigned char)at[len + 1]) || len + 4 >= ID_MAX)
    {
        return NULL;
    }
    len += 4;
    memcpy(id, at, len);
    id[len] = '\0';
    return at + len;
}

static void test_every_cited_id_is_in_the_specification(void **state)
{
    char *spec = read_text("conformance/wire-protocol.md");
    glob_t files;
    size_t cited = 0;

    (void)state;
    assert_int_equal(glob("conformance/ovspec/*.[ch]", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
    {
        char *text = read_text(files.gl_pathv[i]);

        for (const char *at = strstr(text, "WP-"); at != NULL; at = strstr(at, "WP-"))
        {
            char id[ID_MAX];
            const char *end = take_id(at, id);

            if (end == NULL)
            {
                fail_msg("%s: not an id: %.20s", files.gl_pathv[i], at);
                return;
            }
            if (!is_defined(spec, id))
            {
                fail_msg("%s cites %s, which the specification does not define", files.gl_pathv[i], id);
            }
            cited++;
            at = end;
        }
        free(text);
    }
    assert_true(cited > 50);
    globfree(&files);
    free(spec);
}

static void test_the_index_is_up_to_date(void **state)
{
    char *index = read_text("conformance/REQUIREMENTS");
    char *expected = NULL;
    size_t len;
    FILE *out = open_memstream(&expected, &len);

    (void)state;
    assert_non_null(out);
    ovs_report_rules(out);
    fclose(out);
    if (strcmp(index, expected) != 0)
    {
        fail_msg("conformance/REQUIREMENTS is not the output of 'ovspec list'");
    }
    free(index);
    free(expected);
}

/* True if some test expects the id (for notes: with '~') as a word of its own in a string. */
static bool is_expected(const glob_t *tests, const struct ovs_rule *rule)
{
    char word[ID_MAX];
    bool found = false;

    snprintf(word, sizeof word, "%s%s\"", rule->severity == OVS_NOTE ? "\"~" : "\"", rule->id);
    for (size_t i = 0; i < tests->gl_pathc && !found; i++)
    {
        char *text = read_text(tests->gl_pathv[i]);

        found = strstr(text, word) != NULL;
        free(text);
    }
    return found;
}

static void test_every_rule_has_a_test_that_triggers_it(void **state)
{
    glob_t tests;

    (void)state;
    assert_int_equal(glob("conformance/tests/test_*.c", 0, NULL, &tests), 0);
    for (size_t i = 0; ovs_checks[i] != NULL; i++)
    {
        char path[64];

        snprintf(path, sizeof path, "conformance/ovspec/check_%s.c", ovs_checks[i]->name);
        free(read_text(path));
        for (size_t j = 0; j < ovs_checks[i]->rule_count; j++)
        {
            const struct ovs_rule *rule = &ovs_checks[i]->rules[j];

            if (!is_expected(&tests, rule))
            {
                fail_msg("no test expects %s (%s)", rule->id, ovs_severity_name(rule->severity));
            }
        }
    }
    globfree(&tests);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cited_id_is_in_the_specification),
        cmocka_unit_test(test_the_index_is_up_to_date),
        cmocka_unit_test(test_every_rule_has_a_test_that_triggers_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
