/* The order of remotes when chance decides, how often they are tried, and random labels [WP-CLI-002, 005]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/remotes.h"

#define COUNT 6u

static enum ov_err count_up(void *ctx, uint8_t *out, size_t len)
{
    uint32_t *next = ctx;
    for (size_t i = 0; i < len; i++)
    {
        *next = *next * 1664525u + 1013904223u;
        out[i] = (uint8_t)(*next >> 24); /* the low bits of such a generator repeat soon */
    }
    return OV_OK;
}

static enum ov_err refuse(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    (void)out;
    (void)len;
    return OV_ERR_CRYPTO;
}

static void make_list(struct ov_remote list[static COUNT])
{
    static const char *const names[COUNT] = {"a", "b", "c", "d", "e", "f"};
    for (size_t i = 0; i < COUNT; i++)
    {
        list[i] = (struct ov_remote){.host = names[i], .port = (uint16_t)(1000 + i)};
    }
}

/* Every entry once, in another order sooner or later, and every entry comes first at times. */
static void shuffles(void **state)
{
    (void)state;
    struct ov_remote list[COUNT];
    unsigned first[COUNT] = {0};
    uint32_t seed = 3;
    const struct ov_rng rng = {count_up, &seed};
    make_list(list);
    for (unsigned round = 0; round < 200; round++)
    {
        struct ov_remotes remotes = {.list = list, .count = COUNT};
        unsigned seen = 0;
        assert_int_equal(ov_remotes_shuffle(&remotes, &rng), OV_OK);
        for (size_t i = 0; i < COUNT; i++)
        {
            seen |= 1u << (remotes.list[i].port - 1000);
        }
        assert_int_equal(seen, (1u << COUNT) - 1);
        first[remotes.list[0].port - 1000]++;
        ov_remotes_clear(&remotes);
    }
    for (size_t i = 0; i < COUNT; i++)
    {
        assert_in_range(first[i], 5, 100);
    }
}

static void no_chance_no_order(void **state)
{
    (void)state;
    struct ov_remote list[COUNT];
    const struct ov_rng rng = {refuse, NULL};
    char out[OV_REMOTES_HOST];
    make_list(list);
    struct ov_remotes remotes = {.list = list, .count = COUNT};
    assert_int_equal(ov_remotes_shuffle(&remotes, &rng), OV_ERR_CRYPTO);
    assert_ptr_equal(remotes.list, list);
    assert_int_equal(ov_remotes_random_host("vpn.example.org", &rng, out), OV_ERR_CRYPTO);
    ov_remotes_clear(&remotes);
}

static void rounds(void **state)
{
    (void)state;
    struct ov_remote list[COUNT];
    make_list(list);
    struct ov_remotes remotes = {.list = list, .count = COUNT};
    assert_int_equal(ov_remotes_rounds(&remotes), 0);
    remotes.attempts = COUNT - 1;
    assert_int_equal(ov_remotes_rounds(&remotes), 0);
    remotes.attempts = 2 * COUNT;
    assert_int_equal(ov_remotes_rounds(&remotes), 2);
    ov_remotes_connected(&remotes);
    assert_int_equal(ov_remotes_rounds(&remotes), 0);
}

static void random_labels(void **state)
{
    (void)state;
    uint32_t seed = 1;
    const struct ov_rng rng = {count_up, &seed};
    char out[OV_REMOTES_HOST];
    char other[OV_REMOTES_HOST];
    char longest[OV_REMOTES_HOST];
    assert_int_equal(ov_remotes_random_host("vpn.example.org", &rng, out), OV_OK);
    assert_int_equal(strlen(out), 13 + strlen("vpn.example.org"));
    assert_int_equal(strspn(out, "0123456789abcdef"), 12);
    assert_string_equal(out + 12, ".vpn.example.org");
    assert_int_equal(ov_remotes_random_host("vpn.example.org", &rng, other), OV_OK);
    assert_string_not_equal(out, other);
    assert_int_equal(ov_remotes_random_host("192.0.2.1", &rng, out), OV_OK);
    assert_string_equal(out, "192.0.2.1");
    assert_int_equal(ov_remotes_random_host("2001:db8::1", &rng, out), OV_OK);
    assert_string_equal(out, "2001:db8::1");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(ov_remotes_random_host(longest, &rng, out), OV_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuffles),
        cmocka_unit_test(no_chance_no_order),
        cmocka_unit_test(rounds),
        cmocka_unit_test(random_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
