/* Renegotiations that follow each other closely on a wire that loses packets: an end that has finished one and begins
 * the next may do so before its last acknowledgement has arrived. The tunnel goes on all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/pair.h"
#include "lib/tlspair.h"

#define SEEDS  20u
#define LIFE_S 60u

static struct ov_pair pair;

/* Which end renegotiates all the time. */
static void run(const struct ov_crypto *crypto, enum ov_role hasty, enum ov_end_wrap wrap, uint64_t seed)
{
    static const char *const texts[2] = {"reneg-sec 0\nping 1\nping-restart 6\n",
                                         "reneg-sec 2 0\nping 1\nping-restart 6\n"};
    const struct ov_wire_faults lossy = {.loss_pm = 30, .latency_ms = 20, .jitter_ms = 5};
    struct ov_end_spec client = ov_end_spec_default();
    client.crypto = crypto;
    client.wrap = wrap;
    struct ov_end_spec server = client;
    client.more = texts[hasty == OV_ROLE_CLIENT];
    server.more = texts[hasty == OV_ROLE_SERVER];
    ov_pair_open(&pair, &client, &server, &lossy, seed);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 30));
    pair.pace_ms = 50;
    ov_pair_wait(&pair, LIFE_S * 1000);
    const uint32_t wanted = LIFE_S * 20 * 8 / 10;
    if (pair.restarts > 0 || pair.up.arrived < wanted || pair.down.arrived < wanted ||
        pair.rekeys[hasty] < 15)
    {
        fail_msg("seed %llu, %s in a hurry: %u restarts (%s), %u up, %u down of %u, %u new keys",
                 (unsigned long long)seed, hasty == OV_ROLE_CLIENT ? "client" : "server", pair.restarts,
                 pair.last_text, pair.up.arrived, pair.down.arrived, LIFE_S * 20, pair.rekeys[hasty]);
    }
    ov_pair_close(&pair);
}

static void null_seeds(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
    {
        const enum ov_end_wrap wrap = seed % 2 == 0 ? OV_END_PLAIN : OV_END_TLS_CRYPT;
        run(ov_end_spec_default().crypto, OV_ROLE_CLIENT, wrap, seed);
        run(ov_end_spec_default().crypto, OV_ROLE_SERVER, wrap, seed);
    }
}

static void real_seeds(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; all[i] != NULL; i++)
    {
        run(all[i], OV_ROLE_CLIENT, OV_END_TLS_CRYPT, 1);
        run(all[i], OV_ROLE_SERVER, OV_END_TLS_CRYPT, 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_seeds),
        cmocka_unit_test(real_seeds),
    };
    return cmocka_run_group_tests_name("session_hurry", tests, NULL, NULL);
}
