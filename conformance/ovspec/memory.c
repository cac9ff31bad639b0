#include "ovspec/memory.h"

#include <stdlib.h>
#include <string.h>

enum
{
    ARENA_BLOCK_LEN = 1 << 18
};

struct ovs_arena_block
{
    struct ovs_arena_block *next;
    size_t used;
    size_t capacity;
    uint8_t octets[];
};

void *ovs_array_add(void *items, size_t *count, size_t *capacity, size_t item_size)
{
    void *array;

    memcpy(&array, items, sizeof array);
    if (*count == *capacity)
    {
        size_t wanted = *capacity == 0 ? 16 : *capacity * 2;

        array = reallocarray(array, wanted, item_size);
        if (array == NULL)
        {
            return NULL;
        }
        memcpy(items, &array, sizeof array);
        *capacity = wanted;
    }
    uint8_t *item = (uint8_t *)array + *count * item_size;
    memset(item, 0, item_size);
    *count += 1;
    return item;
}

static struct ovs_arena_block *add_block(struct ovs_arena *arena, size_t len)
{
    size_t capacity = len > ARENA_BLOCK_LEN ? len : ARENA_BLOCK_LEN;
    struct ovs_arena_block *block = malloc(sizeof *block + capacity);

    if (block != NULL)
    {
        *block = (struct ovs_arena_block){.next = arena->blocks, .capacity = capacity};
        arena->blocks = block;
    }
    return block;
}

const uint8_t *ovs_arena_copy(struct ovs_arena *arena, const void *octets, size_t len)
{
    struct ovs_arena_block *block = arena->blocks;

    if (block == NULL || block->capacity - block->used < len)
    {
        block = add_block(arena, len);
        if (block == NULL)
        {
            return NULL;
        }
    }
    uint8_t *copy = block->octets + block->used;
    if (len > 0)
    {
        memcpy(copy, octets, len);
    }
    block->used += len;
    return copy;
}

void ovs_arena_clear(struct ovs_arena *arena)
{
    while (arena->blocks != NULL)
    {
        struct ovs_arena_block *block = arena->blocks;

        arena->blocks = block->next;
        free(block);
    }
}
