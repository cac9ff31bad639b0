/* Values of options, and the configuration a program under test is told. */
#include "lib/args.h"
#include "lib/config.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct
{
    const char *text;
    uint64_t limit;
    bool good;
    uint64_t value;
} numbers[] = {
    {"0", 0, true, 0},
    {"1", 0, false, 0},
    {"65535", 65535, true, 65535},
    {"65536", 65535, false, 0},
    {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
    {"18446744073709551616", UINT64_MAX, false, 0},
    {"", 9, false, 0},
    {" 1", 9, false, 0},
    {"+1", 9, false, 0},
    {"-1", UINT64_MAX, false, 0},
    {"1x", 9, false, 0},
    {"0x1", 9, false, 0},
};

static void test_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    {
        uint64_t value;
        bool good = lab_arg_number(numbers[i].text, numbers[i].limit, &value);
        if (good != numbers[i].good || (good && value != numbers[i].value))
        {
            fail_msg("'%s' up to %llu: %d, %llu", numbers[i].text, (unsigned long long)numbers[i].limit, good,
                     (unsigned long long)value);
        }
    }
}

static void test_ranges(void **state)
{
    (void)state;
    struct lab_why why;
    unsigned value = 7;
    assert_int_equal(lab_arg_range("--n", "2", 2, 3, &value, &why), LAB_OK);
    assert_int_equal(value, 2);
    assert_int_equal(lab_arg_range("--n", "3", 2, 3, &value, &why), LAB_OK);
    assert_int_equal(value, 3);
    assert_int_equal(lab_arg_range("--n", "1", 2, 3, &value, &why), LAB_ERR_USAGE);
    assert_string_equal(why.text, "--n wants 2 to 3, not '1'");
    assert_int_equal(lab_arg_range("--n", "4", 2, 3, &value, &why), LAB_ERR_USAGE);
    assert_int_equal(value, 3);
}

static void test_paths(void **state)
{
    (void)state;
    struct lab_why why;
    char path[LAB_PATH_MAX];
    char here[LAB_PATH_MAX];
    char wanted[LAB_PATH_MAX + 8];
    char longer[LAB_PATH_MAX + 8];
    assert_int_equal(lab_arg_path("/a/b", path, &why), LAB_OK);
    assert_string_equal(path, "/a/b");
    assert_int_equal(lab_arg_path("a/b", path, &why), LAB_OK);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(wanted, sizeof wanted, "%s/a/b", here);
    assert_string_equal(path, wanted);
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(lab_arg_path(longer, path, &why), LAB_ERR_USAGE);
}

static void check_config(const struct lab_config *config, const char *dir, const char *const *wanted)
{
    struct lab_why why;
    char path[LAB_PATH_MAX];
    char *text;
    size_t len;
    assert_int_equal(lab_config_write(config, dir, path, &why), LAB_OK);
    assert_int_equal(lab_file_read(path, 65536, &text, &len, &why), LAB_OK);
    for (; *wanted != NULL; wanted++)
    {
        bool absent = (*wanted)[0] == '!';
        if ((strstr(text, *wanted + absent) != NULL) == absent)
        {
            fail_msg("'%s' in:\n%s", *wanted, text);
        }
    }
    free(text);
}

static void test_configs(void **state)
{
    (void)state;
    char dir[] = "/tmp/test-config-XXXXXX";
    assert_non_null(mkdtemp(dir));
    struct lab_config config = {
        .role = "server",
        .proto = "udp4",
        .address = "10.0.0.1",
        .port = 1194,
        .cipher = "AES-256-GCM",
        .auth = "SHA256",
        .pki = "/pki",
        .tls_crypt = true,
        .tunnel4 = "10.8.0.0/255.255.255.0",
        .tunnel6 = "fd00:8::/64",
        .tun_mtu = 1500,
        .keepalive = "10/60",
        .exit_notify = 2,
    };
    check_config(&config, dir,
                 (const char *const[]){"role=server\n", "local=10.0.0.1\n", "cert=/pki/server.crt\n",
                                       "tls_crypt=/pki/tls-crypt.key\n", "/server\n",
                                       "!remote=", "!exit_notify=", "!options=", NULL});
    config.role = "client";
    config.tls_crypt = false;
    config.option = "fragment 1300";
    check_config(&config, dir,
                 (const char *const[]){"role=client\n", "remote=10.0.0.1\n", "key=/pki/client.key\n",
                                       "tls_crypt=\n", "exit_notify=2\n", "/client/options\n",
                                       "!local=", NULL});
    /* Lines of a case: a key takes the place of its line, the rest are options. */
    config.lines = "cipher=\nca=@PKI@/rsa/ca.crt\ntopology=net30\ntls-auth @PKI@/@ROLE@.key 1\nlog @ROOT@/@x";
    config.root = "/src";
    check_config(&config, dir,
                 (const char *const[]){"\ncipher=\n", "!cipher=AES", "\nca=/pki/rsa/ca.crt\n", "!/pki/ca.crt",
                                       "\ntopology=net30\n", "!tls-auth", NULL});
    char *text;
    size_t len;
    struct lab_why why;
    char path[LAB_PATH_MAX];
    snprintf(path, sizeof path, "%s/client/options", dir);
    assert_int_equal(lab_file_read(path, 65536, &text, &len, &why), LAB_OK);
    assert_string_equal(text, "fragment 1300\ntls-auth /pki/client.key 1\nlog /src/@x\n");
    free(text);
    char longer[4200];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    config.option = longer;
    assert_int_equal(lab_config_write(&config, dir, path, &why), LAB_ERR_USAGE);
    assert_string_equal(why.text, "the client's configuration is too long");
    const char *const made[] = {"/client/options", "/client", "/server", "/client.cfg", "/server.cfg", ""};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
    {
        snprintf(path, sizeof path, "%s%s", dir, made[i]);
        assert_int_equal(remove(path), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_configs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
