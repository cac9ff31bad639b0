/* Ciphers with blocks of 64 bits: a key of theirs goes after 64 MiB, unless somebody said otherwise [WP-STATE-024]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "lib/pair.h"

static struct ov_pair pair;

static bool both_rekeyed(const struct ov_pair *p)
{
    return p->rekeys[0] > 0 && p->rekeys[1] > 0;
}

static void keys_of_small_blocks_go_early(void **state)
{
    (void)state;
    static const struct
    {
        const char *cipher;
        const char *more; /* of both ends */
        uint64_t octets;
        bool rekeys;
    } cases[] = {
        {"DES-EDE3-CBC", "", (UINT64_C(64) << 20) - 1, true}, /* the packet itself is the last straw */
        {"BF-CFB", "", UINT64_C(64) << 20, true},
        {"BF-CBC", "", UINT64_C(60) << 20, false},
        {"BF-CBC", "reneg-bytes 0\n", UINT64_C(1) << 40, false},
        {"BF-CBC", "reneg-bytes 5000\n", 5000, true},
        {"AES-256-CBC", "", UINT64_C(1) << 40, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        static const struct ov_wire_faults calm = {.latency_ms = 5};
        struct ov_end_spec client = ov_end_spec_default();
        char text[100];
        (void)snprintf(text, sizeof text, "data-ciphers %s\n%s", cases[i].cipher, cases[i].more);
        client.more = text;
        const struct ov_end_spec server = client;
        ov_pair_open(&pair, &client, &server, &calm, 1);
        assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
        pair.client.session.data.key[OV_DATA_CURRENT].opened_octets = cases[i].octets;
        pair.pace_ms = 100;
        assert_int_equal(ov_pair_until(&pair, both_rekeyed, 20), cases[i].rekeys);
        ov_pair_close(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keys_of_small_blocks_go_early)};
    return cmocka_run_group_tests_name("session_narrow", tests, NULL, NULL);
}
