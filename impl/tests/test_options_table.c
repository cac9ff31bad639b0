/* The option table itself, and the help made from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/options.h"
#include "options/table.h"

static void check_row(const struct ov_option *option, size_t index)
{
    size_t found = SIZE_MAX;
    assert_ptr_equal(ov_option_find(option->name, &found), option);
    assert_int_equal(found, index); /* no name twice */
    assert_true(option->name[strspn(option->name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0');
    assert_true(option->min <= option->max && option->max <= 15);
    assert_non_null(option->args);
    assert_non_null(option->value);
    assert_non_null(option->since);
    assert_true(option->scope != 0);
    bool removed = option->status == OV_OPTION_REMOVED;
    assert_true(removed || option->help[0] != '\0');
    assert_true((option->max == 0 && !removed) == (option->args[0] == '\0' && !removed) ||
                strcmp(option->name, "bind") == 0);
    assert_true(option->why != NULL ||
                (option->status != OV_OPTION_REMOVED && option->status != OV_OPTION_MOOT));
    bool other = option->status == OV_OPTION_BUILT && option->type == OV_TYPE_OTHER;
    assert_int_equal(option->set != NULL, other);
    assert_true(option->type != OV_TYPE_NUMBER || option->low < option->high);
}

static void test_every_row(void **state)
{
    (void)state;
    size_t count = ov_option_count();
    assert_true(count > 290);
    for (size_t i = 0; i < count; i++)
    {
        check_row(ov_option_at(i), i);
    }
    assert_null(ov_option_at(count));
}

/* Names that users of OpenVPN 2.x write, one from each corner. */
static void test_known_names(void **state)
{
    (void)state;
    static const char *const names[] = {"client",
                                        "auth-user-pass",
                                        "tls-auth",
                                        "comp-lzo",
                                        "compress",
                                        "fragment",
                                        "mssfix",
                                        "management",
                                        "plugin",
                                        "ifconfig-push",
                                        "dhcp-option",
                                        "dns",
                                        "block-outside-dns",
                                        "tls-crypt-v2",
                                        "x509-username-field",
                                        "key-method"};
    size_t index;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    {
        assert_non_null(ov_option_find(names[i], &index));
    }
    assert_null(ov_option_find("", &index));
    assert_null(ov_option_find("clien", &index));
}

static const struct
{
    const char *name;
    const char *nearest;
} typos[] = {
    {"remote-cert-tsl", "remote-cert-tls"},
    {"data-cipher", "data-ciphers"},
    {"clinet", "client"},
    {"keep-alive", "keepalive"},
    {"ports", "port"},
    {"tls-cryptv2", "tls-crypt-v2"},
    {"xyzzy", NULL},
    {"", NULL},
    {"a", NULL},
    {"redirectgateway", "redirect-gateway"},
    {"client-cert-not-require", NULL},
};

static void test_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(typos) / sizeof(typos[0]); i++)
    {
        const char *nearest = ov_option_nearest(typos[i].name);
        assert_string_equal(nearest != NULL ? nearest : "-",
                            typos[i].nearest != NULL ? typos[i].nearest : "-");
    }
    char name[5000];
    memset(name, 'a', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_null(ov_option_nearest(name));
}

struct help
{
    size_t lines;
    size_t widest;
    char *text;
    size_t len;
};

static void take_line(void *ctx, const char *text)
{
    struct help *help = ctx;
    help->lines++;
    help->widest = strlen(text) > help->widest ? strlen(text) : help->widest;
    size_t room = strlen(text) + 2;
    help->text = realloc(help->text, help->len + room);
    assert_non_null(help->text);
    help->len += (size_t)snprintf(help->text + help->len, room, "%s\n", text);
}

/* Every option that works is in the help, and every one that doesn't is named as such. */
static void test_help(void **state)
{
    (void)state;
    struct help help = {0};
    ov_options_help(take_line, &help);
    assert_true(help.lines > 100);
    assert_true(help.widest <= 100);
    for (size_t i = 0; i < ov_option_count(); i++)
    {
        const struct ov_option *option = ov_option_at(i);
        char word[80];
        bool usable = option->status == OV_OPTION_BUILT || option->status == OV_OPTION_MOOT;
        if (option->status == OV_OPTION_REMOVED || strcmp(option->since, "ovref") == 0 ||
            (option->scope & OV_IN_BOTH) == 0)
        {
            continue;
        }
        snprintf(word, sizeof(word), usable ? "--%s" : " %s", option->name);
        if (strstr(help.text, word) == NULL)
        {
            fail_msg("help lacks '%s'", word);
        }
    }
    free(help.text);
}

/* What stock 2.6.14 and 2.7.8 take in client-config-dir, found by giving them every option there; without those that
 * they take and do nothing with (auth-token, bind-dev, providers and the like) [WP-SRV-033]. */
static void test_single_clients(void **state)
{
    static const char *const names[] = {
        "cipher",
        "comp-lzo",
        "comp-noadapt",
        "compress",
        "config",
        "data-ciphers",
        "disable",
        "disable-dco",
        "inactive",
        "iroute",
        "iroute-ipv6",
        "ifconfig-push",
        "ifconfig-ipv6-push",
        "ncp-ciphers",
        "data-ciphers-fallback",
        "override-username",
        "ping",
        "ping-exit",
        "ping-restart",
        "ping-timer-rem",
        "push",
        "push-remove",
        "push-reset",
        "session-timeout",
        "socket-flags",
        "tun-ipv6",
        "vlan-pvid",
        "max-routes-per-client",
    };
    const size_t count = sizeof names / sizeof names[0];
    size_t found = 0;
    (void)state;
    for (size_t i = 0; i < ov_option_count(); i++)
    {
        const struct ov_option *option = ov_option_at(i);
        bool wanted = false;
        for (size_t k = 0; k < count; k++)
        {
            wanted = wanted || strcmp(names[k], option->name) == 0;
        }
        if (wanted != ((option->scope & OV_IN_CLIENT) != 0))
        {
            fail_msg("'%s' %s be set for a single client", option->name, wanted ? "should" : "shouldn't");
        }
        found += wanted;
    }
    assert_int_equal(found, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row),      cmocka_unit_test(test_known_names),
        cmocka_unit_test(test_nearest),        cmocka_unit_test(test_help),
        cmocka_unit_test(test_single_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
