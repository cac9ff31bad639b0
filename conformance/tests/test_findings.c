/* Small conversations from literal octets: what the golden captures do not have. */
#include "tests/lib/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CSID "0102030405060708"
#define SSID "1112131415161718"

/* A plain handshake; the third packet carries the first octets of a ClientHello. */
#define CLIENT_RESET "c 0 38 " CSID " 00 00000000"
#define SERVER_RESET "s 1 40 " SSID " 01 00000000 " CSID " 00000000"
#define CLIENT_HELLO                                                                                         \
    "c 2 20 " CSID " 01 00000000 " SSID " 00000001 1603010010 01 000102030405060708090a0b0c0d0e"
#define SERVER_HELLO                                                                                         \
    "s 3 20 " SSID " 01 00000001 " CSID " 00000001 1603030010 02 000102030405060708090a0b0c0d0e"
#define CLIENT_ACK "c 4 28 " CSID " 01 00000001 " SSID
#define HANDSHAKE  CLIENT_RESET, SERVER_RESET, CLIENT_HELLO, SERVER_HELLO, CLIENT_ACK

/* Data packets, 20 octets behind the packet id. */
#define BODY "000102030405060708090a0b0c0d0e0f10111213"

enum
{
    LINES_MAX = 24
};

/* Lines "c MS HEX" and "s MS HEX": who sent, when in milliseconds, what. */
struct conversation
{
    const char *name;
    const char *expect;
    enum ovs_data_format format;
    const char *lines[LINES_MAX];
};

static const struct conversation conversations[] = {
    {"handshake", "", OVS_FORMAT_AUTO, {HANDSHAKE}},
    {"wrong key id in a hard reset",
     "WP-FRM-012",
     OVS_FORMAT_AUTO,
     {HANDSHAKE, "c 10 39 " CSID " 00 00000000"}},
    {"soft reset with key id 0", "WP-FRM-012", OVS_FORMAT_AUTO, {HANDSHAKE, "c 10 18 " CSID " 00 00000000"}},
    {"reset with message id 1",
     "WP-REL-001",
     OVS_FORMAT_AUTO,
     {"c 0 38 " CSID " 00 00000001", "s 1 40 " SSID " 01 00000001 " CSID " 00000000",
      "c 2 28 " CSID " 01 00000000 " SSID}},
    {"seven messages on their way",
     "WP-REL-004",
     OVS_FORMAT_AUTO,
     {HANDSHAKE, "c 5 20 " CSID " 00 00000002", "c 5 20 " CSID " 00 00000003", "c 5 20 " CSID " 00 00000004",
      "c 5 20 " CSID " 00 00000005", "c 5 20 " CSID " 00 00000006", "c 5 20 " CSID " 00 00000007",
      "c 5 20 " CSID " 00 00000008"}},
    {"six messages on their way",
     "",
     OVS_FORMAT_AUTO,
     {HANDSHAKE, "c 5 20 " CSID " 00 00000002", "c 5 20 " CSID " 00 00000003", "c 5 20 " CSID " 00 00000004",
      "c 5 20 " CSID " 00 00000005", "c 5 20 " CSID " 00 00000006", "c 5 20 " CSID " 00 00000007"}},
    {"a message that is never sent again",
     "WP-REL-010",
     OVS_FORMAT_AUTO,
     {HANDSHAKE, "c 5 20 " CSID " 00 00000002", "c 15000 28 " CSID " 01 00000001 " SSID}},
    {"a message that is sent again",
     "",
     OVS_FORMAT_AUTO,
     {HANDSHAKE, "c 5 20 " CSID " 00 00000002", "c 2005 20 " CSID " 00 00000002",
      "c 15000 28 " CSID " 01 00000001 " SSID}},
    {"resets in quick succession",
     "~WP-REL-011",
     OVS_FORMAT_AUTO,
     {"c 0 38 " CSID " 00 00000000", "c 10 38 " CSID " 00 00000000", "c 20 38 " CSID " 00 00000000",
      "c 30 38 " CSID " 00 00000000", "c 40 38 " CSID " 00 00000000", "c 50 38 " CSID " 00 00000000",
      "c 60 38 " CSID " 00 00000000"}},
    {"resets at stock intervals",
     "",
     OVS_FORMAT_AUTO,
     {"c 0 38 " CSID " 00 00000000", "c 2000 38 " CSID " 00 00000000", "c 6000 38 " CSID " 00 00000000",
      "c 14000 38 " CSID " 00 00000000", "c 30000 38 " CSID " 00 00000000"}},
    {"soft reset as third packet",
     "WP-COOK-006",
     OVS_FORMAT_AUTO,
     {CLIENT_RESET, SERVER_RESET, "c 2 19 " CSID " 00 00000000"}},
    {"third packet with message id 2",
     "WP-COOK-005",
     OVS_FORMAT_AUTO,
     {CLIENT_RESET, SERVER_RESET, "c 2 20 " CSID " 01 00000000 " SSID " 00000002"}},
    {"third packet lost, its successor seen first",
     "",
     OVS_FORMAT_AUTO,
     {CLIENT_RESET, SERVER_RESET, "c 2 20 " CSID " 01 00000000 " SSID " 00000002",
      "c 2002 20 " CSID " 01 00000000 " SSID " 00000001"}},
    {"other server sid for a repeated reset",
     "",
     OVS_FORMAT_AUTO,
     {"c 0 38 " CSID " 00 00000000", "s 1 40 2122232425262728 01 00000000 " CSID " 00000000",
      "c 2000 38 " CSID " 00 00000000", "s 2001 40 " SSID " 01 00000000 " CSID " 00000000",
      "c 2002 28 " CSID " 01 00000000 " SSID}},
    {"unknown field in a hard reset",
     "",
     OVS_FORMAT_AUTO,
     {CLIENT_RESET, "s 1 40 " SSID " 01 00000000 " CSID " 00000000 00770003aabbcc 000100020001",
      "c 2 28 " CSID " 01 00000000 " SSID}},
    {"soft reset with payload",
     "WP-CTRL-004",
     OVS_FORMAT_AUTO,
     {HANDSHAKE, "c 10 19 " CSID " 00 00000000 aa", "s 11 19 " SSID " 01 00000000 " CSID " 00000000"}},
    {"old key in use while the second soft reset is lost on its way",
     "",
     OVS_FORMAT_AEAD,
     {HANDSHAKE, "c 10 48000005 00000001" BODY, "s 11 19 " SSID " 00 00000000",
      "c 12 19 " CSID " 01 00000000 " SSID " 00000000", "s 13 28 " SSID " 01 00000000 " CSID,
      "s 5000 1a " SSID " 00 00000000", "s 7000 1a " SSID " 00 00000000", "c 8000 48000005 00000002" BODY}},
    {"old key in use after the sender's second soft reset",
     "WP-STATE-030",
     OVS_FORMAT_AEAD,
     {HANDSHAKE, "c 10 48000005 00000001" BODY, "s 11 19 " SSID " 00 00000000",
      "c 12 19 " CSID " 01 00000000 " SSID " 00000000", "s 13 28 " SSID " 01 00000000 " CSID,
      "s 5000 1a " SSID " 00 00000000", "c 5001 1a " CSID " 01 00000000 " SSID " 00000000",
      "s 5002 2a " SSID " 01 00000000 " CSID, "c 8000 48000005 00000002" BODY}},
    {"data of an epoch session",
     "",
     OVS_FORMAT_EPOCH,
     {HANDSHAKE, "c 10 48000005 0001 000000000001" BODY, "c 11 48000005 0001 000000000002" BODY,
      "c 12 48000005 0002 000000000001" BODY, "s 13 48000005 0001 000000000001" BODY}},
    {"DATA_V1 in an epoch session",
     "WP-EPOCH-001",
     OVS_FORMAT_EPOCH,
     {HANDSHAKE, "c 10 48000005 0001 000000000001" BODY, "c 11 30 0001 000000000002" BODY}},
    {"epoch 0",
     "WP-EPOCH-005",
     OVS_FORMAT_EPOCH,
     {HANDSHAKE, "c 10 48000005 0000 000000000001" BODY, "c 11 48000005 0001 000000000001" BODY}},
    {"epochs from 2",
     "WP-EPOCH-005",
     OVS_FORMAT_EPOCH,
     {HANDSHAKE, "c 10 48000005 0002 000000000001" BODY, "c 11 48000005 0002 000000000002" BODY}},
    {"counter does not start again with the epoch",
     "WP-EPOCH-005",
     OVS_FORMAT_EPOCH,
     {HANDSHAKE, "c 10 48000005 0001 000000000001" BODY, "c 11 48000005 0002 000000001000" BODY}},
    {"counter repeated",
     "WP-EPOCH-005",
     OVS_FORMAT_EPOCH,
     {HANDSHAKE, "c 10 48000005 0001 000000000001" BODY, "c 11 48000005 0001 000000000001 ff" BODY}},
    {"back to the epoch before",
     "WP-EPOCH-006",
     OVS_FORMAT_EPOCH,
     {HANDSHAKE, "c 10 48000005 0001 000000000001" BODY, "c 10 48000005 0002 000000000001" BODY,
      "c 11 48000005 0002 000000000050" BODY, "c 12 48000005 0001 000000000002" BODY}},
    {"overtaken at the change of epochs",
     "",
     OVS_FORMAT_EPOCH,
     {HANDSHAKE, "c 10 48000005 0001 000000000001" BODY, "c 11 48000005 0002 000000000001" BODY,
      "c 12 48000005 0001 000000000002" BODY}},
    {"epoch packet too short",
     "WP-EPOCH-011",
     OVS_FORMAT_EPOCH,
     {HANDSHAKE, "c 10 48000005 0001 000000000001 000102030405060708090a0b0c0d0e"}},
    {"data far behind",
     "~WP-DATA-060",
     OVS_FORMAT_AEAD,
     {HANDSHAKE, "c 10 48000005 00000001" BODY, "c 10 48000005 00000050" BODY,
      "c 11 48000005 00000002" BODY}},
    {"data a little behind",
     "",
     OVS_FORMAT_AEAD,
     {HANDSHAKE, "c 10 48000005 00000001" BODY, "c 10 48000005 00000040" BODY,
      "c 11 48000005 00000002" BODY}},
    {"DATA_V1 and DATA_V2 mixed",
     "",
     OVS_FORMAT_AEAD,
     {HANDSHAKE, "c 10 48000005 00000001" BODY, "c 11 30 00000002" BODY, "c 12 48ffffff 00000003" BODY}},
    {"cipher none and auth none",
     "",
     OVS_FORMAT_NONE,
     {HANDSHAKE, "c 10 48000005 00000001 2a187bf3641eb4cb07ed2d0a981fc748"}},
    {"cipher none and auth none, taken for AEAD",
     "WP-DATA-024",
     OVS_FORMAT_AEAD,
     {HANDSHAKE, "c 10 48000005 00000001 2a187bf3641eb4cb07ed2d0a981fc7"}},
    {"data of the session before the capture",
     "",
     OVS_FORMAT_AEAD,
     {CLIENT_RESET, "s 1 48000005 00001000" BODY, SERVER_RESET, CLIENT_HELLO, SERVER_HELLO, CLIENT_ACK,
      "s 9 48000005 00000001" BODY}},
};

static void add_line(struct cap *cap, const char *line)
{
    uint8_t octets[4096];
    long time_ms;
    int used = 0;

    assert_int_equal(sscanf(line + 1, "%ld %n", &time_ms, &used), 1);
    size_t len = cap_hex(line + 1 + used, octets, sizeof octets);
    cap_add_udp(cap, line[0] == 'c' ? FROM_CLIENT : FROM_SERVER, time_ms, octets, len);
}

static void test_conversations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof conversations[0]; i++)
    {
        struct ovs_options options = {.format = conversations[i].format};
        struct cap cap;

        cap_init(&cap, 1);
        for (size_t line = 0; line < LINES_MAX && conversations[i].lines[line] != NULL; line++)
        {
            add_line(&cap, conversations[i].lines[line]);
        }
        expect_ids(&cap, &options, conversations[i].expect, conversations[i].name);
        cap_clear(&cap);
    }
}

/* One CONTROL_V1 that makes an IP packet of `ip_len` octets. */
static void expect_for_size(size_t ip_len, uint32_t max_packet_size, const char *expect)
{
    struct ovs_options options = {.max_packet_size = max_packet_size};
    uint8_t large[4096] = {0x20, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 2};
    static const char *const lines[] = {HANDSHAKE};
    struct cap cap;
    char what[32];

    cap_init(&cap, 1);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
    {
        add_line(&cap, lines[i]);
    }
    /* Goes on inside one long TLS record. */
    memcpy(large + 14, "\x17\x03\x03\x40\x00", 5);
    cap_add_udp(&cap, FROM_CLIENT, 10, large, ip_len - 28);
    snprintf(what, sizeof what, "size %zu", ip_len);
    expect_ids(&cap, &options, expect, what);
    cap_clear(&cap);
}

static void test_control_packet_size(void **state)
{
    (void)state;
    expect_for_size(1400, 0, "");
    expect_for_size(1401, 0, "~WP-REL-040");
    expect_for_size(2048, 0, "~WP-REL-040");
    expect_for_size(2049, 0, "WP-REL-040");
    expect_for_size(1250, 1250, "");
    expect_for_size(1251, 1250, "WP-REL-040");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_conversations),
                                       cmocka_unit_test(test_control_packet_size)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
