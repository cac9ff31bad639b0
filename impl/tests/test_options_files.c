/* Whole files: ours in impl/tests/data/options, and the samples of stock OpenVPN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#include "tests/lib/optdoc.h"

#define DATA    "impl/tests/data/options/"
#define SAMPLES "/usr/share/doc/openvpn/examples/sample-config-files/"

/* The whole file with a NUL; the caller frees it. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
    {
        fail_msg("can't open %s (tests run from the top of the repository)", path);
    }
    char *text = calloc(1, 65536);
    assert_true(fread(text, 1, 65535, file) < 65535);
    fclose(file);
    return text;
}

static struct ov_options *parse_file(const char *dir, const char *name, enum ov_err *err)
{
    char path[300];
    snprintf(path, sizeof(path), "%s%s", dir, name);
    char *text = read_file(path);
    struct ov_loader loader = optdoc_loader(NULL);
    struct ov_options *options = NULL;
    *err = ov_options_from_text(name, text, strlen(text), &loader, &options);
    free(text);
    assert_non_null(options);
    return options;
}

static void assert_lines(const struct ov_options *options, const char *expected)
{
    char *lines = optdoc_lines(ov_options_diags(options));
    assert_string_equal(lines, expected);
    free(lines);
}

static void test_client_file(void **state)
{
    (void)state;
    enum ov_err err;
    struct ov_options *options = parse_file(DATA, "client.ovpn", &err);
    assert_lines(options, "");
    assert_int_equal(err, OV_OK);
    const struct ov_config *c = ov_options_config(options);
    assert_int_equal(c->remotes_count, 2);
    assert_string_equal(c->remotes[1].host, "192.0.2.7");
    assert_int_equal(c->remotes[0].proto, OV_PROTO_UDP4);
    assert_int_equal(c->remotes[1].proto, OV_PROTO_UDP);
    assert_string_equal(c->cert.from, "client one.crt");
    assert_string_equal(c->key.from, "client one.key");
    assert_memory_equal(c->tls_crypt.data, "#\n# 2048 bit OpenVPN", 20);
    assert_int_equal(c->data_ciphers.count, 2);
    assert_int_equal(c->exit_notify, 2);
    ov_options_free(options);
}

static void test_server_file(void **state)
{
    (void)state;
    enum ov_err err;
    struct ov_options *options = parse_file(DATA, "server.conf", &err);
    assert_lines(options, "");
    assert_int_equal(err, OV_OK);
    const struct ov_config *c = ov_options_config(options);
    assert_int_equal(c->max_clients, 200);
    assert_int_equal(c->push_count, 7);
    assert_string_equal(c->push[0], "route 10.20.0.0 255.255.0.0");
    assert_string_equal(c->push[2], "tun-ipv6");
    assert_true(c->client_to_client && c->remote_cert_tls);
    assert_string_equal(c->tunnel.dev, "tun0");
    ov_options_free(options);
}

/* All errors of a file at once. */
static void test_broken_file(void **state)
{
    (void)state;
    enum ov_err err;
    struct ov_options *options = parse_file(DATA, "broken.ovpn", &err);
    char *expected = read_file(DATA "broken.expected");
    assert_int_equal(err, OV_ERR_OPTION);
    assert_lines(options, expected);
    free(expected);
    ov_options_free(options);
}

/* In a foreign configuration nothing is unknown, and every error is one of these. */
static void check_sample(const char *path)
{
    static const char *const expected[] = {"is known to OpenVPN 2.x but not built into ovref yet",
                                           "of OpenVPN 2.x can't be used with ovref",
                                           "is gone from OpenVPN 2.x"};
    enum ov_err err;
    struct ov_options *options = parse_file("", path, &err);
    assert_true(err == OV_OK || err == OV_ERR_OPTION);
    for (const struct ov_diag *diag = ov_options_diags(options)->first; diag != NULL; diag = diag->next)
    {
        bool known = diag->severity != OV_DIAG_ERROR;
        for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        {
            known = known || strstr(diag->text, expected[i]) != NULL;
        }
        if (!known)
        {
            fail_msg("%s:%u: %s", path, diag->line, diag->text);
        }
    }
    print_message("%s: %u errors of the expected kinds\n", path, ov_options_diags(options)->error_count);
    ov_options_free(options);
}

/* They are read where the package is installed; they are not ours to copy. */
static void test_stock_samples(void **state)
{
    (void)state;
    static const char *const patterns[] = {SAMPLES "*.conf", SAMPLES "loopback-client",
                                           SAMPLES "loopback-server"};
    size_t count = 0;
    for (size_t p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++)
    {
        glob_t paths;
        if (glob(patterns[p], 0, NULL, &paths) == 0)
        {
            for (size_t i = 0; i < paths.gl_pathc; i++, count++)
            {
                check_sample(paths.gl_pathv[i]);
            }
            globfree(&paths);
        }
    }
    if (count == 0)
    {
        print_message("SKIP: no sample configurations in " SAMPLES " (package openvpn)\n");
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_file),
        cmocka_unit_test(test_server_file),
        cmocka_unit_test(test_broken_file),
        cmocka_unit_test(test_stock_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
