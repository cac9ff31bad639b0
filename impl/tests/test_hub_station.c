/* Addresses behind clients: the table against a model that is a plain list, and rows for what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/station.h"
#include "tests/lib/octets.h"

#define OWNERS 5u
#define EACH   12u
#define MACS   40u
#define STEPS  20000u
#define AGE_MS 300u

static struct ov_stations macs;
static struct ov_station_owner owners[OWNERS];

/* ---- the model ---- */

static struct
{
    unsigned owner; /* from 1; 0: nobody's */
    uint64_t seen_ms;
} model[MACS];

static uint32_t held(unsigned owner)
{
    uint32_t count = 0;
    for (unsigned i = 0; i < MACS; i++)
    {
        count += model[i].owner == owner + 1;
    }
    return count;
}

static bool stale(unsigned i, uint64_t now_ms, uint64_t age_ms)
{
    return age_ms > 0 && now_ms - model[i].seen_ms >= age_ms;
}

static enum ov_err model_learn(unsigned owner, unsigned i, uint64_t now_ms, uint64_t age_ms,
                               enum ov_station_news *news)
{
    *news = OV_STATION_KNOWN;
    if (model[i].owner != owner + 1)
    {
        for (unsigned k = 0; k < MACS; k++)
        {
            if (model[k].owner == owner + 1 && stale(k, now_ms, age_ms))
            {
                model[k].owner = 0;
            }
        }
        if (held(owner) >= EACH)
        {
            return OV_ERR_LIMIT;
        }
        *news = model[i].owner == 0 ? OV_STATION_NEW : OV_STATION_MOVED;
    }
    model[i].owner = owner + 1;
    model[i].seen_ms = now_ms;
    return OV_OK;
}

/* Every third is an IPv4, every fifth an IPv6 address, and MAC addresses are in one of two VLANs. */
static const struct ov_station *mac_of(unsigned i)
{
    static struct ov_station station;
    const uint8_t all[16] = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
    const uint8_t ip[4] = {10, 0, (uint8_t)(i >> 8), (uint8_t)i};
    station = i % 3 == 0   ? ov_station_of(ip, 4, 0)
              : i % 5 == 0 ? ov_station_of(all, 16, 0)
                           : ov_station_of(all, OV_MAC_LEN, (uint16_t)(i % 2));
    return &station;
}

static void compare(uint64_t now_ms, uint64_t age_ms)
{
    uint32_t total = 0;
    for (unsigned i = 0; i < MACS; i++)
    {
        const bool gone = model[i].owner == 0 || stale(i, now_ms, age_ms);
        const struct ov_station_owner *wanted = gone ? NULL : &owners[model[i].owner - 1];
        assert_ptr_equal(ov_stations_find(&macs, mac_of(i), now_ms), wanted);
        total += model[i].owner != 0;
    }
    assert_int_equal(macs.count, total);
    for (unsigned o = 0; o < OWNERS; o++)
    {
        uint32_t count = 0;
        uint64_t seen_ms = 0;
        assert_int_equal(owners[o].count, held(o));
        for (const struct ov_station_entry *e = owners[o].oldest; e != NULL; e = e->newer, count++)
        {
            assert_true(e->seen_ms >= seen_ms);
            assert_ptr_equal(e->owner, &owners[o]);
            seen_ms = e->seen_ms;
        }
        assert_int_equal(count, owners[o].count);
    }
}

static void run_model(uint64_t seed, uint64_t age_ms)
{
    struct ov_test_random r = {seed};
    uint64_t now_ms = 1000;
    memset(model, 0, sizeof model);
    memset(owners, 0, sizeof owners);
    ov_stations_init(&macs, seed, EACH, age_ms);
    for (unsigned step = 0; step < STEPS; step++)
    {
        const unsigned owner = ov_test_below(&r, OWNERS);
        const unsigned i = ov_test_below(&r, MACS);
        now_ms += ov_test_below(&r, 30);
        if (ov_test_below(&r, 200) == 0)
        {
            ov_stations_forget(&macs, &owners[owner]);
            for (unsigned k = 0; k < MACS; k++)
            {
                model[k].owner = model[k].owner == owner + 1 ? 0 : model[k].owner;
            }
        }
        else
        {
            enum ov_station_news news, wanted_news;
            const enum ov_err wanted = model_learn(owner, i, now_ms, age_ms, &wanted_news);
            ov_assert_err(ov_stations_learn(&macs, &owners[owner], mac_of(i), now_ms, &news), wanted);
            assert_int_equal(wanted == OV_OK ? news : wanted_news, wanted_news);
        }
        if (step % 50 == 0)
        {
            compare(now_ms, age_ms);
        }
    }
    compare(now_ms, age_ms);
    for (unsigned o = 0; o < OWNERS; o++)
    {
        ov_stations_forget(&macs, &owners[o]);
    }
    assert_int_equal(macs.count, 0);
    ov_stations_clear(&macs);
}

static void agrees_with_the_model(void **state)
{
    (void)state;
    run_model(1, 0);
    run_model(2, AGE_MS);
    run_model(0, AGE_MS);
}

/* ---- rows ---- */

static void what_is_no_station(void **state)
{
    (void)state;
    static const struct
    {
        uint8_t mac[OV_MAC_LEN];
        enum ov_err err;
    } rows[] = {
        {{0, 0, 0, 0, 0, 0}, OV_ERR_ADDRESS},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, OV_ERR_ADDRESS},
        {{0x01, 0, 0x5e, 0, 0, 1}, OV_ERR_ADDRESS},
        {{0x33, 0x33, 0, 0, 0, 1}, OV_ERR_ADDRESS},
        {{0x02, 1, 2, 3, 4, 5}, OV_ERR_ADDRESS}, /* the tap device's */
        {{0x02, 1, 2, 3, 4, 6}, OV_OK},
        {{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff}, OV_OK},
    };
    enum ov_station_news news;
    memset(owners, 0, sizeof owners);
    ov_stations_init(&macs, 7, EACH, 0);
    macs.has_own = true;
    memcpy(macs.own, rows[4].mac, OV_MAC_LEN);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const struct ov_station station = ov_station_of(rows[i].mac, OV_MAC_LEN, 0);
        const struct ov_station elsewhere = ov_station_of(rows[i].mac, OV_MAC_LEN, 7);
        ov_assert_err(ov_stations_learn(&macs, &owners[0], &station, 1, &news), rows[i].err);
        assert_ptr_equal(ov_stations_find(&macs, &station, 1), rows[i].err == OV_OK ? &owners[0] : NULL);
        assert_null(ov_stations_find(&macs, &elsewhere, 1));
    }
    ov_stations_forget(&macs, &owners[0]);
    ov_stations_clear(&macs);
}

/* A client that invents addresses fills its own share, and nobody else's. */
static void a_flooder_hurts_itself_alone(void **state)
{
    (void)state;
    enum ov_station_news news;
    memset(owners, 0, sizeof owners);
    ov_stations_init(&macs, 9, 256, 0);
    ov_assert_err(ov_stations_learn(&macs, &owners[1], mac_of(0xffff), 1, &news), OV_OK);
    for (unsigned i = 0; i < 20000; i++)
    {
        ov_assert_err(ov_stations_learn(&macs, &owners[0], mac_of(i), 1, &news),
                      i < 256 ? OV_OK : OV_ERR_LIMIT);
    }
    /* Nor can it take another client's address then. */
    ov_assert_err(ov_stations_learn(&macs, &owners[0], mac_of(0xffff), 1, &news), OV_ERR_LIMIT);
    assert_ptr_equal(ov_stations_find(&macs, mac_of(0xffff), 1), &owners[1]);
    ov_assert_err(ov_stations_learn(&macs, &owners[1], mac_of(0xfffe), 1, &news), OV_OK);
    assert_int_equal(macs.count, 258);
    ov_stations_forget(&macs, &owners[0]);
    ov_stations_forget(&macs, &owners[1]);
    ov_stations_clear(&macs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_model),
        cmocka_unit_test(what_is_no_station),
        cmocka_unit_test(a_flooder_hurts_itself_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
