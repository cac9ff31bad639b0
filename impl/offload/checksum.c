#include "offload/checksum.h"

#include <stdbool.h>
#include <string.h>

#include "base/compat.h"

/* Ones' complement addition doesn't care about word size or octet order, so
 * eight octets are added at a time, with the carry put back at the bottom. */
static uint64_t add_carry(uint64_t sum, uint64_t v)
{
    uint64_t total;
    return __builtin_add_overflow(sum, v, &total) ? total + 1 : total;
}

#define BLOCK 64u

typedef uint64_t lanes __attribute__((vector_size(32)));
typedef uint64_t lanes_anywhere __attribute__((vector_size(32), aligned(1), may_alias));

/* Halves of eight octets are added without carries: a lane has room for as many
 * as there are. This loop is what a packet's octets spend the most time in
 * outside the cipher and the kernel. */
static inline __attribute__((always_inline)) uint64_t add_blocks(uint64_t sum, const uint8_t *data,
                                                                 size_t blocks)
{
    const lanes low = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    lanes even = {0};
    lanes odd = {0};
    lanes even_next = {0};
    lanes odd_next = {0};
    for (size_t i = 0; i < blocks; i++, data += BLOCK)
    {
        const lanes_anywhere *v = (const lanes_anywhere *)data;
        even += v[0] & low;
        odd += v[0] >> 32;
        even_next += v[1] & low;
        odd_next += v[1] >> 32;
    }
    even += odd + (even_next + odd_next);
    for (size_t i = 0; i < 4; i++)
    {
        sum = add_carry(sum, even[i]);
    }
    return sum;
}

OV_WIDE static uint64_t add_blocks_wide(uint64_t sum, const uint8_t *data, size_t blocks)
{
    return add_blocks(sum, data, blocks);
}

static uint64_t add_blocks_any(uint64_t sum, const uint8_t *data, size_t blocks)
{
    return add_blocks(sum, data, blocks);
}

uint64_t ov_sum_add(uint64_t sum, const uint8_t *data, size_t len)
{
    size_t blocks = len / BLOCK;
    if (blocks > 0)
    {
        sum = ov_cpu_is_wide() ? add_blocks_wide(sum, data, blocks) : add_blocks_any(sum, data, blocks);
        data += blocks * BLOCK;
        len -= blocks * BLOCK;
    }
    for (; len >= 8; data += 8, len -= 8)
    {
        uint64_t v;
        memcpy(&v, data, 8);
        sum = add_carry(sum, v);
    }
    /* Two octets weigh the same wherever they stand; of a lone one the second is 0. */
    for (; len > 0; data += 2, len -= len > 1 ? 2 : 1)
    {
        uint8_t pair[2] = {data[0], len > 1 ? data[1] : 0};
        uint16_t v;
        memcpy(&v, pair, 2);
        sum = add_carry(sum, v);
    }
    return sum;
}

/* For headers: so few words of four octets that no carry can be lost. */
static inline uint64_t add_words(uint64_t sum, const uint8_t *data, size_t words)
{
    for (size_t i = 0; i < words; i++)
    {
        uint32_t v;
        memcpy(&v, data + 4 * i, sizeof v);
        sum += v;
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
    uint64_t sum = add_words(0, tail, 2);
    return inner->version == 4 ? add_words(sum, packet + 12, 2) : add_words(sum, packet + 8, 8);
}

static uint64_t header_words(const uint8_t *ip, uint32_t ihl)
{
    return ihl == 20 ? add_words(0, ip, 5) : add_words(0, ip, ihl / 4);
}

bool ov_ipv4_header_sum_ok(const uint8_t *ip, uint32_t ihl)
{
    return ov_sum_fold(header_words(ip, ihl)) == 0xffff;
}

void ov_ipv4_header_sum(uint8_t *ip, uint32_t ihl)
{
    memset(ip + 10, 0, 2);
    uint16_t sum = (uint16_t)~ov_sum_fold(header_words(ip, ihl));
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
