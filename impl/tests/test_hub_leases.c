/* Addresses that stay with names, and the lines of their file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/leases.h"
#include "lib/hubrig.h"

#define FIRST 0x0a080002u

/* ---- lines ---- */

/* [WP-SRV-010] */
static const struct
{
    const char *text;
    bool net30;
    enum ov_err err;
    uint32_t ip4; /* 0: none */
    bool has_ip6;
} lines[] = {
    {"alice,10.8.0.4,", false, OV_OK, 0x0a080004, false},
    {"alice,10.8.0.4,fd00:8::1002", false, OV_OK, 0x0a080004, true},
    {"alice,10.8.0.4", false, OV_OK, 0x0a080004, false}, /* 2.4 and older */
    {"alice,,fd00:8::1002", false, OV_OK, 0, true},
    {"alice,10.8.0.4,", true, OV_OK, 0x0a080006, false},
    {"alice,10.8.0.4,\r", false, OV_OK, 0x0a080004, false},
    {"a b@c,10.8.0.4,", false, OV_OK, 0x0a080004, false},
    {"", false, OV_ERR_AGAIN, 0, false},
    {"# text", false, OV_ERR_AGAIN, 0, false},
    {"; text", false, OV_ERR_AGAIN, 0, false},
    {"alice", false, OV_ERR_FORMAT, 0, false},
    {"alice,", false, OV_ERR_FORMAT, 0, false},
    {",10.8.0.4,", false, OV_ERR_FORMAT, 0, false},
    {"alice,10.8.0,", false, OV_ERR_FORMAT, 0, false},
    {"alice,10.8.0.4,fd00::g", false, OV_ERR_FORMAT, 0, false},
    {"alice,10.8.0.4,fd00::1,x", false, OV_ERR_FORMAT, 0, false},
    {"alice,10.8.0.4.................................,", false, OV_ERR_FORMAT, 0, false},
    {"0123456789012345678901234567890123456789012345678901234567890123456789,10.8.0.4,", false, OV_ERR_FORMAT,
     0, false},
};

static void lines_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
    {
        struct ov_lease lease;
        const enum ov_err err = ov_lease_read(lines[i].text, strlen(lines[i].text), lines[i].net30, &lease);
        if (err != lines[i].err ||
            (err == OV_OK && (lease.ip4 != lines[i].ip4 || lease.has_ip6 != lines[i].has_ip6 ||
                              lease.has_ip4 != (lines[i].ip4 != 0))))
        {
            fail_msg("'%s': %s, %08x", lines[i].text, ov_err_name(err), lease.ip4);
        }
    }
}

/* A line that is cut anywhere is read as what is there or not at all; what was written is read again. */
static void lines_are_cut(void **state)
{
    static const char whole[] = "alice,10.8.0.44,fd00:8::1002";
    struct ov_lease lease, again;
    char text[OV_LEASE_LINE];
    (void)state;
    for (size_t len = 0; len <= strlen(whole); len++)
    {
        const enum ov_err err = ov_lease_read(whole, len, false, &lease);
        assert_true(err == OV_OK || err == OV_ERR_FORMAT || (err == OV_ERR_AGAIN && len == 0));
        assert_true(len < strlen("alice,10.8.0.4") ? err != OV_OK
                                                   : len > strlen("alice,10.8.0.44,") || err == OV_OK);
        if (err == OV_OK)
        {
            ov_lease_write(&lease, false, text);
            assert_int_equal(ov_lease_read(text, strlen(text), false, &again), OV_OK);
            assert_memory_equal(&lease, &again, sizeof lease);
        }
    }
}

/* ---- who gets what ---- */

static struct ov_address_pool pool;
static struct ov_leases leases;

static void open_pool(uint32_t addresses)
{
    struct ov_pool range = {
        .ip4_first = FIRST, .ip4_last = FIRST + addresses - 1, .has_ip6 = true, .ip6_count = addresses};
    range.ip6_first[0] = 0xfd;
    range.ip6_first[15] = 2;
    leases = (struct ov_leases){.at = NULL};
    assert_int_equal(ov_address_pool_init(&pool, &range, 100), OV_OK);
}

static void close_pool(void)
{
    ov_leases_clear(&leases);
    ov_address_pool_clear(&pool);
}

/* The address, 0: none. Both families go together. */
static uint32_t take(const char *name)
{
    struct ov_lease lease;
    const bool good = ov_leases_take(&leases, &pool, name, true, true, &lease);
    assert_int_equal(good, lease.has_ip4);
    assert_int_equal(lease.has_ip4, lease.has_ip6);
    if (lease.has_ip6)
    {
        assert_int_equal(lease.ip6[15] - 2, lease.ip4 - FIRST);
    }
    return lease.ip4;
}

/* As the hub does it: the pool first. */
static void leave(const char *name)
{
    for (uint32_t i = 0; i < leases.count; i++)
    {
        if (strcmp(leases.at[i].name, name) == 0)
        {
            ov_address_pool_give4(&pool, leases.at[i].ip4);
            ov_address_pool_give6(&pool, leases.at[i].ip6);
        }
    }
    ov_leases_leave(&leases, &pool, name);
}

static void names_keep_addresses(void **state)
{
    (void)state;
    open_pool(3);
    assert_int_equal(take("alice"), FIRST);
    assert_int_equal(take("bob"), FIRST + 1);
    leave("alice");
    assert_int_equal(take("carol"), FIRST + 2); /* not what waits for alice */
    assert_int_equal(take("alice"), FIRST);
    assert_int_equal(take("dave"), 0);
    leave("bob");
    leave("alice");
    assert_int_equal(take("dave"), FIRST + 1); /* who has been away longest yields */
    assert_int_equal(take("bob"), FIRST);
    assert_int_equal(leases.count, 3);
    close_pool();
}

static void what_is_known_from_before(void **state)
{
    struct ov_lease lease;
    (void)state;
    open_pool(4);
    assert_int_equal(ov_lease_read("alice,10.8.0.4,fd00::4", 22, false, &lease), OV_OK);
    assert_int_equal(ov_leases_learn(&leases, &pool, &lease), OV_OK);
    assert_int_equal(ov_leases_learn(&leases, &pool, &lease), OV_ERR_DUPLICATE);
    (void)snprintf(lease.name, sizeof lease.name, "bob");
    assert_int_equal(ov_leases_learn(&leases, &pool, &lease), OV_ERR_LIMIT); /* alice's */
    lease.ip4 = FIRST + 100;
    lease.has_ip6 = false;
    assert_int_equal(ov_leases_learn(&leases, &pool, &lease), OV_ERR_LIMIT); /* not of the pool */
    assert_int_equal(take("alice"), FIRST + 2);
    assert_int_equal(take("bob"), FIRST);
    close_pool();
}

/* Whatever happens, no address has two owners, and the pool is given back whole. */
static void model(void **state)
{
    uint32_t seed = 12345;
    bool here[12] = {false};
    uint32_t owner[12] = {0};
    (void)state;
    open_pool(5);
    for (unsigned step = 0; step < 20000; step++)
    {
        char name[8];
        seed = seed * 1664525u + 1013904223u;
        const unsigned who = (seed >> 16) % 12;
        (void)snprintf(name, sizeof name, "c%u", who);
        if (here[who])
        {
            leave(name);
            here[who] = false;
            continue;
        }
        const uint32_t ip4 = take(name);
        for (unsigned i = 0; i < 12 && ip4 != 0; i++)
        {
            assert_true(!here[i] || owner[i] != ip4);
        }
        here[who] = ip4 != 0;
        owner[who] = ip4;
        unsigned count = 0;
        for (unsigned i = 0; i < 12; i++)
        {
            count += here[i];
        }
        assert_true(ip4 != 0 || count == 5);
        assert_true(leases.count <= 5 && pool.ip4.used <= 5);
    }
    close_pool();
}

/* ---- in the hub ---- */

static struct ov_rig rig;

static uint32_t connect_as(size_t n, const char *name)
{
    const struct ov_addr addr = ov_test_addr4((uint8_t)(10 + n), (uint16_t)(40000 + n));
    struct ov_rig_client *client = ov_rig_add(&rig, n, name, &addr, "");
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_connected(client));
    return ov_session_pulled(&client->end.session)->effective.tunnel.ip4;
}

static void the_hub_remembers(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "ifconfig-pool-persist /tmp/none 0\n");
    const uint32_t alice = connect_as(0, "alice");
    assert_int_equal(connect_as(1, "bob"), alice + 1);
    assert_int_equal(ov_hub_kill(rig.server.hub, 0, NULL, rig.now), OV_OK);
    ov_rig_wait(&rig, 3000);
    assert_int_equal(connect_as(2, "carol"), alice + 2);
    assert_int_equal(connect_as(3, "alice"), alice);
    assert_string_equal(ov_hub_lease(rig.server.hub, 0)->name, "alice");
    assert_null(ov_hub_lease(rig.server.hub, 3));
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(lines_are_cut),
        cmocka_unit_test(names_keep_addresses),
        cmocka_unit_test(what_is_known_from_before),
        cmocka_unit_test(model),
        cmocka_unit_test(the_hub_remembers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
