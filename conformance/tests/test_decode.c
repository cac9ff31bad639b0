/* The decoders: link layers, IP, control packets against the vectors, and every truncation of each. */
#include "ovspec/decode.h"
#include "tests/lib/cap.h"
#include "tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pcap/dlt.h>

#define MACS "020000000001 020000000002 "
#define IPV4 "45000023 00000000 40110000 0a000001 0a000002 9c4004aa 000f0000 "
#define IPV6                                                                                                 \
    "60000000 000f1140 fd000000000000000000000000000001 fd000000000000000000000000000002 9c4004aa 000f0000 "
#define OCTETS "30010203040506"

static const struct
{
    const char *name;
    int link_type;
    enum ovs_frame_kind kind;
    const char *frame;
} frames[] = {
    {"Ethernet, IPv4", DLT_EN10MB, OVS_FRAME_DATAGRAM, MACS "0800 " IPV4 OCTETS},
    {"Ethernet, padded", DLT_EN10MB, OVS_FRAME_DATAGRAM, MACS "0800 " IPV4 OCTETS "0000000000"},
    {"Ethernet, IPv6", DLT_EN10MB, OVS_FRAME_DATAGRAM, MACS "86dd " IPV6 OCTETS},
    {"VLAN", DLT_EN10MB, OVS_FRAME_DATAGRAM, MACS "8100 0064 0800 " IPV4 OCTETS},
    {"VLAN in VLAN", DLT_EN10MB, OVS_FRAME_DATAGRAM, MACS "88a8 0001 8100 0064 86dd " IPV6 OCTETS},
    {"raw IPv4", DLT_RAW, OVS_FRAME_DATAGRAM, IPV4 OCTETS},
    {"raw IPv6", DLT_RAW, OVS_FRAME_DATAGRAM, IPV6 OCTETS},
    {"Linux cooked", DLT_LINUX_SLL, OVS_FRAME_DATAGRAM, "0000 0001 0006 0200000000010000 0800 " IPV4 OCTETS},
    {"Linux cooked 2", DLT_LINUX_SLL2, OVS_FRAME_DATAGRAM,
     "86dd 0000 00000002 0001 00 06 0200000000010000 " IPV6 OCTETS},
    {"BSD loopback", DLT_NULL, OVS_FRAME_DATAGRAM, "02000000 " IPV4 OCTETS},
    {"OpenBSD loopback", DLT_LOOP, OVS_FRAME_DATAGRAM, "00000018 " IPV6 OCTETS},
    {"IPv4 options", DLT_RAW, OVS_FRAME_DATAGRAM,
     "46000027 00000000 40110000 0a000001 0a000002 01010100 9c4004aa 000f0000 " OCTETS},
    {"IPv6 hop-by-hop", DLT_RAW, OVS_FRAME_DATAGRAM,
     "60000000 00170040 fd000000000000000000000000000001 fd000000000000000000000000000002 "
     "1100000000000000 9c4004aa 000f0000 " OCTETS},
    {"ARP", DLT_EN10MB, OVS_FRAME_OTHER, MACS "0806 0001 0800 0604 0001"},
    {"ICMP", DLT_RAW, OVS_FRAME_OTHER, "4500001c 00000000 40010000 0a000001 0a000002 08000000 00000000"},
    {"IPv4 fragment, first", DLT_RAW, OVS_FRAME_FRAGMENT,
     "45000023 00002000 40110000 0a000001 0a000002 9c4004aa 000f0000 " OCTETS},
    {"IPv4 fragment, later", DLT_RAW, OVS_FRAME_FRAGMENT,
     "45000023 00000010 40110000 0a000001 0a000002 9c4004aa 000f0000 " OCTETS},
    {"IPv6 fragment", DLT_RAW, OVS_FRAME_FRAGMENT,
     "60000000 00172c40 fd000000000000000000000000000001 fd000000000000000000000000000002 "
     "1100000100000001 9c4004aa 000f0000 " OCTETS},
    {"UDP longer than IP", DLT_RAW, OVS_FRAME_BROKEN,
     "45000023 00000000 40110000 0a000001 0a000002 9c4004aa 00100000 " OCTETS},
    {"UDP shorter than its header", DLT_RAW, OVS_FRAME_BROKEN,
     "45000023 00000000 40110000 0a000001 0a000002 9c4004aa 00070000 " OCTETS},
    {"IPv4 header length 4", DLT_RAW, OVS_FRAME_BROKEN, "41000023 00000000 40110000 0a000001 0a000002"},
    {"nothing", DLT_EN10MB, OVS_FRAME_BROKEN, ""},
};

static void test_frames(void **state)
{
    uint8_t expected[16];
    size_t expected_len = cap_hex(OCTETS, expected, sizeof expected);

    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
    {
        uint8_t octets[256];
        struct ovs_datagram datagram;
        size_t len = cap_hex(frames[i].frame, octets, sizeof octets);

        enum ovs_frame_kind kind = ovs_datagram_decode(frames[i].link_type, octets, len, &datagram);
        if (kind != frames[i].kind)
        {
            fail_msg("%s: expected kind %d, got %d", frames[i].name, frames[i].kind, kind);
        }
        if (kind == OVS_FRAME_DATAGRAM)
        {
            assert_int_equal(datagram.transport, OVS_UDP);
            assert_int_equal(datagram.source.port, 40000);
            assert_int_equal(datagram.destination.port, 1194);
            assert_int_equal(datagram.len, expected_len);
            assert_int_equal(datagram.captured_len, expected_len);
            assert_memory_equal(datagram.payload, expected, expected_len);
        }
    }
}

/* A frame cut by the snap length keeps the true length, or is broken; it never has octets it does not have. */
static void test_frames_cut_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
    {
        uint8_t octets[256];
        size_t len = cap_hex(frames[i].frame, octets, sizeof octets);

        for (size_t cut = 0; cut < len; cut++)
        {
            /* Exactly as large as what is there, so that the sanitizer sees a read beyond it. */
            uint8_t *copy = malloc(cut + 1);
            struct ovs_datagram datagram;

            assert_non_null(copy);
            memcpy(copy, octets, cut);
            copy = realloc(copy, cut > 0 ? cut : 1);
            enum ovs_frame_kind kind = ovs_datagram_decode(frames[i].link_type, copy, cut, &datagram);
            if (kind == OVS_FRAME_DATAGRAM)
            {
                assert_true(datagram.payload + datagram.captured_len <= copy + cut);
                assert_int_equal(datagram.len, 7);
            }
            free(copy);
        }
    }
}

static const struct
{
    const char *file;
    const char *section;
    const char *packet;
    struct ovs_wrap wrap;
    uint8_t opcode;
    uint32_t wrap_id;
    unsigned acks;
    uint32_t message_id;
    size_t rest; /* payload, or encrypted body */
    uint32_t wkc_len;
} packets[] = {
    {"framing", "tcp-client-reset", "packet", {OVS_WRAP_PLAIN, 0}, 7, 0, 0, 0, 0, 0},
    {"tls-auth", "client-reset-sha1-direction-1", "packet", {OVS_WRAP_TLS_AUTH, 20}, 7, 1, 0, 0, 0, 0},
    {"tls-auth", "server-reset-sha1-direction-0", "packet", {OVS_WRAP_TLS_AUTH, 20}, 8, 1, 1, 0, 0, 0},
    {"tls-auth", "client-reset-sha256-direction-1", "packet", {OVS_WRAP_TLS_AUTH, 32}, 7, 1, 0, 0, 0, 0},
    {"tls-crypt", "client-reset", "packet", {OVS_WRAP_TLS_CRYPT, 0}, 7, 1, 0, 0, 5, 0},
    {"tls-crypt", "client-ack", "packet", {OVS_WRAP_TLS_CRYPT, 0}, 5, 2, 0, 0, 13, 0},
    {"tls-crypt-v2",
     "client-reset-v3",
     "packet_with_wkc",
     {OVS_WRAP_TLS_CRYPT_V2, 0},
     10,
     0x0f000001,
     0,
     0,
     5,
     299},
    {"tls-crypt-v2",
     "client-wkc-v1",
     "packet_with_wkc",
     {OVS_WRAP_TLS_CRYPT_V2, 0},
     11,
     0x0f000002,
     0,
     0,
     17,
     299},
    {"tls-crypt-v2", "server-reset-resend-wkc", "packet", {OVS_WRAP_TLS_CRYPT_V2, 0}, 8, 1, 0, 0, 23, 0},
};

static void decode(const uint8_t *octets, size_t len, size_t wire_len, struct ovs_wrap wrap,
                   struct ovs_packet *packet, struct ovs_control *control)
{
    *packet = (struct ovs_packet){
        .data = octets, .kept_len = (uint16_t)len, .len = (uint32_t)wire_len, .snapped = len < wire_len};
    ovs_control_decode_head(packet, control);
    ovs_control_decode_body(control, wrap);
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
    {
        struct ovs_packet packet;
        struct ovs_control control;
        size_t len;
        uint8_t *octets = vector_octets(packets[i].file, packets[i].section, packets[i].packet, &len);

        print_message("%s [%s]\n", packets[i].file, packets[i].section);
        decode(octets, len, len, packets[i].wrap, &packet, &control);
        assert_int_equal(control.opcode, packets[i].opcode);
        assert_int_equal(control.wrap_id, packets[i].wrap_id);
        assert_int_equal(control.ack_count, packets[i].acks);
        assert_int_equal(control.message_id, packets[i].message_id);
        assert_int_equal(control.wkc_len, packets[i].wkc_len);
        assert_int_equal(control.has_body ? control.payload_len : control.body_len, packets[i].rest);
        assert_false(control.malformed || control.wkc_bad);
        if (control.has_wrap_id)
        {
            assert_int_equal(control.wrap_time, 0x60000000);
        }
        free(octets);
    }
}

/* A shorter packet is malformed, or still one that makes sense; a snapped one is neither read nor blamed. */
static void test_vectors_cut_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
    {
        size_t len;
        uint8_t *octets = vector_octets(packets[i].file, packets[i].section, packets[i].packet, &len);

        for (size_t cut = 0; cut < len; cut++)
        {
            uint8_t *copy = malloc(cut > 0 ? cut : 1);
            struct ovs_packet packet;
            struct ovs_control control;

            assert_non_null(copy);
            memcpy(copy, octets, cut);
            decode(copy, cut, cut, packets[i].wrap, &packet, &control);
            assert_true(control.malformed || control.wkc_bad || !control.has_body ||
                        control.payload + control.payload_len <= copy + cut);
            assert_true(cut >= 14 || control.malformed || control.wkc_bad);
            decode(copy, cut, len, packets[i].wrap, &packet, &control);
            assert_false(control.malformed || control.wkc_bad || control.has_body);
            free(copy);
        }
        free(octets);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_frames_cut_everywhere),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_vectors_cut_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
