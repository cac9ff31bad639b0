/* Client and server over a wire that loses, doubles, delays and damages packets: every seed must connect, carry
 * data both ways, renegotiate, switch to the new key, and end, in bounded virtual time; or be refused as planned.
 * What a seed decides stands in lib/pairplan.h.
 *
 *   OV_SEED=n      replay this seed alone        OV_TRACE=1   print every line of the log
 *   OV_SEEDS=n     that many seeds, from OV_SEED OV_BACKENDS=real|null   only these
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "lib/paircover.h"
#include "lib/pairlife.h"
#include "lib/tlspair.h"
#include "wire/socks_udp.h"
#include "wire/wkc.h"

#define SEEDS_NULL 2000u
#define SEEDS_REAL 720u

struct totals
{
    struct ov_cover cover;
    uint64_t packets, lost, damaged, doubled;
    uint32_t restarts, rekeys_failed, refused;
};

static enum ov_err refuse_key(void *ctx, const struct ov_newcomer *who,
                              const struct ov_wkc_metadata *metadata, char why[static OV_TLS_JUDGE_TEXT])
{
    (void)ctx;
    (void)who;
    (void)metadata;
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "not this one");
    return OV_ERR_AUTH;
}

static enum ov_err take_key(void *ctx, const struct ov_newcomer *who, const struct ov_wkc_metadata *metadata,
                            char why[static OV_TLS_JUDGE_TEXT])
{
    (void)ctx;
    (void)who;
    (void)why;
    return metadata->len == 9 && metadata->octets[0] == OV_WKC_TYPE_TIME ? OV_OK : OV_ERR_AUTH;
}

/* What configuration text doesn't say, before the first packet. */
static void prepare(struct ov_pair *pair, const struct ov_plan *plan)
{
    struct ov_test_random random = {plan->seed};
    pair->server.settings.judge_key = plan->refusal == OV_PLAN_REFUSED_KEY ? refuse_key : take_key;
    ov_plan_log_in(pair, plan);
    if (plan->proxy != OV_PLAN_DIRECT)
    {
        ov_plan_pass_proxy(plan, &random);
    }
    if (plan->proxy == OV_PLAN_SOCKS_UDP)
    {
        pair->relayed = true;
        pair->client.settings.outer_more = OV_SOCKS_UDP_HEAD;
    }
}

/* Returns the hash of everything that was on the wire. */
static uint64_t run_seed(uint64_t seed, const struct ov_crypto *client, const struct ov_crypto *server,
                         struct totals *totals)
{
    static struct ov_pair pair;
    struct ov_plan plan;
    ov_plan_make(&plan, seed, client, server);
    if (ov_test_traced())
    {
        ov_plan_print(&plan);
    }
    ov_pair_open(&pair, &plan.client, &plan.server, &plan.faults, seed);
    prepare(&pair, &plan);
    const char *why = ov_plan_live(&pair, &plan);
    if (why != NULL)
    {
        ov_plan_print(&plan);
        fail_msg("seed %llu %s: %u restarts (last: %s), %u failed renegotiations; client %s, at %.1f s",
                 (unsigned long long)seed, why, pair.restarts, pair.last_text, pair.rekeys_failed,
                 ov_key_state_name(pair.client.session.ks.state), (double)pair.now.mono_ms / 1000 - 1000);
    }
    const uint64_t hash = pair.wire.hash;
    totals->packets += pair.wire.put;
    totals->lost += pair.wire.lost;
    totals->doubled += pair.wire.doubled;
    totals->damaged += pair.wire.damaged;
    ov_cover_note(&totals->cover, &plan);
    totals->refused += plan.refusal != OV_PLAN_WELCOME;
    totals->restarts += pair.restarts;
    totals->rekeys_failed += pair.rekeys_failed;
    ov_pair_close(&pair);
    return hash;
}

static void print_totals(const char *what, unsigned seeds, const struct totals *t)
{
    print_message(
        "%s: %u seeds, %u refused as planned, %llu packets, %llu lost, %llu doubled, %llu damaged, %u "
        "reconnects, %u failed renegotiations\n",
        what, seeds, t->refused, (unsigned long long)t->packets, (unsigned long long)t->lost,
        (unsigned long long)t->doubled, (unsigned long long)t->damaged, t->restarts, t->rekeys_failed);
}

static unsigned seeds_wanted(unsigned standard, unsigned replay)
{
    const char *text = getenv("OV_SEEDS");
    if (text != NULL)
    {
        return (unsigned)strtoul(text, NULL, 10);
    }
    return getenv("OV_SEED") != NULL ? replay : standard;
}

static bool wanted(const char *what)
{
    const char *text = getenv("OV_BACKENDS");
    return text == NULL || strcmp(text, what) == 0;
}

static void null_seeds(void **state)
{
    (void)state;
    static struct totals totals;
    memset(&totals, 0, sizeof totals);
    const uint64_t first = ov_test_seed(1);
    const unsigned count = seeds_wanted(SEEDS_NULL, 1);
    for (unsigned i = 0; i < count && wanted("null"); i++)
    {
        (void)run_seed(first + i, &ov_crypto_null, &ov_crypto_null, &totals);
    }
    print_totals("null", count, &totals);
    if (count >= SEEDS_NULL && wanted("null"))
    {
        ov_cover_check(&totals.cover, "null", false);
    }
}

/* The same seed gives the same octets at the same times: or a failure could not be replayed. */
static void same_seed_same_run(void **state)
{
    (void)state;
    static const uint64_t seeds[] = {3, 77, 1001, 123456789};
    static struct totals totals;
    memset(&totals, 0, sizeof totals);
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++)
    {
        const uint64_t a = run_seed(seeds[i], &ov_crypto_null, &ov_crypto_null, &totals);
        const uint64_t b = run_seed(seeds[i], &ov_crypto_null, &ov_crypto_null, &totals);
        const uint64_t other = run_seed(seeds[i] + 1, &ov_crypto_null, &ov_crypto_null, &totals);
        assert_true(a == b);
        assert_true(a != other);
    }
}

/* Seeds are dealt out over every pair of backends. */
static void real_seeds(void **state)
{
    (void)state;
    static struct totals totals;
    memset(&totals, 0, sizeof totals);
    const struct ov_crypto *const *all = ov_test_real_backends();
    const uint64_t first = ov_test_seed(1);
    unsigned backends = 0;
    while (all[backends] != NULL)
    {
        backends++;
    }
    const unsigned count = seeds_wanted(SEEDS_REAL, backends * backends);
    const bool replays = getenv("OV_SEED") != NULL && getenv("OV_SEEDS") == NULL; /* on every pair */
    for (unsigned i = 0; i < count && wanted("real"); i++)
    {
        const struct ov_crypto *client = all[i % backends];
        const struct ov_crypto *server = all[i / backends % backends];
        const uint64_t seed = replays ? first : first + i;
        (void)run_seed(seed, client, server, &totals);
    }
    print_totals("real", count, &totals);
    if (count >= SEEDS_REAL && wanted("real"))
    {
        ov_cover_check(&totals.cover, "real", backends > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_run),
        cmocka_unit_test(null_seeds),
        cmocka_unit_test(real_seeds),
    };
    return cmocka_run_group_tests_name("pair", tests, NULL, NULL);
}
