/* PUSH_UPDATE from a server: what is sent, to whom, and what changes here (wire-protocol.md 5.5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/hubrig.h"

static struct ov_rig rig;

static struct ov_rig_client *join(size_t n)
{
    char name[16];
    const struct ov_addr addr = ov_test_addr4((uint8_t)(10 + n), (uint16_t)(40000 + n));
    (void)snprintf(name, sizeof name, "client%zu", n);
    struct ov_rig_client *client = ov_rig_add(&rig, n, name, &addr, "");
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_connected(client));
    return client;
}

static const struct ov_tunnel *tunnel_of(const struct ov_rig_client *client)
{
    return &ov_session_pulled(&client->end.session)->effective.tunnel;
}

/* ---- texts ---- */

static char sent[8192];
static unsigned parts;

static enum ov_err collect(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    assert_int_equal(len, strlen(text));
    assert_true(len < OV_PUSH_MESSAGE);
    (void)snprintf(sent + strlen(sent), sizeof sent - strlen(sent), "%s\n", text);
    parts++;
    return OV_OK;
}

static const struct
{
    const char *options;
    enum ov_err err;
    const char *text;
} rows[] = {
    {"route 10.1.0.0 255.255.0.0", OV_OK, "PUSH_UPDATE,route 10.1.0.0 255.255.0.0\n"},
    {"-route, dns search-domains a.example,,", OV_OK, "PUSH_UPDATE,-route,dns search-domains a.example\n"},
    {"?frobnicate 1,-?frob,?route x", OV_OK, "PUSH_UPDATE,?frobnicate 1,-?frob,?route x\n"},
    {"", OV_ERR_OPTION, ""},
    {" , ,", OV_ERR_OPTION, ""},
    {"frobnicate", OV_ERR_OPTION, ""},
    {"verb 3", OV_ERR_OPTION, ""},
    {"-", OV_ERR_OPTION, ""},
    {"?", OV_ERR_OPTION, ""},
    {"?-route", OV_ERR_OPTION, ""},
    {"--route", OV_ERR_OPTION, ""},
    {"-route 10.1.0.0", OV_ERR_OPTION, ""},
    {"push-continuation 2", OV_ERR_OPTION, ""},
    {"route 10.1.0.0,cipher none", OV_ERR_OPTION, ""},
};

static void texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        sent[0] = '\0';
        const enum ov_err err = ov_push_update(rows[i].options, NULL, collect, NULL);
        if (err != rows[i].err || strcmp(sent, rows[i].text) != 0)
        {
            fail_msg("'%s': %s, '%s'", rows[i].options, ov_err_name(err), sent);
        }
    }
}

/* [WP-PUSH-013, WP-PUSH-030] */
static void long_ones_have_parts(void **state)
{
    char options[4096] = "";
    char longest[400];
    (void)state;
    for (unsigned i = 0; i < 100; i++)
    {
        (void)snprintf(options + strlen(options), sizeof options - strlen(options),
                       "%sroute 10.%u.0.0 255.255.0.0", i > 0 ? "," : "", i);
    }
    sent[0] = '\0';
    parts = 0;
    assert_int_equal(ov_push_update(options, NULL, collect, NULL), OV_OK);
    assert_int_equal(parts, 4);
    const char *line = sent;
    for (unsigned i = 0; i < parts; i++)
    {
        const char *mark = i + 1 < parts ? ",push-continuation 2" : ",push-continuation 1";
        const char *end = strchr(line, '\n');
        assert_int_equal(strncmp(line, "PUSH_UPDATE,route 10.", 21), 0);
        assert_int_equal(strncmp(end - strlen(mark), mark, strlen(mark)), 0);
        line = end + 1;
    }
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "dns ", 4);
    longest[4 + OV_PUSH_OPTION] = '\0';
    assert_int_equal(ov_push_update(longest, NULL, collect, NULL), OV_ERR_LIMIT);
}

/* ---- clients ---- */

static void one_and_all(void **state)
{
    uint32_t count = 0;
    (void)state;
    ov_rig_open(&rig, false, "push \"route 10.9.0.0 255.255.0.0\"\n");
    struct ov_rig_client *first = join(0);
    struct ov_rig_client *second = join(1);
    assert_int_equal(ov_hub_push_update(rig.server.hub, 0,
                                        "route 10.1.0.0 255.255.0.0,route 10.2.0.0 255.255.0.0", rig.now),
                     OV_OK);
    ov_rig_settle(&rig);
    assert_int_equal(tunnel_of(first)->routes4_count, 2);
    assert_int_equal(tunnel_of(second)->routes4_count, 1);
    assert_int_equal(ov_hub_push_update_all(rig.server.hub, "-route", &count, rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_int_equal(count, 2);
    assert_int_equal(tunnel_of(first)->routes4_count, 0);
    assert_int_equal(tunnel_of(second)->routes4_count, 0);
    assert_int_equal(ov_hub_push_update(rig.server.hub, 7, "-route", rig.now), OV_ERR_PEER_ID);
    assert_int_equal(ov_hub_push_update(rig.server.hub, 0, "verb 3", rig.now), OV_ERR_OPTION);
    assert_int_equal(
        ov_hub_push_update_all(rig.server.hub, "ifconfig 10.8.0.9 255.255.255.0", &count, rig.now),
        OV_ERR_OPTION);
    assert_int_equal(count, 0);
    assert_true(ov_rig_connected(first) && ov_rig_connected(second));
    ov_rig_close(&rig);
}

/* More than one record of options arrives whole. */
static void many_routes(void **state)
{
    char options[4096] = "";
    (void)state;
    ov_rig_open(&rig, false, "");
    struct ov_rig_client *client = join(0);
    for (unsigned i = 0; i < 100; i++)
    {
        (void)snprintf(options + strlen(options), sizeof options - strlen(options),
                       "%sroute 10.%u.0.0 255.255.0.0", i > 0 ? "," : "", i + 10);
    }
    assert_int_equal(ov_hub_push_update(rig.server.hub, 0, options, rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_int_equal(tunnel_of(client)->routes4_count, 100);
    ov_rig_close(&rig);
}

/* [WP-PUSH-035] */
static void an_address_moves(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "");
    struct ov_rig_client *first = join(0);
    struct ov_rig_client *second = join(1);
    const uint32_t before = tunnel_of(first)->ip4;
    const uint32_t wanted = 0x0a080032;
    assert_true(ov_rig_send_down(&rig, before, 1, 0));
    assert_int_equal(ov_hub_push_update(rig.server.hub, 0, "ifconfig 10.8.0.50 255.255.255.0", rig.now),
                     OV_OK);
    ov_rig_settle(&rig);
    assert_int_equal(tunnel_of(first)->ip4, wanted);
    assert_true(ov_rig_send_down(&rig, wanted, 2, 0));
    assert_false(ov_rig_send_down(&rig, before, 3, 0));
    /* Nobody gets another one's address. */
    assert_int_equal(ov_hub_push_update(rig.server.hub, 1, "ifconfig 10.8.0.50 255.255.255.0", rig.now),
                     OV_ERR_DUPLICATE);
    assert_int_equal(ov_hub_push_update(rig.server.hub, 1, "ifconfig nonsense", rig.now), OV_ERR_OPTION);
    /* What it left is free for the next one. */
    struct ov_rig_client *third = join(2);
    assert_int_equal(tunnel_of(third)->ip4, before);
    assert_int_equal(ov_hub_push_update(rig.server.hub, 0, "-ifconfig", rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_false(tunnel_of(first)->has_ip4);
    assert_false(ov_rig_send_down(&rig, wanted, 4, 0));
    assert_true(ov_rig_connected(second));
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),       cmocka_unit_test(long_ones_have_parts), cmocka_unit_test(one_and_all),
        cmocka_unit_test(many_routes), cmocka_unit_test(an_address_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
