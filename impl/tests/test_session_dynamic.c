/* Dynamic tls-crypt: what its key is made of, where it is used, and how its ids run, over every protection that a
 * control channel may have had before. */
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
#include "wrap/wrap.h"

static const struct ov_wire_faults quiet = {.latency_ms = 10};
static struct ov_pair pair;

static struct ov_session *client(void)
{
    return &pair.client.session;
}

static struct ov_session *server(void)
{
    return &pair.server.hub->slot[0]->session;
}

/* ---- a library that keeps what it exported ---- */

#define LABEL "EXPORTER-OpenVPN-dynamic-tls-crypt"

static unsigned exports;
static uint8_t exported[OV_KEY2_SIZE];

static enum ov_err keep_export(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len)
{
    const enum ov_err err = ov_crypto_null.tls->export_key(conn, label, out, len);
    if (strcmp(label, LABEL) == 0)
    {
        assert_int_equal(len, sizeof exported);
        memcpy(exported, out, len);
        exports++;
    }
    return err;
}

static void connect_pair(enum ov_end_wrap wrap, bool dynamic)
{
    static struct ov_crypto crypto;
    static struct ov_tls_ops tls;
    struct ov_end_spec spec = ov_end_spec_default();
    spec.wrap = wrap;
    spec.built.dyn_tls_crypt = dynamic;
    ov_pair_open(&pair, &spec, &spec, &quiet, 1);
    tls = *ov_crypto_null.tls;
    tls.export_key = keep_export;
    crypto = ov_crypto_null;
    crypto.tls = &tls;
    exports = 0;
    pair.client.settings.crypto = &crypto;
    ov_client_end_start(&pair.client, &pair.server_addr, pair.now);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
    ov_pair_wait(&pair, 5000);
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

/* What a server sends under this key; does the client's dynamic wrap open it? */
static enum ov_err opens(const struct ov_key2 *key)
{
    uint8_t mem[256];
    struct ov_buf buf = ov_buf_over(mem, sizeof mem, 128);
    struct ov_wrap wrap;
    struct ov_wrap_head head;
    const struct ov_sid sid = {{1}};
    memset(ov_buf_put(&buf, 5), 0, 5);
    assert_int_equal(ov_wrap_tls_crypt(&wrap, &ov_crypto_null, key, OV_ROLE_SERVER), OV_OK);
    assert_int_equal(ov_wrap_seal(&wrap, (struct ov_wrap_id){1, 1}, 0x29, &sid, &buf), OV_OK);
    ov_wrap_clear(&wrap);
    return ov_wrap_open(&client()->dynamic.wrap, &buf, &head);
}

static const enum ov_end_wrap originals[] = {
    OV_END_PLAIN,           OV_END_TLS_CRYPT, OV_END_TLS_AUTH_SHA1, OV_END_TLS_AUTH_SHA256,
    OV_END_TLS_AUTH_SHA512, OV_END_V2,        OV_END_V2_FORCED,
};

/* 256 octets of the exporter, mixed with the key that was there before if there was one [WP-DYN-002]; tls-crypt comes of
 * it, whatever there was [WP-DYN-003]. */
static void what_it_is_made_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof originals / sizeof originals[0]; i++)
    {
        const bool plain = originals[i] == OV_END_PLAIN;
        struct ov_key2 alone, mixed;
        connect_pair(originals[i], true);
        print_message("%s\n", ov_end_wrap_name(originals[i]));
        assert_int_equal(exports, 1);
        memcpy(&alone, exported, sizeof alone);
        mixed = pair.client.end.key2;
        for (size_t k = 0; k < sizeof mixed; k++)
        {
            ((uint8_t *)&mixed)[k] ^= exported[k];
        }
        assert_string_equal(ov_wrap_name(&client()->dynamic.wrap), "tls-crypt");
        assert_string_equal(ov_wrap_name(&server()->dynamic.wrap), "tls-crypt");
        ov_assert_err(opens(plain ? &alone : &mixed), OV_OK);
        ov_assert_err(opens(plain ? &mixed : &alone), OV_ERR_AUTH);
        ov_assert_err(opens(&pair.client.end.key2), OV_ERR_AUTH);
        ov_pair_close(&pair);
    }
}

/* Its ids begin at 1 with a time of their own, and go on over all later key-ids; it is made once
 * [WP-DYN-004]. */
static void how_its_ids_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof originals / sizeof originals[0]; i++)
    {
        connect_pair(originals[i], true);
        const struct ov_issue_long before = client()->protect.issue;
        const uint32_t wall_s = pair.now.wall_s;
        assert_true(client()->has_dynamic && server()->has_dynamic);
        assert_int_equal(client()->dynamic.issue.last, 0);
        uint32_t last = 0;
        for (unsigned turn = 0; turn < 3; turn++)
        {
            renegotiate();
            /* One after the other: a negotiation takes some ten packets, not thousands. */
            assert_in_range(client()->dynamic.issue.last, last + 2, last + 40);
            last = client()->dynamic.issue.last;
            assert_int_equal(client()->dynamic.issue.time, wall_s);
            assert_int_equal(client()->protect.issue.last, before.last);
        }
        assert_int_not_equal(client()->protect.issue.time, wall_s);
        assert_int_equal(exports, 1);
        ov_pair_close(&pair);
    }
}

/* Where it wasn't agreed, the old protection goes on for all key-ids, and its ids [WP-DYN-005]. */
static void without_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof originals / sizeof originals[0]; i++)
    {
        connect_pair(originals[i], false);
        const struct ov_issue_long before = client()->protect.issue;
        const bool has_id = ov_wrap_has_id(&client()->protect.wrap);
        renegotiate();
        assert_int_equal(client()->ks.key_id, 1);
        assert_false(client()->has_dynamic || server()->has_dynamic);
        assert_int_equal(exports, 0);
        assert_int_equal(client()->protect.issue.time, before.time);
        if (has_id)
        {
            assert_in_range(client()->protect.issue.last, before.last + 2, before.last + 40);
        }
        ov_pair_close(&pair);
    }
}

/* A client that starts over goes back to what both had at first, until it has made a new one [WP-DYN-006]. */
static void it_ends_with_the_session(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof originals / sizeof originals[0]; i++)
    {
        connect_pair(originals[i], true);
        renegotiate();
        const uint32_t connects = pair.connects;
        struct ov_key2 old = pair.client.end.key2;
        for (size_t k = 0; k < sizeof old; k++)
        {
            ((uint8_t *)&old)[k] ^=
                originals[i] == OV_END_PLAIN ? ((uint8_t *)&old)[k] ^ exported[k] : exported[k];
        }
        ov_assert_err(opens(&old), OV_OK);
        pair.client_up = false;
        ov_client_end_start(&pair.client, &pair.server_addr, pair.now);
        assert_false(client()->has_dynamic);
        ov_pair_step(&pair);
        assert_false(client()->has_dynamic);
        assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
        assert_true(pair.connects > connects && client()->has_dynamic);
        assert_int_equal(client()->dynamic.issue.last, 0);
        ov_assert_err(opens(&old), OV_ERR_AUTH);
        renegotiate();
        ov_pair_close(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_is_made_of),
        cmocka_unit_test(how_its_ids_run),
        cmocka_unit_test(without_it),
        cmocka_unit_test(it_ends_with_the_session),
    };
    return cmocka_run_group_tests_name("session_dynamic", tests, NULL, NULL);
}
