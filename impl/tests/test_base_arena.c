/* The arena: alignment, growth, copies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void test_objects_are_zero_aligned_and_apart(void **state)
{
    (void)state;
    struct ov_arena *arena = ov_arena_new();
    assert_non_null(arena);
    uint8_t *last = NULL;
    size_t last_size = 0;
    for (size_t size = 0; size < 6000; size = size * 2 + 1)
    {
        uint8_t *at = ov_arena_alloc(arena, size);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
        {
            assert_int_equal(at[i], 0);
        }
        memset(at, 0xAA, size);
        for (size_t i = 0; i < last_size; i++)
        {
            assert_int_equal(last[i], 0xAA);
        }
        last = at;
        last_size = size;
    }
    assert_true(ov_arena_used(arena) >= 6000);
    ov_arena_free(arena);
}

static void test_many_small_objects_keep_their_content(void **state)
{
    (void)state;
    struct ov_arena *arena = ov_arena_new();
    uint32_t *objects[5000];
    for (uint32_t i = 0; i < 5000; i++)
    {
        objects[i] = ov_arena_alloc(arena, sizeof(uint32_t));
        assert_non_null(objects[i]);
        *objects[i] = i;
        if (i % 500 == 0)
        {
            assert_non_null(ov_arena_alloc(arena, 100000));
        }
    }
    for (uint32_t i = 0; i < 5000; i++)
    {
        assert_int_equal(*objects[i], i);
    }
    ov_arena_free(arena);
}

static void test_text_is_copied(void **state)
{
    (void)state;
    struct ov_arena *arena = ov_arena_new();
    char text[] = "remote vpn.example.net";
    char *copy = ov_arena_strdup(arena, text);
    char *head = ov_arena_strndup(arena, text, 6);
    char *none = ov_arena_strndup(arena, NULL, 0);
    text[0] = 'X';
    assert_string_equal(copy, "remote vpn.example.net");
    assert_string_equal(head, "remote");
    assert_string_equal(none, "");
    ov_arena_free(arena);
}

static void test_impossible_sizes_are_refused(void **state)
{
    (void)state;
    struct ov_arena *arena = ov_arena_new();
    assert_null(ov_arena_alloc(arena, SIZE_MAX));
    assert_null(ov_arena_alloc(arena, SIZE_MAX - 8));
    assert_null(ov_arena_array(arena, SIZE_MAX / 2, 3));
    assert_null(ov_arena_strndup(arena, "", SIZE_MAX));
    assert_non_null(ov_arena_array(arena, 10, 12));
    ov_arena_free(arena);
    ov_arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_are_zero_aligned_and_apart),
        cmocka_unit_test(test_many_small_objects_keep_their_content),
        cmocka_unit_test(test_text_is_copied),
        cmocka_unit_test(test_impossible_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
