/* What has to leave, by the time it has to: a heap. What is due at the same time leaves in the order in
 * which it came. */
#ifndef OV_LINKEMU_QUEUE_H
#define OV_LINKEMU_QUEUE_H

#include "netns-lab/linkemu/frame.h"
#include "netns-lab/linkemu/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Consecutive segments of one frame that leave together. Holds one reference. */
struct emu_parcel
{
    uint64_t due_ns;
    uint64_t order;
    struct emu_frame *frame;
    uint32_t first;
    uint32_t count;
    struct emu_change change;
};

/* All-zero is an empty queue. */
struct emu_queue
{
    struct emu_parcel *heap;
    size_t count;
    size_t room;
    uint64_t order; /* of the next parcel */
};

/* Takes the parcel; its order is set here. False: no memory. */
bool emu_queue_push(struct emu_queue *queue, const struct emu_parcel *parcel);
/* The next one to leave, NULL: none. */
const struct emu_parcel *emu_queue_first(const struct emu_queue *queue);
/* Takes it out. Only when there is one. */
struct emu_parcel emu_queue_pop(struct emu_queue *queue);
/* Frees the heap itself; it must be empty. */
void emu_queue_clear(struct emu_queue *queue);

#endif
