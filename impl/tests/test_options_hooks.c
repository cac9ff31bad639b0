/* Programs, their variables and name servers in configurations and push replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/push.h"
#include "tests/lib/optdoc.h"

#define LEVEL "script-security 2\n"

/* Behind line 7 of a good client. */
static const struct
{
    const char *text;
    const char *lines;
} wrong[] = {
    {"up /bin/true\n", "t.ovpn:8: 'up' needs 'script-security 2': no program may be called\n"},
    {LEVEL "up /bin/true\ndown '/bin/echo a b'\nroute-up x\nroute-pre-down x\nipchange x\ndns-updown x\n",
     ""},
    {LEVEL "up ''\n", "t.ovpn:9: up: the command '' is empty\n"},
    {"down-pre\n", "t.ovpn:8: warning: 'down-pre' does nothing without 'down'\n"},
    {"setenv 1A b\n", "t.ovpn:8: setenv: '1A' can't be the name of a variable\n"},
    {"setenv A=B c\n", "t.ovpn:8: setenv: 'A=B' can't be the name of a variable\n"},
    {"setenv A b c\n", "t.ovpn:8: option 'setenv' takes 1 to 2 arguments (name [value]), not 3\n"},
    {"setenv opt\n", "t.ovpn:8: setenv opt: the option is missing\n"},
    {"setenv opt frobnicate 1 2\n",
     "t.ovpn:8: note: option 'frobnicate' can't be done and is left out, as 'setenv opt' says\n"},
    {"setenv opt cryptoapicert x\n",
     "t.ovpn:8: note: option 'cryptoapicert' can't be done and is left out, as 'setenv opt' says\n"},
    {"setenv opt verb 77\n", "t.ovpn:8: verb must be a number from 0 to 11, not '77'\n"},
    {"setenv GENERIC_CONFIG 1\n",
     "t.ovpn:8: this is a generic configuration, which has no keys: get one of your own\n"},
    {"setenv-safe a;b c\n", "t.ovpn:8: setenv-safe: 'a;b' can't be the end of a variable's name\n"},
    {"dhcp-option DNS 10.8.0.x\n", "t.ovpn:8: dhcp-option DNS: '10.8.0.x' is not one address\n"},
    {"dhcp-option DOMAIN $(id)\n", "t.ovpn:8: dhcp-option: '$(id)' is not the name of a domain\n"},
    {"dhcp-option PROXY_HTTP 10.8.0.1 8080\n", ""},
    {"dns server 1 address 10.8.0.1 [fd00::1]:5353 10.8.0.2:53 fd00::2\n", ""},
    {"dns server 1 address 10.8.0.1:0\n",
     "t.ovpn:8: dns server 1: '10.8.0.1:0' is not an address with or without port\n"},
    {"dns server 1 address [fd00::1\n",
     "t.ovpn:8: dns server 1: '[fd00::1' is not an address with or without port\n"},
    {"dns server 128 address 10.8.0.1\n",
     "t.ovpn:8: dns server: the number must be from -128 to 127, not '128'\n"},
    {"dns server -128 address 10.8.0.1\n", ""},
    {"dns server 1 sni example.org\n", "t.ovpn:8: dns server 1 has no address\n"},
    {"dns server 1 transport DoX\n", "t.ovpn:8: dns server: 'DoX' can't be the transport\n"},
    {"dns server 1 colour red\n",
     "t.ovpn:8: dns server: 'colour' is not address, resolve-domains, dnssec, transport or sni\n"},
    {"dns search-domains a.example `id`\n", "t.ovpn:8: dns: '`id`' is not the name of a domain\n"},
    {"dns frob x\n", "t.ovpn:8: dns: 'frob' is neither 'server' nor 'search-domains'\n"},
    {"compat-mode 2\n", "t.ovpn:8: compat-mode: '2' is not a version such as 2.4.0\n"},
    {"compat-mode 2.4.0.1\n", "t.ovpn:8: compat-mode: '2.4.0.1' is not a version such as 2.4.0\n"},
    {"compat-mode 2.4.0\n", ""},
    {"mtu-disc perhaps\n", "t.ovpn:8: mtu-disc must be 'no', 'maybe' or 'yes', not 'perhaps'\n"},
    {"proto-force tcp\n", "t.ovpn:8: proto-force: no remote has protocol tcp\n"},
    {"remote-cert-ku a0 zz\n",
     "t.ovpn:8: remote-cert-ku: 'zz' is not a key usage (hexadecimal, up to ffff)\n"},
    {"remote-cert-ku 10000\n",
     "t.ovpn:8: remote-cert-ku: '10000' is not a key usage (hexadecimal, up to ffff)\n"},
    {"remote-cert-ku\nremote-cert-eku serverAuth\n", ""},
    {"x509-username-field ext:subjectAltName\n", ""},
    {"x509-username-field ext:keyUsage\n",
     "t.ovpn:8: x509-username-field: 'ext:keyUsage' is neither ext:subjectAltName nor ext:issuerAltName\n"},
    {"route-ipv6-gateway fe80::x\n", "t.ovpn:8: route-ipv6-gateway: 'fe80::x' is not an IPv6 address\n"},
};

static void errors_are_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    {
        char text[2048];
        enum ov_err err;
        (void)snprintf(text, sizeof text, "%s%s", OPTDOC_CLIENT, wrong[i].text);
        struct ov_options *options = optdoc_parse(text, NULL, &err);
        char *lines = optdoc_lines(ov_options_diags(options));
        if (strcmp(lines, wrong[i].lines) != 0)
        {
            fail_msg("%s:\n%s\nnot\n%s", wrong[i].text, lines, wrong[i].lines);
        }
        free(lines);
        ov_options_free(options);
    }
}

static struct ov_options *client(const char *text)
{
    char whole[2048];
    enum ov_err err;
    (void)snprintf(whole, sizeof whole, "%s%s", OPTDOC_CLIENT, text);
    struct ov_options *options = optdoc_parse(whole, NULL, &err);
    assert_int_equal(err, OV_OK);
    return options;
}

static void variables_keep_their_latest_value(void **state)
{
    (void)state;
    struct ov_options *options = client("setenv A 1\nsetenv-safe A 2\nsetenv A 3\nsetenv B\n");
    const struct ov_hook_options *hooks = &ov_options_config(options)->hooks;
    assert_int_equal(hooks->variables_count, 3);
    assert_string_equal(hooks->variables[0].name, "A");
    assert_string_equal(hooks->variables[0].value, "3");
    assert_string_equal(hooks->variables[1].name, "OPENVPN_A");
    assert_string_equal(hooks->variables[1].value, "2");
    assert_string_equal(hooks->variables[2].value, "");
    ov_options_free(options);
}

/* One text of each line, and who said it. */
static void echoes_are_texts(void **state)
{
    static const char reply[] = "PUSH_REPLY,echo forget-passwords,parameter \"a  b\" c,ifconfig 10.8.0.2 "
                                "255.255.255.0,topology subnet";
    static const struct ov_echo want[] = {
        {"one two  three", false}, {"", false}, {"forget-passwords", true}, {"a  b c", true}};
    struct ov_options *options = client("echo one \"two  three\"\nparameter\n");
    const struct ov_proto_flags none = {.cc_exit = false};
    struct ov_pull *pull;
    (void)state;
    assert_int_equal(ov_options_config(options)->hooks.echoes_count, 2);
    assert_int_equal(ov_pull_new(ov_options_config(options), &none, &pull), OV_OK);
    assert_int_equal(ov_pull_message(pull, reply, sizeof reply - 1), OV_OK);
    const struct ov_hook_options *hooks = &ov_pull_result(pull)->effective.hooks;
    assert_int_equal(hooks->echoes_count, 4);
    for (size_t i = 0; i < 4; i++)
    {
        assert_string_equal(hooks->echoes[i].text, want[i].text);
        assert_int_equal(hooks->echoes[i].pushed, want[i].pushed);
    }
    ov_pull_free(pull);
    ov_options_free(options);
}

/* A pushed server takes the place of the one with its number; domains are added; what is wrong is skipped. */
static void servers_are_pushed(void **state)
{
    static const char reply[] =
        "PUSH_REPLY,dns server 5 address 10.8.0.5:5353,dns server 5 sni a.example,dns server 0 address "
        "fd00::1,"
        "dns server -1 address 10.8.0.9,dns search-domains b.example,dns search-domains $x,"
        "dhcp-option DNS 10.8.0.1,dhcp-option DOMAIN x y;z,setenv-safe P q,setenv Q r,ifconfig 10.8.0.2 "
        "255.255.255.0,topology subnet";
    struct ov_options *options = client(
        "dns server 5 address 192.0.2.5\ndns server -3 address 192.0.2.3\ndns search-domains a.example\n");
    const struct ov_proto_flags none = {.cc_exit = false};
    struct ov_pull *pull;
    (void)state;
    assert_int_equal(ov_pull_new(ov_options_config(options), &none, &pull), OV_OK);
    assert_int_equal(ov_pull_message(pull, reply, sizeof reply - 1), OV_OK);
    const struct ov_hook_options *hooks = &ov_pull_result(pull)->effective.hooks;
    assert_int_equal(hooks->servers_count, 3);
    assert_int_equal(hooks->servers[0].number, -3);
    assert_int_equal(hooks->servers[1].number, 0);
    assert_string_equal(hooks->servers[1].address[0].text, "fd00::1");
    assert_int_equal(hooks->servers[2].number, 5);
    assert_int_equal(hooks->servers[2].addresses, 1);
    assert_string_equal(hooks->servers[2].address[0].text, "10.8.0.5");
    assert_int_equal(hooks->servers[2].address[0].port, 5353);
    assert_string_equal(hooks->servers[2].sni, "a.example");
    assert_int_equal(hooks->search_count, 2);
    assert_string_equal(hooks->search[1], "b.example");
    assert_int_equal(hooks->foreign_count, 1);
    assert_string_equal(hooks->foreign[0], "dhcp-option DNS 10.8.0.1");
    assert_int_equal(hooks->variables_count, 1);
    assert_string_equal(hooks->variables[0].name, "OPENVPN_P");
    char *lines = optdoc_lines(ov_pull_diags(pull));
    assert_non_null(strstr(lines, "the number must be from 0 to 127, not '-1'"));
    assert_non_null(strstr(lines, "option 'setenv' is not accepted from a server"));
    free(lines);
    ov_pull_free(pull);
    ov_options_free(options);
}

static void nopull_keeps_names_out(void **state)
{
    static const char reply[] = "PUSH_REPLY,dns server 5 address 10.8.0.5,dhcp-option DNS 10.8.0.1";
    struct ov_options *options = client("route-nopull\n");
    const struct ov_proto_flags none = {.cc_exit = false};
    struct ov_pull *pull;
    (void)state;
    assert_int_equal(ov_pull_new(ov_options_config(options), &none, &pull), OV_OK);
    assert_int_equal(ov_pull_message(pull, reply, sizeof reply - 1), OV_OK);
    assert_int_equal(ov_pull_result(pull)->effective.hooks.servers_count, 0);
    assert_int_equal(ov_pull_result(pull)->effective.hooks.foreign_count, 0);
    ov_pull_free(pull);
    ov_options_free(options);
}

/* Memory doesn't grow with what a server says. */
static void pushed_lists_are_bounded(void **state)
{
    struct ov_options *options = client("");
    const struct ov_proto_flags none = {.cc_exit = false};
    struct ov_pull *pull;
    (void)state;
    assert_int_equal(ov_pull_new(ov_options_config(options), &none, &pull), OV_OK);
    for (unsigned part = 0; part < 40; part++)
    {
        char text[1024] = "PUSH_REPLY";
        size_t len = strlen(text);
        for (unsigned i = 0; i < 10; i++)
        {
            len += (size_t)snprintf(
                text + len, sizeof text - len,
                ",dhcp-option DNS 10.8.%u.%u,setenv-safe V%u_%u x,dns server %u address 10.0.0.1", part, i,
                part, i, (part * 10 + i) % 128);
        }
        len += (size_t)snprintf(text + len, sizeof text - len, ",push-continuation 2");
        assert_int_equal(ov_pull_message(pull, text, len), OV_ERR_AGAIN);
    }
    assert_int_equal(ov_pull_message(pull, "PUSH_REPLY,push-continuation 1", 30), OV_OK);
    const struct ov_hook_options *hooks = &ov_pull_result(pull)->effective.hooks;
    assert_int_equal(hooks->foreign_count, OV_FOREIGN_MAX);
    assert_int_equal(hooks->variables_count, OV_VARIABLES_MAX);
    assert_int_equal(hooks->servers_count, OV_DNS_SERVERS_MAX);
    ov_pull_free(pull);
    ov_options_free(options);
}

static void older_programs(void **state)
{
    (void)state;
    struct ov_options *options = client("compat-mode 2.3.11\ncipher AES-256-CBC\n");
    const struct ov_config *config = ov_options_config(options);
    assert_true(ov_ciphers_has(&config->data_ciphers, OV_CIPHER_AES_256_CBC));
    assert_true(config->has_fallback);
    assert_int_equal(config->fallback, OV_CIPHER_AES_256_CBC);
    assert_int_equal(config->compression.allow, OV_COMP_ALLOW_ASYM);
    ov_options_free(options);
    options = client("compat-mode 2.4.8\ncipher AES-256-CBC\n");
    assert_true(ov_ciphers_has(&ov_options_config(options)->data_ciphers, OV_CIPHER_AES_256_CBC));
    assert_false(ov_options_config(options)->has_fallback);
    ov_options_free(options);
    options = client("compat-mode 2.6.0\ncipher AES-256-CBC\n");
    assert_false(ov_ciphers_has(&ov_options_config(options)->data_ciphers, OV_CIPHER_AES_256_CBC));
    ov_options_free(options);
}

static void one_protocol(void **state)
{
    (void)state;
    struct ov_options *options =
        client("remote b.example 443 tcp\nremote c.example 1195 udp\nproto-force tcp\n");
    const struct ov_config *config = ov_options_config(options);
    assert_int_equal(config->remotes_count, 1);
    assert_string_equal(config->remotes[0].host, "b.example");
    ov_options_free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_exact),         cmocka_unit_test(variables_keep_their_latest_value),
        cmocka_unit_test(echoes_are_texts),         cmocka_unit_test(servers_are_pushed),
        cmocka_unit_test(pushed_lists_are_bounded), cmocka_unit_test(nopull_keeps_names_out),
        cmocka_unit_test(older_programs),           cmocka_unit_test(one_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
