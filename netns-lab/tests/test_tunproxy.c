/* What the tun proxy makes of packets and buffers. */
#include "netns-lab/linkemu/packet.h"
#include "netns-lab/tests/lib/testing.h"
#include "netns-lab/tunproxy/packets.h"

#include <stdlib.h>
#include <string.h>

#define HEAD (EMU_VNET_LEN + 40u)

/* A TCP packet of payload_len octets, in segments of 1000 if gso says so. */
static size_t make_frame(uint8_t *frame, uint8_t gso, size_t payload_len)
{
    static const uint8_t head[HEAD] = {1,    0, 40, 0, 0xe8, 3, 20, 0, 16, 0, 0x45, 0,    0, 0, 0, 0,
                                       0x40, 0, 64, 6, 0,    0, 10, 0, 0,  2, 10,   0,    0, 1, 0, 9,
                                       0,    9, 0,  0, 0,    1, 0,  0, 0,  1, 0x50, 0x10, 1, 0};
    size_t len = 40 + payload_len;
    memset(frame, 'x', HEAD + payload_len);
    memcpy(frame, head, sizeof head);
    frame[1] = gso;
    frame[12] = (uint8_t)(len >> 8);
    frame[13] = (uint8_t)len;
    return HEAD + payload_len;
}

static const struct
{
    uint8_t gso;
    size_t payload_len;
    bool headers;
    unsigned datagrams;
} frames[] = {
    {EMU_VNET_GSO_NONE, 0, true, 1},
    {EMU_VNET_GSO_NONE, 1400, true, 1},
    {EMU_VNET_GSO_TCPV4, 1000, true, 1},
    {EMU_VNET_GSO_TCPV4, 1001, true, 2},
    {EMU_VNET_GSO_TCPV4, 10000, true, 10},
    {EMU_VNET_GSO_TCPV4, 60001, true, 61},
    {EMU_VNET_GSO_TCPV4, 10000, false, 1},
    {EMU_VNET_GSO_TCPV6, 10000, true, 1}, /* not of version 4 */
    {EMU_VNET_GSO_TCPV4 | EMU_VNET_GSO_ECN, 3000, true, 3},
};

static void test_datagrams(void **state)
{
    static uint8_t frame[PROXY_FRAME_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
    {
        size_t len = make_frame(frame, frames[i].gso, frames[i].payload_len);
        assert_int_equal(proxy_datagrams(frame, len, frames[i].headers), frames[i].datagrams);
    }
}

/* A frame that is cut off says of itself that it is longer: it counts once, and nothing behind it is read. */
static void test_truncation(void **state)
{
    static uint8_t frame[PROXY_FRAME_MAX];
    size_t whole = make_frame(frame, EMU_VNET_GSO_TCPV4, 3000);
    (void)state;
    for (size_t len = 0; len < whole; len++)
    {
        uint8_t *exact = malloc(len > 0 ? len : 1);
        assert_non_null(exact);
        memcpy(exact, frame, len);
        assert_int_equal(proxy_datagrams(exact, len, true), 1);
        free(exact);
    }
    assert_int_equal(proxy_datagrams(frame, whole, true), 3);
}

/* The kernel refuses a message that is not shorter than the buffer less 32 octets, and gives 4608 at
 * least. */
static void test_handover(void **state)
{
    (void)state;
    assert_int_equal(proxy_handover(true, false, 1500), 4608);
    assert_int_equal(proxy_handover(true, false, 9000), 9000 + 96);
    assert_int_equal(proxy_handover(true, true, 1500), PROXY_FRAME_MAX + 32);
    assert_true(proxy_handover(false, true, 1500) > PROXY_FRAME_MAX + 32);
    assert_true(proxy_handover(false, false, 65535) > 65535 + 96);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_handover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
