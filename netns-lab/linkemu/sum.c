#include "netns-lab/linkemu/sum.h"

#include <string.h>

uint64_t emu_sum_add(uint64_t sum, const uint8_t *data, size_t len)
{
    uint32_t word;
    size_t at = 0;
    for (; len - at >= sizeof word; at += sizeof word)
    {
        memcpy(&word, data + at, sizeof word);
        sum += word;
    }
    if (at < len)
    {
        word = 0;
        memcpy(&word, data + at, len - at);
        sum += word;
    }
    return sum;
}

uint16_t emu_sum_fold(uint64_t sum)
{
    while (sum >> 16 != 0)
    {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}
