/* Whatever the file holds: findings or a clear error, never a crash (the sanitizers watch). */
#include "tests/lib/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum
{
    WHOLE_HEADER_LEN = 24, /* of a pcap file */
    RECORD_HEADER_LEN = 16,
    SWEEP_LEN = 6000,
    FLIPS = 1500
};

/* Returns whether the octets were usable; an error has a text. */
static bool analyze_octets(const uint8_t *octets, size_t len)
{
    char *path = cap_write_raw(octets, len);
    struct ovs_options options = {.path = path};
    struct ovs_analysis analysis;
    struct ovs_error error = {""};
    bool usable = ovs_analyze(&options, &analysis, &error);

    assert_int_equal(usable, error.text[0] == '\0');
    ovs_analysis_clear(&analysis);
    cap_unlink(path);
    return usable;
}

/* Where the n-th record ends in a little-endian pcap file. */
static bool is_record_end(const uint8_t *file, size_t len, size_t at)
{
    size_t end = WHOLE_HEADER_LEN;

    while (end < at && end + RECORD_HEADER_LEN <= len)
    {
        end += RECORD_HEADER_LEN + (file[end + 8] | (size_t)file[end + 9] << 8);
    }
    return end == at;
}

static void test_truncation_sweep(void **state)
{
    static const char *const files[] = {"plain-udp4", "tls-crypt-v2-udp6", "plain-tcp4"};

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    {
        char path[128];
        size_t len;

        snprintf(path, sizeof path, "conformance/captures/%s.pcap", files[i]);
        uint8_t *octets = cap_read_file(path, &len);
        assert_true(len > SWEEP_LEN);
        for (size_t cut = 0; cut < SWEEP_LEN; cut += 7)
        {
            bool usable = analyze_octets(octets, cut);

            /* Only a file that ends with a whole frame is no error, and only if there is traffic in it. */
            assert_true(!usable || is_record_end(octets, len, cut));
        }
        assert_true(analyze_octets(octets, len));
        free(octets);
    }
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void test_flipped_octets(void **state)
{
    static const char *const files[] = {"restart-udp4", "tls-auth-sha256-udp6", "plain-tcp4", "snapped-udp4"};

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    {
        uint32_t random = (uint32_t)i;
        char path[128];
        size_t len;

        snprintf(path, sizeof path, "conformance/captures/%s.pcap", files[i]);
        uint8_t *octets = cap_read_file(path, &len);
        for (size_t flip = 0; flip < FLIPS / 4; flip++)
        {
            size_t at = next_random(&random) % len;
            uint8_t was = octets[at];

            octets[at] = (uint8_t)next_random(&random);
            analyze_octets(octets, len);
            /* Every other change stays, so that damage grows. */
            octets[at] = flip % 2 == 0 ? was : octets[at];
        }
        free(octets);
    }
}

/* Payloads of random octets in sound frames reach the decoder, which file damage rarely does. */
static void test_random_payloads(void **state)
{
    uint32_t random = 7;

    (void)state;
    for (size_t round = 0; round < 60; round++)
    {
        struct ovs_analysis analysis;
        struct cap cap;

        cap_load(&cap, "conformance/captures/plain-udp4.pcap");
        for (size_t i = 5; i < cap.count; i++)
        {
            uint32_t len;
            uint8_t *payload = cap_udp_payload(&cap, i, &len);
            uint32_t damage = next_random(&random) % 12;

            for (uint32_t j = 0; j < damage && len > 0; j++)
            {
                /* Mostly in the fields. */
                payload[next_random(&random) % (len < 40 ? len : 40)] = (uint8_t)next_random(&random);
            }
            if (damage == 3)
            {
                cap_set_udp_payload(&cap, i, payload, len > 30 ? next_random(&random) % 30 : 0);
            }
        }
        expect_analysis(&cap, NULL, &analysis);
        ovs_analysis_clear(&analysis);
        cap_clear(&cap);
    }
}

static void test_random_files(void **state)
{
    static const uint8_t magics[][4] = {
        {0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d}, {0x0a, 0x0d, 0x0d, 0x0a}, {0, 0, 0, 0}};
    uint32_t random = 3;

    (void)state;
    for (size_t round = 0; round < 400; round++)
    {
        uint8_t octets[600];
        size_t len = next_random(&random) % sizeof octets;

        for (size_t i = 0; i < len; i++)
        {
            octets[i] = (uint8_t)next_random(&random);
        }
        memcpy(octets, magics[round % 4], len < 4 ? len : 4);
        assert_false(analyze_octets(octets, len));
    }
}

static void put_u32(uint8_t **at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
    {
        *(*at)++ = (uint8_t)(value >> (8 * i));
    }
}

/* The same frames as pcapng with nanoseconds: section header, interface, enhanced packets. */
static size_t make_pcapng(const struct cap *cap, uint8_t *out)
{
    uint8_t *at = out;

    put_u32(&at, 0x0a0d0d0a);
    put_u32(&at, 28);
    put_u32(&at, 0x1a2b3c4d);
    put_u32(&at, 1);
    put_u32(&at, 0xffffffff);
    put_u32(&at, 0xffffffff);
    put_u32(&at, 28);
    put_u32(&at, 1);
    put_u32(&at, 28 + 4);
    put_u32(&at, (uint32_t)cap->link_type);
    put_u32(&at, 0);
    put_u32(&at, 1 << 16 | 9); /* if_tsresol, one octet: 10^-9 */
    put_u32(&at, 9);
    put_u32(&at, 0);
    put_u32(&at, 28 + 4);
    for (size_t i = 0; i < cap->count; i++)
    {
        const struct cap_frame *frame = &cap->frames[i];
        uint32_t padded = (frame->caplen + 3) & ~3u;

        put_u32(&at, 6);
        put_u32(&at, 32 + padded);
        put_u32(&at, 0);
        put_u32(&at, (uint32_t)((uint64_t)frame->time_ns >> 32));
        put_u32(&at, (uint32_t)frame->time_ns);
        put_u32(&at, frame->caplen);
        put_u32(&at, frame->len);
        memset(at, 0, padded);
        memcpy(at, frame->octets, frame->caplen);
        at += padded;
        put_u32(&at, 32 + padded);
    }
    return (size_t)(at - out);
}

static void test_pcapng(void **state)
{
    static uint8_t octets[1 << 18];
    struct ovs_analysis analysis;
    struct ovs_error error = {""};
    struct cap cap;

    (void)state;
    cap_load(&cap, "conformance/captures/plain-udp4.pcap");
    char *path = cap_write_raw(octets, make_pcapng(&cap, octets));
    struct ovs_options options = {.path = path};
    assert_true(ovs_analyze(&options, &analysis, &error));
    assert_int_equal(analysis.packet_count, cap.count);
    assert_int_equal(analysis.findings.count, 0);
    assert_true(analysis.capture.start_ns == cap.frames[0].time_ns);
    ovs_analysis_clear(&analysis);
    cap_unlink(path);
    cap_clear(&cap);
}

static void expect_error(const struct cap *cap, const char *text)
{
    char *path = cap_write(cap);
    struct ovs_options options = {.path = path};
    struct ovs_analysis analysis;
    struct ovs_error error = {""};

    assert_false(ovs_analyze(&options, &analysis, &error));
    if (strstr(error.text, text) == NULL)
    {
        fail_msg("expected an error about '%s', got '%s'", text, error.text);
    }
    ovs_analysis_clear(&analysis);
    cap_unlink(path);
}

static void test_errors_say_why(void **state)
{
    struct ovs_options options = {.path = "/nonexistent/file.pcap"};
    struct ovs_analysis analysis;
    struct ovs_error error = {""};
    struct cap cap;

    (void)state;
    assert_false(ovs_analyze(&options, &analysis, &error));
    assert_non_null(strstr(error.text, "No such file"));
    ovs_analysis_clear(&analysis);

    cap_init(&cap, 1);
    expect_error(&cap, "no OpenVPN traffic in 0 frames");
    for (int64_t i = 0; i < 20; i++)
    {
        /* Names are looked up here, on another port: not one packet resembles a reset. */
        cap_add_udp(&cap, FROM_CLIENT, i, "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
        cap.frames[cap.count - 1].octets[36] = 0;
        cap.frames[cap.count - 1].octets[37] = 53;
    }
    expect_error(&cap, "no OpenVPN traffic in 20 frames");
    cap.link_type = 105; /* IEEE 802.11 */
    expect_error(&cap, "link layer 105 (IEEE802_11) is not supported");
    cap_clear(&cap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_truncation_sweep), cmocka_unit_test(test_flipped_octets),
        cmocka_unit_test(test_random_payloads),  cmocka_unit_test(test_random_files),
        cmocka_unit_test(test_pcapng),           cmocka_unit_test(test_errors_say_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
