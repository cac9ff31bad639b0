#include "netns-lab/linkemu/spec.h"

#include "netns-lab/linkemu/quantity.h"

#include <stdio.h>
#include <string.h>

/* A value as it stands in the text. */
struct value
{
    const char *text;
    size_t len;
};

static bool set_delay(struct emu_spec *spec, struct value v)
{
    return emu_quantity_time(v.text, v.len, &spec->delay_ns);
}

static bool set_jitter(struct emu_spec *spec, struct value v)
{
    return emu_quantity_time(v.text, v.len, &spec->jitter_ns) && spec->jitter_ns > 0;
}

static bool is_word(struct value v, const char *word)
{
    return v.len == strlen(word) && memcmp(v.text, word, v.len) == 0;
}

static bool set_order(struct emu_spec *spec, struct value v)
{
    spec->order_free = is_word(v, "free");
    return spec->order_free || is_word(v, "keep");
}

static bool set_rate(struct emu_spec *spec, struct value v)
{
    return emu_quantity_rate(v.text, v.len, &spec->rate_bps);
}

static bool set_queue(struct emu_spec *spec, struct value v)
{
    if (emu_quantity_size(v.text, v.len, &spec->queue_len))
    {
        return spec->queue_len > 0;
    }
    return emu_quantity_time(v.text, v.len, &spec->queue_ns) && spec->queue_ns > 0;
}

static bool set_ecn(struct emu_spec *spec, struct value v)
{
    return emu_quantity_time(v.text, v.len, &spec->ecn_mark_ns) && spec->ecn_mark_ns > 0;
}

static bool set_loss(struct emu_spec *spec, struct value v)
{
    return emu_quantity_percent(v.text, v.len, &spec->loss_ppb);
}

/* Cuts a value at its comma. */
static bool cut_pair(struct value v, struct value *first, struct value *second)
{
    const char *comma = memchr(v.text, ',', v.len);
    if (comma == NULL)
    {
        return false;
    }
    *first = (struct value){v.text, (size_t)(comma - v.text)};
    *second = (struct value){comma + 1, v.len - first->len - 1};
    return true;
}

static bool set_burst(struct emu_spec *spec, struct value v)
{
    struct value enter;
    struct value leave;
    return cut_pair(v, &enter, &leave) &&
           emu_quantity_percent(enter.text, enter.len, &spec->burst_enter_ppb) &&
           emu_quantity_percent(leave.text, leave.len, &spec->burst_leave_ppb) && spec->burst_enter_ppb > 0 &&
           spec->burst_leave_ppb > 0;
}

static bool set_dup(struct emu_spec *spec, struct value v)
{
    return emu_quantity_percent(v.text, v.len, &spec->dup_ppb);
}

static bool set_every(struct emu_spec *spec, struct value v)
{
    return emu_quantity_count(v.text, v.len, 2, 1000000000, &spec->hold_every);
}

static bool set_places(struct emu_spec *spec, struct value v)
{
    return emu_quantity_count(v.text, v.len, 1, 1000000, &spec->hold_places);
}

static bool set_hold(struct emu_spec *spec, struct value v)
{
    return emu_quantity_time(v.text, v.len, &spec->hold_ns) && spec->hold_ns > 0;
}

static bool set_late(struct emu_spec *spec, struct value v)
{
    struct value share;
    struct value time;
    return cut_pair(v, &share, &time) && emu_quantity_percent(share.text, share.len, &spec->late_ppb) &&
           emu_quantity_time(time.text, time.len, &spec->late_ns) && spec->late_ns > 0;
}

static bool set_corrupt(struct emu_spec *spec, struct value v)
{
    return emu_quantity_percent(v.text, v.len, &spec->corrupt_ppb);
}

static bool set_mtu(struct emu_spec *spec, struct value v)
{
    return emu_quantity_count(v.text, v.len, 68, 65535, &spec->mtu);
}

static bool set_icmp(struct emu_spec *spec, struct value v)
{
    spec->mtu_silent = is_word(v, "no");
    return spec->mtu_silent || is_word(v, "yes");
}

enum key
{
    KEY_DELAY,
    KEY_JITTER,
    KEY_ORDER,
    KEY_RATE,
    KEY_QUEUE,
    KEY_ECN,
    KEY_LOSS,
    KEY_BURST,
    KEY_DUP,
    KEY_EVERY,
    KEY_PLACES,
    KEY_HOLD,
    KEY_LATE,
    KEY_CORRUPT,
    KEY_MTU,
    KEY_ICMP,
    KEY_COUNT
};

static const struct
{
    const char *name;
    const char *wants;
    bool (*set)(struct emu_spec *spec, struct value v);
    int needs; /* the key without which this one says nothing; its own: none */
} keys[KEY_COUNT] = {
    [KEY_DELAY] = {"delay", "a time (20ms)", set_delay, KEY_DELAY},
    [KEY_JITTER] = {"jitter", "a time (2ms)", set_jitter, KEY_DELAY},
    [KEY_ORDER] = {"order", "keep or free", set_order, KEY_JITTER},
    [KEY_RATE] = {"rate", "a rate (100mbit, at least 1kbit)", set_rate, KEY_RATE},
    [KEY_QUEUE] = {"queue", "a time or a size (50ms, 64kb)", set_queue, KEY_RATE},
    [KEY_ECN] = {"ecn-mark", "a time (20ms)", set_ecn, KEY_RATE},
    [KEY_LOSS] = {"loss", "a share (1%)", set_loss, KEY_LOSS},
    [KEY_BURST] = {"loss-burst", "two shares (0.5%,25%)", set_burst, KEY_BURST},
    [KEY_DUP] = {"dup", "a share (0.1%)", set_dup, KEY_DUP},
    [KEY_EVERY] = {"reorder-every", "a number of packets, 2 or more", set_every, KEY_PLACES},
    [KEY_PLACES] = {"reorder-places", "a number of places, 1 to 1000000", set_places, KEY_EVERY},
    [KEY_HOLD] = {"reorder-hold", "a time (50ms)", set_hold, KEY_EVERY},
    [KEY_LATE] = {"reorder-time", "a share and a time (1%,5ms)", set_late, KEY_LATE},
    [KEY_CORRUPT] = {"corrupt", "a share (0.01%)", set_corrupt, KEY_CORRUPT},
    [KEY_MTU] = {"mtu", "68 to 65535", set_mtu, KEY_MTU},
    [KEY_ICMP] = {"icmp", "yes or no", set_icmp, KEY_MTU},
};

/* Takes one word. */
static bool take_word(struct emu_spec *spec, const char *word, size_t len, unsigned *seen,
                      char why[static EMU_SPEC_WHY_LEN])
{
    int shown = len > 40 ? 40 : (int)len;
    const char *equals = memchr(word, '=', len);
    size_t key_len = equals != NULL ? (size_t)(equals - word) : len;
    for (unsigned i = 0; equals != NULL && i < KEY_COUNT; i++)
    {
        if (strlen(keys[i].name) != key_len || memcmp(keys[i].name, word, key_len) != 0)
        {
            continue;
        }
        if ((*seen & 1u << i) != 0)
        {
            snprintf(why, EMU_SPEC_WHY_LEN, "'%s' is given twice", keys[i].name);
            return false;
        }
        *seen |= 1u << i;
        if (!keys[i].set(spec, (struct value){equals + 1, len - key_len - 1}))
        {
            snprintf(why, EMU_SPEC_WHY_LEN, "'%.*s': %s wants %s", shown, word, keys[i].name, keys[i].wants);
            return false;
        }
        return true;
    }
    snprintf(why, EMU_SPEC_WHY_LEN, "'%.*s' is no impairment", shown, word);
    return false;
}

/* What words need of each other, and what they mean when one is left out. */
static bool settle(struct emu_spec *spec, unsigned seen, char why[static EMU_SPEC_WHY_LEN])
{
    for (unsigned i = 0; i < KEY_COUNT; i++)
    {
        if ((seen & 1u << i) != 0 && (seen & 1u << keys[i].needs) == 0)
        {
            snprintf(why, EMU_SPEC_WHY_LEN, "'%s' needs '%s'", keys[i].name, keys[keys[i].needs].name);
            return false;
        }
    }
    if (spec->jitter_ns > spec->delay_ns)
    {
        snprintf(why, EMU_SPEC_WHY_LEN, "'jitter' is more than 'delay': nothing can arrive before it left");
        return false;
    }
    if (spec->rate_bps > 0 && spec->queue_ns == 0 && spec->queue_len == 0)
    {
        spec->queue_ns = EMU_QUEUE_NS;
    }
    if (spec->hold_every > 0 && spec->hold_ns == 0)
    {
        spec->hold_ns = EMU_HOLD_NS;
    }
    return true;
}

bool emu_spec_parse(const char *text, struct emu_spec *spec, char why[static EMU_SPEC_WHY_LEN])
{
    static const char blanks[] = " \t\r\n";
    unsigned seen = 0;
    *spec = (struct emu_spec){0};
    why[0] = '\0';
    if (strlen(text) >= EMU_SPEC_TEXT)
    {
        snprintf(why, EMU_SPEC_WHY_LEN, "longer than %u octets", EMU_SPEC_TEXT - 1);
        return false;
    }
    for (const char *at = text + strspn(text, blanks); *at != '\0'; at += strspn(at, blanks))
    {
        size_t len = strcspn(at, blanks);
        if (!take_word(spec, at, len, &seen, why))
        {
            return false;
        }
        at += len;
    }
    return settle(spec, seen, why);
}

bool emu_spec_uniform(const struct emu_spec *spec)
{
    return spec->jitter_ns == 0 && spec->rate_bps == 0 && spec->loss_ppb == 0 && spec->burst_enter_ppb == 0 &&
           spec->dup_ppb == 0 && spec->corrupt_ppb == 0 && spec->late_ppb == 0 && spec->hold_every == 0 &&
           spec->mtu == 0;
}

bool emu_spec_empty(const struct emu_spec *spec)
{
    return spec->delay_ns == 0 && emu_spec_uniform(spec);
}
