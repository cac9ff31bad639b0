#include "netns-lab/wincost/profile.h"

#include <stdio.h>
#include <string.h>

static const struct key
{
    const char *name;
    size_t offset;
    uint32_t max;
    enum wincost_factor factor;
} keys[] = {
#define KEY(name, max, factor)                                                                               \
    {                                                                                                        \
#name, offsetof(struct wincost_profile, name), max, factor                                           \
    }
    KEY(rcvbuf, 1u << 30, WINCOST_BUFFERS),
    KEY(sndbuf, 1u << 30, WINCOST_BUFFERS),
    KEY(program_buffers, WINCOST_BUFFERS_IGNORED, WINCOST_BUFFERS),
    KEY(single_datagrams, 1, WINCOST_CALLS),
    KEY(no_udp_offload, 1, WINCOST_CALLS),
    KEY(no_tun_offload, 1, WINCOST_CALLS),
    KEY(socket_send_us, 1000000, WINCOST_CALLS),
    KEY(socket_recv_us, 1000000, WINCOST_CALLS),
    KEY(tun_depth, 65536, WINCOST_DEPTH),
    KEY(tun_complete_us, 10000000, WINCOST_DEPTH),
    KEY(tun_read_us, 1000000, WINCOST_DEVICE),
    KEY(tun_write_us, 1000000, WINCOST_DEVICE),
    KEY(stall_every, 1u << 30, WINCOST_STALLS),
    KEY(stall_ms, 60000, WINCOST_STALLS),
    KEY(tick_us, 1000000, WINCOST_TICK),
    KEY(throttle_pps, 1u << 30, WINCOST_THROTTLE),
    KEY(reorder_every, 1u << 30, WINCOST_REORDER),
    KEY(reorder_places, 65536, WINCOST_REORDER),
#undef KEY
};
#define KEY_COUNT (sizeof keys / sizeof keys[0])

static uint32_t get(const struct wincost_profile *profile, const struct key *key)
{
    uint32_t value;
    memcpy(&value, (const char *)profile + key->offset, sizeof value);
    return value;
}

static void set(struct wincost_profile *profile, const struct key *key, uint32_t value)
{
    memcpy((char *)profile + key->offset, &value, sizeof value);
}

static bool read_number(const char *text, size_t len, uint32_t max, uint32_t *number)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++)
    {
        if (text[i] < '0' || text[i] > '9')
        {
            return false;
        }
        value = value * 10 + (uint64_t)(text[i] - '0');
        if (value > max)
        {
            return false;
        }
    }
    *number = (uint32_t)value;
    return len > 0;
}

static int shown(size_t len)
{
    return len > 40 ? 40 : (int)len;
}

static bool take_word(const char *word, size_t len, struct wincost_profile *profile, char *why)
{
    const char *sign = memchr(word, '=', len);
    size_t name_len = sign != NULL ? (size_t)(sign - word) : len;
    for (size_t i = 0; i < KEY_COUNT; i++)
    {
        uint32_t value;
        if (strlen(keys[i].name) != name_len || memcmp(keys[i].name, word, name_len) != 0)
        {
            continue;
        }
        if (sign == NULL || !read_number(sign + 1, len - name_len - 1, keys[i].max, &value))
        {
            snprintf(why, WINCOST_WHY_LEN, "'%.*s': %s wants a whole number from 0 to %u", shown(len), word,
                     keys[i].name, keys[i].max);
            return false;
        }
        set(profile, &keys[i], value);
        return true;
    }
    snprintf(why, WINCOST_WHY_LEN, "'%.*s' is no key of a profile", shown(len), word);
    return false;
}

/* Half of a pair asks for something that would not happen. */
static bool check(const struct wincost_profile *profile, char *why)
{
    if ((profile->stall_every == 0) != (profile->stall_ms == 0))
    {
        snprintf(why, WINCOST_WHY_LEN, "stall_every and stall_ms want each other");
        return false;
    }
    if ((profile->reorder_every == 0) != (profile->reorder_places == 0))
    {
        snprintf(why, WINCOST_WHY_LEN, "reorder_every and reorder_places want each other");
        return false;
    }
    if (profile->tun_depth != 0 && profile->tun_complete_us == 0)
    {
        snprintf(why, WINCOST_WHY_LEN, "tun_depth wants tun_complete_us");
        return false;
    }
    return true;
}

bool wincost_profile_parse(const char *text, size_t len, struct wincost_profile *profile,
                           char why[static WINCOST_WHY_LEN])
{
    *profile = (struct wincost_profile){0};
    why[0] = '\0';
    for (size_t at = 0; at < len;)
    {
        size_t end = at;
        if (text[at] == '#')
        {
            const char *line = memchr(text + at, '\n', len - at);
            at = line != NULL ? (size_t)(line - text) + 1 : len;
            continue;
        }
        while (end < len && text[end] != '#' && text[end] != ' ' && text[end] != '\t' && text[end] != '\n')
        {
            end++;
        }
        if (end > at && !take_word(text + at, end - at, profile, why))
        {
            *profile = (struct wincost_profile){0};
            return false;
        }
        at = end < len && text[end] != '#' ? end + 1 : end;
    }
    if (!check(profile, why))
    {
        *profile = (struct wincost_profile){0};
        return false;
    }
    return true;
}

size_t wincost_profile_print(const struct wincost_profile *profile, char *dst, size_t size)
{
    size_t used = 0;
    dst[0] = '\0';
    for (size_t i = 0; i < KEY_COUNT; i++)
    {
        uint32_t value = get(profile, &keys[i]);
        int len = value != 0 ? snprintf(dst + used, size - used, "%s=%u\n", keys[i].name, value) : 0;
        if (len < 0 || (size_t)len >= size - used)
        {
            dst[used] = '\0';
            return used;
        }
        used += (size_t)len;
    }
    return used;
}

void wincost_profile_take(struct wincost_profile *profile, const struct wincost_profile *from,
                          enum wincost_factor factor)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
    {
        if (keys[i].factor == factor)
        {
            set(profile, &keys[i], get(from, &keys[i]));
        }
    }
}

bool wincost_profile_differs(const struct wincost_profile *a, const struct wincost_profile *b,
                             enum wincost_factor factor)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
    {
        if (keys[i].factor == factor && get(a, &keys[i]) != get(b, &keys[i]))
        {
            return true;
        }
    }
    return false;
}

bool wincost_profile_acts(const struct wincost_profile *profile)
{
    static const struct wincost_profile nothing;
    for (enum wincost_factor factor = 0; factor < WINCOST_FACTORS; factor++)
    {
        if (factor != WINCOST_REORDER && wincost_profile_differs(profile, &nothing, factor))
        {
            return true;
        }
    }
    return false;
}

const char *wincost_factor_name(enum wincost_factor factor)
{
    static const char *const names[WINCOST_FACTORS] = {"buffers", "calls", "depth",    "device",
                                                       "stalls",  "tick",  "throttle", "reorder"};
    return names[factor];
}
