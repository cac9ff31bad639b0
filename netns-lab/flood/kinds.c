#include "netns-lab/flood/kinds.h"

#include <arpa/inet.h>
#include <string.h>

#define OPCODE(number)  ((uint8_t)((number) << 3))
#define HARD_RESET_V2   7u
#define HARD_RESET_V3   10u
#define DATA_V2         9u
#define DISCARD_PORT    9u
#define JUNK_LEN        100u
#define WRAPPED_KEY_LEN 297u /* of a client key without metadata, as others send it, with its length */

static uint64_t draw(struct flood_maker *maker)
{
    uint64_t z = maker->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t draw_below(struct flood_maker *maker, uint32_t limit)
{
    return (uint32_t)((draw(maker) >> 32) * limit >> 32);
}

static void fill(struct flood_maker *maker, uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i += 8)
    {
        uint64_t octets = draw(maker);
        memcpy(at + i, &octets, len - i < 8 ? len - i : 8);
    }
}

/* Any host of the network but its first and last, from any port a system would give. */
static void draw_sender(struct flood_maker *maker, struct flood_packet *packet)
{
    packet->from.address = htonl(maker->spoofed + 1 + draw_below(maker, maker->hosts - 2));
    packet->from.port = htons((uint16_t)(1024 + draw_below(maker, 64000)));
}

/* opcode and key-id 0, session id, no acknowledgement, packet id 0 */
static void put_reset(struct flood_maker *maker, struct flood_packet *packet, uint8_t opcode)
{
    memset(packet->payload, 0, 14);
    packet->payload[0] = opcode;
    fill(maker, packet->payload + 1, 8);
    packet->len = 14;
}

static bool make_cross(struct flood_maker *maker, struct flood_packet *packet)
{
    draw_sender(maker, packet);
    packet->to_port = htons(DISCARD_PORT);
    packet->len = JUNK_LEN;
    fill(maker, packet->payload, packet->len);
    return true;
}

static bool make_reset_v2(struct flood_maker *maker, struct flood_packet *packet)
{
    draw_sender(maker, packet);
    put_reset(maker, packet, OPCODE(HARD_RESET_V2));
    return true;
}

static bool make_reset_v3(struct flood_maker *maker, struct flood_packet *packet)
{
    draw_sender(maker, packet);
    put_reset(maker, packet, OPCODE(HARD_RESET_V3));
    fill(maker, packet->payload + packet->len, WRAPPED_KEY_LEN);
    packet->len += WRAPPED_KEY_LEN;
    packet->payload[packet->len - 2] = WRAPPED_KEY_LEN >> 8;
    packet->payload[packet->len - 1] = WRAPPED_KEY_LEN & 0xff;
    return true;
}

/* One host that says the same again and again. */
static bool make_reset_same(struct flood_maker *maker, struct flood_packet *packet)
{
    put_reset(maker, packet, OPCODE(HARD_RESET_V2));
    memset(packet->payload + 1, 0x5a, 8);
    packet->from.address = htonl(maker->spoofed + 1);
    packet->from.port = htons(5000);
    return true;
}

static bool make_garbage(struct flood_maker *maker, struct flood_packet *packet)
{
    draw_sender(maker, packet);
    packet->len = (uint16_t)draw_below(maker, FLOOD_PAYLOAD_MAX + 1);
    fill(maker, packet->payload, packet->len);
    return true;
}

/* opcode and key-id 0, peer-id, packet-id, and nobody's tag */
static void put_data(struct flood_maker *maker, struct flood_packet *packet, uint32_t peer_id)
{
    packet->len = JUNK_LEN;
    fill(maker, packet->payload, packet->len);
    packet->payload[0] = OPCODE(DATA_V2);
    packet->payload[1] = (uint8_t)(peer_id >> 16);
    packet->payload[2] = (uint8_t)(peer_id >> 8);
    packet->payload[3] = (uint8_t)peer_id;
}

/* Every other one names a peer that a small server has. */
static bool make_data(struct flood_maker *maker, struct flood_packet *packet)
{
    draw_sender(maker, packet);
    put_data(maker, packet, draw_below(maker, 2) == 0 ? draw_below(maker, 4) : draw_below(maker, 1u << 24));
    return true;
}

static const struct flood_packet *draw_heard(struct flood_maker *maker)
{
    const struct flood_heard *heard = maker->heard;
    return heard->count > 0 ? &heard->packets[draw_below(maker, heard->count)] : NULL;
}

/* From where the client is, with whatever it said itself in front. */
static bool make_own(struct flood_maker *maker, struct flood_packet *packet)
{
    const struct flood_packet *heard = draw_heard(maker);
    if (heard == NULL || heard->len < 8)
    {
        return false;
    }
    packet->from = heard->from;
    put_data(maker, packet, 0);
    memcpy(packet->payload, heard->payload, 4);
    return true;
}

static bool make_replay(struct flood_maker *maker, struct flood_packet *packet)
{
    const struct flood_packet *heard = draw_heard(maker);
    if (heard == NULL)
    {
        return false;
    }
    *packet = *heard;
    return true;
}

static bool make_stolen(struct flood_maker *maker, struct flood_packet *packet)
{
    bool made = make_replay(maker, packet);
    draw_sender(maker, packet);
    return made;
}

static const struct flood_kind kinds[] = {
    {"cross", "UDP to the discard port: the same load without the program", false, make_cross},
    {"reset_v2", "HARD_RESET_CLIENT_V2 from many addresses, a session id each", false, make_reset_v2},
    {"reset_v3", "HARD_RESET_CLIENT_V3 with a wrapped key that is none", false, make_reset_v3},
    {"reset_same", "the same HARD_RESET_CLIENT_V2 from one address", false, make_reset_same},
    {"garbage", "any octets, 0 to 1472 of them", false, make_garbage},
    {"data", "P_DATA_V2 of foreign and of known peer-ids, from many addresses", false, make_data},
    {"own", "P_DATA_V2 with a wrong tag, from the client's own address", true, make_own},
    {"replay", "the client's own packets again, from its own address", true, make_replay},
    {"stolen", "the client's own packets again, from other addresses", true, make_stolen},
    {"race", "the same, heard early enough to be there before them", true, make_stolen},
};

const struct flood_kind *flood_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof kinds[0] ? &kinds[index] : NULL;
}

const struct flood_kind *flood_kind_find(const char *name)
{
    size_t at = 0;
    while (flood_kind_at(at) != NULL && strcmp(kinds[at].name, name) != 0)
    {
        at++;
    }
    return flood_kind_at(at);
}

void flood_heard_keep(struct flood_heard *heard, const struct flood_packet *packet)
{
    heard->packets[heard->next] = *packet;
    heard->next = (heard->next + 1) % FLOOD_HEARD_MAX;
    heard->count += heard->count < FLOOD_HEARD_MAX;
}
