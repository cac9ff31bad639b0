/* Which packet format two ends agree on, what that means for TCP inside, and what ends before it starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "data/epoch_keys.h"
#include "lib/pair.h"

static const struct ov_wire_faults quiet = {.latency_ms = 10};
static struct ov_pair pair;

static bool exchanged(const struct ov_pair *p)
{
    return p->up.arrived >= 20 && p->down.arrived >= 20;
}

static bool gone(const struct ov_pair *p)
{
    return p->client_gone;
}

static bool rekeyed(const struct ov_pair *p)
{
    return p->rekeys[0] > 0 && p->rekeys[1] > 0;
}

struct row
{
    const char *what;
    struct ov_proto_flags client, server;
    const char *client_text;
    const char *server_text;
    enum ov_cipher_id cipher;
    bool epoch;
    uint16_t mss; /* for IPv4 inside UDP over IPv4 [WP-MTU-002]; 0: not looked at */
};

#define ALL                                                                                                  \
    {                                                                                                        \
        true, true, true, true                                                                               \
    }
#define OLD                                                                                                  \
    {                                                                                                        \
        true, true, true, false                                                                              \
    }
#define BOTH(text)     text, text
#define BOTH_HAVE(...) ALL, ALL, __VA_ARGS__

static const struct row rows[] = {
    {"AEAD", OLD, OLD, BOTH(""), OV_CIPHER_AES_256_GCM, false, 1400},
    {"AES-192-GCM", OLD, OLD, BOTH("data-ciphers AES-192-GCM\n"), OV_CIPHER_AES_192_GCM, false, 1400},
    {"epochs", ALL, ALL, BOTH(""), OV_CIPHER_AES_256_GCM, true, 1396},
    {"epochs, an old client", OLD, ALL, BOTH(""), OV_CIPHER_AES_256_GCM, false, 1400},
    {"epochs, an old server", ALL, OLD, BOTH(""), OV_CIPHER_AES_256_GCM, false, 1400},
    {"epochs, keys from the PRF", {.aead_epoch = true}, ALL, BOTH(""), OV_CIPHER_AES_256_GCM, true, 1396},
    {"epochs, no protocol-flags",
     {.tls_ekm = true, .aead_epoch = true},
     ALL,
     BOTH(""),
     OV_CIPHER_AES_256_GCM,
     true,
     1396},
    {"no epochs without AEAD", BOTH_HAVE(BOTH("data-ciphers AES-256-CBC\n")), OV_CIPHER_AES_256_CBC, false,
     1379},
    {"CBC with SHA256", OLD, OLD, BOTH("data-ciphers AES-128-CBC\nauth SHA256\n"), OV_CIPHER_AES_128_CBC,
     false, 1363},
    {"CBC, the only common one",
     BOTH_HAVE("data-ciphers AES-256-GCM:AES-192-CBC\n", "data-ciphers AES-128-GCM:AES-192-CBC\n"),
     OV_CIPHER_AES_192_CBC, false, 1379},
    {"the server's order",
     BOTH_HAVE("data-ciphers AES-256-CBC:AES-256-GCM\n", "data-ciphers AES-256-GCM:AES-256-CBC\n"),
     OV_CIPHER_AES_256_GCM, true, 1396},
    {"none with SHA512", ALL, ALL, BOTH("data-ciphers none\nauth SHA512\n"), OV_CIPHER_NONE, false, 1352},
    {"none at all", OLD, OLD, BOTH("data-ciphers none\nauth none\n"), OV_CIPHER_NONE, false, 1416},
    {"mssfix without mtu", ALL, ALL, BOTH("data-ciphers AES-256-CBC\nmssfix 1400\n"), OV_CIPHER_AES_256_CBC,
     false, 1315},
    {"mssfix fixed", ALL, ALL, BOTH("data-ciphers AES-256-CBC\nmssfix 1400 fixed\n"), OV_CIPHER_AES_256_CBC,
     false, 1360},
};

static void open_row(const struct row *row)
{
    struct ov_end_spec client = ov_end_spec_default();
    struct ov_end_spec server = ov_end_spec_default();
    client.built = row->client;
    server.built = row->server;
    client.more = row->client_text;
    server.more = row->server_text;
    ov_pair_open(&pair, &client, &server, &quiet, 1);
}

static void check_row(const struct row *row)
{
    const struct ov_session *s = &pair.client.session;
    const uint16_t six = strstr(row->client_text, " fixed") != NULL ? 0 : 20; /* longer headers */
    if (!ov_pair_until(&pair, ov_pair_is_up, 10))
    {
        fail_msg("%s: did not connect", row->what);
    }
    if (s->agreed.cipher != row->cipher || s->agreed.flags.aead_epoch != row->epoch)
    {
        fail_msg("%s: cipher %s, epochs %d", row->what, ov_cipher_name(s->agreed.cipher),
                 s->agreed.flags.aead_epoch);
    }
    if (row->mss != 0 && (s->agreed.mss.v4 != row->mss || s->agreed.mss.v6 != row->mss - six))
    {
        fail_msg("%s: mss %u and %u", row->what, s->agreed.mss.v4, s->agreed.mss.v6);
    }
    pair.pace_ms = 10;
    if (!ov_pair_until(&pair, exchanged, 5))
    {
        fail_msg("%s: no data", row->what);
    }
    assert_int_equal(ov_drops_total(&s->data.stats.open), 0);
}

/* The format holds for every later key too [WP-FLAG-002, WP-MTU-001, WP-MTU-003]. */
static void agreements(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        open_row(&rows[i]);
        check_row(&rows[i]);
        ov_assert_err(ov_session_renegotiate(&pair.client.session, pair.now), OV_OK);
        assert_true(ov_pair_until(&pair, rekeyed, 20));
        pair.pace_ms = 500;
        ov_pair_wait(&pair, 90000);
        assert_int_equal(pair.up.key_id, 1);
        assert_int_equal(pair.down.key_id, 1);
        assert_int_equal(ov_drops_total(&pair.client.session.data.stats.open), 0);
        ov_pair_close(&pair);
    }
}

/* An epoch is used up in the middle of a connection, on either side: nobody notices. Then the epochs
 * themselves run out: a new key [WP-EPOCH-010]. */
static void epochs_in_a_session(void **state)
{
    (void)state;
    const struct row row = {"epochs", ALL, ALL, BOTH(""), OV_CIPHER_AES_256_GCM, true, 1396};
    open_row(&row);
    check_row(&row);
    struct ov_data_key *key = &pair.client.session.data.key[OV_DATA_CURRENT];
    for (unsigned i = 0; i < 5; i++)
    {
        key->epoch->sealed.blocks = OV_DATA_GCM_SOFT + 1;
        ov_pair_wait(&pair, 200);
        assert_int_equal(key->epoch->seal.epoch, 2 + i);
        assert_int_equal(key->epoch->current.epoch, 2 + i); /* the server followed */
        assert_true(key->epoch->sealed.blocks < OV_DATA_GCM_SOFT);
    }
    assert_int_equal(ov_drops_total(&pair.client.session.data.stats.open), 0);
    assert_int_equal(pair.rekeys[0], 0);
    key->epoch->seal.epoch = OV_EPOCH_RENEGOTIATE;
    assert_true(ov_pair_until(&pair, rekeyed, 20));
    ov_pair_close(&pair);
}

/* Nothing in common: the server says so, the client does not go on [WP-NCP-003]. */
static void refusals(void **state)
{
    (void)state;
    static const struct row cases[] = {
        {"", ALL, ALL, "data-ciphers AES-256-CBC\n", "data-ciphers AES-256-GCM\n", 0, false, 0},
        {"", ALL, ALL, "data-ciphers AES-256-GCM\n", "data-ciphers none\n", 0, false, 0},
        {"", ALL, ALL, "data-ciphers none\n", "data-ciphers AES-128-CBC\n", 0, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        open_row(&cases[i]);
        assert_true(ov_pair_until(&pair, gone, 30));
        assert_int_equal(pair.connects, 0);
        assert_string_equal(pair.last_text, "auth-failure");
        ov_pair_close(&pair);
    }
}

/* Digests are not negotiated [WP-NCP-012]: the tunnel comes up, and every data packet is a forgery. */
static void other_digest(void **state)
{
    (void)state;
    const struct row row = {
        "", ALL,   ALL, "data-ciphers AES-256-CBC\nauth SHA256\n", "data-ciphers AES-256-CBC\nauth SHA1\n",
        0,  false, 0};
    open_row(&row);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
    pair.pace_ms = 10;
    ov_pair_wait(&pair, 1000);
    assert_int_equal(pair.up.arrived + pair.down.arrived, 0);
    assert_true(ov_drops_total(&pair.client.session.data.stats.open) > 10);
    ov_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agreements),
        cmocka_unit_test(epochs_in_a_session),
        cmocka_unit_test(refusals),
        cmocka_unit_test(other_digest),
    };
    return cmocka_run_group_tests_name("session_formats", tests, NULL, NULL);
}
