#include "proxy/md4.h"

#include <string.h>

#include "base/wipe.h"

static uint32_t turn(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static uint32_t mix(unsigned round, uint32_t x, uint32_t y, uint32_t z)
{
    switch (round)
    {
    case 0:
        return (x & y) | (~x & z);
    case 1:
        return (x & y) | (x & z) | (y & z);
    default:
        return x ^ y ^ z;
    }
}

static void absorb(uint32_t state[4], const uint8_t *block)
{
    static const uint32_t added[3] = {0, 0x5a827999u, 0x6ed9eba1u};
    static const uint8_t turns[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    static const uint8_t third[16] = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
    uint32_t word[16];
    uint32_t s[4] = {state[0], state[1], state[2], state[3]};
    for (unsigned i = 0; i < 16; i++)
    {
        const uint8_t *at = block + 4 * (size_t)i;
        word[i] = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    }
    for (unsigned i = 0; i < 48; i++)
    {
        const unsigned round = i / 16;
        const unsigned step = i % 16;
        const unsigned which = round == 0 ? step : round == 1 ? step % 4 * 4 + step / 4 : third[step];
        const uint32_t sum = s[0] + mix(round, s[1], s[2], s[3]) + word[which] + added[round];
        s[0] = s[3];
        s[3] = s[2];
        s[2] = s[1];
        s[1] = turn(sum, turns[round][step % 4]);
    }
    for (unsigned i = 0; i < 4; i++)
    {
        state[i] += s[i];
    }
    ov_wipe(word, sizeof word);
}

void ov_md4(const void *data, size_t len, uint8_t out[static OV_MD4_LEN])
{
    const uint8_t *at = data;
    uint32_t state[4] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u};
    uint8_t tail[128] = {0};
    const uint64_t bits = (uint64_t)len * 8;
    size_t left = len;
    for (; left >= 64; left -= 64, at += 64)
    {
        absorb(state, at);
    }
    if (left > 0)
    {
        memcpy(tail, at, left);
    }
    tail[left] = 0x80;
    const size_t tail_len = left < 56 ? 64 : 128;
    for (unsigned i = 0; i < 8; i++)
    {
        tail[tail_len - 8 + i] = (uint8_t)(bits >> (8 * i));
    }
    absorb(state, tail);
    if (tail_len == 128)
    {
        absorb(state, tail + 64);
    }
    for (unsigned i = 0; i < OV_MD4_LEN; i++)
    {
        out[i] = (uint8_t)(state[i / 4] >> (8 * (i % 4)));
    }
    ov_wipe(tail, sizeof tail);
}
