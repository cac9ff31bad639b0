/* The fate of each packet of a direction, by its index. */
#ifndef OV_LINKEMU_DECIDE_H
#define OV_LINKEMU_DECIDE_H

#include "netns-lab/linkemu/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum emu_kind
{
    EMU_LOSS,
    EMU_DUP,
    EMU_CORRUPT, /* value: which bit, modulo the payload's */
    EMU_HOLD,    /* value: places */
    EMU_LATE,    /* value: microseconds */
    EMU_KIND_COUNT
};

/* One thing that happens to one packet. */
struct emu_decision
{
    uint64_t index;
    enum emu_kind kind;
    uint32_t value;
};

struct emu_fate
{
    bool lost; /* then nothing else happens to it */
    bool twice;
    bool corrupt;
    uint32_t bit;
    uint32_t places; /* held back until so many passed; 0: not held */
    uint64_t late_ns;
    int64_t jitter_ns;
};

/* A direction's decisions so far. All-zero but spec and key is a valid start. */
struct emu_decider
{
    const struct emu_spec *spec; /* borrowed */
    uint64_t key;                /* emu_draw_key() */
    uint64_t index;              /* of the next packet */
    bool bursting;
    uint64_t hash; /* over all decisions, in order */
    uint64_t counts[EMU_KIND_COUNT];

    /* Decisions of a file instead of draws: borrowed, sorted by index. */
    const struct emu_decision *replay;
    size_t replay_count;
    size_t replay_at;
    bool replaying;

    /* Told every decision; may be NULL. */
    void (*note)(void *arg, const struct emu_decision *decision);
    void *note_arg;
};

/* Decides the next packet. */
void emu_decide(struct emu_decider *decider, struct emu_fate *fate);

/* Back to the first index, with the same draws to come. */
void emu_decider_rewind(struct emu_decider *decider);

const char *emu_kind_name(enum emu_kind kind);

#endif
