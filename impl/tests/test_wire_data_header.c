/* Headers of data packets (wire-protocol.md 1.3, 6.2, 6.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "tests/lib/vectors.h"
#include "wire/data_header.h"

static void test_every_aead_vector_begins_with_the_header_we_write(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("aead");
    size_t packets = 0;
    for (size_t i = 0; i < file->count; i++)
    {
        const struct ov_vec_section *s = &file->sections[i];
        uint8_t packet[128];
        uint8_t out[OV_DATA_V2_HEADER];
        struct ov_data_header h;
        if (!ov_vec_has(s, "packet"))
        {
            continue;
        }
        size_t len = ov_vec_octets(s, "packet", packet, sizeof(packet));
        ov_assert_err(ov_data_header_read(packet, len, &h), OV_OK);
        if (h.prefix.opcode == OV_OP_DATA_V2)
        {
            ov_data_v2_write(out, h.prefix.key_id, h.prefix.peer_id, h.packet_id);
            assert_int_equal(h.prefix.peer_id, 5);
            assert_int_equal(h.ad_offset, 0);
            assert_int_equal(h.ad_len, 8);
        }
        else
        {
            ov_data_v1_write(out, h.prefix.key_id, h.packet_id);
            assert_int_equal(h.prefix.peer_id, OV_PEER_ID_NONE);
            assert_int_equal(h.ad_offset, 1);
            assert_int_equal(h.ad_len, 4);
        }
        assert_int_equal(h.packet_id, 1);
        assert_memory_equal(out, packet, h.len);
        packets++;
    }
    assert_true(packets >= 9);
    ov_vec_free(file);
}

static void test_every_epoch_vector_begins_with_the_header_we_write(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("epoch");
    size_t packets = 0;
    for (size_t i = 0; i < file->count; i++)
    {
        const struct ov_vec_section *s = &file->sections[i];
        uint8_t packet[128];
        uint8_t out[OV_DATA_EPOCH_HEADER];
        struct ov_data_epoch_header h;
        if (!ov_vec_has(s, "packet"))
        {
            continue;
        }
        size_t len = ov_vec_octets(s, "packet", packet, sizeof(packet));
        ov_assert_err(ov_data_epoch_read(packet, len, &h), OV_OK);
        ov_data_epoch_write(out, h.prefix.key_id, h.prefix.peer_id, h.epoch, h.counter);
        assert_memory_equal(out, packet, sizeof(out));
        assert_true(h.counter == 1);
        packets++;
    }
    assert_true(packets >= 4);
    ov_vec_free(file);
}

/* [WP-FRM-020] */
static void test_fields_survive_at_their_limits(void **state)
{
    (void)state;
    static const uint32_t peer_ids[] = {0, 1, 0x010203, 0xFFFFFE, 0xFFFFFF};
    static const uint64_t ids[] = {0, 1, 0x01020304, 0xFF000000, 0xFFFFFFFF, 0x010203040506, 0xFFFFFFFFFFFF};
    for (uint8_t key_id = 0; key_id < 8; key_id++)
    {
        for (size_t p = 0; p < 5; p++)
        {
            for (size_t i = 0; i < 7; i++)
            {
                uint8_t out[OV_DATA_EPOCH_HEADER];
                struct ov_data_header h;
                struct ov_data_epoch_header e;
                ov_data_v2_write(out, key_id, peer_ids[p], (uint32_t)ids[i]);
                ov_assert_err(ov_data_header_read(out, OV_DATA_V2_HEADER, &h), OV_OK);
                assert_int_equal(h.prefix.key_id, key_id);
                assert_int_equal(h.prefix.peer_id, peer_ids[p]);
                assert_int_equal(h.packet_id, (uint32_t)ids[i]);
                ov_data_epoch_write(out, key_id, peer_ids[p], 0xF00F, ids[i]);
                ov_assert_err(ov_data_epoch_read(out, sizeof(out), &e), OV_OK);
                assert_int_equal(e.prefix.peer_id, peer_ids[p]);
                assert_int_equal(e.epoch, 0xF00F);
                assert_true(e.counter == ids[i]);
            }
        }
    }
}

enum codec
{
    PREFIX,
    HEADER,
    EPOCH
};

static enum ov_err read_as(enum codec codec, const uint8_t *packet, size_t len)
{
    struct ov_data_prefix p;
    struct ov_data_header h;
    struct ov_data_epoch_header e;
    switch (codec)
    {
    case PREFIX:
        return ov_data_prefix_read(packet, len, &p);
    case HEADER:
        return ov_data_header_read(packet, len, &h);
    case EPOCH:
        return ov_data_epoch_read(packet, len, &e);
    }
    return OV_ERR_ARG;
}

static void test_truncation_sweep(void **state)
{
    (void)state;
    static const struct
    {
        const char *hex;
        size_t need[3]; /* prefix, header, epoch; 0: refused by its opcode */
    } rows[] = {{"48000005 0001 000000000001 aa", {4, 8, 12}}, {"30 00000001 aaaaaaaaaaaaaaaa", {1, 5, 0}}};
    for (size_t i = 0; i < 2; i++)
    {
        uint8_t packet[16];
        size_t len = ov_test_hex(rows[i].hex, packet, sizeof(packet));
        for (int codec = PREFIX; codec <= EPOCH; codec++)
        {
            size_t need = rows[i].need[codec];
            for (size_t cut = 0; cut <= len; cut++)
            {
                uint8_t *copy = ov_test_copy(packet, cut);
                enum ov_err want = cut >= need ? OV_OK : OV_ERR_TRUNCATED;
                want = need == 0 ? cut == 0 ? OV_ERR_TRUNCATED : OV_ERR_OPCODE : want;
                ov_assert_err(read_as((enum codec)codec, copy, cut), want);
                free(copy);
            }
        }
    }
}

static void test_other_opcodes_are_refused(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++)
    {
        uint8_t packet[12] = {(uint8_t)first, [5] = 1, [11] = 1};
        uint8_t op = ov_opcode_of((uint8_t)first);
        enum ov_err data = op == OV_OP_DATA_V1 || op == OV_OP_DATA_V2 ? OV_OK : OV_ERR_OPCODE;
        ov_assert_err(read_as(PREFIX, packet, sizeof(packet)), data);
        ov_assert_err(read_as(HEADER, packet, sizeof(packet)), data);
        ov_assert_err(read_as(EPOCH, packet, sizeof(packet)), op == OV_OP_DATA_V2 ? OV_OK : OV_ERR_OPCODE);
    }
    uint8_t epoch_0[12] = {0x48, [11] = 1};
    ov_assert_err(read_as(EPOCH, epoch_0, sizeof(epoch_0)), OV_ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_aead_vector_begins_with_the_header_we_write),
        cmocka_unit_test(test_every_epoch_vector_begins_with_the_header_we_write),
        cmocka_unit_test(test_fields_survive_at_their_limits),
        cmocka_unit_test(test_truncation_sweep),
        cmocka_unit_test(test_other_opcodes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
