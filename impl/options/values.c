#include "options/values.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool ov_value_u64(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    if (*text == '\0')
    {
        return false;
    }
    for (; *text != '\0'; text++)
    {
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
        {
            return false;
        }
    }
    *out = value;
    return true;
}

bool ov_value_u32(const char *text, uint32_t *out)
{
    uint64_t value;
    if (!ov_value_u64(text, &value) || value > UINT32_MAX)
    {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

bool ov_value_ip4(const char *text, uint32_t *out)
{
    struct in_addr ip;
    if (inet_pton(AF_INET, text, &ip) != 1)
    {
        return false;
    }
    *out = ntohl(ip.s_addr);
    return true;
}

bool ov_value_mask4(uint32_t mask, uint8_t *bits)
{
    uint32_t holes = ~mask;
    if ((holes & (holes + 1)) != 0)
    {
        return false;
    }
    for (*bits = 0; mask != 0; mask <<= 1)
    {
        ++*bits;
    }
    return true;
}

uint32_t ov_value_bits4(uint8_t bits)
{
    return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

bool ov_value_ip6(const char *text, uint8_t out[static 16])
{
    return inet_pton(AF_INET6, text, out) == 1;
}

bool ov_value_prefix6(const char *text, uint8_t out[static 16], uint8_t *bits, bool *bits_given)
{
    char ip[OV_IP6_TEXT];
    uint32_t number = 128;
    const char *slash = strchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
    if (len >= sizeof(ip) || (slash != NULL && (!ov_value_u32(slash + 1, &number) || number > 128)))
    {
        return false;
    }
    memcpy(ip, text, len);
    ip[len] = '\0';
    *bits = (uint8_t)number;
    *bits_given = slash != NULL;
    return ov_value_ip6(ip, out);
}

bool ov_value_is_net6(const uint8_t ip[static 16], uint8_t bits)
{
    for (unsigned i = bits; i < 128; i++)
    {
        if ((ip[i / 8] & (0x80u >> (i % 8))) != 0)
        {
            return false;
        }
    }
    return true;
}

void ov_value_add6(uint8_t ip[static 16], uint32_t n)
{
    uint64_t carry = n;
    for (int i = 15; i >= 0 && carry != 0; i--)
    {
        carry += ip[i];
        ip[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

const char *ov_value_ip4_text(uint32_t ip, char out[static OV_IP4_TEXT])
{
    snprintf(out, OV_IP4_TEXT, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    return out;
}

const char *ov_value_ip6_text(const uint8_t ip[static 16], char out[static OV_IP6_TEXT])
{
    return inet_ntop(AF_INET6, ip, out, OV_IP6_TEXT);
}

uint32_t ov_value_distance(const char *a, const char *b)
{
    uint32_t row[256];
    size_t len = strlen(b);
    if (len > 255 || strlen(a) > 255)
    {
        return UINT32_MAX;
    }
    for (size_t j = 0; j <= len; j++)
    {
        row[j] = (uint32_t)j;
    }
    for (size_t i = 0; a[i] != '\0'; i++)
    {
        uint32_t diagonal = row[0];
        row[0] = (uint32_t)i + 1;
        for (size_t j = 1; j <= len; j++)
        {
            uint32_t replaced = diagonal + (a[i] != b[j - 1]);
            diagonal = row[j];
            uint32_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = replaced < shorter ? replaced : shorter;
        }
    }
    return row[len];
}
