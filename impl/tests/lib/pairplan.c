#include "tests/lib/pairplan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "tests/lib/tlspair.h"

static const struct ov_plan_shape shapes[OV_PLAN_SHAPES] = {
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
    {"lz4, the server compresses", "compress lz4\n", "compress lz4\nallow-compression yes\n", OV_COMP_LZ4,
     true},
    {"lz4, the client compresses", "compress lz4\nallow-compression yes\n", "compress lz4\n", OV_COMP_LZ4,
     true},
    {"lz4, nobody compresses", "compress lz4\n", "compress lz4\n", OV_COMP_LZ4, false},
    {"lz4-v2, pushed", "allow-compression asym\n",
     "allow-compression yes\ncompress lz4-v2\npush \"compress lz4-v2\"\n", OV_COMP_LZ4_V2, true},
    {"lz4-v2, the client compresses", "compress lz4-v2\nallow-compression yes\n", "compress lz4-v2\n",
     OV_COMP_LZ4_V2, true},
    {"lzo, the client compresses", "comp-lzo\nallow-compression yes\n", "comp-lzo yes\n", OV_COMP_LZO, true},
    {"lzo, the server compresses", "comp-lzo\n", "compress lzo\nallow-compression yes\n", OV_COMP_LZO, true},
    {"lzo, pushed", "allow-compression yes\n", "comp-lzo adaptive\npush \"comp-lzo adaptive\"\n", OV_COMP_LZO,
     true},
    {"migrate", "comp-lzo no\n", "compress migrate\n", OV_COMP_STUB_V2, false},
    {"fragment 600", "fragment 600\n", "fragment 600\n", OV_COMP_OFF, false},
    {"fragment 333, lz4", "fragment 333 mtu\ncompress lz4\nallow-compression yes\n",
     "fragment 900\ncompress lz4\nallow-compression yes\n", OV_COMP_LZ4, true},
    {"fragment 400, lzo by the client", "fragment 400\ncomp-lzo\nallow-compression yes\n",
     "fragment 500\ncomp-lzo\n", OV_COMP_LZO, true},
    {"tap", "dev tap\n", "dev tap\n", OV_COMP_OFF, false},
    {"tap, stub-v2, pushed", "dev tap\n", "dev tap\ncompress stub-v2\npush \"compress stub-v2\"\n",
     OV_COMP_STUB_V2, false},
    {"tap, lz4-v2 by the server", "dev tap\ncompress lz4-v2\n",
     "dev tap\ncompress lz4-v2\nallow-compression yes\n", OV_COMP_LZ4_V2, true},
    {"tap, fragment 600", "dev tap\nfragment 600\n", "dev tap\nfragment 600\n", OV_COMP_OFF, false},
    {"fragment 1300, tun-mtu 9000", "fragment 1300\ntun-mtu 9000\n", "fragment 1300\ntun-mtu 9000\n",
     OV_COMP_OFF, false},
};

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof(list)[0]))

/* Without a server nothing is pushed, and what the client is told alone does not fit; a tap's ends need a
 * netmask. */
static bool needs_push(const struct ov_plan_shape *shape)
{
    return strstr(shape->server, "push") != NULL || strstr(shape->server, "migrate") != NULL ||
           strncmp(shape->name, "tap", 3) == 0;
}

/* TCP loses nothing, and fragments are for UDP. */
static bool needs_datagrams(const struct ov_plan_shape *shape)
{
    return strstr(shape->client, "fragment") != NULL;
}

static const char *const topologies[] = {"", "topology net30\n", "topology p2p\n"};
static const char *const certs[] = {"client-ec", "client-rsa", "sub-client"};
static const char *const ciphers[] = {
    "AES-256-GCM", "AES-128-GCM",  "CHACHA20-POLY1305", "AES-192-GCM",
    "AES-256-CBC", "AES-192-CBC",  "AES-128-CBC",       "none",
    "AES-256-CFB", "AES-128-OFB",  "DES-EDE3-CBC",      "CAMELLIA-192-CBC",
    "BF-CBC",      "ARIA-256-GCM", "AES-192-CFB8",      "CAMELLIA-256-CFB",
};
static const char *const digests[] = {"SHA1",   "SHA224", "SHA256",    "SHA384",
                                      "SHA512", "MD5",    "RIPEMD160", "SHA3-256"};

static void append(char text[static OV_PLAN_TEXT], const char *more)
{
    const size_t len = strlen(text);
    assert_true(snprintf(text + len, OV_PLAN_TEXT - len, "%s", more) < (int)(OV_PLAN_TEXT - len));
}

/* ---- the data channel ---- */

/* What both libraries have. */
static const char *pick_cipher(struct ov_test_random *r, const struct ov_crypto *a, const struct ov_crypto *b)
{
    const char *name = ciphers[ov_test_below(r, COUNT(ciphers))];
    enum ov_cipher_id id;
    assert_int_equal(ov_cipher_by_name(name, &id), OV_OK);
    return ov_crypto_has_cipher(a, id) && ov_crypto_has_cipher(b, id) ? name : "AES-256-CBC";
}

static const char *pick_digest(struct ov_test_random *r, const struct ov_crypto *a, const struct ov_crypto *b)
{
    const char *name = digests[ov_test_below(r, COUNT(digests))];
    uint8_t out[OV_DIGEST_MAX];
    enum ov_digest_id id;
    assert_int_equal(ov_digest_by_name(name, &id), OV_OK);
    return a->digest(id, NULL, 0, out) == OV_OK && b->digest(id, NULL, 0, out) == OV_OK ? name : "SHA1";
}

/* Without an HMAC nobody notices that a packet was damaged, so that a test of content would fail. */
static void make_data(struct ov_plan *plan, struct ov_test_random *r)
{
    const struct ov_crypto *client = plan->client.crypto, *server = plan->server.crypto;
    const char *cipher = pick_cipher(r, client, server);
    const bool bare = ov_test_below(r, 8) == 0 && plan->faults.damage_pm == 0;
    const char *auth = bare ? "none" : pick_digest(r, client, server);
    assert_int_equal(ov_cipher_by_name(cipher, &plan->cipher), OV_OK);
    (void)snprintf(plan->client_text, OV_PLAN_TEXT,
                   "explicit-exit-notify 2\nmax-packet-size %u\ndata-ciphers %s:DEFAULT\nauth %s\n",
                   500 + ov_test_below(r, 800), cipher, auth);
    (void)snprintf(plan->server_text, OV_PLAN_TEXT,
                   "data-ciphers %s\nauth %s\nkeepalive 10 60\nmax-packet-size %u\n", cipher, auth,
                   500 + ov_test_below(r, 800));
    plan->shape_number = ov_test_below(r, OV_PLAN_SHAPES);
    plan->shape = &shapes[plan->shape_number];
    plan->without_v2 = ov_test_below(r, 6) == 0;
    /* Only what proves where it comes from moves a client, and only a peer-id tells whose it is. */
    plan->floats = ov_test_below(r, 3) == 0 && (!bare || ov_cipher_is_aead(plan->cipher));
    plan->updates = ov_test_below(r, 3) == 0;
}

/* ---- the way ---- */

static void make_faults(struct ov_plan *plan, struct ov_test_random *r)
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

static void make_proxy(struct ov_plan *plan, struct ov_test_random *r)
{
    const bool stream = plan->client.stream;
    if (ov_test_below(r, 3) != 0 || (!stream && plan->client.v6))
    {
        return;
    }
    plan->proxy =
        stream ? OV_PLAN_HTTP + ov_test_below(r, OV_PLAN_SOCKS_LOGIN - OV_PLAN_HTTP + 1) : OV_PLAN_SOCKS_UDP;
    append(plan->client_text,
           plan->proxy < OV_PLAN_SOCKS ? "http-proxy 192.0.2.1 8080\n" : "socks-proxy 192.0.2.1\n");
}

/* Who carries it, and whether there is a server at all. */
static void make_way(struct ov_plan *plan, struct ov_test_random *r)
{
    const bool p2p = ov_test_below(r, 5) == 0;
    const bool stream = ov_test_below(r, 6) == 0;
    if ((p2p && needs_push(plan->shape)) || (stream && needs_datagrams(plan->shape)))
    {
        plan->shape_number = 0;
        plan->shape = &shapes[0];
    }
    plan->faults = stream ? (struct ov_wire_faults){.latency_ms = plan->faults.latency_ms} : plan->faults;
    plan->client.p2p = plan->server.p2p = p2p;
    plan->client.stream = plan->server.stream = stream;
    plan->client.v6 = ov_test_below(r, 3) == 0;
    plan->rules_number = ov_test_below(r, COUNT(certs));
    plan->client.cert = certs[plan->rules_number];
    plan->without_v2 = plan->without_v2 && !p2p;
    plan->floats = plan->floats && !p2p && !stream && !plan->without_v2;
    plan->updates = plan->updates && !p2p;
    const char *topology = topologies[ov_test_below(r, COUNT(topologies))];
    append(plan->server_text, p2p ? "" : topology);
    make_proxy(plan, r);
}

/* ---- the control channel ---- */

static void make_control(struct ov_plan *plan, struct ov_test_random *r)
{
    /* Each mode as often as the plain one, tls-crypt twice as often. */
    const unsigned drawn = ov_test_below(r, OV_END_WRAPS + 1);
    const struct ov_crypto *a = plan->client.crypto, *b = plan->server.crypto;
    const bool old = ov_test_below(r, 2) == 0 || !ov_test_speaks(a, OV_TLS_VERSION_1_3) ||
                     !ov_test_speaks(b, OV_TLS_VERSION_1_3);
    plan->client.wrap = drawn < OV_END_WRAPS ? (enum ov_end_wrap)drawn : OV_END_TLS_CRYPT;
    plan->server.wrap = plan->client.wrap;
    plan->client.version = plan->server.version = old ? OV_TLS_VERSION_1_2 : OV_TLS_VERSION_1_3;
    plan->versions = old ? "TLS 1.2" : "TLS 1.3";
    plan->versions_number = !old;
    plan->rules = plan->client.cert;
    plan->client.built = (struct ov_proto_flags){.cc_exit = ov_test_below(r, 4) != 0,
                                                 .tls_ekm = ov_test_below(r, 3) != 0,
                                                 .dyn_tls_crypt = ov_test_below(r, 3) != 0,
                                                 .aead_epoch = ov_test_below(r, 2) != 0};
    plan->server.built = (struct ov_proto_flags){true, true, true, true};
    plan->client.without_v2 = plan->without_v2;
    plan->epoch = plan->client.built.aead_epoch && ov_cipher_is_aead(plan->cipher) && !plan->without_v2;
}

static void make_login(struct ov_plan *plan, struct ov_test_random *r)
{
    static const char *const texts[OV_PLAN_LOGINS] = {
        [OV_PLAN_LOGIN_DYNAMIC] = "auth-user-pass up\nauth-retry interact\n",
        [OV_PLAN_LOGIN_RETRY] = "auth-user-pass up\nauth-retry nointeract\n",
    };
    const bool without = plan->client.p2p || ov_test_below(r, 3) == 0;
    plan->login = without ? OV_PLAN_NO_LOGIN : 1 + ov_test_below(r, OV_PLAN_LOGINS - 1);
    append(plan->client_text, texts[plan->login] != NULL ? texts[plan->login] : "");
}

/* By hand half of the time, for the sake of the clock. */
static void make_rekey(struct ov_plan *plan, struct ov_test_random *r)
{
    static const char *const texts[] = {"reneg-sec 50\n", "reneg-pkts 60\n", "reneg-bytes 40000\n"};
    plan->rekey = ov_test_below(r, 2) == 0 ? ov_test_below(r, OV_PLAN_REKEY_TIME)
                                           : OV_PLAN_REKEY_TIME + ov_test_below(r, COUNT(texts));
    if (plan->rekey >= OV_PLAN_REKEY_TIME)
    {
        append(ov_test_below(r, 2) == 0 ? plan->client_text : plan->server_text,
               texts[plan->rekey - OV_PLAN_REKEY_TIME]);
    }
}

/* ---- what comes to nothing ---- */

static void refuse(struct ov_plan *plan, struct ov_test_random *r)
{
    if (plan->refusal != OV_PLAN_WELCOME || ov_test_below(r, 16) != 0)
    {
        return;
    }
    const bool v2 = plan->client.wrap >= OV_END_V2 && plan->client.wrap <= OV_END_V2_AND_STATIC;
    if (v2 && ov_test_below(r, 2) == 0)
    {
        plan->refusal = OV_PLAN_REFUSED_KEY;
    }
    else if (plan->login != OV_PLAN_NO_LOGIN && plan->login < OV_PLAN_LOGIN_DYNAMIC)
    {
        plan->refusal = OV_PLAN_REFUSED_AUTH;
    }
    else if (!plan->client.p2p && plan->login == OV_PLAN_NO_LOGIN)
    {
        plan->refusal = OV_PLAN_REFUSED_AUTH;
        append(plan->client_text, "data-ciphers AES-256-GCM\n");
        append(plan->server_text, "data-ciphers AES-192-CBC\n");
    }
}

void ov_plan_make(struct ov_plan *plan, uint64_t seed, const struct ov_crypto *client,
                  const struct ov_crypto *server)
{
    struct ov_test_random r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    memset(plan, 0, sizeof *plan);
    plan->seed = plan->client.seed = plan->server.seed = seed;
    plan->client.crypto = client;
    plan->server.crypto = server;
    make_faults(plan, &r);
    make_data(plan, &r);
    make_way(plan, &r);
    make_control(plan, &r);
    make_login(plan, &r);
    make_rekey(plan, &r);
    append(plan->client_text, plan->shape->client);
    append(plan->server_text, plan->shape->server);
    if (client != &ov_crypto_null && server != &ov_crypto_null)
    {
        ov_plan_certs(plan, &r);
    }
    refuse(plan, &r);
    plan->client.more = plan->client_text;
    plan->server.more = plan->server_text;
}

/* ---- in words ---- */

static const char *const logins[OV_PLAN_LOGINS] = {"no login", "login",     "login later", "token",
                                                   "static",   "challenge", "retry",       "pending"};
static const char *const rekeys[OV_PLAN_REKEYS] = {"client", "server", "both", "time", "packets", "octets"};
static const char *const proxies[OV_PLAN_PROXIES] = {"direct", "HTTP",  "HTTP Basic",  "HTTP Digest",
                                                     "NTLM",   "SOCKS", "SOCKS login", "SOCKS UDP"};
static const char *const refusals[] = {"", ", refused by TLS", ", refused with words",
                                       ", refused in silence"};

void ov_plan_print(const struct ov_plan *p)
{
    print_error(
        "seed %llu: %s client, %s server, %s, %s, %s, %s%s, keys from %s%s, loss %u double %u damage %u "
        "per mille, %u..%u ms, rekey by %s, %s%s, %s, %s, %s%s%s%s%s\n",
        (unsigned long long)p->seed, p->client.crypto->name, p->server.crypto->name, p->versions, p->rules,
        ov_end_wrap_name(p->client.wrap), ov_cipher_name(p->cipher), p->epoch ? " with epochs" : "",
        p->client.built.tls_ekm ? "exporter" : "PRF",
        p->client.built.dyn_tls_crypt ? ", dynamic tls-crypt" : "", p->faults.loss_pm, p->faults.double_pm,
        p->faults.damage_pm, p->faults.latency_ms, p->faults.latency_ms + p->faults.jitter_ms,
        rekeys[p->rekey], p->shape->name, p->without_v2 ? ", DATA_V1" : "", logins[p->login],
        proxies[p->proxy], p->client.p2p ? "point to point, " : "", p->client.stream ? "TCP, " : "",
        p->client.v6 ? "IPv6" : "IPv4", p->floats ? ", floats" : "", refusals[p->refusal]);
}
