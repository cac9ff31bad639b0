/* Words, quotes, blocks and broken files (bad-inputs.md 5.6, no. 43). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "options/lexer.h"

/* Everything that a text gives, written in one line: "1[a|b] 3<ca>text< !4:reason". */
static void render(const char *text, size_t len, char *out, size_t cap)
{
    struct ov_arena *arena = ov_arena_new();
    struct ov_lexer lexer;
    struct ov_line line;
    size_t at = 0;
    enum ov_err err;
    out[0] = '\0';
    ov_lexer_init(&lexer, arena, text, len);
    while ((err = ov_lexer_next(&lexer, &line)) != OV_ERR_CLOSED)
    {
        at += (size_t)snprintf(out + at, cap - at, "%s", at != 0 ? " " : "");
        if (err != OV_OK)
        {
            at += (size_t)snprintf(out + at, cap - at, "!%u:%s", line.number, lexer.reason);
            continue;
        }
        if (line.has_block)
        {
            at += (size_t)snprintf(out + at, cap - at, "%u<%s>%.*s<", line.number, line.word[0],
                                   (int)line.block.len, line.block.data);
            continue;
        }
        at += (size_t)snprintf(out + at, cap - at, "%u[", line.number);
        for (size_t i = 0; i < line.count; i++)
        {
            at += (size_t)snprintf(out + at, cap - at, "%s%s", i != 0 ? "|" : "", line.word[i]);
        }
        at += (size_t)snprintf(out + at, cap - at, "]");
        assert_null(line.word[line.count]);
        assert_true(at < cap);
    }
    ov_arena_free(arena);
}

static const struct
{
    const char *text;
    const char *result;
} rows[] = {
    {"", ""},
    {"\n\n  \n", ""},
    {"client", "1[client]"},
    {"a b\tc\v d\r\ne\n", "1[a|b|c|d] 2[e]"},
    {"# all\n; all\n  # all\nkey k # rest", "4[key|k]"},
    {"a b#c d;e", "1[a|b#c|d;e]"},
    {"\xef\xbb\xbf"
     "client\n",
     "1[client]"},
    {"push \"route 10.0.0.0 255.0.0.0\"", "1[push|route 10.0.0.0 255.0.0.0]"},
    {"a \"b \\\" c\" \"\" 'd \\ e' ''", "1[a|b \" c||d \\ e|]"},
    {"a b\\ c \\\\ \\\"", "1[a|b c|\\|\"]"},
    {"a \"b\"c", "1[a|b|c]"},
    {"a b\"c d\"", "1[a|b\"c|d\"]"},
    {"a it's", "1[a|it's]"},
    {"a \"b\nc", "!1:a double quote is opened but not closed 2[c]"},
    {"a 'b\nc", "!1:a single quote is opened but not closed 2[c]"},
    {"a b\\", "!1:a backslash at the end of the line"},
    {"a \"b\\", "!1:a backslash at the end of the line"},
    {"a C:\\dir",
     "!1:a backslash may only stand before a backslash, a double quote or a space (write C:\\\\dir, or "
     "use single quotes)"},
    {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "1[1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16]"},
    {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\nb", "!1:more than 16 words in one line 2[b]"},
    {"a \x1b[1m", "!1:control character 0x1b"},
    {"a \x7f", "!1:control character 0x7f"},
    {"<ca>\nx\r\ny\n</ca>\nb", "1<ca>x\ny\n< 5[b]"},
    {"\n  <ca>  \nx\n  </ca>  \n", "2<ca>x\n<"},
    {"<ca>\n</ca>", "1<ca><"},
    {"<ca>\nx\n</cert>\n", "!1:inline block <ca> is opened here but never closed by </ca>"},
    {"a\n<ca>", "1[a] !2:inline block <ca> is opened here but never closed by </ca>"},
    {"<ca>\n</ca> x\n</ca>", "1<ca></ca> x\n<"},
    {"<ca> x", "1[<ca>|x]"},
    {"</ca>", "1[</ca>]"},
    {"<>", "1[<>]"},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        char out[1000];
        render(rows[i].text, strlen(rows[i].text), out, sizeof(out));
        assert_string_equal(out, rows[i].result);
    }
}

static void test_nul_is_named(void **state)
{
    (void)state;
    static const char text[] = "a\nb\0c\nd";
    static const char block[] = "<ca>\nb\0c\n</ca>\nd";
    char out[200];
    render(text, sizeof(text) - 1, out, sizeof(out));
    assert_string_equal(out, "1[a] !2:a NUL octet: this is not a text file 3[d]");
    render(block, sizeof(block) - 1, out, sizeof(out));
    assert_string_equal(out, "!1:a NUL octet inside an inline block 4[d]");
}

static void test_long_lines(void **state)
{
    (void)state;
    size_t len = 1024 * 1024;
    char *text = malloc(len + 3);
    char out[200];
    memset(text, 'a', len);
    memcpy(text + len, "\nb", 3);
    render(text, len + 2, out, sizeof(out));
    assert_string_equal(out, "!1:a line of more than 4096 octets 2[b]");
    free(text);

    char edge[OV_LINE_OCTETS + 2];
    memset(edge, 'a', sizeof(edge));
    struct ov_arena *arena = ov_arena_new();
    struct ov_lexer lexer;
    struct ov_line line;
    ov_lexer_init(&lexer, arena, edge, OV_LINE_OCTETS);
    assert_int_equal(ov_lexer_next(&lexer, &line), OV_OK);
    ov_lexer_init(&lexer, arena, edge, OV_LINE_OCTETS + 1);
    assert_int_equal(ov_lexer_next(&lexer, &line), OV_ERR_LIMIT);
    ov_arena_free(arena);
}

/* A prefix of a text never reads past its end, and always comes to an end. */
static void test_every_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        for (size_t len = 0; len <= strlen(rows[i].text); len++)
        {
            char out[1000];
            char *copy = malloc(len + (len == 0));
            memcpy(copy, rows[i].text, len);
            render(copy, len, out, sizeof(out));
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_nul_is_named),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_every_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
