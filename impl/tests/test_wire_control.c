/* First octets, session ids, control packets (wire-protocol.md 1.2, 2.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "wire/control.h"
#include "wire/opcode.h"

static void test_every_first_octet(void **state)
{
    (void)state;
    /* c: client may receive it, s: server may; a digit other than 0 means key-id 0 only [WP-FRM-010..013]. */
    static const struct
    {
        uint8_t op;
        bool client;
        bool server;
        bool only_key_0;
    } rows[] = {{3, true, true, false}, {4, true, true, false},  {5, true, true, false},
                {6, true, true, false}, {7, false, true, true},  {8, true, false, true},
                {9, true, true, false}, {10, false, true, true}, {11, false, true, true}};
    enum ov_err want[2][256];
    for (unsigned octet = 0; octet < 256; octet++)
    {
        want[0][octet] = want[1][octet] = OV_ERR_OPCODE;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        for (unsigned key_id = 0; key_id < 8; key_id++)
        {
            enum ov_err ok = rows[i].only_key_0 && key_id != 0 ? OV_ERR_KEY_ID : OV_OK;
            unsigned octet = rows[i].op * 8u + key_id;
            want[OV_ROLE_CLIENT][octet] = rows[i].client ? ok : OV_ERR_OPCODE;
            want[OV_ROLE_SERVER][octet] = rows[i].server ? ok : OV_ERR_OPCODE;
        }
    }
    for (unsigned octet = 0; octet < 256; octet++)
    {
        ov_assert_err(ov_opcode_check((uint8_t)octet, OV_ROLE_CLIENT), want[OV_ROLE_CLIENT][octet]);
        ov_assert_err(ov_opcode_check((uint8_t)octet, OV_ROLE_SERVER), want[OV_ROLE_SERVER][octet]);
        uint8_t op = ov_opcode_of((uint8_t)octet);
        assert_int_equal(ov_opcode_join((enum ov_opcode)op, ov_opcode_key_id((uint8_t)octet)), octet);
        assert_int_equal(strcmp(ov_opcode_name(op), "P_UNKNOWN") == 0, op == 0 || op > 11);
    }
}

static void test_key_ids_never_return_to_zero(void **state)
{
    (void)state;
    static const uint8_t order[] = {0, 1, 2, 3, 4, 5, 6, 7, 1, 2};
    for (size_t i = 0; i + 1 < sizeof(order); i++)
    {
        assert_int_equal(ov_key_id_next(order[i]), order[i + 1]);
    }
}

static enum ov_err broken_fill(void *ctx, uint8_t *out, size_t len)
{
    memset(out, 0, len);
    return *(enum ov_err *)ctx;
}

static void test_session_ids(void **state)
{
    (void)state;
    struct ov_test_random random = {1};
    struct ov_rng rng = ov_test_rng(&random);
    struct ov_sid a;
    struct ov_sid b;
    ov_assert_err(ov_sid_new(&rng, &a), OV_OK);
    ov_assert_err(ov_sid_new(&rng, &b), OV_OK);
    assert_false(ov_sid_is_zero(&a));
    assert_false(ov_sid_equal(&a, &b));
    enum ov_err answer = OV_OK;
    struct ov_rng broken = {broken_fill, &answer};
    ov_assert_err(ov_sid_new(&broken, &a), OV_ERR_CRYPTO);
    assert_true(ov_sid_is_zero(&a));
    answer = OV_ERR_IO;
    ov_assert_err(ov_sid_new(&broken, &a), OV_ERR_IO);
    char text[OV_SID_TEXT];
    struct ov_sid known = {{0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF}};
    assert_string_equal(ov_sid_text(&known, text), "0123456789abcdef");
}

/* Whole packets as they stand on the wire, and what is in them. */
static const struct row
{
    const char *hex;
    enum ov_err err;
    uint8_t op;
    uint8_t key_id;
    uint8_t acks;
    uint32_t first_ack;
    uint32_t message_id;
    size_t payload_len;
} packets[] = {
    {"38 0102030405060708 00 00000000", OV_OK, 7, 0, 0, 0, 0, 0},
    {"40 1112131415161718 01 00000000 0102030405060708 00000000", OV_OK, 8, 0, 1, 0, 0, 0},
    {"20 0102030405060708 01 00000000 1112131415161718 00000001 160301", OV_OK, 4, 0, 1, 0, 1, 3},
    /* Acknowledged ids have four octets each [WP-CTRL-008] */
    {"28 0102030405060708 01 00000007 1112131415161718", OV_OK, 5, 0, 1, 7, 0, 0},
    {"28 0102030405060708 00", OV_OK, 5, 0, 0, 0, 0, 0},
    {"19 0102030405060708 00 00000000", OV_OK, 3, 1, 0, 0, 0, 0},
    {"50 0102030405060708 00 00000000", OV_OK, 10, 0, 0, 0, 0, 0},
    {"58 0102030405060708 00 00000001", OV_OK, 11, 0, 0, 0, 1, 0},
    {"20 0102030405060708 08 00000008 00000007 00000006 00000005 00000004 00000003 00000002 00000001"
     "1112131415161718 ffffffff",
     OV_OK, 4, 0, 8, 8, 0xFFFFFFFF, 0},
    /* Octets after the acknowledgements of ACK_V1 are ignored [WP-CTRL-003]. */
    {"28 0102030405060708 01 00000007 1112131415161718 aabbccddee", OV_OK, 5, 0, 1, 7, 0, 0},
    /* Nine acks and more: refused even if the octets are there [WP-REL-020]. */
    {"28 0102030405060708 09 00000008 00000007 00000006 00000005 00000004 00000003 00000002 00000001 00000000"
     "1112131415161718",
     OV_ERR_LIMIT, 5, 0, 0, 0, 0, 0},
    {"20 0102030405060708 ff 00000000", OV_ERR_LIMIT, 4, 0, 0, 0, 0, 0},
    {"20 0102030405060708 08 00000000", OV_ERR_TRUNCATED, 4, 0, 0, 0, 0, 0},
    {"38 0000000000000000 00 00000000", OV_ERR_SESSION_ID, 7, 0, 0, 0, 0, 0},
    {"08 0102030405060708 00 00000000", OV_ERR_OPCODE, 0, 0, 0, 0, 0, 0},
    {"10 0102030405060708 00 00000000", OV_ERR_OPCODE, 0, 0, 0, 0, 0, 0},
    {"00 0102030405060708 00 00000000", OV_ERR_OPCODE, 0, 0, 0, 0, 0, 0},
    {"60 0102030405060708 00 00000000", OV_ERR_OPCODE, 0, 0, 0, 0, 0, 0},
    {"f8 0102030405060708 00 00000000", OV_ERR_OPCODE, 0, 0, 0, 0, 0, 0},
    {"48 000005 00000001", OV_ERR_OPCODE, 0, 0, 0, 0, 0, 0},
    {"30 00000001", OV_ERR_OPCODE, 0, 0, 0, 0, 0, 0},
    {"", OV_ERR_TRUNCATED, 0, 0, 0, 0, 0, 0},
    {"38", OV_ERR_TRUNCATED, 0, 0, 0, 0, 0, 0},
    {"38 0102030405060708", OV_ERR_TRUNCATED, 0, 0, 0, 0, 0, 0},
    {"38 0102030405060708 00", OV_ERR_TRUNCATED, 0, 0, 0, 0, 0, 0},
};
#define PACKETS (sizeof(packets) / sizeof(packets[0]))

static enum ov_err decode(const uint8_t *packet, size_t len, struct ov_control *out)
{
    uint8_t first_octet;
    struct ov_sid sid;
    enum ov_err err = ov_control_head_read(packet, len, &first_octet, &sid);
    if (err != OV_OK)
    {
        return err;
    }
    return ov_control_decode(first_octet, &sid, packet + OV_CONTROL_HEAD_LEN, len - OV_CONTROL_HEAD_LEN, out);
}

static void test_decode_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < PACKETS; i++)
    {
        uint8_t octets[256];
        struct ov_control c;
        size_t len = ov_test_hex(packets[i].hex, octets, sizeof(octets));
        uint8_t *copy = ov_test_copy(octets, len);
        ov_assert_err(decode(copy, len, &c), packets[i].err);
        if (packets[i].err == OV_OK)
        {
            assert_int_equal(c.opcode, packets[i].op);
            assert_int_equal(c.key_id, packets[i].key_id);
            assert_int_equal(c.ack_count, packets[i].acks);
            assert_int_equal(c.acks[0], packets[i].first_ack);
            assert_int_equal(c.message_id, packets[i].message_id);
            assert_int_equal(c.payload_len, packets[i].payload_len);
            assert_int_equal(c.has_message_id, packets[i].op != 5);
            assert_int_equal(ov_sid_is_zero(&c.remote_sid), packets[i].acks == 0);
        }
        free(copy);
    }
}

/* Every cut of a valid packet gives TRUNCATED, or decodes to a shorter payload. */
static void test_truncation_sweep(void **state)
{
    (void)state;
    for (size_t i = 0; i < PACKETS; i++)
    {
        uint8_t octets[256];
        struct ov_control whole;
        size_t len = ov_test_hex(packets[i].hex, octets, sizeof(octets));
        if (packets[i].err != OV_OK || decode(octets, len, &whole) != OV_OK)
        {
            continue;
        }
        size_t fixed = OV_CONTROL_HEAD_LEN + ov_control_body_len(&whole) - whole.payload_len;
        for (size_t cut = 0; cut < len; cut++)
        {
            uint8_t *copy = ov_test_copy(octets, cut);
            struct ov_control c;
            enum ov_err err = decode(copy, cut, &c);
            ov_assert_err(err, cut < fixed ? OV_ERR_TRUNCATED : OV_OK);
            if (err == OV_OK && c.has_message_id)
            {
                assert_int_equal(c.payload_len, cut - fixed);
            }
            free(copy);
        }
    }
}

static void test_encode_gives_back_what_was_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < PACKETS; i++)
    {
        uint8_t octets[256];
        uint8_t again[256];
        struct ov_control c;
        size_t len = ov_test_hex(packets[i].hex, octets, sizeof(octets));
        if (packets[i].err != OV_OK)
        {
            continue;
        }
        ov_assert_err(decode(octets, len, &c), OV_OK);
        size_t meaning = OV_CONTROL_HEAD_LEN + ov_control_body_len(&c);
        for (size_t cap = 0; cap <= meaning; cap++)
        {
            struct ov_writer w = ov_writer_over(again, cap);
            ov_assert_err(ov_control_encode(&c, &w), cap < meaning ? OV_ERR_NOSPACE : OV_OK);
        }
        assert_memory_equal(again, octets, meaning);
        assert_true(meaning == len || c.opcode == OV_OP_ACK_V1);
    }
}

static void test_encoder_refuses_what_no_packet_can_be(void **state)
{
    (void)state;
    uint8_t out[256];
    const struct ov_control rows[] = {
        {.opcode = OV_OP_CONTROL_V1, .ack_count = 9},
        {.opcode = OV_OP_DATA_V2},
        {.opcode = 0},
        {.opcode = 12},
        {.opcode = OV_OP_ACK_V1, .payload = out, .payload_len = 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        struct ov_writer w = ov_writer_over(out, sizeof(out));
        ov_assert_err(ov_control_encode_body(&rows[i], &w), OV_ERR_ARG);
        assert_int_equal(ov_writer_len(&w), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_first_octet),
        cmocka_unit_test(test_key_ids_never_return_to_zero),
        cmocka_unit_test(test_session_ids),
        cmocka_unit_test(test_decode_rows),
        cmocka_unit_test(test_truncation_sweep),
        cmocka_unit_test(test_encode_gives_back_what_was_decoded),
        cmocka_unit_test(test_encoder_refuses_what_no_packet_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
