/* Lines of the management interface (bad-inputs.md 49). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "manage/line.h"

static void test_lines_in_pieces(void **state)
{
    (void)state;
    static const char text[] = "pid\r\nhold release\nstate\r\n\n";
    static const char *const expected[] = {"pid", "hold release", "state", ""};
    for (size_t piece = 1; piece <= sizeof text - 1; piece++)
    {
        struct ov_manage_lines lines = {0};
        size_t found = 0;
        for (size_t at = 0; at < sizeof text - 1;)
        {
            const size_t rest = sizeof text - 1 - at, len = piece < rest ? piece : rest;
            char *copy = malloc(len); /* of its exact size */
            bool done;
            enum ov_err err;
            memcpy(copy, text + at, len);
            at += ov_manage_lines_add(&lines, copy, len, &done, &err);
            free(copy);
            if (done)
            {
                assert_int_equal(err, OV_OK);
                assert_string_equal(lines.text, expected[found++]);
            }
        }
        assert_int_equal(found, 4);
    }
}

static void test_bad_lines(void **state)
{
    (void)state;
    struct ov_manage_lines lines = {0};
    char text[3 * OV_MANAGE_LINE];
    bool done;
    enum ov_err err;
    memset(text, 'a', sizeof text);
    for (size_t len = OV_MANAGE_LINE - 2; len < OV_MANAGE_LINE + 3; len++)
    {
        text[len] = '\n';
        assert_int_equal(ov_manage_lines_add(&lines, text, len + 1, &done, &err), len + 1);
        assert_true(done);
        assert_int_equal(err, len <= OV_MANAGE_LINE ? OV_OK : OV_ERR_LIMIT);
        text[len] = 'a';
    }
    assert_int_equal(ov_manage_lines_add(&lines, "a\0b\n", 4, &done, &err), 4);
    assert_int_equal(err, OV_ERR_FORMAT);
    assert_int_equal(ov_manage_lines_add(&lines, "a\n", 2, &done, &err), 2); /* the next one is good again */
    assert_int_equal(err, OV_OK);
    assert_string_equal(lines.text, "a");
}

static const struct
{
    const char *text;
    enum ov_err err;
    size_t count;
    const char *last;
} rows[] = {
    {"", OV_OK, 0, NULL},
    {"pid", OV_OK, 1, "pid"},
    {"username \"Auth\" alice", OV_OK, 3, "alice"},
    {"password 'Auth' \"a \\\"b\\\" c\"", OV_OK, 3, "a \"b\" c"},
    {"a b c d e f g h i j k l m n o p", OV_OK, 16, "p"},
    {"a b c d e f g h i j k l m n o p q", OV_ERR_LIMIT, 0, NULL},
    {"password \"open", OV_ERR_FORMAT, 0, NULL},
    {"pid\x1b[2J", OV_ERR_FORMAT, 0, NULL},
};

static void test_words(void **state)
{
    (void)state;
    struct ov_arena *arena = ov_arena_new();
    struct ov_manage_words words;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const enum ov_err err = ov_manage_words(arena, rows[i].text, &words);
        if (err != rows[i].err || (err == OV_OK && words.count != rows[i].count))
        {
            fail_msg("'%s': %s, %zu words", rows[i].text, ov_err_name(err), words.count);
        }
        if (rows[i].last != NULL)
        {
            assert_string_equal(words.word[words.count - 1], rows[i].last);
        }
    }
    char text[OV_MANAGE_WORD + 20];
    memset(text, 'x', sizeof text);
    text[OV_MANAGE_WORD] = '\0';
    assert_int_equal(ov_manage_words(arena, text, &words), OV_OK);
    text[OV_MANAGE_WORD] = 'x';
    text[OV_MANAGE_WORD + 1] = '\0';
    assert_int_equal(ov_manage_words(arena, text, &words), OV_ERR_LIMIT);
    ov_arena_free(arena);
}

/* Every beginning of a line is words or an error, and nothing is read behind it. */
static void test_truncation(void **state)
{
    (void)state;
    static const char text[] = "password \"Auth\" 'a b' \"c \\\" d\" e\\ f";
    for (size_t len = 0; len < sizeof text; len++)
    {
        struct ov_arena *arena = ov_arena_new();
        struct ov_manage_words words;
        char *copy = strndup(text, len);
        const enum ov_err err = ov_manage_words(arena, copy, &words);
        assert_true(err == OV_OK || err == OV_ERR_FORMAT);
        free(copy);
        ov_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_in_pieces),
        cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
