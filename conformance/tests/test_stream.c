/* TCP: packets come out of the stream however it was cut into segments [WP-FRM-002, WP-FRM-003]. */
#include "tests/lib/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char client_stream[] = "000e 38 0102030405060708 00 00000000"
                                    "0031 20 0102030405060708 01 00000000 1112131415161718 00000001"
                                    "1603010012 01 000102030405060708090a0b0c0d0e0f10";
static const char server_stream[] = "001a 40 1112131415161718 01 00000000 0102030405060708 00000000"
                                    "0016 28 1112131415161718 01 00000001 0102030405060708";

enum
{
    STREAM_MAX = 256,
    CLIENT_SEQUENCE = 0xffffffe0, /* wraps within the stream */
    SERVER_SEQUENCE = 5000,
    SYN = 2
};

struct streams
{
    uint8_t client[STREAM_MAX];
    size_t client_len;
    uint8_t server[STREAM_MAX];
    size_t server_len;
};

static void make_streams(struct streams *streams)
{
    streams->client_len = cap_hex(client_stream, streams->client, STREAM_MAX);
    streams->server_len = cap_hex(server_stream, streams->server, STREAM_MAX);
}

static void open_connection(struct cap *cap)
{
    cap_init(cap, 1);
    cap_add_tcp(cap, FROM_CLIENT, 0, CLIENT_SEQUENCE - 1, SYN, NULL, 0);
    cap_add_tcp(cap, FROM_SERVER, 1, SERVER_SEQUENCE - 1, SYN, NULL, 0);
}

static void add_segment(struct cap *cap, enum cap_from from, int64_t time_ms, const struct streams *streams,
                        size_t at, size_t len)
{
    bool client = from == FROM_CLIENT;

    cap_add_tcp(cap, from, time_ms, (client ? CLIENT_SEQUENCE : SERVER_SEQUENCE) + (uint32_t)at, 0,
                (client ? streams->client : streams->server) + at, len);
}

static void expect_packets(const struct cap *cap, size_t count)
{
    struct ovs_analysis analysis;

    expect_ids(cap, NULL, "", "stream");
    expect_analysis(cap, NULL, &analysis);
    assert_int_equal(analysis.packet_count, count);
    assert_int_equal(analysis.sessions.count, 1);
    ovs_analysis_clear(&analysis);
}

/* The client's stream in two segments, cut at every place. */
static void test_every_cut(void **state)
{
    struct streams streams;

    (void)state;
    make_streams(&streams);
    for (size_t cut = 1; cut < 16; cut++)
    {
        struct cap cap;

        open_connection(&cap);
        add_segment(&cap, FROM_CLIENT, 2, &streams, 0, cut);
        add_segment(&cap, FROM_CLIENT, 3, &streams, cut, 16 - cut);
        add_segment(&cap, FROM_SERVER, 4, &streams, 0, 28);
        add_segment(&cap, FROM_CLIENT, 5, &streams, 16, cut);
        add_segment(&cap, FROM_CLIENT, 6, &streams, 16 + cut, streams.client_len - 16 - cut);
        add_segment(&cap, FROM_SERVER, 7, &streams, 28, streams.server_len - 28);
        expect_packets(&cap, 4);
        cap_clear(&cap);
    }
}

/* Later octets first, some twice, overlapping ones; the second segment holds two packets. */
static void test_order_and_overlap(void **state)
{
    struct streams streams;
    struct cap cap;

    (void)state;
    make_streams(&streams);
    open_connection(&cap);
    add_segment(&cap, FROM_CLIENT, 2, &streams, 0, 20);
    add_segment(&cap, FROM_SERVER, 3, &streams, 0, 28);
    add_segment(&cap, FROM_CLIENT, 4, &streams, 40, streams.client_len - 40);
    add_segment(&cap, FROM_CLIENT, 5, &streams, 10, 25);
    add_segment(&cap, FROM_CLIENT, 6, &streams, 30, 12);
    add_segment(&cap, FROM_CLIENT, 7, &streams, 0, 20);
    add_segment(&cap, FROM_SERVER, 8, &streams, 28, streams.server_len - 28);
    expect_packets(&cap, 4);
    cap_clear(&cap);
}

/* Octets that the capture lacks end the analysis there, without a finding. */
static void test_hole(void **state)
{
    struct streams streams;
    struct cap cap;

    (void)state;
    make_streams(&streams);
    open_connection(&cap);
    add_segment(&cap, FROM_CLIENT, 2, &streams, 0, 16);
    add_segment(&cap, FROM_SERVER, 3, &streams, 0, 28);
    add_segment(&cap, FROM_CLIENT, 4, &streams, 30, 10);
    add_segment(&cap, FROM_SERVER, 5, &streams, 28, streams.server_len - 28);
    expect_packets(&cap, 1);
    cap_clear(&cap);
}

static void test_bad_length(void **state)
{
    static const uint8_t lengths[][2] = {{0, 0}, {0xff, 0xff}};
    struct streams streams;

    (void)state;
    make_streams(&streams);
    for (size_t i = 0; i < 2; i++)
    {
        struct cap cap;

        open_connection(&cap);
        add_segment(&cap, FROM_CLIENT, 2, &streams, 0, 16);
        add_segment(&cap, FROM_SERVER, 3, &streams, 0, 28);
        memcpy(streams.client + 16, lengths[i], 2);
        add_segment(&cap, FROM_CLIENT, 4, &streams, 16, 20);
        expect_ids(&cap, NULL, "WP-FRM-004", "bad length");
        cap_clear(&cap);
    }
}

static void test_server_speaks_first(void **state)
{
    struct streams streams;
    struct cap cap;

    (void)state;
    make_streams(&streams);
    open_connection(&cap);
    add_segment(&cap, FROM_SERVER, 2, &streams, 0, 28);
    add_segment(&cap, FROM_CLIENT, 3, &streams, 0, streams.client_len);
    expect_ids(&cap, NULL, "WP-FRM-005", "server first");
    cap_clear(&cap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_order_and_overlap),
        cmocka_unit_test(test_hole),
        cmocka_unit_test(test_bad_length),
        cmocka_unit_test(test_server_speaks_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
