#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

#define BLOCK_SIZE 4096u
#define ALIGNMENT  _Alignof(max_align_t)

struct block
{
    struct block *next;
    size_t cap;
    size_t used;
    max_align_t mem[];
};

struct ov_arena
{
    struct block *first; /* the block that is filled now */
    size_t used;
};

struct ov_arena *ov_arena_new(void)
{
    return calloc(1, sizeof(struct ov_arena));
}

void ov_arena_free(struct ov_arena *arena)
{
    if (arena == NULL)
    {
        return;
    }
    struct block *block = arena->first;
    while (block != NULL)
    {
        struct block *next = block->next;
        ov_wipe(block->mem, block->used);
        free(block);
        block = next;
    }
    free(arena);
}

static struct block *block_add(struct ov_arena *arena, size_t size)
{
    /* A large object gets a block of its own behind the current one, so the room left there stays usable. */
    size_t cap = size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE;
    struct block *block = calloc(1, sizeof(*block) + cap);
    if (block == NULL)
    {
        return NULL;
    }
    block->cap = cap;
    struct block **at = cap == size && arena->first != NULL ? &arena->first->next : &arena->first;
    block->next = *at;
    *at = block;
    return block;
}

void *ov_arena_alloc(struct ov_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
    {
        return NULL;
    }
    size_t need = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    need = need == 0 ? ALIGNMENT : need;
    struct block *block = arena->first;
    if (block == NULL || block->cap - block->used < need)
    {
        block = block_add(arena, need);
    }
    if (block == NULL)
    {
        return NULL;
    }
    void *at = (uint8_t *)block->mem + block->used;
    block->used += need;
    arena->used += need;
    return at;
}

void *ov_arena_array(struct ov_arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
    {
        return NULL;
    }
    return ov_arena_alloc(arena, total);
}

char *ov_arena_strndup(struct ov_arena *arena, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? ov_arena_alloc(arena, len + 1) : NULL;
    if (copy != NULL && len > 0)
    {
        memcpy(copy, text, len);
    }
    return copy;
}

char *ov_arena_strdup(struct ov_arena *arena, const char *text)
{
    return ov_arena_strndup(arena, text, strlen(text));
}

size_t ov_arena_used(const struct ov_arena *arena)
{
    return arena->used;
}
