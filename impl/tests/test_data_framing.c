/* Framing and fragments under every packet format: what was sealed comes back, what is not of the framing is
 * counted and dropped (wire-protocol.md 6.1, 7, 8.3; bad-inputs.md 32, 33). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/framing.h"
#include "tests/lib/sealed.h"
#include "tests/lib/tlspair.h"
#include "wire/inband.h"

#define MTU   1500u
#define PLAIN ov_sealed_formats[0]

static const struct ov_addr nowhere = {0};

struct ends
{
    struct ov_test_random random;
    struct ov_rng rng;
    struct ov_data client, server;
};

static struct ov_data_framing_spec spec_of(enum ov_comp_mode mode, bool compresses, bool fragments)
{
    return (struct ov_data_framing_spec){mode, ov_compressor_find(ov_compressors, ov_comp_mode_alg(mode)),
                                         compresses, fragments};
}

/* Each end with its own framing; fragments of 572 octets. */
static void open_ends(struct ends *e, const struct ov_crypto *crypto, const struct ov_sealed_format *format,
                      struct ov_data_framing_spec client, struct ov_data_framing_spec server)
{
    e->random.state = 11;
    e->rng = ov_test_rng(&e->random);
    ov_sealed_open(&e->client, crypto, format, OV_ROLE_CLIENT, true, &e->rng, NULL);
    ov_sealed_open(&e->server, crypto, format, OV_ROLE_SERVER, true, &e->rng, NULL);
    ov_assert_err(ov_data_set_framing(&e->client, &client), OV_OK);
    ov_assert_err(ov_data_set_framing(&e->server, &server), OV_OK);
    ov_data_set_fragment(&e->client, 576);
    ov_data_set_fragment(&e->server, 576);
}

static void close_ends(struct ends *e)
{
    ov_data_clear(&e->client);
    ov_data_clear(&e->server);
}

static uint32_t make_packet(uint8_t *out, uint32_t number, uint32_t len)
{
    return ov_test_inner4(out, 0x0a080002, 0x0a080001, number, len);
}

/* Everything that client has to send, as one batch: sealed packets first, then the pieces that wait. */
static size_t sealed_batch(struct ov_data *client, struct ov_datagram *dg,
                           uint8_t (*mem)[OV_BUF_PACKET + 256], size_t n, size_t cap)
{
    size_t count = 0;
    ov_data_seal(client, &nowhere, dg, n, 0);
    for (size_t i = 0; i < n; i++)
    {
        assert_true(dg[i].fate == OV_FATE_LINK || dg[i].fate == OV_FATE_CONSUMED);
        if (dg[i].fate == OV_FATE_LINK)
        {
            dg[i].fate = OV_FATE_NONE;
            dg[count++] = dg[i];
        }
    }
    for (; ov_data_has_more(client); count++)
    {
        assert_in_range(count, 0, cap - 1);
        dg[count] = (struct ov_datagram){.buf = ov_buf_over(mem[n + count], sizeof mem[0], OV_BUF_HEADROOM)};
        ov_assert_err(ov_data_more(client, &nowhere, &dg[count], 0), OV_OK);
        dg[count].fate = OV_FATE_NONE;
    }
    return count;
}

/* A batch of 16 packets of all lengths through one shape; every one arrives as it was, in order. */
static void through(struct ends *e, uint32_t first)
{
    static uint8_t mem[128][OV_BUF_PACKET + 256];
    static const uint32_t lens[] = {28,  29,  99,   100,  101,  571,  572, 573,
                                    576, 577, 1143, 1145, 1400, 1499, 1500};
    struct ov_datagram dg[128];
    const size_t n = sizeof lens / sizeof lens[0] + 1;
    const uint64_t octets = e->client.stats.tun_octets_in;
    uint64_t sum = 0;
    for (size_t i = 0; i + 1 < n; i++)
    {
        dg[i] = (struct ov_datagram){.buf = ov_buf_over(mem[i], sizeof mem[0], OV_BUF_HEADROOM)};
        sum += make_packet(ov_buf_put(&dg[i].buf, lens[i]), first + (uint32_t)i, lens[i]);
    }
    dg[n - 1] = (struct ov_datagram){.buf = ov_buf_over(mem[n - 1], sizeof mem[0], OV_BUF_HEADROOM)};
    memcpy(ov_buf_put(&dg[n - 1].buf, OV_PING_LEN), ov_ping_payload, OV_PING_LEN);
    const size_t count = sealed_batch(&e->client, dg, mem, n, 64);
    assert_int_equal(e->client.stats.tun_octets_in - octets, sum + OV_PING_LEN);
    assert_int_equal(ov_data_open(&e->server, dg, count), count);
    uint32_t arrived = 0;
    for (size_t i = 0; i < count; i++)
    {
        uint32_t number = 0;
        if (dg[i].fate == OV_FATE_CONSUMED)
        {
            continue;
        }
        assert_int_equal(dg[i].fate, OV_FATE_TUN);
        if (ov_data_kind_of(&dg[i].buf) == OV_DATA_PING)
        {
            continue;
        }
        assert_true(ov_test_inner4_number(ov_buf_data(&dg[i].buf), dg[i].buf.len, &number));
        assert_int_equal(number, first + arrived);
        assert_int_equal(dg[i].buf.len, lens[arrived]);
        arrived++;
    }
    assert_int_equal(arrived, n - 1);
}

/* Packets and pings through everything that may stand around them [WP-DATA-001]. */
static void every_format_with_every_framing(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_backends();
    for (size_t b = 0; all[b] != NULL; b++)
    {
        for (size_t f = 0; f < ov_sealed_formats_count; f++)
        {
            if (!ov_sealed_has(all[b], &ov_sealed_formats[f]))
            {
                continue;
            }
            for (unsigned shape = 0; shape < OV_COMP_MODES * 4; shape++)
            {
                struct ends e;
                const enum ov_comp_mode mode = (enum ov_comp_mode)(shape / 4);
                const bool compresses = (shape & 1) != 0 && ov_comp_mode_alg(mode) != OV_COMP_ALG_NONE;
                const struct ov_data_framing_spec spec = spec_of(mode, compresses, (shape & 2) != 0);
                if (compresses && spec.compressor == NULL)
                {
                    continue; /* built without it */
                }
                open_ends(&e, all[b], &ov_sealed_formats[f], spec, spec);
                through(&e, 0);
                through(&e, 100);
                assert_int_equal(ov_drops_total(&e.server.stats.open) + ov_drops_total(&e.client.stats.seal),
                                 0);
                close_ends(&e);
            }
        }
    }
}

/* V2 framing of IP packets changes no octet, and V1 adds one: so trains of one size stay trains of one size.
 * */
static void sizes_on_the_wire(void **state)
{
    (void)state;
    static const struct
    {
        enum ov_comp_mode mode;
        uint32_t more;
    } rows[] = {{OV_COMP_STUB_V2, 0}, {OV_COMP_LZ4_V2, 0}, {OV_COMP_STUB, 1}, {OV_COMP_LZO_STUB, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ends off, on;
        uint8_t packet[1400], a[2048], b[2048];
        make_packet(packet, 7, sizeof packet);
        open_ends(&off, ov_test_backends()[0], &PLAIN, spec_of(OV_COMP_OFF, false, false),
                  spec_of(OV_COMP_OFF, false, false));
        open_ends(&on, ov_test_backends()[0], &PLAIN, spec_of(rows[i].mode, false, false),
                  spec_of(rows[i].mode, false, false));
        assert_null(off.client.framing);
        const uint32_t a_len = ov_sealed_packet(&off.client, packet, sizeof packet, a, sizeof a);
        const uint32_t b_len = ov_sealed_packet(&on.client, packet, sizeof packet, b, sizeof b);
        assert_int_equal(b_len, a_len + rows[i].more);
        assert_int_equal(ov_data_framing_octets(&on.client), rows[i].more);
        if (rows[i].more == 0)
        {
            assert_memory_equal(a, b, a_len);
        }
        close_ends(&off);
        close_ends(&on);
    }
}

/* Packets below 100 octets go as they are, however well they would compress [WP-COMP-008]. */
static void small_ones_are_left(void **state)
{
    (void)state;
    static const enum ov_comp_mode modes[] = {OV_COMP_LZO, OV_COMP_LZ4, OV_COMP_LZ4_V2};
    for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
    {
        const struct ov_data_framing_spec spec = spec_of(modes[m], true, false);
        for (uint32_t len = 99; len <= 100 && spec.compressor != NULL; len++)
        {
            struct ends e;
            uint8_t packet[100] = {0x45}, sealed[256];
            open_ends(&e, ov_test_backends()[0], &PLAIN, spec, spec);
            (void)ov_sealed_packet(&e.client, packet, len, sealed, sizeof sealed);
            assert_int_equal(ov_data_framing_stats(&e.client).compressed_packets, len == 100);
            close_ends(&e);
        }
    }
}

/* ---- what a peer with the key may send all the same ---- */

/* The fragment header stands in front of the compression octet, and a peer without framing is not understood
 * [WP-COMP-003, WP-COMP-006]. */
static const struct
{
    enum ov_comp_mode mode;
    bool fragments;
    const char *hex;
    enum ov_err err;
} contents[] = {
    {OV_COMP_LZO_STUB, false, "fa", OV_ERR_TRUNCATED},
    {OV_COMP_LZO_STUB, false, "4500001c", OV_ERR_FORMAT},
    {OV_COMP_LZO_STUB, false, "660011000045", OV_ERR_FORMAT},
    {OV_COMP_STUB, false, "fb", OV_ERR_TRUNCATED},
    {OV_COMP_STUB, false, "69aa45", OV_ERR_FORMAT},
    {OV_COMP_STUB, false, "68aa45", OV_ERR_UNSUPPORTED},
    {OV_COMP_STUB_V2, false, "50", OV_ERR_TRUNCATED},
    {OV_COMP_STUB_V2, false, "5000", OV_ERR_TRUNCATED},
    {OV_COMP_STUB_V2, false, "500145", OV_ERR_FORMAT},
    {OV_COMP_LZ4_V2, false, "50031010", OV_ERR_UNSUPPORTED},
    {OV_COMP_LZ4_V2, false, "50011f41ffff0a", OV_ERR_FORMAT},
    {OV_COMP_LZ4_V2, false, "500100", OV_ERR_FORMAT}, /* a block of nothing */
    {OV_COMP_LZ4, false, "6945aabbcc50", OV_ERR_FORMAT},
    {OV_COMP_LZO, false, "66ffffffffff", OV_ERR_FORMAT},
    {OV_COMP_OFF, true, "0000", OV_ERR_TRUNCATED},
    {OV_COMP_OFF, true, "00000000", OV_ERR_TRUNCATED},
    {OV_COMP_OFF, true, "0000000045", OV_OK},
    {OV_COMP_OFF, true, "4500001c00000000", OV_ERR_FORMAT},
    {OV_COMP_OFF, true, "00000003aa", OV_ERR_UNSUPPORTED},
    {OV_COMP_OFF, true, "00000406aaaa", OV_ERR_FORMAT}, /* size 0 */
    {OV_COMP_STUB, true, "00000000fb", OV_ERR_TRUNCATED},
};

static void contents_that_are_not_of_the_framing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
    {
        struct ends e;
        uint8_t plain[64], packet[256], out[256];
        uint32_t out_len = 0;
        const size_t len = ov_test_hex(contents[i].hex, plain, sizeof plain);
        open_ends(&e, ov_test_backends()[0], &PLAIN, spec_of(OV_COMP_OFF, false, false),
                  spec_of(contents[i].mode, false, contents[i].fragments));
        const uint32_t packet_len = ov_sealed_packet(&e.client, plain, len, packet, sizeof packet);
        const enum ov_err err = ov_sealed_try(&e.server, packet, packet_len, out, &out_len);
        if (err != contents[i].err && !(contents[i].err == OV_ERR_FORMAT && err == OV_ERR_LIMIT))
        {
            fail_msg("%s under %s: %s, expected %s", contents[i].hex, ov_comp_mode_name(contents[i].mode),
                     ov_err_name(err), ov_err_name(contents[i].err));
        }
        /* It is authentic all the same, and counted as such. */
        assert_int_equal(e.server.stats.link_packets_in, 1);
        assert_int_equal(ov_drops_total(&e.server.stats.open), err == OV_OK ? 0 : 1);
        close_ends(&e);
    }
}

/* A block may expand to the tunnel MTU and not an octet further [WP-COMP-007]. */
static void expansion_is_bounded(void **state)
{
    (void)state;
    static const enum ov_comp_mode modes[] = {OV_COMP_LZO, OV_COMP_LZ4, OV_COMP_LZ4_V2};
    for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
    {
        const struct ov_compressor *compressor =
            ov_compressor_find(ov_compressors, ov_comp_mode_alg(modes[m]));
        for (uint32_t len = MTU - 1; compressor != NULL && len <= 200000;
             len = len <= MTU ? len + 1 : len * 4)
        {
            struct ends e;
            uint8_t *text = calloc(1, len), *block = malloc(OV_COMPRESS_WORST(len)), packet[2048], out[2048];
            uint32_t block_len = 0, out_len = 0;
            text[0] = 0x45;
            ov_assert_err(compressor->compress(text, len, block, OV_COMPRESS_WORST(len), &block_len), OV_OK);
            open_ends(&e, ov_test_backends()[0], &PLAIN, spec_of(OV_COMP_OFF, false, false),
                      spec_of(modes[m], false, false));
            struct ov_buf buf = ov_buf_over(packet, sizeof packet, 4);
            if (block_len <= MTU - 4)
            {
                memcpy(ov_buf_put(&buf, block_len), block, block_len);
                ov_assert_err(ov_comp_frame(modes[m], compressor->alg, &buf), OV_OK);
                uint8_t sealed[2048];
                const uint32_t n =
                    ov_sealed_packet(&e.client, ov_buf_data(&buf), buf.len, sealed, sizeof sealed);
                const enum ov_err err = ov_sealed_try(&e.server, sealed, n, out, &out_len);
                assert_true(len <= MTU ? err == OV_OK && out_len == len
                                       : err == OV_ERR_LIMIT || err == OV_ERR_FORMAT);
            }
            close_ends(&e);
            free(text);
            free(block);
        }
    }
}

/* No library for it: what comes compressed is refused by name, the rest goes on. */
static void without_a_library(void **state)
{
    (void)state;
    struct ends e;
    uint8_t packet[256], out[256];
    uint32_t out_len = 0;
    const struct ov_data_framing_spec bare = {.comp = OV_COMP_LZ4_V2};
    open_ends(&e, ov_test_backends()[0], &PLAIN, spec_of(OV_COMP_OFF, false, false), bare);
    uint32_t len = ov_sealed_packet(&e.client, "\x50\x01\x40\x45\xaa\xbb\xcc", 7, packet, sizeof packet);
    ov_assert_err(ov_sealed_try(&e.server, packet, len, out, &out_len), OV_ERR_UNSUPPORTED);
    len = ov_sealed_packet(&e.client, "\x45\xaa\xbb\xcc", 4, packet, sizeof packet);
    ov_assert_err(ov_sealed_try(&e.server, packet, len, out, &out_len), OV_OK);
    assert_int_equal(out_len, 4);
    close_ends(&e);
}

/* Too large, empty, without a key, or more than the queue holds: dropped with a reason, as without framing.
 * */
static void drops_on_the_way_out(void **state)
{
    (void)state;
    static uint8_t mem[80][OV_BUF_PACKET + 256];
    struct ov_datagram dg[80];
    struct ends e;
    open_ends(&e, ov_test_backends()[0], &PLAIN, spec_of(OV_COMP_STUB, false, true),
              spec_of(OV_COMP_STUB, false, true));
    for (size_t i = 0; i < 80; i++)
    {
        dg[i] = (struct ov_datagram){.buf = ov_buf_over(mem[i], sizeof mem[0], OV_BUF_HEADROOM)};
        make_packet(ov_buf_put(&dg[i].buf, MTU), (uint32_t)i, MTU);
    }
    dg[0].buf.len = MTU + 1;
    dg[1].buf.len = 0;
    ov_data_seal(&e.client, &nowhere, dg, 80, 0);
    assert_int_equal(dg[0].why, OV_ERR_LIMIT);
    assert_int_equal(dg[1].why, OV_ERR_FORMAT);
    for (size_t i = 2; i < 80; i++)
    {
        assert_int_equal(dg[i].fate, i < 66 ? OV_FATE_CONSUMED : OV_FATE_DROPPED);
    }
    assert_int_equal(e.client.stats.seal.by[OV_ERR_LIMIT], 1 + 14);
    assert_int_equal(e.client.stats.tun_packets_in, 64);
    close_ends(&e);
    ov_data_init(&e.client, MTU);
    struct ov_data_framing_spec spec = spec_of(OV_COMP_STUB, false, true);
    ov_assert_err(ov_data_set_framing(&e.client, &spec), OV_OK);
    dg[0].buf.len = 100;
    ov_data_seal(&e.client, &nowhere, dg, 1, 0);
    assert_int_equal(dg[0].why, OV_ERR_KEY_ID);
    ov_data_clear(&e.client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_with_every_framing),
        cmocka_unit_test(sizes_on_the_wire),
        cmocka_unit_test(small_ones_are_left),
        cmocka_unit_test(contents_that_are_not_of_the_framing),
        cmocka_unit_test(expansion_is_bounded),
        cmocka_unit_test(without_a_library),
        cmocka_unit_test(drops_on_the_way_out),
    };
    return cmocka_run_group_tests_name("data framing", tests, NULL, NULL);
}
