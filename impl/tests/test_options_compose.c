/* Push replies as a server composes them (wire-protocol.md 4.7, 5.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/push.h"
#include "options/values.h"
#include "tests/lib/optdoc.h"

static const struct ov_proto_flags all_flags = {true, true, true, false};

/* The live reply of section 5.3. */
#define LIVE                                                                                                 \
    "PUSH_REPLY,route-gateway 10.8.0.1,topology subnet,ping 10,ping-restart 60,ifconfig 10.8.0.2 "           \
    "255.255.255.0,peer-id 0,cipher AES-256-GCM,protocol-flags cc-exit tls-ekm dyn-tls-crypt,tun-mtu 1500"

struct parts
{
    size_t count;
    size_t len[16];
    char text[16][OV_PUSH_MESSAGE];
    enum ov_err err;
};

static enum ov_err take_part(void *ctx, const char *text, size_t len)
{
    struct parts *parts = ctx;
    assert_true(parts->count < 16 && len < OV_PUSH_MESSAGE && strlen(text) == len);
    parts->len[parts->count] = len;
    memcpy(parts->text[parts->count++], text, len + 1);
    return parts->err;
}

static struct ov_push_client full_client(void)
{
    struct ov_push_client client = {.has_ip4 = true,
                                    .ip4 = 0x0a080002,
                                    .ip4_second = 0xffffff00,
                                    .has_peer_id = true,
                                    .has_cipher = true,
                                    .cipher = OV_CIPHER_AES_256_GCM,
                                    .has_tun_mtu = true,
                                    .iv_proto = 990};
    client.flags = ov_push_flags(client.iv_proto, &all_flags);
    return client;
}

static struct ov_options *server(const char *more)
{
    char text[8000];
    enum ov_err err;
    snprintf(text, sizeof(text), "%s%s", OPTDOC_SERVER, more);
    struct ov_options *options = optdoc_parse(text, NULL, &err);
    assert_int_equal(err, OV_OK);
    return options;
}

/* What a 2.6 server says to a 2.6 client: the live reply, octet by octet. */
static void test_compose_live(void **state)
{
    (void)state;
    struct ov_options *options = server("keepalive 10 60\n");
    struct ov_push_client client = full_client();
    struct parts parts = {0};
    assert_int_equal(ov_push_compose(ov_options_config(options), &client, take_part, &parts), OV_OK);
    assert_int_equal(parts.count, 1);
    assert_string_equal(parts.text[0], LIVE);
    ov_options_free(options);

    options = server("server-ipv6 fd00:8::/64\nkeepalive 10 60\n");
    client.has_ip6 = true;
    assert_true(ov_value_ip6("fd00:8::1000", client.ip6));
    parts.count = 0;
    assert_int_equal(ov_push_compose(ov_options_config(options), &client, take_part, &parts), OV_OK);
    assert_string_equal(parts.text[0],
                        "PUSH_REPLY,tun-ipv6,route-gateway 10.8.0.1,topology subnet,ping 10,ping-restart 60,"
                        "ifconfig-ipv6 fd00:8::1000/64 fd00:8::1,ifconfig 10.8.0.2 255.255.255.0,peer-id 0,"
                        "cipher AES-256-GCM,protocol-flags cc-exit tls-ekm dyn-tls-crypt,tun-mtu 1500");
    ov_options_free(options);
}

/* IV_PROTO, what the server has built; how flags are said [WP-FLAG-001]. */
static const struct
{
    uint32_t iv_proto;
    struct ov_proto_flags built;
    const char *text;
} flag_rows[] = {
    {0, {true, true, true, true}, ""},
    {990, {true, true, true, true}, ",protocol-flags cc-exit tls-ekm dyn-tls-crypt"},
    {8094, {true, true, true, true}, ",protocol-flags cc-exit tls-ekm dyn-tls-crypt aead-epoch"},
    {8094, {true, true, true, false}, ",protocol-flags cc-exit tls-ekm dyn-tls-crypt"},
    {8094, {false, false, false, false}, ""},
    {8094 & ~2u, {true, true, true, true}, ",protocol-flags cc-exit tls-ekm dyn-tls-crypt"}, /* no DATA_V2 */
    {1u << 3, {true, true, true, true}, ",key-derivation tls-ekm"},
    {1u << 3 | 1u << 9, {true, true, true, true}, ",key-derivation tls-ekm,protocol-flags dyn-tls-crypt"},
    {1u << 7, {true, true, true, true}, ",protocol-flags cc-exit"},
};

/* What each client is told, and nothing that it did not announce [WP-FLAG-005]. */
static void test_compose_flags(void **state)
{
    (void)state;
    struct ov_options *options = server("");
    for (size_t i = 0; i < sizeof(flag_rows) / sizeof(flag_rows[0]); i++)
    {
        struct ov_push_client client = {.iv_proto = flag_rows[i].iv_proto};
        struct parts parts = {0};
        char expected[200];
        client.flags = ov_push_flags(client.iv_proto, &flag_rows[i].built);
        assert_int_equal(ov_push_compose(ov_options_config(options), &client, take_part, &parts), OV_OK);
        snprintf(expected, sizeof(expected), "PUSH_REPLY,route-gateway 10.8.0.1,topology subnet%s",
                 flag_rows[i].text);
        assert_string_equal(parts.text[0], expected);
    }
    ov_options_free(options);
}

/* Long replies are cut, and the client puts them together again. */
static void test_compose_and_pull_parts(void **state)
{
    (void)state;
    char more[7000] = "";
    size_t len = 0;
    for (unsigned i = 0; i < 90; i++)
    {
        len +=
            (size_t)snprintf(more + len, sizeof(more) - len, "push \"route 10.%u.0.0 255.255.255.0\"\n", i);
    }
    struct ov_options *options = server(more);
    struct ov_push_client client = full_client();
    struct parts *parts = calloc(1, sizeof(*parts));
    assert_int_equal(ov_push_compose(ov_options_config(options), &client, take_part, parts), OV_OK);
    assert_true(parts->count >= 3);

    enum ov_err err;
    struct ov_options *client_options = optdoc_parse(OPTDOC_CLIENT, NULL, &err);
    struct ov_pull *pull = NULL;
    assert_int_equal(ov_pull_new(ov_options_config(client_options), &all_flags, &pull), OV_OK);
    for (size_t i = 0; i < parts->count; i++)
    {
        bool last = i + 1 == parts->count;
        const char *mark = last ? ",push-continuation 1" : ",push-continuation 2";
        assert_true(parts->len[i] <= 960); /* 940 and the mark */
        assert_true(last || parts->len[i] > 900);
        assert_string_equal(parts->text[i] + parts->len[i] - strlen(mark), mark);
        assert_int_equal(ov_pull_message(pull, parts->text[i], parts->len[i]), last ? OV_OK : OV_ERR_AGAIN);
    }
    const struct ov_pulled *pulled = ov_pull_result(pull);
    assert_int_equal(pulled->effective.tunnel.routes4_count, 90);
    assert_int_equal(pulled->effective.tunnel.routes4[89].net, 0x0a590000);
    assert_int_equal(pulled->effective.tunnel.ip4, 0x0a080002);
    assert_null(ov_pull_diags(pull)->first);
    ov_pull_free(pull);
    ov_options_free(client_options);

    /* An error of the receiver ends the work. */
    parts->count = 0;
    parts->err = OV_ERR_CLOSED;
    assert_int_equal(ov_push_compose(ov_options_config(options), &client, take_part, parts), OV_ERR_CLOSED);
    assert_int_equal(parts->count, 1);
    free(parts);
    ov_options_free(options);
}

/* The largest option that may be pushed [WP-PUSH-011]. */
static void test_largest_option(void **state)
{
    (void)state;
    char line[400];
    char option[OV_PUSH_OPTION + 2];
    memset(option, 'a', sizeof(option));
    for (unsigned len = OV_PUSH_OPTION; len <= OV_PUSH_OPTION + 1; len++)
    {
        enum ov_err err;
        snprintf(line, sizeof(line), "%spush %.*s\n", OPTDOC_SERVER, (int)len, option);
        struct ov_options *options = optdoc_parse(line, NULL, &err);
        if (len > OV_PUSH_OPTION)
        {
            assert_int_equal(err, OV_ERR_OPTION);
            assert_string_equal(ov_options_diags(options)->first->text,
                                "push: the option has 256 octets; clients read at most 255");
        }
        else
        {
            struct ov_push_client client = {0};
            struct parts parts = {0};
            assert_int_equal(ov_push_compose(ov_options_config(options), &client, take_part, &parts), OV_OK);
        }
        ov_options_free(options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compose_live),
        cmocka_unit_test(test_compose_flags),
        cmocka_unit_test(test_compose_and_pull_parts),
        cmocka_unit_test(test_largest_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
