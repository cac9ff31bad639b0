#include "internal.h"

#include <string.h>

#define ODD_1 UINT64_C(0x9e3779b97f4a7c15)
#define ODD_2 UINT64_C(0xd6e8feb86659fd93)

static uint64_t rotate(uint64_t v, unsigned n)
{
    return v << n | v >> (64 - n);
}

static void take_word(struct null_mix *mix, uint64_t word)
{
    mix->a = (mix->a ^ word) * ODD_1;
    mix->a ^= mix->a >> 32;
    mix->b = rotate(mix->b + word, 29) * ODD_2 + mix->a;
}

void null_mix_start(struct null_mix *mix, uint64_t purpose)
{
    *mix = (struct null_mix){.a = purpose * ODD_2 + 1, .b = ~purpose};
    take_word(mix, purpose);
}

/* The result depends on the octets, not on how they are cut into calls. */
void null_mix_take(struct null_mix *mix, const void *data, size_t len)
{
    if (len == 0)
    {
        return; /* data may be NULL then */
    }
    const uint8_t *at = data;
    const uint8_t *end = at + len;
    while (at < end)
    {
        if (mix->len % 8 == 0 && end - at >= 8)
        {
            uint64_t word;
            memcpy(&word, at, 8); /* host order: two ends are one process or one kind of machine */
            take_word(mix, word);
            mix->len += 8;
            at += 8;
            continue;
        }
        memcpy((uint8_t *)&mix->word + mix->len % 8, at, 1);
        mix->len++;
        at++;
        if (mix->len % 8 == 0)
        {
            take_word(mix, mix->word);
            mix->word = 0;
        }
    }
}

uint64_t null_next(uint64_t *seed)
{
    uint64_t v = *seed += ODD_1;
    v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
    return v ^ v >> 31;
}

void null_mix_give(struct null_mix *mix, uint8_t *out, size_t len)
{
    take_word(mix, mix->word);
    take_word(mix, mix->len);
    uint64_t seed[2] = {mix->a, mix->b};
    for (size_t at = 0; at < len; at += 8)
    {
        uint64_t word = null_next(&seed[at / 8 % 2]);
        memcpy(out + at, &word, len - at < 8 ? len - at : 8);
    }
}

void null_stream(uint64_t seed, uint8_t *text, size_t len)
{
    for (size_t at = 0; at < len; at += 8)
    {
        uint64_t pad = null_next(&seed);
        uint64_t word = 0;
        size_t part = len - at < 8 ? len - at : 8;
        memcpy(&word, text + at, part);
        word ^= pad;
        memcpy(text + at, &word, part);
    }
}
