#include "netns-lab/linkemu/quantity.h"

#include <string.h>

#define NANO         1000000000u
#define DIGITS_MAX   12
#define FRACTION_MAX 9

struct unit
{
    const char *name;
    uint64_t factor;
};

static const struct unit times[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {NULL, 0}};
static const struct unit rates[] = {
    {"bit", 1}, {"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}, {NULL, 0}};
static const struct unit sizes[] = {{"b", 1}, {"kb", 1000}, {"mb", 1000000}, {NULL, 0}};

/* Digits with an optional fraction, in billionths; returns the octets read, 0 when there is none. */
static size_t read_decimal(const char *text, size_t len, uint64_t *whole, uint64_t *nano)
{
    size_t at = 0;
    uint64_t scale = NANO;
    *whole = 0;
    *nano = 0;
    while (at < len && text[at] >= '0' && text[at] <= '9')
    {
        *whole = *whole * 10 + (uint64_t)(text[at] - '0');
        if (++at > DIGITS_MAX)
        {
            return 0;
        }
    }
    if (at == 0 || at == len || text[at] != '.')
    {
        return at;
    }
    size_t point = at++;
    while (at < len && text[at] >= '0' && text[at] <= '9')
    {
        scale /= 10;
        *nano += (uint64_t)(text[at] - '0') * scale;
        if (++at - point > FRACTION_MAX + 1)
        {
            return 0;
        }
    }
    return at == point + 1 ? 0 : at;
}

static bool read_unit(const char *text, size_t len, const struct unit *units, uint64_t limit, uint64_t *value)
{
    uint64_t whole;
    uint64_t nano;
    size_t at = read_decimal(text, len, &whole, &nano);
    if (at == 0)
    {
        return false;
    }
    for (; units->name != NULL; units++)
    {
        if (strlen(units->name) == len - at && memcmp(units->name, text + at, len - at) == 0)
        {
            /* Twelve digits times 1e9 need 70 bits. */
            unsigned __int128 sum =
                (unsigned __int128)whole * units->factor + (unsigned __int128)nano * units->factor / NANO;
            *value = sum <= limit ? (uint64_t)sum : 0;
            return sum <= limit;
        }
    }
    return false;
}

bool emu_quantity_time(const char *text, size_t len, uint64_t *ns)
{
    return read_unit(text, len, times, 3600ull * NANO, ns);
}

bool emu_quantity_rate(const char *text, size_t len, uint64_t *bps)
{
    return read_unit(text, len, rates, 1000ull * NANO, bps) && *bps >= 1000;
}

bool emu_quantity_size(const char *text, size_t len, uint64_t *octets)
{
    return read_unit(text, len, sizes, NANO, octets);
}

bool emu_quantity_percent(const char *text, size_t len, uint32_t *ppb)
{
    uint64_t whole;
    uint64_t nano;
    size_t at = read_decimal(text, len, &whole, &nano);
    if (at == 0 || at + 1 != len || text[at] != '%' || whole > 100 || (whole == 100 && nano > 0))
    {
        return false;
    }
    *ppb = (uint32_t)((whole * NANO + nano) / 100);
    return true;
}

bool emu_quantity_count(const char *text, size_t len, uint32_t low, uint32_t high, uint32_t *count)
{
    uint64_t whole;
    uint64_t nano;
    size_t at = read_decimal(text, len, &whole, &nano);
    if (at == 0 || at != len || memchr(text, '.', len) != NULL || whole < low || whole > high)
    {
        return false;
    }
    *count = (uint32_t)whole;
    return true;
}
