/* What a client's own settings change of its connection: ciphers, framing, timers, its name, what is listed behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hubrig.h"
#include "lib/optdoc.h"
#include "options/client.h"

static struct ov_rig rig;

static struct ov_client_options *make(const struct ov_config *config, const char *text)
{
    struct ov_client_options *options = NULL;
    assert_int_equal(ov_client_options_new(config, NULL, &options), OV_OK);
    assert_int_equal(ov_client_options_add(options, "ccd", text, strlen(text)), OV_OK);
    return options;
}

static const struct ov_config *server_config(struct ov_options **owner, const char *more)
{
    char text[512];
    enum ov_err err;
    (void)snprintf(text, sizeof text, OPTDOC_SERVER "%s", more);
    *owner = optdoc_parse(text, NULL, &err);
    assert_int_equal(err, OV_OK);
    return ov_options_config(*owner);
}

static struct ov_rig_client *come(const char *server_text, struct ov_client_request *request)
{
    const struct ov_addr addr = ov_test_addr4(10, 5000);
    struct ov_event event;
    ov_rig_open(&rig, true, server_text);
    rig.server.settings.asks = true;
    rig.server.settings.session.keeps_info = true;
    struct ov_rig_client *client = ov_rig_add(&rig, 0, "cert0", &addr, "");
    ov_rig_connect(&rig, client);
    ov_rig_wait(&rig, 8000); /* nothing is pushed meanwhile */
    assert_false(ov_rig_connected(client));
    assert_true(ov_rig_event(&rig, OV_EVENT_CLIENT, &event));
    assert_true(ov_hub_client(rig.server.hub, event.ticket, request));
    return client;
}

/* ---- ciphers, framing and timers of its own [WP-SRV-033] ---- */

static void connection_settings(void **state)
{
    (void)state;
    struct ov_options *owner;
    const struct ov_config *config = server_config(&owner, "keepalive 10 60\n");
    struct ov_client_options *options =
        make(config, "ping 3\nping-restart 9\ninactive 100 2000\nsession-timeout 7\n"
                     "data-ciphers AES-128-CBC:AES-256-GCM\ndata-ciphers-fallback AES-192-CBC\n"
                     "compress lz4\nmax-routes-per-client 3\nsocket-flags TCP_NODELAY\n");
    const struct ov_client_config *own = ov_client_options_result(options);
    assert_null(ov_client_options_diags(options)->first);
    assert_int_equal(own->config->keepalive.ping_s, 3);
    assert_int_equal(own->config->keepalive.ping_restart_s, 9);
    assert_int_equal(own->config->keepalive.inactive_s, 100);
    assert_int_equal(own->config->keepalive.inactive_octets, 2000);
    assert_int_equal(own->config->keepalive.session_timeout_s, 7);
    assert_int_equal(own->config->data_ciphers.id[0], OV_CIPHER_AES_128_CBC);
    assert_true(own->config->has_fallback && own->config->fallback == OV_CIPHER_AES_192_CBC);
    assert_int_equal(own->config->compression.mode, OV_COMP_LZ4);
    assert_true(own->config->compression.expands && !own->config->compression.compresses);
    assert_int_equal(own->most_routes, 3);
    /* The server's stay. */
    assert_int_equal(config->keepalive.ping_s, 10);
    assert_int_equal(config->compression.mode, OV_COMP_OFF);
    assert_false(config->compression.expands);
    ov_client_options_free(options);
    ov_options_free(owner);
}

static const struct
{
    const char *server, *own, *client;
    int cipher; /* that it gets; -1: it is refused */
} cipher_rows[] = {
    {"", "", "", OV_CIPHER_AES_256_GCM},
    {"", "data-ciphers AES-128-GCM\n", "", OV_CIPHER_AES_128_GCM},
    {"", "data-ciphers AES-192-GCM\n", "", -1},
    /* What the server has for everybody doesn't suit; what it has for this client does. */
    {"data-ciphers AES-192-GCM\n", "", "", -1},
    {"data-ciphers AES-192-GCM\n", "data-ciphers CHACHA20-POLY1305\n", "", OV_CIPHER_CHACHA20_POLY1305},
};

static void own_ciphers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cipher_rows / sizeof cipher_rows[0]; i++)
    {
        const struct ov_addr addr = ov_test_addr4(10, 5000);
        struct ov_client_request request;
        struct ov_event event;
        ov_rig_open(&rig, true, cipher_rows[i].server);
        rig.server.settings.asks = true;
        rig.server.settings.session.adapts = true;
        struct ov_rig_client *client = ov_rig_add(&rig, 0, "cert0", &addr, cipher_rows[i].client);
        ov_rig_connect(&rig, client);
        assert_true(ov_rig_event(&rig, OV_EVENT_CLIENT, &event));
        assert_true(ov_hub_client(rig.server.hub, event.ticket, &request));
        assert_int_equal(ov_hub_settle(rig.server.hub, request.ticket,
                                       make(rig.server.settings.session.config, cipher_rows[i].own), rig.now),
                         OV_OK);
        ov_rig_wait(&rig, 2000);
        assert_int_equal(ov_rig_connected(client), cipher_rows[i].cipher >= 0);
        if (cipher_rows[i].cipher >= 0)
        {
            struct ov_session_status status;
            ov_session_status(&client->end.session, &status);
            assert_int_equal(status.cipher, cipher_rows[i].cipher);
            assert_true(ov_rig_send_down(&rig, request.ip4, 1, 0));
        }
        else
        {
            bool told = false;
            while (ov_session_event(&client->end.session, &event))
            {
                told = told || strstr(event.text, "no shared cipher") != NULL;
            }
            assert_true(told);
        }
        ov_rig_close(&rig);
    }
}

/* Its own timer ends its session, and only its own. */
static void own_timers(void **state)
{
    (void)state;
    struct ov_client_request request;
    const struct ov_rig_client *client = come("", &request);
    const struct ov_config *config = rig.server.settings.session.config;
    assert_int_equal(
        ov_hub_settle(rig.server.hub, request.ticket, make(config, "session-timeout 5\n"), rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_true(ov_rig_connected(client));
    ov_rig_wait(&rig, 4000);
    assert_int_equal(ov_rig_stats(&rig).peers, 1);
    ov_rig_wait(&rig, 2000);
    assert_int_equal(ov_rig_stats(&rig).peers, 0);
    ov_rig_close(&rig);
}

/* NAT between both: the client calls its address otherwise. */
static void alias(void **state)
{
    (void)state;
    struct ov_client_request request;
    struct ov_hub_peer peer;
    struct ov_rig_client *client = come("", &request);
    const struct ov_config *config = rig.server.settings.session.config;
    uint32_t at = 0;
    assert_int_equal(ov_hub_settle(rig.server.hub, request.ticket,
                                   make(config, "ifconfig-push 10.8.0.9 255.255.255.0 10.8.0.99\n"), rig.now),
                     OV_OK);
    ov_rig_settle(&rig);
    assert_true(ov_hub_next_peer(rig.server.hub, &at, &peer));
    assert_int_equal(peer.ip4, 0x0a080009);
    assert_int_equal(ov_session_pulled(&client->end.session)->effective.tunnel.ip4, 0x0a080063);
    ov_rig_close(&rig);
}

/* Networks behind a client, and addresses in them as they are used [WP-SRV-009]. */
static void behind_a_client(void **state)
{
    (void)state;
    static struct ov_test_batch batch;
    struct ov_client_request request;
    struct ov_rig_client *client = come("", &request);
    const struct ov_config *config = rig.server.settings.session.config;
    struct ov_hub_behind at = {0};
    assert_int_equal(ov_hub_settle(rig.server.hub, request.ticket,
                                   make(config, "iroute 192.168.7.0 255.255.255.0\niroute-ipv6 fd07::/48\n"
                                                "max-routes-per-client 2\n"),
                                   rig.now),
                     OV_OK);
    ov_rig_settle(&rig);
    assert_true(ov_rig_send_down(&rig, request.ip4, 1, 0)); /* its own is none of them */
    assert_true(ov_rig_send_down(&rig, 0xc0a80709, 2, 0));
    rig.now.mono_ms += 1000;
    ov_rig_send_up(&rig, client, 0xc0a80707, 0x0a080001, 3, &batch);
    assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    assert_true(ov_rig_send_down(&rig, 0xc0a80703, 4, 0)); /* one too many, but only to be listed */
    assert_int_equal(ov_rig_stats(&rig).unlisted, 1);
    assert_true(ov_hub_next_behind(rig.server.hub, 0, &at, rig.now));
    assert_true(!at.is_host && at.len == 4 && at.bits == 24 && at.ip[2] == 7 && at.ip[3] == 0);
    assert_true(ov_hub_next_behind(rig.server.hub, 0, &at, rig.now));
    assert_true(!at.is_host && at.len == 16 && at.bits == 48);
    assert_true(ov_hub_next_behind(rig.server.hub, 0, &at, rig.now));
    assert_true(at.is_host && at.len == 4 && at.ip[3] == 9);
    assert_int_equal(at.seen_ms, rig.now.mono_ms - 1000);
    assert_true(ov_hub_next_behind(rig.server.hub, 0, &at, rig.now));
    assert_true(at.is_host && at.ip[3] == 7);
    assert_false(ov_hub_next_behind(rig.server.hub, 0, &at, rig.now));
    rig.now.mono_ms += 59500; /* the older one was not used for a minute */
    at = (struct ov_hub_behind){.networks = 2};
    assert_true(ov_hub_next_behind(rig.server.hub, 0, &at, rig.now));
    assert_int_equal(at.ip[3], 7);
    assert_false(ov_hub_next_behind(rig.server.hub, 0, &at, rig.now));
    ov_rig_close(&rig);
}

/* A login gets another name: the status and the common name have it, and the next login may come under both. */
static void renamed(void **state)
{
    (void)state;
    struct ov_client_request request;
    struct ov_login_request login;
    struct ov_hub_peer peer;
    struct ov_event event;
    const struct ov_addr addr = ov_test_addr4(10, 5000);
    static struct ov_login who = {.wanted = true, .filled = true, .username = "anna", .password = "secret"};
    const struct ov_verdict good = {.kind = OV_VERDICT_ACCEPT};
    uint32_t at = 0;
    ov_rig_open(&rig, true,
                "username-as-common-name\nauth-user-pass-verify /bin/true via-file\nscript-security 2\n");
    rig.server.settings.asks = true;
    rig.server.settings.session.judged = true;
    struct ov_rig_client *client = ov_rig_add(&rig, 0, "cert0", &addr, "");
    client->end.settings.login = &who;
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_event(&rig, OV_EVENT_LOGIN, &event));
    assert_int_equal(ov_hub_verdict(rig.server.hub, event.ticket, &good, rig.now), OV_OK);
    assert_true(ov_rig_event(&rig, OV_EVENT_CLIENT, &event));
    assert_true(ov_hub_client(rig.server.hub, event.ticket, &request));
    assert_string_equal(request.username, "anna");
    assert_int_equal(ov_hub_settle(rig.server.hub, request.ticket,
                                   make(rig.server.settings.session.config, "override-username berta\n"),
                                   rig.now),
                     OV_OK);
    ov_rig_settle(&rig);
    assert_true(ov_rig_connected(client));
    assert_true(ov_hub_next_peer(rig.server.hub, &at, &peer));
    assert_string_equal(peer.username, "berta");
    assert_string_equal(peer.session.common_name, "berta");
    /* A renegotiation under its own name is judged under that, and changes nothing. */
    assert_int_equal(ov_hub_renegotiate(rig.server.hub, 0, rig.now), OV_OK);
    ov_rig_wait(&rig, 1000);
    assert_true(ov_rig_event(&rig, OV_EVENT_LOGIN, &event));
    assert_true(ov_hub_login(rig.server.hub, event.ticket, &login));
    assert_string_equal(login.username, "anna");
    assert_int_equal(ov_hub_verdict(rig.server.hub, event.ticket, &good, rig.now), OV_OK);
    ov_rig_wait(&rig, 1000);
    at = 0;
    assert_true(ov_hub_next_peer(rig.server.hub, &at, &peer));
    assert_string_equal(peer.username, "berta");
    assert_int_equal(peer.session.negotiations, 2);
    ov_rig_close(&rig);
}

/* --opt-verify: the options string is as expected, or the client is refused. */
static void options_verified(void **state)
{
    (void)state;
    static const struct
    {
        const char *server, *client;
        bool good;
    } rows[] = {
        {"opt-verify\n", "", true},
        {"opt-verify\n", "tun-mtu 1400\n", false},
        {"", "tun-mtu 1400\n", true},
        {"opt-verify\ntun-mtu 1400\n", "tun-mtu 1400\n", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const struct ov_addr addr = ov_test_addr4(10, 5000);
        ov_rig_open(&rig, true, rows[i].server);
        const struct ov_rig_client *client = ov_rig_add(&rig, 0, "cert0", &addr, rows[i].client);
        ov_rig_connect(&rig, &rig.client[0]);
        ov_rig_wait(&rig, 2000);
        assert_int_equal(ov_rig_connected(client), rows[i].good);
        ov_rig_close(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connection_settings), cmocka_unit_test(own_ciphers),
        cmocka_unit_test(own_timers),          cmocka_unit_test(alias),
        cmocka_unit_test(behind_a_client),     cmocka_unit_test(renamed),
        cmocka_unit_test(options_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
