/* Sockets of a server, foreign streams, VLANs: what the lines say together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/optdoc.h"

static void server(const char *more, struct ov_options **owner, enum ov_err *err)
{
    char text[512];
    (void)snprintf(text, sizeof text, OPTDOC_SERVER "%s", more);
    *owner = optdoc_parse(text, NULL, err);
}

/* "host:port proto" of each, joined by '|'. */
static void sockets(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *list;
    } rows[] = {
        {"", "*:1194 0|"},
        {"local 192.0.2.1\n", "192.0.2.1:1194 0|"},
        {"port 443\nproto tcp\n", "*:443 3|"},
        {"local *\nport 443\n", "*:443 0|"},
        {"local 192.0.2.1 443 tcp4\n", "192.0.2.1:443 4|"},
        {"local * 1194 udp\nlocal * 443 tcp-server\nlocal ::1\nproto udp6\nport 5000\n",
         "*:1194 0|*:443 3|::1:5000 2|"},
        {"local 0.0.0.0 1194 udp4\nlocal :: 1194 udp6\nlocal 0.0.0.0 1194 tcp4\n",
         "0.0.0.0:1194 1|:::1194 2|0.0.0.0:1194 4|"},
        {"local * 0\nlocal * 0\n", "*:0 0|*:0 0|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char seen[256] = "";
        struct ov_options *owner;
        enum ov_err err;
        server(rows[i].text, &owner, &err);
        assert_int_equal(err, OV_OK);
        const struct ov_config *config = ov_options_config(owner);
        for (size_t k = 0; k < config->listeners_count; k++)
        {
            const struct ov_listener *one = &config->listeners[k];
            (void)snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s:%u %d|",
                           one->host != NULL ? one->host : "*", one->port, (int)one->proto);
        }
        assert_string_equal(seen, rows[i].list);
        assert_int_equal(config->lport, config->listeners[0].port);
        assert_int_equal(config->proto, config->listeners[0].proto);
        ov_options_free(owner);
    }
}

static void clients(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        enum ov_err err;
    } rows[] = {
        {"local 192.0.2.1\n", OV_OK},
        {"local 192.0.2.1\nlocal 192.0.2.1\n", OV_OK},
        {"local 192.0.2.1 5000\n", OV_OK},
        {"local 192.0.2.1\nlocal 192.0.2.2\n", OV_ERR_OPTION},
        {"local 192.0.2.1 5000\nlocal 192.0.2.1 5001\n", OV_ERR_OPTION},
        {"nobind\nlocal *\n", OV_ERR_OPTION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char text[512];
        enum ov_err err;
        (void)snprintf(text, sizeof text, OPTDOC_CLIENT "%s", rows[i].text);
        struct ov_options *owner = optdoc_parse(text, NULL, &err);
        assert_int_equal(err, rows[i].err);
        if (err == OV_OK)
        {
            assert_int_equal(ov_options_config(owner)->listeners_count, 0);
            assert_string_equal(ov_options_config(owner)->local, "192.0.2.1");
        }
        ov_options_free(owner);
    }
}

static void what_contradicts(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *says;
    } rows[] = {
        {"local \"\"\n", "local needs a host name or address, or '*' for any"},
        {"local * 70000\n", "port must be a number from 0 to 65535, not '70000'"},
        {"local * 443 sctp\n", "unknown proto 'sctp'; use udp, udp4, udp6, tcp, tcp4 or tcp6"},
        {"local * 443 tcp-client\n", "this is a server: its proto is 'tcp' or 'tcp-server'"},
        {"local * 443 tcp\nlocal ::1\nlocal * 443 tcp\n",
         "t.ovpn:8: this socket is there already, by line 6"},
        {"local * 443 tcp\nlocal * 1194\nfragment 1200\n", "'fragment' can only be used with proto udp"},
        {"port-share 127.0.0.1 443\n", "'port-share' needs a TCP socket, and there is none"},
        {"proto tcp\nport-share 127.0.0.1 https\n", "port must be a number from 1 to 65535, not 'https'"},
        {"vlan-tagging\n", "'vlan-tagging' is for 'dev tap', and this is a tun device"},
        {"vlan-pvid 7\n", "'vlan-pvid' needs 'vlan-tagging'"},
        {"vlan-accept all\n", "'vlan-accept' needs 'vlan-tagging'"},
        {"vlan-tagging\nvlan-pvid 4095\n", "vlan-pvid must be a number from 1 to 4094, not '4095'"},
        {"vlan-tagging\nvlan-accept some\n", "vlan-accept: 'some' is not all, tagged or untagged"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_options *owner;
        enum ov_err err;
        server(rows[i].text, &owner, &err);
        assert_int_equal(err, OV_ERR_OPTION);
        char *lines = optdoc_lines(ov_options_diags(owner));
        if (strstr(lines, rows[i].says) == NULL)
        {
            fail_msg("'%s' is not in:\n%s", rows[i].says, lines);
        }
        free(lines);
        ov_options_free(owner);
    }
}

static void too_many(void **state)
{
    (void)state;
    char text[4096] = OPTDOC_SERVER;
    enum ov_err err;
    for (unsigned i = 0; i < OV_LISTENERS_MAX + 1; i++)
    {
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "local * %u\n", 2000 + i);
    }
    struct ov_options *owner = optdoc_parse(text, NULL, &err);
    assert_int_equal(err, OV_ERR_OPTION);
    char *lines = optdoc_lines(ov_options_diags(owner));
    assert_non_null(strstr(lines, "more than 32 times 'local'"));
    free(lines);
    ov_options_free(owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets),
        cmocka_unit_test(clients),
        cmocka_unit_test(what_contradicts),
        cmocka_unit_test(too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
