/* Where data keys come from: what the exporter and the PRF are asked for in the first negotiation and in later ones,
 * and when each end has keys at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "hub/private.h"
#include "lib/pair.h"

static const struct ov_wire_faults quiet = {.latency_ms = 10};
static struct ov_pair pair;

static struct ov_session *client(void)
{
    return &pair.client.session;
}

/* ---- a library that notes what it is asked ---- */

#define MASTER    "OpenVPN master secret"
#define EXPANSION "OpenVPN key expansion"
#define NOTED_MAX 4u

static struct
{
    unsigned exports, masters, expansions;
    char label[NOTED_MAX][64];
    size_t len[NOTED_MAX];
    uint8_t secret[NOTED_MAX][24]; /* the first half of pre_master */
    uint8_t random[NOTED_MAX][64]; /* random1 of client and server */
    uint8_t sids[NOTED_MAX][16];
} noted;

static enum ov_err note_export(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len)
{
    assert_true(noted.exports < NOTED_MAX);
    (void)snprintf(noted.label[noted.exports], sizeof noted.label[0], "%s", label);
    noted.len[noted.exports++] = len;
    return ov_crypto_null.tls->export_key(conn, label, out, len);
}

static bool begins(const struct ov_slice *in, const char *label)
{
    return in->len == strlen(label) && memcmp(in->data, label, in->len) == 0;
}

/* The first call of P_MD5 has the seed alone. */
static enum ov_err note_hmac(enum ov_digest_id id, const uint8_t *key, size_t key_len,
                             const struct ov_slice *in, size_t count, uint8_t *out)
{
    if (id == OV_DIGEST_MD5 && count == 3 && begins(&in[0], MASTER))
    {
        assert_true(noted.masters < NOTED_MAX && key_len == 24 && in[1].len == 32 && in[2].len == 32);
        memcpy(noted.secret[noted.masters], key, 24);
        memcpy(noted.random[noted.masters], in[1].data, 32);
        memcpy(noted.random[noted.masters++] + 32, in[2].data, 32);
    }
    if (id == OV_DIGEST_MD5 && count == 5 && begins(&in[0], EXPANSION))
    {
        assert_true(noted.expansions < NOTED_MAX && in[3].len == 8 && in[4].len == 8);
        memcpy(noted.sids[noted.expansions], in[3].data, 8);
        memcpy(noted.sids[noted.expansions++] + 8, in[4].data, 8);
    }
    return ov_crypto_null.hmac(id, key, key_len, in, count, out);
}

static void connect_noted(struct ov_proto_flags built)
{
    static struct ov_crypto crypto;
    static struct ov_tls_ops tls;
    struct ov_end_spec spec = ov_end_spec_default();
    spec.built = built;
    ov_pair_open(&pair, &spec, &spec, &quiet, 1);
    tls = *ov_crypto_null.tls;
    tls.export_key = note_export;
    crypto = ov_crypto_null;
    crypto.tls = &tls;
    crypto.hmac = note_hmac;
    memset(&noted, 0, sizeof noted);
    pair.client.settings.crypto = &crypto;
    ov_client_end_start(&pair.client, &pair.server_addr, pair.now);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
    ov_pair_wait(&pair, 1000);
}

static bool rekeyed(const struct ov_pair *p)
{
    return p->rekeys[0] > 0 && p->rekeys[1] > 0;
}

static void renegotiate(void)
{
    pair.rekeys[0] = pair.rekeys[1] = 0;
    assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
    assert_true(ov_pair_until(&pair, rekeyed, 10));
    pair.pace_ms = 1000; /* or silence ends it */
    ov_pair_wait(&pair, 62000);
}

/* The exporter with its label and 256 octets, once for each key, and no PRF beside it; what was agreed first holds for
 * all later keys [WP-KDF-001, WP-KDF-007]. */
static void keys_of_the_exporter(void **state)
{
    (void)state;
    connect_noted((struct ov_proto_flags){.cc_exit = true, .tls_ekm = true});
    for (unsigned keys = 1; keys <= 3; keys++)
    {
        assert_int_equal(noted.exports, keys);
        assert_string_equal(noted.label[keys - 1], "EXPORTER-OpenVPN-datakeys");
        assert_int_equal(noted.len[keys - 1], 256);
        assert_int_equal(noted.masters + noted.expansions, 0);
        if (keys < 3)
        {
            renegotiate();
        }
    }
    ov_pair_close(&pair);
}

/* The PRF, each time with new secrets [WP-KM2-002] and with the session ids of the connection, the client's first, which
 * stay the same [WP-KDF-003]. */
static void keys_of_the_prf(void **state)
{
    (void)state;
    static const uint8_t none[64];
    connect_noted((struct ov_proto_flags){.cc_exit = true});
    for (unsigned keys = 1; keys <= 3; keys++)
    {
        const unsigned last = keys - 1;
        assert_int_equal(noted.exports, 0);
        assert_int_equal(noted.masters, keys);
        assert_int_equal(noted.expansions, keys);
        assert_memory_equal(noted.sids[last], client()->own_sid.id, 8);
        assert_memory_equal(noted.sids[last] + 8, client()->peer_sid.id, 8);
        assert_memory_equal(noted.sids[last], noted.sids[0], 16);
        assert_memory_not_equal(noted.secret[last], none, 24);
        assert_memory_not_equal(noted.random[last], noted.random[last] + 32, 32);
        for (unsigned before = 0; before < last; before++)
        {
            assert_memory_not_equal(noted.secret[last], noted.secret[before], 24);
            assert_memory_not_equal(noted.random[last], noted.random[before], 32);
            assert_memory_not_equal(noted.random[last] + 32, noted.random[before] + 32, 32);
        }
        if (keys < 3)
        {
            renegotiate();
        }
    }
    ov_pair_close(&pair);
}

/* Random values are drawn where nobody needs them too: the exporter makes the keys here [WP-KM2-002]. */
static void sources_beside_the_exporter(void **state)
{
    (void)state;
    static const struct ov_key_source none;
    struct ov_key_source seen[2];
    struct ov_end_spec spec = ov_end_spec_default();
    ov_pair_open(&pair, &spec, &spec, &quiet, 1);
    for (unsigned turn = 0; turn < 2; turn++)
    {
        seen[turn] = none;
        for (unsigned i = 0; i < 100000 && memcmp(&seen[turn], &none, sizeof none) == 0; i++)
        {
            ov_pair_step(&pair);
            seen[turn] = client()->ks.client;
        }
        assert_memory_not_equal(seen[turn].pre_master, none.pre_master, sizeof none.pre_master);
        assert_memory_not_equal(seen[turn].random1, none.random1, sizeof none.random1);
        assert_memory_not_equal(seen[turn].random2, none.random2, sizeof none.random2);
        assert_memory_not_equal(seen[turn].random1, seen[turn].random2, sizeof none.random1);
        assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
        assert_true(client()->agreed.flags.tls_ekm);
        ov_pair_wait(&pair, 1000);
        if (turn == 0)
        {
            assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
        }
    }
    assert_memory_not_equal(seen[0].pre_master, seen[1].pre_master, sizeof none.pre_master);
    assert_memory_not_equal(seen[0].random1, seen[1].random1, sizeof none.random1);
    assert_memory_not_equal(seen[0].random2, seen[1].random2, sizeof none.random2);
    ov_pair_close(&pair);
}

/* ---- when ---- */

static bool has_key(const struct ov_session *s)
{
    return ov_data_key_usable(&s->data.key[OV_DATA_CURRENT]);
}

/* A client has no key before the push has told it which; a server has one when it pushes, and none before the login is
 * decided [WP-STATE-003]. */
static void keys_wait_for_the_push(void **state)
{
    (void)state;
    struct ov_end_spec spec = ov_end_spec_default();
    const struct ov_session *server = NULL;
    bool waited = false;
    ov_pair_open(&pair, &spec, &spec, &quiet, 1);
    ov_pair_log_in(&pair, 3000, false);
    ov_client_end_start(&pair.client, &pair.server_addr, pair.now);
    for (unsigned i = 0; i < 100000 && !ov_pair_is_up(&pair); i++)
    {
        ov_pair_step(&pair);
        const struct ov_peer *peer = pair.server.hub->half_oldest;
        server = peer != NULL ? &peer->session : server;
        assert_true(client()->pull.complete || !has_key(client()));
        waited = waited || client()->ks.state == OV_KS_ACTIVE;
        assert_true(peer == NULL || pair.logins > 0 || !has_key(server));
        assert_true(peer == NULL || server->push.sent_ms == 0 || has_key(server));
    }
    assert_true(waited && server != NULL && has_key(client()));
    assert_true(has_key(&pair.server.hub->slot[0]->session));
    ov_pair_close(&pair);
    /* Nobody pushes: at ACTIVE. */
    spec.p2p = true;
    ov_pair_open(&pair, &spec, &spec, &quiet, 1);
    for (unsigned i = 0; i < 100000 && !ov_pair_is_up(&pair); i++)
    {
        ov_pair_step(&pair);
        assert_true(client()->ks.state >= OV_KS_ACTIVE || !has_key(client()));
    }
    assert_true(has_key(client()));
    ov_pair_close(&pair);
}

/* The result of the first negotiation holds: a client whose list has changed meanwhile gets the old cipher again
 * [WP-NCP-008]. */
static void the_cipher_stays(void **state)
{
    (void)state;
    struct ov_end_spec spec = ov_end_spec_default();
    struct ov_client_end other;
    ov_pair_open(&pair, &spec, &spec, &quiet, 1);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
    spec.more = "data-ciphers CHACHA20-POLY1305:AES-128-GCM\n";
    ov_client_end_open(&other, &spec);
    const struct ov_config *before = pair.client.settings.config;
    pair.client.settings.config = other.end.config;
    renegotiate();
    pair.client.settings.config = before;
    const struct ov_session *server = &pair.server.hub->slot[0]->session;
    assert_int_equal(client()->agreed.cipher, OV_CIPHER_AES_256_GCM);
    assert_int_equal(server->agreed.cipher, OV_CIPHER_AES_256_GCM);
    assert_int_equal(server->data.key[OV_DATA_CURRENT].cipher, OV_CIPHER_AES_256_GCM);
    assert_int_equal(server->data.key[OV_DATA_CURRENT].key_id, 1);
    ov_client_end_close(&other);
    ov_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_the_exporter),
        cmocka_unit_test(keys_of_the_prf),
        cmocka_unit_test(sources_beside_the_exporter),
        cmocka_unit_test(keys_wait_for_the_push),
        cmocka_unit_test(the_cipher_stays),
    };
    return cmocka_run_group_tests_name("session_keys", tests, NULL, NULL);
}
