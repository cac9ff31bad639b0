/* The cost shim's profile and model: texts, and waits on a clock that only the test moves. */
#include "netns-lab/tests/lib/testing.h"
#include "netns-lab/wincost/model.h"

#include <stdlib.h>
#include <string.h>

#define US 1000u
#define MS 1000000u

static const struct
{
    const char *text;
    const char *why; /* "": it is good */
} texts[] = {
    {"", ""},
    {" \t\n# nothing but a comment", ""},
    {"rcvbuf=8192 # half of it is asked\nrcvbuf=65536", ""},
    {"stall_every=2000 stall_ms=100", ""},
    {"tun_depth=1 tun_complete_us=40#x", ""},
    {"rcvbuf", "'rcvbuf': rcvbuf wants a whole number from 0 to 1073741824"},
    {"rcvbuf=", "'rcvbuf=': rcvbuf wants a whole number from 0 to 1073741824"},
    {"rcvbuf=8k", "'rcvbuf=8k': rcvbuf wants a whole number from 0 to 1073741824"},
    {"tick_us=-1", "'tick_us=-1': tick_us wants a whole number from 0 to 1000000"},
    {"no_tun_offload=2", "'no_tun_offload=2': no_tun_offload wants a whole number from 0 to 1"},
    {"tun_read_us=99999999999999999999",
     "'tun_read_us=99999999999999999999': tun_read_us wants a whole number "
     "from 0 to 1000000"},
    {"rcvbu=1", "'rcvbu=1' is no key of a profile"},
    {"=", "'=' is no key of a profile"},
    {"stall_ms=5", "stall_every and stall_ms want each other"},
    {"reorder_every=5", "reorder_every and reorder_places want each other"},
    {"tun_depth=1", "tun_depth wants tun_complete_us"},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        struct wincost_profile profile;
        char why[WINCOST_WHY_LEN];
        bool good = wincost_profile_parse(texts[i].text, strlen(texts[i].text), &profile, why);
        assert_string_equal(why, texts[i].why);
        assert_int_equal(good, texts[i].why[0] == '\0');
    }
}

static const char everything[] =
    "rcvbuf=8192 sndbuf=65536 program_buffers=2 single_datagrams=1 no_udp_offload=1 no_tun_offload=1 "
    "socket_send_us=10 socket_recv_us=11 tun_depth=1 tun_complete_us=40 tun_read_us=41 tun_write_us=42 "
    "stall_every=2000 stall_ms=100 tick_us=15625 throttle_pps=10000 reorder_every=100 reorder_places=8";

/* Each prefix, in memory of exactly its length, is read or refused with a word, and nothing else. */
static void test_truncation(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof everything; len++)
    {
        struct wincost_profile profile;
        char why[WINCOST_WHY_LEN];
        char *text = malloc(len + 1);
        assert_non_null(text);
        char *exact = realloc(text, len > 0 ? len : 1);
        assert_non_null(exact);
        memcpy(exact, everything, len);
        bool good = wincost_profile_parse(exact, len < sizeof everything - 1 ? len : sizeof everything - 1,
                                          &profile, why);
        assert_int_equal(good, why[0] == '\0');
        free(exact);
    }
}

static void test_print_and_factors(void **state)
{
    struct wincost_profile profile;
    struct wincost_profile again;
    struct wincost_profile built = {0};
    char why[WINCOST_WHY_LEN];
    char text[1024];
    (void)state;
    assert_true(wincost_profile_parse(everything, sizeof everything - 1, &profile, why));
    size_t len = wincost_profile_print(&profile, text, sizeof text);
    assert_true(wincost_profile_parse(text, len, &again, why));
    assert_memory_equal(&profile, &again, sizeof profile);
    for (enum wincost_factor factor = 0; factor < WINCOST_FACTORS; factor++)
    {
        assert_true(wincost_profile_differs(&built, &profile, factor));
        wincost_profile_take(&built, &profile, factor);
        assert_false(wincost_profile_differs(&built, &profile, factor));
    }
    /* Every key belongs to a factor. */
    assert_memory_equal(&profile, &built, sizeof profile);
    assert_int_equal(wincost_profile_print(&profile, text, 20), strlen("rcvbuf=8192\n"));
}

/* Depth 1: a write begins when the one before is complete. Depth 2: it may be one ahead. */
static void test_depth(void **state)
{
    struct wincost_profile one = {.tun_depth = 1, .tun_complete_us = 40};
    struct wincost_profile two = {.tun_depth = 2, .tun_complete_us = 40};
    struct wincost_profile any = {.tun_complete_us = 40};
    struct wincost_device device = {0};
    (void)state;
    assert_int_equal(wincost_device_write(&device, &one, 1000 * US), 1000 * US);
    assert_int_equal(wincost_device_write(&device, &one, 1010 * US), 1040 * US);
    assert_int_equal(wincost_device_write(&device, &one, 1200 * US), 1200 * US);
    device = (struct wincost_device){0};
    assert_int_equal(wincost_device_write(&device, &two, 1000 * US), 1000 * US);
    assert_int_equal(wincost_device_write(&device, &two, 1000 * US), 1000 * US);
    assert_int_equal(wincost_device_write(&device, &two, 1000 * US), 1040 * US);
    device = (struct wincost_device){0};
    for (unsigned i = 0; i < 100; i++)
    {
        assert_int_equal(wincost_device_write(&device, &any, 1000 * US), 1000 * US);
    }
}

static void test_stall(void **state)
{
    struct wincost_profile profile = {.stall_every = 3, .stall_ms = 7};
    struct wincost_device device = {0};
    uint64_t sum = 0;
    (void)state;
    for (unsigned i = 1; i <= 9; i++)
    {
        (void)wincost_device_write(&device, &profile, i);
        uint64_t stall = wincost_device_stall(&device, &profile);
        assert_int_equal(stall, i % 3 == 0 ? 7 * MS : 0);
        sum += stall;
    }
    assert_int_equal(sum, 21 * MS);
}

/* 10,000 a second: ten of each millisecond, the eleventh in the next one; what is not used is lost. */
static void test_throttle(void **state)
{
    struct wincost_profile profile = {.throttle_pps = 10000};
    struct wincost_throttle throttle = {0};
    (void)state;
    for (unsigned i = 0; i < 10; i++)
    {
        assert_int_equal(wincost_throttle_pass(&throttle, &profile, 5 * MS + 3), 5 * MS + 3);
    }
    assert_int_equal(wincost_throttle_pass(&throttle, &profile, 5 * MS + 4), 6 * MS);
    for (unsigned i = 0; i < 9; i++)
    {
        assert_int_equal(wincost_throttle_pass(&throttle, &profile, 5 * MS + 5), 6 * MS);
    }
    assert_int_equal(wincost_throttle_pass(&throttle, &profile, 5 * MS + 6), 7 * MS);
    assert_int_equal(wincost_throttle_pass(&throttle, &profile, 900 * MS), 900 * MS);
    struct wincost_profile slow = {.throttle_pps = 2};
    throttle = (struct wincost_throttle){0};
    assert_int_equal(wincost_throttle_pass(&throttle, &slow, 100 * MS), 100 * MS);
    assert_int_equal(wincost_throttle_pass(&throttle, &slow, 100 * MS), 500 * MS);
}

static void test_tick(void **state)
{
    struct wincost_profile profile = {.tick_us = 15625};
    struct wincost_profile none = {0};
    (void)state;
    assert_int_equal(wincost_tick_wait(&profile, 0, 1 * MS), 15625 * US);
    assert_int_equal(wincost_tick_wait(&profile, 15000 * US, 1 * MS), 16250 * US);
    assert_int_equal(wincost_tick_wait(&profile, 0, 15625 * US), 15625 * US);
    assert_int_equal(wincost_tick_wait(&profile, 0, 0), 0);
    assert_int_equal(wincost_tick_wait(&profile, 0, -1), -1);
    assert_int_equal(wincost_tick_wait(&none, 77, 1 * MS), 1 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_print_and_factors),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_stall),
        cmocka_unit_test(test_throttle),
        cmocka_unit_test(test_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
