#include "netns-lab/linkemu/netem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define PACKET_LEN  1538u   /* a full one on the wire: netem's queue counts packets, not octets */
#define LIMIT_PLAIN 100000u /* packets, where no rate says how many can wait */
#define RATE_OVER   24u     /* netem counts the Ethernet header itself, not what is around the frame */
#define NS_PER_S    1000000000u

struct words
{
    char *text;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *words, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(words->text + words->len, EMU_NETEM_LEN - words->len, fmt, args);
    va_end(args);
    words->len += len > 0 ? (size_t)len : 0;
    words->len = words->len < EMU_NETEM_LEN ? words->len : EMU_NETEM_LEN - 1;
}

static double percent(uint32_t ppb)
{
    return ppb / 1e7;
}

/* netem's own reordering sends a share at once and so needs a delay to overtake. */
static const char *cannot(const struct emu_spec *spec)
{
    if (spec->hold_every > 0)
    {
        return "reorder-every (netem knows no places)";
    }
    if (spec->late_ppb > 0)
    {
        return "reorder-time (netem lets packets overtake, it makes none late)";
    }
    if (spec->jitter_ns > 0 && !spec->order_free)
    {
        return "jitter with order=keep (netem's jitter reorders)";
    }
    if (spec->ecn_mark_ns > 0)
    {
        return "ecn-mark (netem marks what it would lose, not what waits)";
    }
    if (spec->queue_len > 0)
    {
        return "queue in octets (netem's queue counts packets)";
    }
    if (spec->mtu > 0)
    {
        return "mtu";
    }
    if (spec->loss_ppb > 0 && spec->burst_enter_ppb > 0)
    {
        return "loss together with loss-burst";
    }
    return NULL;
}

/* What the link holds: what is on its way, and what waits. */
static uint64_t limit_of(const struct emu_spec *spec)
{
    if (spec->rate_bps == 0)
    {
        return LIMIT_PLAIN;
    }
    unsigned __int128 bits = (unsigned __int128)(spec->queue_ns + spec->delay_ns) * spec->rate_bps;
    return (uint64_t)(bits / NS_PER_S / 8 / PACKET_LEN) + 2;
}

bool emu_netem_words(char text[static EMU_NETEM_LEN], const struct emu_spec *spec,
                     char why[static EMU_SPEC_WHY_LEN])
{
    struct words words = {text, 0};
    const char *what = cannot(spec);
    text[0] = '\0';
    if (what != NULL)
    {
        snprintf(why, EMU_SPEC_WHY_LEN, "netem cannot do %s", what);
        return false;
    }
    add(&words, "limit %" PRIu64, limit_of(spec));
    if (spec->delay_ns > 0)
    {
        add(&words, " delay %.3fus", (double)spec->delay_ns / 1e3);
    }
    if (spec->jitter_ns > 0)
    {
        add(&words, " %.3fus", (double)spec->jitter_ns / 1e3);
    }
    if (spec->loss_ppb > 0)
    {
        add(&words, " loss random %.7g%%", percent(spec->loss_ppb));
    }
    if (spec->burst_enter_ppb > 0)
    {
        add(&words, " loss gemodel %.7g%% %.7g%%", percent(spec->burst_enter_ppb),
            percent(spec->burst_leave_ppb));
    }
    if (spec->dup_ppb > 0)
    {
        add(&words, " duplicate %.7g%%", percent(spec->dup_ppb));
    }
    if (spec->corrupt_ppb > 0)
    {
        add(&words, " corrupt %.7g%%", percent(spec->corrupt_ppb));
    }
    if (spec->rate_bps > 0)
    {
        add(&words, " rate %" PRIu64 "bit %u", spec->rate_bps, RATE_OVER);
    }
    return true;
}
