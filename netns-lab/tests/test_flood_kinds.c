/* Kinds of a flood: what each packet looks like, who sends it, and which of them wait for the client. */
#include "netns-lab/flood/kinds.h"
#include "netns-lab/tests/lib/testing.h"

#include <arpa/inet.h>
#include <string.h>

#define NETWORK 0x0a4d4200u

static const struct flood_packet heard_one = {
    .from = {0x0201a8c0, 0x3930}, .len = 60, .payload = {0x48, 0, 0, 7, 1, 2, 3, 4}};

static const struct
{
    const char *kind;
    int first;     /* octet; -1: any */
    int len;       /* -1: any */
    bool spoofed;  /* from the network of names, else from the client */
    bool repeated; /* the client's own octets */
} wanted[] = {
    {"cross", -1, 100, true, false},      {"reset_v2", 0x38, 14, true, false},
    {"reset_v3", 0x50, 311, true, false}, {"reset_same", 0x38, 14, true, false},
    {"garbage", -1, -1, true, false},     {"data", 0x48, 100, true, false},
    {"own", 0x48, 100, false, false},     {"replay", 0x48, 60, false, true},
    {"stolen", 0x48, 60, true, true},     {"race", 0x48, 60, true, true},
};

#define WANTED (sizeof wanted / sizeof wanted[0])

static void check_packet(size_t row, const struct flood_packet *packet)
{
    uint32_t from = ntohl(packet->from.address);
    bool named = from > NETWORK && from < NETWORK + 255;
    assert_int_equal(named, wanted[row].spoofed);
    assert_true(packet->from.port != 0);
    assert_true(packet->len <= FLOOD_PAYLOAD_MAX);
    if (!wanted[row].spoofed)
    {
        assert_int_equal(packet->from.address, heard_one.from.address);
        assert_int_equal(packet->from.port, heard_one.from.port);
    }
    if (wanted[row].first >= 0)
    {
        assert_int_equal(packet->payload[0], wanted[row].first);
    }
    if (wanted[row].len >= 0)
    {
        assert_int_equal(packet->len, wanted[row].len);
    }
    if (wanted[row].repeated)
    {
        assert_memory_equal(packet->payload, heard_one.payload, heard_one.len);
    }
}

static void test_packets(void **state)
{
    static struct flood_heard heard;
    static const struct flood_heard silence;
    (void)state;
    flood_heard_keep(&heard, &heard_one);
    for (size_t row = 0; row < WANTED; row++)
    {
        const struct flood_kind *kind = flood_kind_find(wanted[row].kind);
        assert_non_null(kind);
        struct flood_maker maker = {.state = 7, .spoofed = NETWORK, .hosts = 256, .heard = &heard};
        for (unsigned i = 0; i < 500; i++)
        {
            struct flood_packet packet = {.len = 0};
            assert_true(kind->make(&maker, &packet));
            check_packet(row, &packet);
        }
        struct flood_packet packet = {.len = 0};
        maker.heard = &silence;
        assert_int_equal(kind->make(&maker, &packet), !kind->hears);
    }
}

static void test_names(void **state)
{
    (void)state;
    size_t count = 0;
    while (flood_kind_at(count) != NULL)
    {
        assert_ptr_equal(flood_kind_find(flood_kind_at(count)->name), flood_kind_at(count));
        count++;
    }
    assert_int_equal(count, WANTED);
    assert_null(flood_kind_find("none"));
}

/* The same seed gives the same packets, another one others. */
static void test_seed(void **state)
{
    struct flood_packet packets[3] = {{.len = 0}, {.len = 0}, {.len = 0}};
    (void)state;
    for (unsigned i = 0; i < 3; i++)
    {
        struct flood_maker maker = {.state = i < 2 ? 1 : 2, .spoofed = NETWORK, .hosts = 256};
        assert_true(flood_kind_find("garbage")->make(&maker, &packets[i]));
    }
    assert_memory_equal(&packets[0], &packets[1], sizeof packets[0]);
    assert_memory_not_equal(&packets[0], &packets[2], sizeof packets[0]);
}

static void test_heard_ring(void **state)
{
    static struct flood_heard heard;
    (void)state;
    for (unsigned i = 0; i < FLOOD_HEARD_MAX + 3; i++)
    {
        struct flood_packet packet = heard_one;
        packet.payload[7] = (uint8_t)i;
        flood_heard_keep(&heard, &packet);
    }
    assert_int_equal(heard.count, FLOOD_HEARD_MAX);
    assert_int_equal(heard.next, 3);
    assert_int_equal(heard.packets[2].payload[7], (uint8_t)(FLOOD_HEARD_MAX + 2));
    assert_int_equal(heard.packets[3].payload[7], 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_seed),
        cmocka_unit_test(test_heard_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
