/* Two ends of static key mode over a wire that loses, doubles, delays and damages packets: every seed must come up,
 * carry data both ways, survive that an end starts anew and that the caller moves, and end, in bounded virtual time.
 *
 *   OV_SEED=n      replay this seed alone        OV_TRACE=1   print every line of the log
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "lib/duo.h"
#include "lib/tlspair.h"

#define SEEDS_NULL 200u
#define SEEDS_REAL 60u

static const char *const ciphers[] = {"AES-256-CBC", "AES-192-CBC",      "AES-128-CBC",  "DES-EDE3-CBC",
                                      "BF-CBC",      "CAMELLIA-128-CBC", "ARIA-256-CBC", "none"};
static const char *const digests[] = {"SHA1", "SHA256", "SHA512", "MD5", "RIPEMD160", "SHA3-384"};
static const char *const shapes[] = {
    "",
    "tun-mtu 576\n",
    "tun-mtu 9000\n",
    "comp-lzo no\n",
    "compress stub-v2\n",
    "comp-lzo\nallow-compression yes\n",
    "compress lz4-v2\nallow-compression yes\n",
    "fragment 700\n",
    "fragment 1300\ntun-mtu 9000\ncompress lz4\nallow-compression yes\n",
};
static const char *const directions[][2] = {
    {"", ""}, {"key-direction 0\n", "key-direction 1\n"}, {"key-direction 1\n", "key-direction 0\n"}};

struct plan
{
    const struct ov_crypto *crypto[2];
    struct ov_wire_faults faults;
    char text[2][256];
    const char *more[2];
};

#define PICK(r, array) (array)[ov_test_below(r, sizeof(array) / sizeof(array)[0])]

static bool all_have(const struct plan *plan, const char *cipher, const char *digest)
{
    enum ov_cipher_id cipher_id;
    enum ov_digest_id digest_id;
    uint8_t out[OV_DIGEST_MAX];
    assert_int_equal(ov_cipher_by_name(cipher, &cipher_id), OV_OK);
    assert_int_equal(ov_digest_by_name(digest, &digest_id), OV_OK);
    for (unsigned i = 0; i < 2; i++)
    {
        if (!ov_crypto_has_cipher(plan->crypto[i], cipher_id) ||
            plan->crypto[i]->digest(digest_id, NULL, 0, out) != OV_OK)
        {
            return false;
        }
    }
    return true;
}

static void make_plan(struct plan *plan, uint64_t seed, const struct ov_crypto *a, const struct ov_crypto *b)
{
    struct ov_test_random r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    const char *cipher = PICK(&r, ciphers);
    const char *digest = PICK(&r, digests);
    const char *shape = PICK(&r, shapes);
    const char *const *direction = PICK(&r, directions);
    const uint32_t window = ov_test_below(&r, 3) == 0 ? 1024 : 64;
    *plan = (struct plan){.crypto = {a, b}};
    plan->faults = (struct ov_wire_faults){.loss_pm = ov_test_below(&r, 150),
                                           .double_pm = ov_test_below(&r, 100),
                                           .damage_pm = ov_test_below(&r, 20),
                                           .latency_ms = 1 + ov_test_below(&r, 80),
                                           .jitter_ms = ov_test_below(&r, 120)};
    if (!all_have(plan, cipher, digest))
    {
        cipher = "AES-256-CBC";
        digest = "SHA1";
    }
    for (unsigned i = 0; i < 2; i++)
    {
        const int len =
            snprintf(plan->text[i], sizeof plan->text[i],
                     "cipher %s\nauth %s\nreplay-window %u\nkeepalive 2 10\nexplicit-exit-notify "
                     "3\n%s%s%s",
                     cipher, digest, window, shape, direction[i], i == 1 ? "remote 203.0.113.1\n" : "");
        assert_in_range(len, 1, sizeof plan->text[i] - 1);
        plan->more[i] = plan->text[i];
    }
}

static const char *exchange(struct ov_duo *duo)
{
    const uint32_t up = duo->end[0].arrived, down = duo->end[1].arrived;
    duo->pace_ms = 40;
    ov_duo_run(duo, 3000);
    return duo->end[0].arrived >= up + 30 && duo->end[1].arrived >= down + 30 ? NULL : "data did not flow";
}

static const char *live(struct ov_duo *duo, uint64_t seed)
{
    const char *why = NULL;
    ov_duo_start(duo, 0, NULL);
    ov_duo_start(duo, 1, &duo->end[0].addr);
    ov_duo_run(duo, 12000); /* time for a request that was lost to be made again, and for pings */
    if (duo->end[0].connects != 1 || duo->end[1].connects != 1)
    {
        return "did not come up in 12 s";
    }
    why = exchange(duo);
    if (why == NULL)
    {
        ov_duo_start(duo, (unsigned)(seed % 2), seed % 2 == 0 ? NULL : &duo->end[0].addr);
        ov_duo_run(duo, 3000); /* the end that waits hears of the other one by a ping */
        why = exchange(duo);
    }
    if (why == NULL)
    {
        duo->end[1].addr.port++; /* as a NAT would have it */
        ov_duo_run(duo, 3000);
        why = exchange(duo);
    }
    duo->pace_ms = 0;
    if (why == NULL && duo->end[0].restarts + duo->end[1].restarts > 0)
    {
        why = "started over";
    }
    ov_session_exit(&duo->end[1].session, duo->now);
    ov_duo_run(duo, 20000);
    if (why == NULL && (duo->end[1].ends != 1 || duo->end[0].restarts != 1))
    {
        why = "did not end";
    }
    return why;
}

static uint64_t run_seed(uint64_t seed, const struct ov_crypto *a, const struct ov_crypto *b)
{
    static struct ov_duo duo;
    struct plan plan;
    make_plan(&plan, seed, a, b);
    ov_duo_open(&duo, plan.crypto, plan.more, &plan.faults, seed);
    if (ov_test_traced())
    {
        print_message("%s", plan.text[1]);
    }
    const char *why = live(&duo, seed);
    if (why == NULL && (duo.end[0].said[0] != '\0') != (strstr(duo.end[0].said, "session ends") != NULL))
    {
        why = "complained";
    }
    if (why != NULL)
    {
        fail_msg(
            "seed %llu %s: %s and %s, loss %u double %u damage %u per mille, %u + %u ms, last %s/%s, said "
            "'%s' '%s'\n%s",
            (unsigned long long)seed, why, a->name, b->name, plan.faults.loss_pm, plan.faults.double_pm,
            plan.faults.damage_pm, plan.faults.latency_ms, plan.faults.jitter_ms, duo.end[0].last_text,
            duo.end[1].last_text, duo.end[0].said, duo.end[1].said, plan.text[1]);
    }
    const uint64_t hash = duo.wire.hash;
    ov_duo_close(&duo);
    return hash;
}

static unsigned seeds_wanted(unsigned standard)
{
    return getenv("OV_SEED") != NULL ? 1 : standard;
}

static void null_seeds(void **state)
{
    (void)state;
    const uint64_t first = ov_test_seed(1);
    for (unsigned i = 0; i < seeds_wanted(SEEDS_NULL); i++)
    {
        (void)run_seed(first + i, &ov_crypto_null, &ov_crypto_null);
    }
}

static void real_seeds(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    const uint64_t first = ov_test_seed(1);
    unsigned backends = 0;
    while (all[backends] != NULL)
    {
        backends++;
    }
    for (unsigned i = 0; i < seeds_wanted(SEEDS_REAL); i++)
    {
        (void)run_seed(first + i, all[i % backends], all[i / backends % backends]);
    }
}

static void same_seed_same_run(void **state)
{
    (void)state;
    const uint64_t one = run_seed(77, &ov_crypto_null, &ov_crypto_null);
    assert_true(one == run_seed(77, &ov_crypto_null, &ov_crypto_null));
    assert_true(one != run_seed(78, &ov_crypto_null, &ov_crypto_null));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_run),
        cmocka_unit_test(null_seeds),
        cmocka_unit_test(real_seeds),
    };
    return cmocka_run_group_tests_name("pair_static", tests, NULL, NULL);
}
