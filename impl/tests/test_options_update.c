/* PUSH_UPDATE and pull-filter as a client reads them (wire-protocol.md 5.5; bad-inputs.md 42). */
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
#include "tests/lib/optdoc.h"

static const struct ov_proto_flags all_flags = {true, true, true, false};

#define REPLY                                                                                                \
    "PUSH_REPLY,route-gateway 10.8.0.1,topology subnet,ifconfig 10.8.0.2 255.255.255.0,route 10.1.0.0 "      \
    "255.255.0.0,route 10.2.0.0 255.255.0.0,redirect-gateway def1,tun-mtu 1400"

struct pull
{
    struct ov_options *options;
    struct ov_pull *pull;
};

static struct pull pull_new(const char *more)
{
    enum ov_err err;
    char text[2000];
    (void)snprintf(text, sizeof text, OPTDOC_CLIENT "%s", more);
    struct pull p = {optdoc_parse(text, NULL, &err), NULL};
    assert_int_equal(err, OV_OK);
    assert_int_equal(ov_pull_new(ov_options_config(p.options), &all_flags, &p.pull), OV_OK);
    return p;
}

static void pull_free(struct pull *p)
{
    ov_pull_free(p->pull);
    ov_options_free(p->options);
}

/* A message of its exact size, so that ASan sees a read behind it. */
static enum ov_err update(struct ov_pull *pull, const char *text, size_t len)
{
    char *copy = malloc(len + (len == 0));
    memcpy(copy, text, len);
    enum ov_err err = ov_pull_update(pull, copy, len);
    free(copy);
    return err;
}

/* "routes/redirect/mtu/has_ip4/has_gateway" */
static void describe(const struct ov_pull *pull, char out[static 80])
{
    const struct ov_tunnel *t = &ov_pull_result(pull)->effective.tunnel;
    (void)snprintf(out, 80, "%zu/%u/%u/%d/%d", t->routes4_count, t->redirect, t->mtu, t->has_ip4,
                   t->has_route_gateway);
}

static const struct
{
    const char *text; /* behind PUSH_UPDATE */
    enum ov_err err;
    const char *after; /* see describe */
} rows[] = {
    {"", OV_OK, "2/11/1400/1/1"},
    {",", OV_OK, "2/11/1400/1/1"},
    {",route 10.3.0.0 255.255.0.0", OV_OK, "1/11/1400/1/1"}, /* [WP-PUSH-034] */
    {",route 10.3.0.0 255.255.0.0,route 10.4.0.0 255.255.0.0", OV_OK, "2/11/1400/1/1"},
    {", route 10.3.0.0 255.255.0.0,  -tun-mtu", OV_OK, "1/11/1500/1/1"},
    {",-route", OV_OK, "0/11/1400/1/1"},
    {",-route,route 10.3.0.0 255.255.0.0", OV_OK, "1/11/1400/1/1"},
    {",-?route", OV_OK, "0/11/1400/1/1"},
    {",-redirect-gateway", OV_OK, "2/0/1400/1/1"},
    {",redirect-private", OV_OK, "2/1/1400/1/1"},
    {",-tun-mtu", OV_OK, "2/11/1500/1/1"},
    {",tun-mtu 1300", OV_OK, "2/11/1300/1/1"},
    {",-route-gateway", OV_OK, "2/11/1400/1/0"},
    {",-ifconfig", OV_OK, "2/11/1400/0/1"},
    {",?verb 3", OV_OK, "2/11/1400/1/1"},
    {",-?verb", OV_OK, "2/11/1400/1/1"},
    {",?frobnicate", OV_OK, "2/11/1400/1/1"},
    {",?route x", OV_OK, "0/11/1400/1/1"},
    {",dns search-domains example.org", OV_OK, "2/11/1400/1/1"},
    {",dns search-domains x;id", OV_ERR_OPTION, NULL},
    {",block-outside-dns,-dhcp-option", OV_OK, "2/11/1400/1/1"},
    {",verb 3", OV_ERR_OPTION, NULL}, /* [WP-PUSH-033] */
    {",-verb", OV_ERR_OPTION, NULL},
    {",frobnicate", OV_ERR_OPTION, NULL},
    {",peer-id 3", OV_ERR_OPTION, NULL},
    {",cipher AES-128-GCM", OV_ERR_OPTION, NULL},
    {",up /bin/sh", OV_ERR_OPTION, NULL},
    {",route x", OV_ERR_OPTION, NULL},
    {",-route 10.1.0.0", OV_ERR_OPTION, NULL}, /* [WP-PUSH-031] */
    {",?-route", OV_ERR_OPTION, NULL},
    {",--route", OV_ERR_OPTION, NULL},
    {",-", OV_ERR_OPTION, NULL},
    {",?", OV_ERR_OPTION, NULL},
    {",-push-continuation", OV_ERR_OPTION, NULL},
    {",topology net31", OV_ERR_OPTION, NULL},
    {"X,route 10.3.0.0", OV_ERR_FORMAT, "2/11/1400/1/1"},
    {",route 10.3.0.0\n", OV_ERR_FORMAT, "2/11/1400/1/1"},
    {",route 10.3.0.0,push-continuation 2", OV_ERR_AGAIN, NULL},
};

/* What may change later, and what may not [WP-PUSH-032]. */
static void test_updates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct pull p = pull_new("");
        char text[300], after[80];
        int len = snprintf(text, sizeof text, "PUSH_UPDATE%s", rows[i].text);
        assert_int_equal(ov_pull_message(p.pull, REPLY, strlen(REPLY)), OV_OK);
        enum ov_err err = update(p.pull, text, (size_t)len);
        describe(p.pull, after);
        if (err != rows[i].err || (rows[i].after != NULL && strcmp(after, rows[i].after) != 0))
        {
            fail_msg("'%s': %s, %s", rows[i].text, ov_err_name(err), after);
        }
        pull_free(&p);
    }
}

static void test_before_the_reply(void **state)
{
    (void)state;
    struct pull p = pull_new("");
    assert_int_equal(update(p.pull, "PUSH_UPDATE,-route", 18), OV_ERR_CLOSED);
    pull_free(&p);
}

/* A type is cleared once in an update, however many parts that has. */
static void test_parts(void **state)
{
    (void)state;
    static const char first[] = "PUSH_UPDATE,route 10.3.0.0 255.255.0.0,push-continuation 2";
    static const char last[] = "PUSH_UPDATE,route 10.4.0.0 255.255.0.0,push-continuation 1";
    struct pull p = pull_new("");
    char after[80];
    assert_int_equal(ov_pull_message(p.pull, REPLY, strlen(REPLY)), OV_OK);
    for (int round = 0; round < 3; round++)
    {
        assert_int_equal(update(p.pull, first, sizeof first - 1), OV_ERR_AGAIN);
        assert_int_equal(update(p.pull, last, sizeof last - 1), OV_OK);
        describe(p.pull, after);
        assert_string_equal(after, "2/11/1400/1/1");
    }
    for (uint32_t i = 1; i < OV_PUSH_PARTS_MAX; i++)
    {
        assert_int_equal(update(p.pull, first, sizeof first - 1), OV_ERR_AGAIN);
    }
    assert_int_equal(update(p.pull, first, sizeof first - 1), OV_ERR_AGAIN);
    assert_int_equal(update(p.pull, first, sizeof first - 1), OV_ERR_LIMIT);
    pull_free(&p);
}

static void test_truncation(void **state)
{
    (void)state;
    static const char text[] =
        "PUSH_UPDATE,-?dns,?verb 3,-route-ipv6,route 10.3.0.0 255.255.0.0,tun-mtu 1300";
    for (size_t len = 0; len < sizeof text; len++)
    {
        struct pull p = pull_new("");
        assert_int_equal(ov_pull_message(p.pull, REPLY, strlen(REPLY)), OV_OK);
        enum ov_err err = update(p.pull, text, len);
        assert_true(err == OV_OK || err == OV_ERR_FORMAT || err == OV_ERR_OPTION);
        pull_free(&p);
    }
}

static const struct
{
    const char *config;
    enum ov_err err;
    size_t routes;
} filters[] = {
    {"", OV_OK, 2},
    {"pull-filter ignore route\n", OV_OK, 0},
    {"pull-filter ignore \"route 10.1\"\n", OV_OK, 1},
    {"pull-filter accept \"route 10.1\"\npull-filter ignore \"route 10\"\n", OV_OK, 1},
    {"pull-filter ignore x\n", OV_OK, 2},
    {"pull-filter reject \"route 10.2\"\n", OV_ERR_OPTION, 0},
    {"pull-filter ignore \"route 10.2\"\npull-filter reject \"route 10.2\"\n", OV_OK, 1},
};

static void test_filters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
    {
        struct pull p = pull_new(filters[i].config);
        assert_int_equal(ov_pull_message(p.pull, REPLY, strlen(REPLY)), filters[i].err);
        if (filters[i].err == OV_OK)
        {
            assert_int_equal(ov_pull_result(p.pull)->effective.tunnel.routes4_count, filters[i].routes);
        }
        pull_free(&p);
    }
    struct pull p = pull_new("pull-filter ignore route\n");
    assert_int_equal(ov_pull_message(p.pull, REPLY, strlen(REPLY)), OV_OK);
    assert_int_equal(update(p.pull, "PUSH_UPDATE,route 10.3.0.0", 26), OV_OK);
    assert_int_equal(ov_pull_result(p.pull)->effective.tunnel.routes4_count, 0);
    pull_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_updates), cmocka_unit_test(test_before_the_reply),
        cmocka_unit_test(test_parts),   cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_filters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
