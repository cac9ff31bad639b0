#include "netns-lab/linkemu/rebind.h"

#include "netns-lab/linkemu/sum.h"

#include <string.h>

#define IPV4_SUM_AT 10u
#define UDP_SUM_AT  6u
#define TCP_SUM_AT  16u

/* Where an end stands in the headers of its packets. */
struct place
{
    uint32_t address;
    uint32_t address_len;
    uint32_t port; /* 0: it has none */
};

static struct place place_of(const struct emu_packet *packet, bool source)
{
    bool four = packet->version == 4;
    struct place place = {.address_len = four ? 4 : 16};
    place.address = (four ? 12u : 8u) + (source ? 0 : place.address_len);
    bool ported = packet->protocol == EMU_IPPROTO_TCP || packet->protocol == EMU_IPPROTO_UDP;
    place.port = ported ? packet->l4 + (source ? 0u : 2u) : 0;
    return place;
}

/* Exclusive or with the same number is its own way back. The high bit of the last octet keeps a host of the
 * lab in its network, and away from those that are there. */
static uint8_t address_mask(const struct emu_rebind *rebind)
{
    return rebind->addresses ? (uint8_t)(0x80u | (rebind->times & 0x3f)) : 0;
}

static uint16_t port_mask(const struct emu_rebind *rebind)
{
    return rebind->ports ? (uint16_t)(rebind->times * 0x1234u | 1u) : 0;
}

/* A sum without its complement, after two octets at an even place became others (RFC 1624). */
static uint16_t renew(uint16_t sum, const uint8_t *was, const uint8_t *is)
{
    uint8_t words[4] = {(uint8_t)~was[0], (uint8_t)~was[1], is[0], is[1]};
    return emu_sum_fold(emu_sum_add(sum, words, sizeof words));
}

static void renew_ipv4(uint8_t *octets, const uint8_t *was, const uint8_t *is)
{
    uint16_t sum;
    memcpy(&sum, octets + IPV4_SUM_AT, sizeof sum);
    sum = (uint16_t)~renew((uint16_t)~sum, was, is);
    memcpy(octets + IPV4_SUM_AT, &sum, sizeof sum);
}

/* A sum that is yet to be completed holds the addresses (not complemented), and no port. */
static void renew_l4(const struct emu_packet *packet, uint8_t *octets, const uint8_t *was, const uint8_t *is,
                     bool port)
{
    uint16_t sum;
    bool udp = packet->protocol == EMU_IPPROTO_UDP;
    if ((!udp && packet->protocol != EMU_IPPROTO_TCP) || (packet->needs_csum && port))
    {
        return;
    }
    uint8_t *field = octets + packet->l4 + (udp ? UDP_SUM_AT : TCP_SUM_AT);
    memcpy(&sum, field, sizeof sum);
    if (packet->needs_csum)
    {
        sum = renew(sum, was, is);
    }
    else if (udp && sum == 0)
    {
        return; /* IPv4 without a checksum */
    }
    else
    {
        sum = (uint16_t)~renew((uint16_t)~sum, was, is);
        sum = udp && sum == 0 ? 0xffff : sum;
    }
    memcpy(field, &sum, sizeof sum);
}

/* Writes two octets at an even place of the headers, and every sum over them. */
static void put(const struct emu_packet *packet, uint8_t *octets, uint32_t at, const uint8_t *is, bool port)
{
    uint8_t was[2];
    memcpy(was, octets + at, sizeof was);
    memcpy(octets + at, is, sizeof was);
    if (packet->version == 4 && !port)
    {
        renew_ipv4(octets, was, is);
    }
    renew_l4(packet, octets, was, is, port);
}

static void translate(const struct emu_rebind *rebind, const struct emu_packet *packet, uint8_t *octets,
                      const struct place *place)
{
    uint32_t tail = place->address + place->address_len - 2;
    const uint8_t address[2] = {octets[tail], (uint8_t)(octets[tail + 1] ^ address_mask(rebind))};
    put(packet, octets, tail, address, false);
    if (place->port != 0)
    {
        uint16_t mask = port_mask(rebind);
        const uint8_t port[2] = {(uint8_t)(octets[place->port] ^ mask >> 8),
                                 (uint8_t)(octets[place->port + 1] ^ mask)};
        put(packet, octets, place->port, port, true);
    }
}

static struct emu_flow flow_at(const struct emu_packet *packet, const uint8_t *octets,
                               const struct place *place)
{
    struct emu_flow flow = {.version = packet->version};
    memcpy(flow.address, octets + place->address, place->address_len);
    if (place->port != 0)
    {
        flow.protocol = packet->protocol;
        memcpy(&flow.port, octets + place->port, sizeof flow.port);
    }
    return flow;
}

static bool is_same(const struct emu_flow *a, const struct emu_flow *b)
{
    return a->version == b->version && a->protocol == b->protocol && a->port == b->port &&
           memcmp(a->address, b->address, sizeof a->address) == 0;
}

static bool find(struct emu_rebind *rebind, const struct emu_flow *flow)
{
    if (is_same(&rebind->flows[rebind->last], flow))
    {
        return true;
    }
    for (uint32_t i = 0; i < EMU_REBIND_FLOWS; i++)
    {
        if (is_same(&rebind->flows[i], flow))
        {
            rebind->last = i;
            return true;
        }
    }
    return false;
}

void emu_rebind_again(struct emu_rebind *rebind, bool ports, bool addresses)
{
    *rebind = (struct emu_rebind){.ports = rebind->ports || ports,
                                  .addresses = rebind->addresses || addresses,
                                  .times = rebind->times + 1};
}

void emu_rebind_up(struct emu_rebind *rebind, const struct emu_packet *packet, uint8_t *octets)
{
    if (rebind->times == 0)
    {
        return;
    }
    const struct place place = place_of(packet, true);
    const struct emu_flow flow = flow_at(packet, octets, &place);
    if (!find(rebind, &flow))
    {
        rebind->last = rebind->next;
        rebind->flows[rebind->next] = flow;
        rebind->next = (rebind->next + 1) % EMU_REBIND_FLOWS;
    }
    translate(rebind, packet, octets, &place);
}

bool emu_rebind_down(struct emu_rebind *rebind, const struct emu_packet *packet, uint8_t *octets)
{
    const struct place place = place_of(packet, false);
    if (rebind->times == 0 || (place.port == 0 && !rebind->addresses))
    {
        return true;
    }
    translate(rebind, packet, octets, &place);
    const struct emu_flow flow = flow_at(packet, octets, &place);
    return find(rebind, &flow);
}
