/* Client and server over a wire that loses, doubles, delays and damages packets: every seed must connect, carry
 * data both ways, renegotiate, switch to the new key, and end, in bounded virtual time.
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
#include "data/framing.h"
#include "lib/pair.h"
#include "lib/tlspair.h"

#define SEEDS_NULL 2000u
#define SEEDS_REAL 1000u

/* What stands between tunnel packet and cipher: options of both ends. */
static const struct shape
{
    const char *name;
    const char *client;
    const char *server;
    enum ov_comp_mode comp;
    bool compresses;
} shapes[] = {
    {"plain", "", "", OV_COMP_OFF, false},
    {"plain", "", "", OV_COMP_OFF, false},
    {"tun-mtu 576", "tun-mtu 576\n", "tun-mtu 576\n", OV_COMP_OFF, false},
    {"tun-mtu 9000", "tun-mtu 9000\n", "tun-mtu 9000\n", OV_COMP_OFF, false},
    {"stub", "compress\n", "compress stub\n", OV_COMP_STUB, false},
    {"stub-v2, pushed", "", "compress stub-v2\npush \"compress stub-v2\"\n", OV_COMP_STUB_V2, false},
    {"comp-lzo no, pushed", "allow-compression no\n", "comp-lzo no\npush \"comp-lzo no\"\n", OV_COMP_LZO_STUB,
     false},
    {"lz4", "compress lz4\nallow-compression yes\n", "compress lz4\nallow-compression yes\n", OV_COMP_LZ4,
     true},
    {"lz4-v2, pushed", "allow-compression asym\n",
     "allow-compression yes\ncompress lz4-v2\npush \"compress lz4-v2\"\n", OV_COMP_LZ4_V2, true},
    {"lzo", "comp-lzo\nallow-compression yes\n", "comp-lzo yes\n", OV_COMP_LZO, true},
    {"migrate", "comp-lzo no\n", "compress migrate\n", OV_COMP_STUB_V2, false},
    {"fragment 600", "fragment 600\n", "fragment 600\n", OV_COMP_OFF, false},
    {"fragment 333, lz4", "fragment 333 mtu\ncompress lz4\nallow-compression yes\n",
     "fragment 900\ncompress lz4\nallow-compression yes\n", OV_COMP_LZ4, true},
    {"tap", "dev tap\n", "dev tap\n", OV_COMP_OFF, false},
    {"tap, stub-v2, pushed", "dev tap\n", "dev tap\ncompress stub-v2\npush \"compress stub-v2\"\n",
     OV_COMP_STUB_V2, false},
    {"tap, fragment 600", "dev tap\nfragment 600\n", "dev tap\nfragment 600\n", OV_COMP_OFF, false},
    {"fragment 1300, tun-mtu 9000", "fragment 1300\ntun-mtu 9000\n", "fragment 1300\ntun-mtu 9000\n",
     OV_COMP_OFF, false},
};

/* Without a server nothing is pushed, and what the client is told alone does not fit; a tap's ends need a netmask. */
static bool needs_push(const struct shape *shape)
{
    return strstr(shape->server, "push") != NULL || strstr(shape->server, "migrate") != NULL ||
           strncmp(shape->name, "tap", 3) == 0;
}

/* TCP loses nothing, and fragments are for UDP. */
static bool needs_datagrams(const struct shape *shape)
{
    return strstr(shape->client, "fragment") != NULL;
}

/* What an address in the tunnel means. */
static const char *const topologies[] = {"", "topology net30\n", "topology p2p\n"};

/* Who the client is. */
static const char *const certs[] = {"client-ec", "client-rsa", "sub-client"};

/* What a seed decides. */
struct plan
{
    uint64_t seed;
    struct ov_end_spec client;
    struct ov_end_spec server;
    struct ov_wire_faults faults;
    enum ov_cipher_id cipher;
    bool epoch;
    unsigned login; /* 0 none, 1 decided at once, 2 later, 3 with tokens */
    bool without_v2;
    const struct shape *shape;
    const char *topology;
    unsigned initiator; /* 0 client, 1 server, 2 both at once */
    char client_text[384];
    char server_text[384];
};

static const char *const ciphers[] = {
    "AES-256-GCM", "AES-128-GCM",  "CHACHA20-POLY1305", "AES-192-GCM",
    "AES-256-CBC", "AES-192-CBC",  "AES-128-CBC",       "none",
    "AES-256-CFB", "AES-128-OFB",  "DES-EDE3-CBC",      "CAMELLIA-192-CBC",
    "BF-CBC",      "ARIA-256-GCM", "AES-192-CFB8",      "CAMELLIA-256-CFB",
};
static const char *const digests[] = {"SHA1",   "SHA224", "SHA256",    "SHA384",
                                      "SHA512", "MD5",    "RIPEMD160", "SHA3-256"};

/* What both libraries have. */
static const char *pick_cipher(struct ov_test_random *r, const struct ov_crypto *a, const struct ov_crypto *b)
{
    const char *name = ciphers[ov_test_below(r, sizeof ciphers / sizeof ciphers[0])];
    enum ov_cipher_id id;
    assert_int_equal(ov_cipher_by_name(name, &id), OV_OK);
    return ov_crypto_has_cipher(a, id) && ov_crypto_has_cipher(b, id) ? name : "AES-256-CBC";
}

static const char *pick_digest(struct ov_test_random *r, const struct ov_crypto *a, const struct ov_crypto *b)
{
    const char *name = digests[ov_test_below(r, sizeof digests / sizeof digests[0])];
    uint8_t out[OV_DIGEST_MAX];
    enum ov_digest_id id;
    assert_int_equal(ov_digest_by_name(name, &id), OV_OK);
    return a->digest(id, NULL, 0, out) == OV_OK && b->digest(id, NULL, 0, out) == OV_OK ? name : "SHA1";
}

/* Packets without an HMAC: on a wire that damages them nobody notices, so that a test of content would fail. */
static bool may_go_without_hmac(const struct plan *plan)
{
    return plan->faults.damage_pm == 0;
}

static void make_faults(struct plan *plan, struct ov_test_random *r)
{
    const bool calm = ov_test_below(r, 8) == 0;
    plan->faults = (struct ov_wire_faults){
        .loss_pm = calm ? 0 : ov_test_below(r, 201),
        .double_pm = calm ? 0 : ov_test_below(r, 101),
        .damage_pm = calm ? 0 : ov_test_below(r, 11),
        .latency_ms = 1 + ov_test_below(r, 80),
        .jitter_ms = calm ? 0 : ov_test_below(r, 120),
    };
}

static void append(char text[static 384], const char *more)
{
    const size_t len = strlen(text);
    assert_true(snprintf(text + len, 384 - len, "%s", more) < (int)(384 - len));
}

/* Who carries it, and whether there is a server at all. */
static void make_way(struct plan *plan, struct ov_test_random *r)
{
    const bool p2p = ov_test_below(r, 5) == 0;
    const bool stream = ov_test_below(r, 6) == 0;
    if ((p2p && needs_push(plan->shape)) || (stream && needs_datagrams(plan->shape)))
    {
        plan->shape = &shapes[0];
    }
    plan->faults = stream ? (struct ov_wire_faults){.latency_ms = plan->faults.latency_ms} : plan->faults;
    plan->client.p2p = plan->server.p2p = p2p;
    plan->client.stream = plan->server.stream = stream;
    plan->client.v6 = ov_test_below(r, 3) == 0;
    plan->client.cert = certs[ov_test_below(r, sizeof certs / sizeof certs[0])];
    plan->without_v2 = plan->without_v2 && !p2p;
    plan->topology = topologies[ov_test_below(r, sizeof topologies / sizeof topologies[0])];
    if (!p2p)
    {
        append(plan->server_text, plan->topology);
    }
}

static void make_plan(struct plan *plan, uint64_t seed, const struct ov_crypto *client,
                      const struct ov_crypto *server)
{
    struct ov_test_random r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    memset(plan, 0, sizeof *plan);
    plan->seed = seed;
    make_faults(plan, &r);
    const char *cipher = pick_cipher(&r, client, server);
    const char *auth =
        ov_test_below(&r, 8) == 0 && may_go_without_hmac(plan) ? "none" : pick_digest(&r, client, server);
    /* Each mode as often as the plain one, tls-crypt twice as often. */
    const unsigned drawn = ov_test_below(&r, OV_END_WRAPS + 1);
    const enum ov_end_wrap wrap = drawn < OV_END_WRAPS ? (enum ov_end_wrap)drawn : OV_END_TLS_CRYPT;
    const bool old = ov_test_below(&r, 2) == 0 || !ov_test_speaks(client, OV_TLS_VERSION_1_3) ||
                     !ov_test_speaks(server, OV_TLS_VERSION_1_3);
    const enum ov_tls_version version = old ? OV_TLS_VERSION_1_2 : OV_TLS_VERSION_1_3;
    assert_int_equal(ov_cipher_by_name(cipher, &plan->cipher), OV_OK);
    (void)snprintf(plan->client_text, sizeof plan->client_text,
                   "explicit-exit-notify 2\nmax-packet-size %u\ndata-ciphers %s:DEFAULT\nauth %s\n",
                   500 + ov_test_below(&r, 800), cipher, auth);
    (void)snprintf(plan->server_text, sizeof plan->server_text,
                   "data-ciphers %s\nauth %s\nkeepalive 10 60\nmax-packet-size %u\n", cipher, auth,
                   500 + ov_test_below(&r, 800));
    plan->initiator = ov_test_below(&r, 3);
    plan->shape = &shapes[ov_test_below(&r, sizeof shapes / sizeof shapes[0])];
    plan->without_v2 = ov_test_below(&r, 6) == 0;
    make_way(plan, &r);
    append(plan->client_text, plan->shape->client);
    append(plan->server_text, plan->shape->server);
    const struct ov_proto_flags built = {.cc_exit = ov_test_below(&r, 4) != 0,
                                         .tls_ekm = ov_test_below(&r, 3) != 0,
                                         .dyn_tls_crypt = ov_test_below(&r, 3) != 0,
                                         .aead_epoch = ov_test_below(&r, 2) != 0};
    plan->epoch = built.aead_epoch && ov_cipher_is_aead(plan->cipher) && !plan->without_v2;
    const struct ov_end_spec both = {.version = version,
                                     .wrap = wrap,
                                     .seed = seed,
                                     .p2p = plan->client.p2p,
                                     .stream = plan->client.stream};
    const struct ov_end_spec way = plan->client;
    plan->client = plan->server = both;
    plan->client.crypto = client;
    plan->client.more = plan->client_text;
    plan->client.built = built;
    plan->client.without_v2 = plan->without_v2;
    plan->client.v6 = way.v6;
    plan->client.cert = way.cert;
    plan->server.crypto = server;
    plan->server.more = plan->server_text;
    plan->server.built = (struct ov_proto_flags){true, true, true, true};
    plan->login = plan->client.p2p ? 0 : ov_test_below(&r, 4);
}

static void print_plan(const struct plan *p)
{
    print_error(
        "seed %llu: %s client, %s server, TLS 1.%u, %s, %s%s, keys from %s%s, loss %u double %u damage "
        "%u per mille, "
        "%u..%u ms, initiator %u, %s%s, login %u, %s%s%s, %s\n",
        (unsigned long long)p->seed, p->client.crypto->name, p->server.crypto->name, p->client.version % 10,
        ov_end_wrap_name(p->client.wrap), ov_cipher_name(p->cipher), p->epoch ? " with epochs" : "",
        p->client.built.tls_ekm ? "exporter" : "PRF",
        p->client.built.dyn_tls_crypt ? ", dynamic tls-crypt" : "", p->faults.loss_pm, p->faults.double_pm,
        p->faults.damage_pm, p->faults.latency_ms, p->faults.latency_ms + p->faults.jitter_ms, p->initiator,
        p->shape->name, p->without_v2 ? ", DATA_V1" : "", p->login, p->client.p2p ? "point to point, " : "",
        p->client.stream ? "TCP, " : "", p->client.v6 ? "IPv6" : "IPv4", p->client.cert);
}

/* ---- the life of a connection ---- */

static uint32_t up_before;
static uint32_t down_before;

static bool exchanged(const struct ov_pair *pair)
{
    return pair->up.arrived >= up_before + 8 && pair->down.arrived >= down_before + 8;
}

static bool rekeyed_or_lost(const struct ov_pair *pair)
{
    return (pair->rekeys[0] > 0 && pair->rekeys[1] > 0) || !ov_pair_is_up(pair);
}

static bool switched_or_lost(const struct ov_pair *pair)
{
    return (pair->up.key_id != 0 && pair->down.key_id != 0) || !ov_pair_is_up(pair);
}

static bool ended(const struct ov_pair *pair)
{
    return pair->client_gone && pair->server_peers == 0;
}

static const char *connect(struct ov_pair *pair)
{
    return ov_pair_until(pair, ov_pair_is_up, 600) ? NULL : "did not connect in 600 s";
}

static const char *exchange(struct ov_pair *pair)
{
    up_before = pair->up.arrived;
    down_before = pair->down.arrived;
    pair->pace_ms = 40;
    return ov_pair_until(pair, exchanged, 30) ? NULL : "data did not flow in 30 s";
}

static void start_rekey(struct ov_pair *pair, unsigned initiator)
{
    enum ov_err client = initiator == 1 ? OV_OK : OV_ERR_AGAIN;
    enum ov_err server = initiator == 0 ? OV_OK : OV_ERR_AGAIN;
    pair->rekeys[0] = pair->rekeys[1] = 0;
    for (unsigned i = 0; i < 100000 && ov_pair_is_up(pair) && (client != OV_OK || server != OV_OK); i++)
    {
        client = client != OV_OK ? ov_session_renegotiate(&pair->client.session, pair->now) : OV_OK;
        server = server != OV_OK ? ov_hub_renegotiate(pair->server.hub, 0, pair->now) : OV_OK;
        if (pair->rekeys[0] + pair->rekeys[1] > 0)
        {
            break; /* the other end was first */
        }
        ov_pair_step(pair);
    }
}

/* A wire like this may end the connection; then the client comes back and it is tried again. */
static const char *renegotiate(struct ov_pair *pair, unsigned initiator)
{
    for (unsigned attempt = 0; attempt < 8; attempt++)
    {
        const char *why = connect(pair);
        if (why != NULL)
        {
            return why;
        }
        pair->up.key_id = pair->down.key_id = 0;
        pair->pace_ms = 500;
        start_rekey(pair, initiator);
        if (!ov_pair_until(pair, rekeyed_or_lost, 400))
        {
            return "did not renegotiate in 400 s";
        }
        if (!ov_pair_until(pair, switched_or_lost, 200))
        {
            return "did not switch to the new key in 200 s";
        }
        if (ov_pair_is_up(pair))
        {
            return NULL;
        }
    }
    return "lost the connection in each of 8 renegotiations";
}

static const char *end(struct ov_pair *pair)
{
    pair->pace_ms = 0;
    pair->reconnect_ms = UINT64_MAX;
    ov_session_exit(&pair->client.session, pair->now);
    return ov_pair_until(pair, ended, 300) ? NULL : "did not end in 300 s";
}

/* Was the framing what was planned, and was it used? */
static const char *check_shape(const struct ov_pair *pair, const struct plan *plan)
{
    const struct ov_data *data = &pair->client.session.data;
    const struct ov_data_framing_stats stats = ov_data_framing_stats(data);
    const bool fragments = plan->client.more != NULL && strstr(plan->client.more, "fragment") != NULL;
    if ((data->peer_id == OV_PEER_ID_NONE) != plan->without_v2)
    {
        return "sends another header than planned";
    }
    if ((data->framing != NULL) != (plan->shape->comp != OV_COMP_OFF || fragments))
    {
        return "has another framing than planned";
    }
    if (plan->shape->compresses && stats.expanded_packets + stats.compressed_packets == 0)
    {
        return "never saw a compressed packet";
    }
    return !fragments || stats.pieces_in + stats.pieces_out > 0 ? NULL : "never saw a fragment";
}

static const char *live(struct ov_pair *pair, const struct plan *plan)
{
    const char *why = connect(pair);
    why = why != NULL ? why : exchange(pair);
    why = why != NULL ? why : renegotiate(pair, plan->initiator);
    if (why == NULL && pair->client.session.agreed.cipher != plan->cipher)
    {
        why = "uses another cipher than planned";
    }
    if (why == NULL && pair->client.session.agreed.flags.aead_epoch != plan->epoch)
    {
        why = "uses another packet format than planned";
    }
    why = why != NULL ? why : exchange(pair);
    why = why != NULL ? why : check_shape(pair, plan);
    return why != NULL ? why : end(pair);
}

/* ---- seeds ---- */

struct totals
{
    uint64_t packets, lost, damaged, doubled;
    uint32_t restarts, rekeys_failed;
};

/* Returns the hash of everything that was on the wire. */
static uint64_t run_seed(uint64_t seed, const struct ov_crypto *client, const struct ov_crypto *server,
                         struct totals *totals)
{
    static struct ov_pair pair;
    struct plan plan;
    make_plan(&plan, seed, client, server);
    if (ov_test_traced())
    {
        print_plan(&plan);
    }
    ov_pair_open(&pair, &plan.client, &plan.server, &plan.faults, seed);
    if (plan.login > 0)
    {
        ov_pair_log_in(&pair, plan.login == 1 ? 0 : 100 + (uint32_t)(seed % 7) * 900, plan.login == 3);
    }
    const char *why = live(&pair, &plan);
    if (why == NULL && (plan.login > 0) != (pair.logins > 0))
    {
        why = "was not asked about a login, or without one";
    }
    if (why != NULL)
    {
        print_plan(&plan);
        fail_msg("seed %llu %s: %u restarts (last: %s), %u failed renegotiations; client %s, at %.1f s",
                 (unsigned long long)seed, why, pair.restarts, pair.last_text, pair.rekeys_failed,
                 ov_key_state_name(pair.client.session.ks.state), (double)pair.now.mono_ms / 1000 - 1000);
    }
    const uint64_t hash = pair.wire.hash;
    totals->packets += pair.wire.put;
    totals->lost += pair.wire.lost;
    totals->doubled += pair.wire.doubled;
    totals->damaged += pair.wire.damaged;
    totals->restarts += pair.restarts;
    totals->rekeys_failed += pair.rekeys_failed;
    ov_pair_close(&pair);
    return hash;
}

static void print_totals(const char *what, unsigned seeds, const struct totals *t)
{
    print_message(
        "%s: %u seeds, %llu packets, %llu lost, %llu doubled, %llu damaged, %u reconnects, %u failed "
        "renegotiations\n",
        what, seeds, (unsigned long long)t->packets, (unsigned long long)t->lost,
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
    struct totals totals = {0};
    const uint64_t first = ov_test_seed(1);
    const unsigned count = seeds_wanted(SEEDS_NULL, 1);
    for (unsigned i = 0; i < count && wanted("null"); i++)
    {
        (void)run_seed(first + i, &ov_crypto_null, &ov_crypto_null, &totals);
    }
    print_totals("null", count, &totals);
}

/* The same seed gives the same octets at the same times: or a failure could not be replayed. */
static void same_seed_same_run(void **state)
{
    (void)state;
    static const uint64_t seeds[] = {3, 77, 1001, 123456789};
    struct totals totals = {0};
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
    struct totals totals = {0};
    const struct ov_crypto *const *all = ov_test_real_backends();
    const uint64_t first = ov_test_seed(1);
    unsigned backends = 0;
    while (all[backends] != NULL)
    {
        backends++;
    }
    const unsigned count = seeds_wanted(SEEDS_REAL, backends * backends);
    for (unsigned i = 0; i < count && wanted("real"); i++)
    {
        const struct ov_crypto *client = all[i % backends];
        const struct ov_crypto *server = all[i / backends % backends];
        const uint64_t seed = first + i / (backends * backends);
        (void)run_seed(seed, client, server, &totals);
    }
    print_totals("real", count, &totals);
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
