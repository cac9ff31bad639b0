#include "offload/checksum.h"

#include <stdbool.h>
#include <string.h>

/* Ones' complement addition doesn't care about word size or octet order, so
 * eight octets are added at a time, with the carry put back at the bottom. */
static uint64_t add_carry(uint64_t sum, uint64_t v)
{
    uint64_t total;
    return __builtin_add_overflow(sum, v, &total) ? total + 1 : total;
}

/* Four chains that don't wait for each other's carry: this loop is what a packet's
 * octets spend the most time in outside the cipher and the kernel. */
static uint64_t add_blocks(uint64_t sum, const uint8_t *data, size_t blocks)
{
    uint64_t chain[4] = {sum, 0, 0, 0};
    for (size_t i = 0; i < blocks; i++, data += 32)
    {
        uint64_t v[4];
        memcpy(v, data, sizeof v);
        chain[0] = add_carry(chain[0], v[0]);
        chain[1] = add_carry(chain[1], v[1]);
        chain[2] = add_carry(chain[2], v[2]);
        chain[3] = add_carry(chain[3], v[3]);
    }
    return add_carry(add_carry(chain[0], chain[1]), add_carry(chain[2], chain[3]));
}

uint64_t ov_sum_add(uint64_t sum, const uint8_t *data, size_t len)
{
    size_t blocks = len / 32;
    sum = blocks > 0 ? add_blocks(sum, data, blocks) : sum;
    data += blocks * 32;
    len -= blocks * 32;
    for (; len >= 8; data += 8, len -= 8)
    {
        uint64_t v;
        memcpy(&v, data, 8);
        sum = add_carry(sum, v);
    }
    if (len > 0)
    {
        uint64_t v = 0;
        memcpy(&v, data, len);
        sum = add_carry(sum, v);
    }
    return sum;
}

uint16_t ov_sum_fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

uint64_t ov_sum_pseudo(const uint8_t *packet, const struct ov_inner *inner, uint32_t l4_len)
{
    uint8_t tail[8] = {
        (uint8_t)(l4_len >> 24), (uint8_t)(l4_len >> 16), (uint8_t)(l4_len >> 8), (uint8_t)l4_len, 0, 0, 0,
        inner->protocol};
    uint64_t sum = inner->version == 4 ? ov_sum_add(0, packet + 12, 8) : ov_sum_add(0, packet + 8, 32);
    return ov_sum_add(sum, tail, sizeof tail);
}

void ov_ipv4_header_sum(uint8_t *ip, uint32_t ihl)
{
    memset(ip + 10, 0, 2);
    uint16_t sum = (uint16_t)~ov_sum_fold(ov_sum_add(0, ip, ihl));
    memcpy(ip + 10, &sum, 2);
}

static uint32_t sum_offset(const struct ov_inner *inner)
{
    return inner->l4 + (inner->protocol == OV_INNER_TCP ? 16u : 6u);
}

bool ov_l4_sum_ok(const uint8_t *packet, const struct ov_inner *inner)
{
    const uint8_t *field = packet + sum_offset(inner);
    if (inner->protocol == OV_INNER_UDP && field[0] == 0 && field[1] == 0)
    {
        return false;
    }
    uint32_t l4_len = inner->len - inner->l4;
    uint64_t sum = ov_sum_pseudo(packet, inner, l4_len);
    return ov_sum_fold(ov_sum_add(sum, packet + inner->l4, l4_len)) == 0xffff;
}

void ov_l4_sum_write(uint8_t *packet, const struct ov_inner *inner)
{
    uint8_t *field = packet + sum_offset(inner);
    memset(field, 0, 2);
    uint32_t l4_len = inner->len - inner->l4;
    uint64_t sum = ov_sum_pseudo(packet, inner, l4_len);
    uint16_t result = (uint16_t)~ov_sum_fold(ov_sum_add(sum, packet + inner->l4, l4_len));
    /* Zero would mean "no checksum" in UDP, so its other representation is sent. */
    if (result == 0 && inner->protocol == OV_INNER_UDP)
    {
        result = 0xffff;
    }
    memcpy(field, &result, 2);
}
