/* Whose is a TCP stream that begins so? [WP-FRM-007] */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "wire/tcp_first.h"

static const struct
{
    const char *what;
    const char *hex;
    enum ov_tcp_first first;
} rows[] = {
    {"nothing", "", OV_TCP_FIRST_MORE},
    {"one octet of a length", "00", OV_TCP_FIRST_MORE},
    {"one octet of a long one", "04", OV_TCP_FIRST_MORE},
    {"a length that no reset has", "05", OV_TCP_FIRST_FOREIGN},
    {"G of GET", "47", OV_TCP_FIRST_FOREIGN},
    {"a TLS record", "16", OV_TCP_FIRST_FOREIGN},
    {"SSH-2.0", "5353482d", OV_TCP_FIRST_FOREIGN},
    {"too short for a reset", "000d", OV_TCP_FIRST_FOREIGN},
    {"length of a reset", "000e", OV_TCP_FIRST_MORE},
    {"a reset", "000e38", OV_TCP_FIRST_OURS},
    {"a reset under tls-crypt", "003638ff", OV_TCP_FIRST_OURS},
    {"the longest", "00ff38", OV_TCP_FIRST_OURS},
    {"longer", "010038", OV_TCP_FIRST_FOREIGN},
    {"with key-id 1", "000e39", OV_TCP_FIRST_FOREIGN},
    {"a reset with a key", "015050", OV_TCP_FIRST_OURS},
    {"the longest", "04fe50", OV_TCP_FIRST_OURS},
    {"longer", "04ff", OV_TCP_FIRST_FOREIGN},
    {"too short for a key", "014f50", OV_TCP_FIRST_FOREIGN},
    {"a data packet", "000e30", OV_TCP_FIRST_FOREIGN},
};

static void first_octets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t octets[8];
        const size_t len = ov_test_hex(rows[i].hex, octets, sizeof octets);
        uint8_t *copy = ov_test_copy(octets, len);
        const enum ov_tcp_first first = ov_tcp_first(copy, len);
        free(copy);
        if (first != rows[i].first)
        {
            fail_msg("%s (%s): %d, not %d", rows[i].what, rows[i].hex, first, rows[i].first);
        }
    }
}

/* What is decided stays so, and what is ours is nothing else before. */
static void truncated(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 1u << 24; n += 7)
    {
        const uint8_t octets[] = {(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
        const enum ov_tcp_first whole = ov_tcp_first(octets, 3);
        assert_int_not_equal(whole, OV_TCP_FIRST_MORE);
        for (size_t len = 0; len < 3; len++)
        {
            const enum ov_tcp_first part = ov_tcp_first(octets, len);
            assert_true(part == OV_TCP_FIRST_MORE || part == whole);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(first_octets), cmocka_unit_test(truncated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
