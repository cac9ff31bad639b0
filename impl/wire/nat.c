#include "wire/nat.h"

#include <string.h>

#define IP4_MIN 20u
#define SOURCE  12u /* where the addresses stand in the header */
#define TARGET  16u

#define PROTOCOL_TCP 6u
#define PROTOCOL_UDP 17u
#define TCP_SUM_AT   16u
#define UDP_SUM_AT   6u

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

/* A checksum after one address has become another (RFC 1624). */
static void mend(uint8_t *sum_at, uint32_t before, uint32_t after)
{
    uint32_t sum = (uint16_t) ~((uint32_t)sum_at[0] << 8 | sum_at[1]);
    sum += (uint16_t) ~(before >> 16);
    sum += (uint16_t)~before;
    sum += after >> 16;
    sum += (uint16_t)after;
    sum = (sum & 0xffffu) + (sum >> 16);
    sum = (sum & 0xffffu) + (sum >> 16);
    sum_at[0] = (uint8_t)(~sum >> 8);
    sum_at[1] = (uint8_t)~sum;
}

/* Where the transport's checksum stands, which covers the addresses too; 0: there is none. Only the first fragment
 * has it. */
static uint32_t find_sum(const uint8_t *packet, uint32_t len)
{
    const uint32_t header = (packet[0] & 0x0fu) * 4u;
    const bool first = ((uint32_t)(packet[6] & 0x1fu) << 8 | packet[7]) == 0;
    if (!first)
    {
        return 0;
    }
    if (packet[9] == PROTOCOL_TCP && len >= header + TCP_SUM_AT + 2)
    {
        return header + TCP_SUM_AT;
    }
    const bool udp = packet[9] == PROTOCOL_UDP && len >= header + UDP_SUM_AT + 2;
    /* A sum of zero means that there is none. */
    return udp && (packet[header + UDP_SUM_AT] | packet[header + UDP_SUM_AT + 1]) != 0 ? header + UDP_SUM_AT
                                                                                       : 0;
}

static void translate(uint8_t *packet, uint32_t len, uint32_t at, uint32_t after)
{
    const uint32_t before = get32(packet + at);
    const uint32_t sum = find_sum(packet, len);
    mend(packet + 10, before, after);
    if (sum != 0)
    {
        mend(packet + sum, before, after);
        /* A sum that comes out as zero would say that there is none. */
        if (packet[9] == PROTOCOL_UDP && (packet[sum] | packet[sum + 1]) == 0)
        {
            packet[sum] = packet[sum + 1] = 0xff;
        }
    }
    put32(packet + at, after);
}

bool ov_nat_apply(const struct ov_nat_rule *rules, size_t count, uint32_t self, bool out, uint8_t *packet,
                  uint32_t len)
{
    uint32_t done = 0;
    if (len < IP4_MIN || packet[0] >> 4 != 4 || (packet[0] & 0x0fu) < 5 || (packet[0] & 0x0fu) * 4u > len)
    {
        return false;
    }
    for (size_t i = 0; i < count; i++)
    {
        const struct ov_nat_rule *rule = &rules[i];
        /* Our own network is the source of what leaves and the target of what comes; theirs the other way round. */
        const uint32_t at = rule->theirs != out ? SOURCE : TARGET;
        const uint32_t net = rule->self ? self : rule->net;
        const uint32_t from = out ? net : rule->alias;
        const uint32_t to = out ? rule->alias : net;
        const uint32_t addr = get32(packet + at);
        const uint32_t bit = at == SOURCE ? 1u : 2u;
        if ((rule->self && self == 0) || (done & bit) != 0 || (addr & rule->mask) != (from & rule->mask))
        {
            continue;
        }
        translate(packet, len, at, (to & rule->mask) | (addr & ~rule->mask));
        done |= bit;
    }
    return done != 0;
}
