/* Growing arrays and an arena: what a capture leaves behind lives until the end of the analysis. */
#ifndef OV_OVSPEC_MEMORY_H
#define OV_OVSPEC_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Makes room for one more item. `items` points to the array pointer.
 * Returns the new, zeroed item (borrowed from the array, valid until the
 * next call), or NULL when memory has run out; the array stays usable then.
 */
void *ovs_array_add(void *items, size_t *count, size_t *capacity, size_t item_size);

struct ovs_arena_block;

struct ovs_arena
{
    struct ovs_arena_block *blocks;
};

/* Copies octets into the arena. NULL when memory has run out. */
const uint8_t *ovs_arena_copy(struct ovs_arena *arena, const void *octets, size_t len);
void ovs_arena_clear(struct ovs_arena *arena);

#endif
