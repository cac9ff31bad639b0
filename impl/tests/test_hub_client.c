/* A client's own settings: what a text may say, and what the hub makes of it before it pushes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hubrig.h"
#include "lib/optdoc.h"
#include "options/client.h"
#include "options/values.h"

static struct ov_rig rig;
static uint64_t left_ticket;

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

/* ---- texts ---- */

#define HELPERS "route-gateway 10.8.0.1|topology subnet|" /* of --server */

/* [WP-SRV-012] */
static void push_list(void **state)
{
    (void)state;
    static const char common[] = "push \"route 10.1.0.0 255.255.0.0\"\npush \"dhcp-option DNS 10.8.0.1\"\n";
    static const struct
    {
        const char *text;
        const char *list; /* joined by '|' */
    } rows[] = {
        {"", "route 10.1.0.0 255.255.0.0|dhcp-option DNS 10.8.0.1|" HELPERS},
        {"push-reset\n", ""},
        {"push-reset\npush \"a b\"\n", "a b|"},
        {"push \"a b\"\npush-reset\n", ""},
        {"push-remove route\n", "dhcp-option DNS 10.8.0.1|topology subnet|"},
        {"push-remove \"dhcp-option DNS\"\npush x\n", "route 10.1.0.0 255.255.0.0|" HELPERS "x|"},
        {"push-remove option\n", "route 10.1.0.0 255.255.0.0|dhcp-option DNS 10.8.0.1|" HELPERS},
        {"iroute 10.1.0.0 255.255.0.0\n", "dhcp-option DNS 10.8.0.1|" HELPERS}, /* [WP-SRV-011] */
        {"iroute 10.1.0.0 255.255.255.0\n", "route 10.1.0.0 255.255.0.0|dhcp-option DNS 10.8.0.1|" HELPERS},
    };
    struct ov_options *owner;
    const struct ov_config *config = server_config(&owner, common);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char seen[512] = "";
        struct ov_client_options *options = make(config, rows[i].text);
        const struct ov_client_config *own = ov_client_options_result(options);
        for (size_t k = 0; k < own->push_count; k++)
        {
            (void)snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s|", own->push[k]);
        }
        assert_string_equal(seen, rows[i].list);
        assert_null(ov_client_options_diags(options)->first);
        ov_client_options_free(options);
    }
    ov_options_free(owner);
}

static void values(void **state)
{
    (void)state;
    struct ov_options *owner;
    const struct ov_config *config = server_config(&owner, "");
    struct ov_client_options *options =
        make(config, "ifconfig-push 10.8.0.77 255.255.255.0\nifconfig-ipv6-push fd00::7/64 fd00::1\n"
                     "iroute 192.168.7.0 255.255.255.0\niroute 192.168.8.1\niroute-ipv6 fd07::/48\n"
                     "push-remove ifconfig-ipv6\n");
    const struct ov_client_config *own = ov_client_options_result(options);
    assert_true(own->has_ip4 && own->has_ip6 && own->has_ip6_remote && own->no_ip6 && !own->no_ip4);
    assert_int_equal(own->ip4, 0x0a08004d);
    assert_int_equal(own->ip4_second, 0xffffff00);
    assert_int_equal(own->ip6_bits, 64);
    assert_int_equal(own->iroutes4_count, 2);
    assert_int_equal(own->iroutes4[0].bits, 24);
    assert_int_equal(own->iroutes4[1].bits, 32);
    assert_int_equal(own->iroutes6_count, 1);
    assert_int_equal(own->iroutes6[0].bits, 48);
    assert_false(own->disable);
    assert_int_equal(ov_client_options_add(options, "more", "disable", 7), OV_OK);
    assert_true(ov_client_options_result(options)->disable);
    ov_client_options_free(options);
    ov_options_free(owner);
}

/* Wrong ones are skipped and said; those behind them count. */
static void wrong(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *says;
    } rows[] = {
        {"port 1194", "option 'port' can't be set for a single client (skipped)"},
        {"nonsense", "unknown option 'nonsense' (skipped)"},
        {"iroute 10.0.0.1 255.0.0.0",
         "iroute: '10.0.0.1 255.0.0.0' is not an IPv4 network and netmask (skipped)"},
        {"ifconfig-push 10.8.0",
         "option 'ifconfig-push' takes 2 to 3 arguments (address netmask [alias]), not 1 "
         "(skipped)"},
        {"compress migrate", "'compress migrate' can't be set for a single client (skipped)"},
        {"vlan-pvid 5", "'vlan-pvid' for a client needs 'vlan-tagging' on the server (skipped)"},
        {"tun-mtu 1400", "option 'tun-mtu' can't be set for a single client (skipped)"},
        /* [WP-PUSH-010] */
        {"push \"a,b\"", "push: an option with a comma can't be pushed, the comma ends it (skipped)"},
    };
    struct ov_options *owner;
    const struct ov_config *config = server_config(&owner, "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char text[256];
        (void)snprintf(text, sizeof text, "%s\ndisable\n", rows[i].text);
        struct ov_client_options *options = make(config, text);
        const struct ov_diag *diag = ov_client_options_diags(options)->first;
        assert_non_null(diag);
        char wanted[256];
        char seen[OV_DIAG_LINE];
        (void)snprintf(wanted, sizeof wanted, "ccd:1: warning: %s", rows[i].says);
        assert_string_equal(ov_diag_line(diag, seen), wanted);
        assert_true(ov_client_options_result(options)->disable);
        ov_client_options_free(options);
    }
    ov_options_free(owner);
}

/* Every beginning of a text is read without harm. */
static void truncated(void **state)
{
    (void)state;
    static const char text[] =
        "push \"route 10.9.0.0 255.255.0.0\"\n<push>\nx\n</push>\niroute-ipv6 fd00::/64\n";
    struct ov_options *owner;
    const struct ov_config *config = server_config(&owner, "");
    for (size_t len = 0; len < sizeof text; len++)
    {
        struct ov_client_options *options = NULL;
        assert_int_equal(ov_client_options_new(config, NULL, &options), OV_OK);
        assert_int_equal(ov_client_options_add(options, "ccd", text, len), OV_OK);
        assert_non_null(ov_client_options_result(options));
        ov_client_options_free(options);
    }
    ov_options_free(owner);
}

/* ---- the hub ---- */

static void on_left(void *ctx, uint64_t ticket, const struct ov_hub_peer *last)
{
    (void)ctx;
    (void)last;
    left_ticket = ticket;
}

static struct ov_rig_client *come(const char *server_text, struct ov_client_request *request)
{
    const struct ov_addr addr = ov_test_addr4(10, 5000);
    struct ov_event event;
    ov_rig_open(&rig, true, server_text);
    rig.server.settings.asks = true;
    rig.server.settings.left = on_left;
    rig.server.settings.session.keeps_info = true;
    left_ticket = 0;
    struct ov_rig_client *client = ov_rig_add(&rig, 0, "cert0", &addr, "");
    ov_rig_connect(&rig, client);
    ov_rig_wait(&rig, 8000); /* nothing is pushed meanwhile */
    assert_false(ov_rig_connected(client));
    assert_true(ov_rig_event(&rig, OV_EVENT_CLIENT, &event));
    assert_true(ov_hub_client(rig.server.hub, event.ticket, request));
    assert_string_equal(request->common_name, "cert0");
    assert_non_null(strstr(request->peer_info, "IV_PLAT=linux\n"));
    return client;
}

static void settled(void **state)
{
    (void)state;
    struct ov_client_request request;
    const struct ov_rig_client *client = come("", &request);
    const struct ov_config *config = rig.server.settings.session.config;
    const uint32_t own_ip = config->pool.ip4_last;
    char text[128];
    char ip[OV_IP4_TEXT];
    assert_true(request.has_ip4);
    assert_int_not_equal(request.ip4, own_ip);
    (void)snprintf(text, sizeof text,
                   "ifconfig-push %s 255.255.255.0\npush \"route 192.0.2.0 255.255.255.0\"\n",
                   ov_value_ip4_text(own_ip, ip));
    assert_int_equal(ov_hub_settle(rig.server.hub, request.ticket, make(config, text), rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_true(ov_rig_connected(client));
    assert_true(ov_rig_send_down(&rig, own_ip, 1, 0));
    assert_false(ov_rig_send_down(&rig, request.ip4, 2, 0)); /* given back */
    assert_false(ov_hub_client(rig.server.hub, request.ticket, &request));
    assert_int_equal(ov_hub_settle(rig.server.hub, request.ticket, make(config, ""), rig.now),
                     OV_ERR_PEER_ID);
    assert_int_equal(left_ticket, 0);
    assert_int_equal(ov_hub_kill(rig.server.hub, 0, NULL, rig.now), OV_OK);
    ov_rig_wait(&rig, 10000);
    assert_int_equal(left_ticket, request.ticket);
    ov_rig_close(&rig);
}

static void turned_away(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
    {
        struct ov_client_request request;
        struct ov_event event;
        struct ov_rig_client *client = come("", &request);
        if (i < 2)
        {
            struct ov_client_options *options =
                i == 0 ? NULL : make(rig.server.settings.session.config, "disable\n");
            assert_int_equal(ov_hub_settle(rig.server.hub, request.ticket, options, rig.now), OV_OK);
        }
        else
        {
            ov_rig_wait(&rig, 60000); /* hand-window */
        }
        ov_rig_wait(&rig, 10000);
        assert_false(ov_rig_connected(client));
        bool refused = false;
        while (ov_session_event(&client->end.session, &event))
        {
            refused = refused || strstr(event.text, i < 2 ? "auth-failure" : "") != NULL;
        }
        assert_true(refused);
        assert_int_equal(ov_rig_stats(&rig).peers, 0);
        ov_rig_close(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(push_list), cmocka_unit_test(values),  cmocka_unit_test(wrong),
        cmocka_unit_test(truncated), cmocka_unit_test(settled), cmocka_unit_test(turned_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
