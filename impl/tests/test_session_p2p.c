/* Two ends with TLS of which none is a server of many: what each makes of its own settings and of what the
 * other says. */
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

static struct ov_session *server(void)
{
    return &pair.server.hub->slot[0]->session;
}

static void open_pair(const struct ov_proto_flags *client_built, bool without_v2, const char *client_text,
                      const char *server_text)
{
    struct ov_end_spec a = ov_end_spec_default();
    a.p2p = true;
    struct ov_end_spec b = a;
    a.built = *client_built;
    a.without_v2 = without_v2;
    a.more = client_text;
    b.more = server_text;
    ov_pair_open(&pair, &a, &b, &quiet, 1);
}

static bool exchanged(const struct ov_pair *p)
{
    return p->up.arrived >= 5 && p->down.arrived >= 5;
}

/* The first of the TLS server's list that the other one has too; none: what each is told for that case
 * [WP-NCP-009]. */
static void ciphers(void **state)
{
    (void)state;
    static const struct ov_proto_flags built = {.tls_ekm = true};
    static const struct
    {
        const char *client, *server;
        enum ov_cipher_id cipher; /* OV_CIPHER_COUNT: it comes to nothing */
    } rows[] = {
        {"", "", OV_CIPHER_AES_256_GCM},
        {"data-ciphers AES-256-GCM:AES-128-GCM\n", "data-ciphers AES-128-GCM:AES-256-GCM\n",
         OV_CIPHER_AES_128_GCM},
        {"data-ciphers AES-128-GCM:AES-256-GCM\n", "data-ciphers CHACHA20-POLY1305:AES-256-GCM\n",
         OV_CIPHER_AES_256_GCM},
        {"data-ciphers AES-256-GCM:AES-256-CBC\n", "data-ciphers AES-192-GCM:AES-256-CBC\n",
         OV_CIPHER_AES_256_CBC},
        {"data-ciphers AES-256-GCM\ndata-ciphers-fallback AES-192-CBC\n",
         "data-ciphers AES-128-GCM\ndata-ciphers-fallback AES-192-CBC\n", OV_CIPHER_AES_192_CBC},
        {"data-ciphers AES-256-GCM\n", "data-ciphers AES-128-GCM\n", OV_CIPHER_COUNT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        open_pair(&built, false, rows[i].client, rows[i].server);
        const bool up = ov_pair_until(&pair, ov_pair_is_up, 20);
        assert_int_equal(up, rows[i].cipher != OV_CIPHER_COUNT);
        if (up)
        {
            assert_int_equal(client()->agreed.cipher, rows[i].cipher);
            assert_int_equal(server()->agreed.cipher, rows[i].cipher);
            pair.pace_ms = 20;
            assert_true(ov_pair_until(&pair, exchanged, 5));
        }
        ov_pair_close(&pair);
    }
}

/* Three octets of the exporter for both directions; "vpn" where there is no exporter; none before DATA_V2
 * [WP-NCP-010]. */
static void peer_ids(void **state)
{
    (void)state;
    static const struct
    {
        struct ov_proto_flags built;
        bool without_v2;
    } rows[] = {{{.tls_ekm = true}, false}, {{.tls_ekm = false}, false}, {{.tls_ekm = true}, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t id[3];
        open_pair(&rows[i].built, rows[i].without_v2, "", "");
        assert_true(ov_pair_until(&pair, ov_pair_is_up, 20));
        ov_assert_err(ov_tls_export(&client()->ks.tls, "EXPORTER-OpenVPN-p2p-peerid", id, sizeof id), OV_OK);
        const uint32_t drawn = (uint32_t)id[0] << 16 | (uint32_t)id[1] << 8 | id[2];
        const uint32_t usual = rows[i].built.tls_ekm ? drawn : 0x76706e;
        assert_int_equal(server()->data.peer_id, rows[i].without_v2 ? OV_PEER_ID_NONE : usual);
        assert_int_equal(client()->data.peer_id, usual); /* the other one did announce it */
        pair.pace_ms = 20;
        assert_true(rows[i].without_v2 || ov_pair_until(&pair, exchanged, 5));
        ov_pair_close(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ciphers),
        cmocka_unit_test(peer_ids),
    };
    return cmocka_run_group_tests_name("session_p2p", tests, NULL, NULL);
}
