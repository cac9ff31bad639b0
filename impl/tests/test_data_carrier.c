/* Packets that a route leads into the tunnel that they carry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "data/data.h"
#include "lib/ends.h"

#define PACKET_MAX 128u

static const struct ov_addr peer4 = {.family = 4, .port = 1194, .ip = {192, 0, 2, 1}};
static const struct ov_addr peer6 = {.family = 6, .port = 1194, .ip = {0x20, 1, 0xd, 0xb8, [15] = 1}};

/* A packet to that address, of that protocol, whose header has so many octets more. */
static size_t compose(uint8_t packet[static PACKET_MAX], const struct ov_addr *to, uint8_t protocol,
                      uint16_t port, uint8_t options, uint16_t fragment)
{
    const size_t header = (to->family == 4 ? 20u : 40u) + options;
    const size_t total = header + 12;
    memset(packet, 0, PACKET_MAX);
    if (to->family == 4)
    {
        packet[0] = (uint8_t)(0x40 | header / 4);
        packet[3] = (uint8_t)total;
        packet[6] = (uint8_t)(fragment >> 8);
        packet[7] = (uint8_t)fragment;
        packet[9] = protocol;
        memcpy(packet + 16, to->ip, 4);
    }
    else
    {
        packet[0] = 0x60;
        packet[5] = (uint8_t)(total - 40);
        packet[6] = protocol;
        memcpy(packet + 24, to->ip, 16);
    }
    packet[header + 2] = (uint8_t)(port >> 8);
    packet[header + 3] = (uint8_t)port;
    return total;
}

static const struct
{
    const char *what;
    const struct ov_addr *to;
    uint8_t protocol;
    uint16_t port;
    uint8_t options;
    uint16_t fragment;
    enum ov_carrier carrier;
    bool kept_out;
} rows[] = {
    {"the tunnel's own", &peer4, 17, 1194, 0, 0, OV_CARRIER_UDP, true},
    {"over TCP", &peer4, 6, 1194, 0, 0, OV_CARRIER_TCP, true},
    {"IPv6", &peer6, 17, 1194, 0, 0, OV_CARRIER_UDP, true},
    {"with IP options", &peer4, 17, 1194, 8, 0, OV_CARRIER_UDP, true},
    {"first fragment", &peer4, 17, 1194, 0, 0x2000, OV_CARRIER_UDP, true},
    {"later fragment, without a port", &peer4, 17, 9, 0, 0x00b9, OV_CARRIER_UDP, true},
    {"don't fragment", &peer4, 17, 9, 0, 0x4000, OV_CARRIER_UDP, false},
    {"another port of that host", &peer4, 17, 53, 0, 0, OV_CARRIER_UDP, false},
    {"another protocol", &peer4, 6, 1194, 0, 0, OV_CARRIER_UDP, false},
    {"allowed", &peer4, 17, 1194, 0, 0, OV_CARRIER_ANY, false},
};

static void each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t octets[PACKET_MAX];
        const size_t len =
            compose(octets, rows[i].to, rows[i].protocol, rows[i].port, rows[i].options, rows[i].fragment);
        struct ov_test_batch batch;
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, NULL, octets, len);
        if (ov_carrier_is(&batch.dg[0].buf, rows[i].to, rows[i].carrier) != rows[i].kept_out)
        {
            fail_msg("%s", rows[i].what);
        }
        if (rows[i].kept_out && !ov_carrier_may_be(&batch.dg[0].buf, rows[i].to))
        {
            fail_msg("%s: not even looked at", rows[i].what);
        }
        /* Another host's is never kept out, and neither is what is cut short. */
        octets[rows[i].to->family == 4 ? 19 : 39] ^= 2;
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, NULL, octets, len);
        assert_false(ov_carrier_is(&batch.dg[0].buf, rows[i].to, rows[i].carrier));
        octets[rows[i].to->family == 4 ? 19 : 39] ^= 2;
        for (size_t cut = 0; cut < len; cut++)
        {
            ov_test_batch_reset(&batch);
            ov_test_batch_add(&batch, NULL, octets, cut);
            assert_false(ov_carrier_is(&batch.dg[0].buf, rows[i].to, rows[i].carrier));
        }
    }
}

/* In a batch only those are dropped and counted, and the others are sealed in their order. */
static void in_a_batch(void **state)
{
    struct ov_data d;
    struct ov_test_batch batch;
    struct ov_key2 key2;
    struct ov_data_key key;
    uint8_t octets[PACKET_MAX];
    (void)state;
    memset(&key2, 1, sizeof key2);
    const struct ov_data_key_spec spec = {.crypto = &ov_crypto_null,
                                          .cipher = OV_CIPHER_AES_256_GCM,
                                          .key2 = &key2,
                                          .role = OV_ROLE_CLIENT,
                                          .replay_window = 64};
    ov_data_init(&d, 1500);
    d.carrier = OV_CARRIER_UDP;
    ov_assert_err(ov_data_key_init(&key, &spec), OV_OK);
    ov_data_install(&d, &key, 0, OV_NEVER);
    ov_test_batch_reset(&batch);
    for (unsigned i = 0; i < 9; i++)
    {
        const bool own = i % 4 == 0; /* the first, one in the middle, the last */
        ov_test_batch_add(&batch, NULL, octets, compose(octets, &peer4, 17, own ? 1194 : 53, 0, 0));
    }
    ov_data_seal(&d, &peer4, batch.dg, batch.count, 1);
    for (unsigned i = 0; i < 9; i++)
    {
        assert_int_equal(batch.dg[i].fate, i % 4 == 0 ? OV_FATE_DROPPED : OV_FATE_LINK);
    }
    assert_int_equal(d.stats.recursive, 3);
    assert_int_equal(d.stats.seal.by[OV_ERR_ADDRESS], 3);
    assert_int_equal(d.stats.link_packets_out, 6);
    ov_data_clear(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row),
        cmocka_unit_test(in_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
