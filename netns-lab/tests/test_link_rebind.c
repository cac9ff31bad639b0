/* Rebinding: what the client sends comes from elsewhere with sums that hold, what is sent to it there arrives
 * as it was meant, and what goes to a mapping that is gone is lost. */
#include "netns-lab/linkemu/rebind.h"
#include "netns-lab/linkemu/sum.h"
#include "netns-lab/tests/lib/testing.h"
#include "netns-lab/tests/lib/trains.h"

#include <string.h>

static const struct train trains[] = {
    {.payload_len = 1200, .tcp_flags = 0x18, .id = 9},
    {.udp = true, .payload_len = 77},
    {.udp = true, .v6 = true, .payload_len = 1201},
    {.v6 = true, .payload_len = 40, .options_len = 12},
    {.gso_size = 1448, .payload_len = 64000, .options_len = 12, .id = 65530},
    {.udp = true, .gso_size = 1400, .payload_len = 14001, .id = 1},
    {.udp = true, .v6 = true, .gso_size = 1300, .payload_len = 5000},
};

static const struct
{
    bool ports;
    bool addresses;
} ways[] = {{true, false}, {false, true}, {true, true}};

static uint32_t addresses_at(const uint8_t *packet)
{
    return packet[0] >> 4 == 4 ? 12 : 8;
}

static uint32_t address_len(const uint8_t *packet)
{
    return packet[0] >> 4 == 4 ? 4 : 16;
}

static uint32_t ports_at(const uint8_t *packet)
{
    return packet[0] >> 4 == 4 ? 20 : 40;
}

static void swap(uint8_t *a, uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        uint8_t kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

/* The other way round; no sum changes. */
static void turn(uint8_t *packet)
{
    uint32_t at = addresses_at(packet);
    swap(packet + at, packet + at + address_len(packet), address_len(packet));
    swap(packet + ports_at(packet), packet + ports_at(packet) + 2, 2);
}

struct checking
{
    struct emu_rebind *rebind;
    const struct train *train;
    bool ports;
    bool addresses;
    uint32_t segment;
};

static bool ipv4_sum_ok(const uint8_t *packet)
{
    return packet[0] >> 4 != 4 || emu_sum_fold(emu_sum_add(0, packet, 20)) == 0xffff;
}

/* A translated packet of the wire: judged against what was sent, and answered. */
static void check_packet(void *arg, const uint8_t *packet, size_t len)
{
    static uint8_t sent[TRAIN_ROOM];
    static uint8_t answer[EMU_VNET_LEN + TRAIN_ROOM];
    struct checking *checking = arg;
    struct emu_packet read;
    uint32_t at = ports_at(packet);
    uint32_t address = addresses_at(packet);
    assert_int_equal(train_segment(sent, checking->train, checking->segment++), len);
    assert_true(ipv4_sum_ok(packet));
    assert_true(train_sum_ok(packet, len));
    assert_int_equal(memcmp(packet + at, sent + at, 2) != 0, checking->ports);
    assert_int_equal(memcmp(packet + address, sent + address, address_len(packet)) != 0, checking->addresses);
    uint32_t header = checking->train->udp ? 8 : 20; /* the sum is its last or second last word */
    assert_memory_equal(packet + at + header, sent + at + header, len - at - header);

    memset(answer, 0, EMU_VNET_LEN);
    memcpy(answer + EMU_VNET_LEN, packet, len);
    turn(answer + EMU_VNET_LEN);
    assert_true(emu_packet_read(&read, answer, EMU_VNET_LEN + len));
    assert_true(emu_rebind_down(checking->rebind, &read, answer + EMU_VNET_LEN));
    turn(answer + EMU_VNET_LEN);
    assert_memory_equal(answer + EMU_VNET_LEN, sent, len);
}

static void check_train(struct emu_rebind *rebind, const struct train *train, bool ports, bool addresses)
{
    static uint8_t frame[EMU_VNET_LEN + TRAIN_ROOM];
    struct emu_packet packet;
    struct checking checking = {rebind, train, ports, addresses, 0};
    size_t len = train_write(frame, train);
    assert_true(emu_packet_read(&packet, frame, len));
    emu_rebind_up(rebind, &packet, frame + EMU_VNET_LEN);
    assert_true(train_cut(frame, len, check_packet, &checking));
    assert_true(checking.segment > 0);
}

static void test_there_and_back(void **state)
{
    (void)state;
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++)
    {
        for (size_t i = 0; i < sizeof trains / sizeof trains[0]; i++)
        {
            struct emu_rebind rebind = {0};
            check_train(&rebind, &trains[i], false, false);
            for (unsigned times = 0; times < 3; times++)
            {
                emu_rebind_again(&rebind, ways[way].ports, ways[way].addresses);
                check_train(&rebind, &trains[i], ways[way].ports, ways[way].addresses);
            }
        }
    }
}

/* The server's answer to where the client was before; up_first: the client has sent since. */
static bool arrives(bool ports, bool addresses, bool up_first)
{
    static uint8_t frame[EMU_VNET_LEN + TRAIN_ROOM];
    const struct train train = {.udp = true, .payload_len = 100};
    struct emu_rebind rebind = {0};
    struct emu_packet packet;
    if (ports || addresses)
    {
        emu_rebind_again(&rebind, ports, addresses);
    }
    if (up_first)
    {
        assert_true(emu_packet_read(&packet, frame, train_write(frame, &train)));
        emu_rebind_up(&rebind, &packet, frame + EMU_VNET_LEN);
    }
    size_t len = train_write(frame, &train);
    turn(frame + EMU_VNET_LEN);
    assert_true(emu_packet_read(&packet, frame, len));
    return emu_rebind_down(&rebind, &packet, frame + EMU_VNET_LEN);
}

static void test_gone(void **state)
{
    (void)state;
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++)
    {
        assert_false(arrives(ways[way].ports, ways[way].addresses, false));
        assert_false(arrives(ways[way].ports, ways[way].addresses, true));
    }
    assert_true(arrives(false, false, false));
}

/* The oldest flow is forgotten when there is no room for another. */
static void test_many_flows(void **state)
{
    static uint8_t frame[EMU_VNET_LEN + TRAIN_ROOM];
    const struct train train = {.udp = true, .payload_len = 10};
    struct emu_rebind rebind = {0};
    uint8_t answers[EMU_REBIND_FLOWS + 1][EMU_VNET_LEN + 64];
    size_t len = 0;
    (void)state;
    emu_rebind_again(&rebind, true, false);
    for (unsigned i = 0; i <= EMU_REBIND_FLOWS; i++)
    {
        struct emu_packet packet;
        len = train_write(frame, &train);
        frame[EMU_VNET_LEN + 20] = (uint8_t)i; /* the client's port */
        assert_true(emu_packet_read(&packet, frame, len));
        emu_rebind_up(&rebind, &packet, frame + EMU_VNET_LEN);
        memcpy(answers[i], frame, len);
        turn(answers[i] + EMU_VNET_LEN);
    }
    for (unsigned i = 0; i <= EMU_REBIND_FLOWS; i++)
    {
        struct emu_packet packet;
        assert_true(emu_packet_read(&packet, answers[i], len));
        assert_int_equal(emu_rebind_down(&rebind, &packet, answers[i] + EMU_VNET_LEN), i > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_many_flows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
