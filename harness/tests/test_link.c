/* What a run asks of a link, before anything starts, and what the account of one says afterwards. */
#include "lib/link.h"
#include "tests/testing.h"

#include <string.h>

static const struct
{
    struct lab_link_spec spec;
    const char *why; /* NULL: it can be done */
} asked[] = {
    {{NULL, NULL, 1, NULL, NULL, false}, NULL},
    {{"", "", 1, "none", NULL, false}, NULL},
    {{"delay=1ms", "loss=1%", 1, NULL, NULL, false}, NULL},
    {{"delay=1ms", NULL, 1, "netem", NULL, false}, NULL},
    {{"reorder-every=9 reorder-places=3", NULL, 1, "auto", NULL, false}, NULL},
    {{"lag=1ms", NULL, 1, NULL, NULL, false}, "link up: 'lag=1ms' is no impairment"},
    {{NULL, "loss=1", 1, NULL, NULL, false}, "link down: 'loss=1': loss wants a share (1%)"},
    {{NULL, NULL, 1, "tc", NULL, false}, "link: no back end 'tc' (auto, netem, linkemu, none)"},
    {{"delay=1ms", NULL, 1, "none", NULL, false}, "link: back end none can do no impairment"},
    {{NULL, "reorder-every=9 reorder-places=3", 1, "netem", NULL, false},
     "link down: netem cannot do reorder-every (netem knows no places)"},
    {{"loss=1%", NULL, 1, "netem", "file", false}, "link: netem cannot replay decisions"},
    {{NULL, NULL, 1, NULL, NULL, true}, NULL},
    {{NULL, NULL, 1, "linkemu", NULL, true}, NULL},
    {{NULL, NULL, 1, "netem", NULL, true}, "link: only linkemu can be told something, not netem"},
    {{NULL, NULL, 1, "none", NULL, true}, "link: only linkemu can be told something, not none"},
};

static void test_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
    {
        struct lab_why why = {""};
        enum lab_err err = lab_link_check(&asked[i].spec, &why);
        assert_int_equal(err, asked[i].why == NULL ? LAB_OK : LAB_ERR_USAGE);
        assert_string_equal(why.text, asked[i].why == NULL ? "" : asked[i].why);
    }
}

static const struct
{
    const char *report;
    const char *text; /* "": untouched */
} accounts[] = {
    {"{\"backend\":\"netem\"}", ""},
    {"{\"account\":{\"device_tx_dropped\":0,\"up\":{\"late_log2_us\":[990,0,0,0,0,0,0,0,0,0,0,0,0,9]},"
     "\"down\":{\"odd\":0}}}",
     ""},
    {"{\"account\":{\"device_tx_dropped\":3,\"device_rx_dropped\":1,\"up\":{},\"down\":{}}}",
     "devices of the link lost 4 packets that nobody asked to lose"},
    {"{\"account\":{\"up\":{},\"down\":{\"write_drops\":2}}}",
     "linkemu lost 2 packets (down) that nobody asked to lose"},
    {"{\"account\":{\"up\":{\"odd\":1},\"down\":{}}}",
     "linkemu met 1 super-packets (up) that it could not cut"},
    {"{\"account\":{\"up\":{\"late_log2_us\":[90,0,0,0,0,0,0,0,0,0,0,0,0,5,5]},\"down\":{}}}",
     "10.0 % of the packets (up) left linkemu more than 4 ms late (limit 1 %)"},
};

static void test_taint(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++)
    {
        char text[256];
        json_t *report = json_loads(accounts[i].report, 0, NULL);
        assert_non_null(report);
        assert_int_equal(lab_link_tainted(report, text, sizeof text), accounts[i].text[0] != '\0');
        assert_string_equal(text, accounts[i].text);
        json_decref(report);
    }
}

static void test_without_router(void **state)
{
    struct lab_link link;
    struct lab_why why;
    struct lab_loop loop;
    const struct lab_topology topology = {.client_ns = "client", .server_ns = "server"};
    const struct lab_paths paths = {.linkemu = "/bin/false"};
    const struct lab_link_spec some = {.up = "delay=1ms"};
    const struct lab_link_spec none = {.up = ""};
    json_t *report;
    (void)state;
    assert_int_equal(lab_loop_init(&loop, -1, &why), LAB_OK);
    assert_int_equal(lab_link_start(&loop, &link, &some, &paths, &topology, "/tmp", &why), LAB_ERR_ABSENT);
    assert_string_equal(why.text, "link: this topology has no router between its ends");
    lab_link_clear(&link);
    /* Nothing asked for needs nothing. */
    assert_int_equal(lab_link_start(&loop, &link, &none, &paths, &topology, "/tmp", &why), LAB_OK);
    assert_int_equal(lab_link_verify(&link, &why), LAB_OK);
    assert_int_equal(lab_link_stop(&link, &report, &why), LAB_OK);
    assert_string_equal(json_string_value(json_object_get(report, "backend")), "none");
    json_decref(report);
    lab_loop_clear(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_check), cmocka_unit_test(test_taint),
                                       cmocka_unit_test(test_without_router)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
