#include "hub/private.h"

#include <stdlib.h>
#include <string.h>

/* A binary heap: the earliest deadline is on top, and each peer knows its place, so that a change costs
 * log n and nothing is ever searched. */

enum ov_err ov_heap_init(struct ov_heap *heap, uint32_t cap)
{
    *heap = (struct ov_heap){.cap = cap};
    heap->at = calloc(cap, sizeof heap->at[0]);
    return heap->at == NULL ? OV_ERR_NOMEM : OV_OK;
}

void ov_heap_clear(struct ov_heap *heap)
{
    free(heap->at);
    memset(heap, 0, sizeof *heap);
}

static void place(struct ov_heap *heap, struct ov_peer *peer, uint32_t at)
{
    heap->at[at] = peer;
    peer->heap_at = at;
}

static void sift_up(struct ov_heap *heap, struct ov_peer *peer)
{
    uint32_t at = peer->heap_at;
    while (at > 0 && heap->at[(at - 1) / 2]->deadline_ms > peer->deadline_ms)
    {
        place(heap, heap->at[(at - 1) / 2], at);
        at = (at - 1) / 2;
    }
    place(heap, peer, at);
}

static void sift_down(struct ov_heap *heap, struct ov_peer *peer)
{
    uint32_t at = peer->heap_at;
    for (;;)
    {
        uint32_t child = 2 * at + 1;
        if (child + 1 < heap->count && heap->at[child + 1]->deadline_ms < heap->at[child]->deadline_ms)
        {
            child++;
        }
        if (child >= heap->count || heap->at[child]->deadline_ms >= peer->deadline_ms)
        {
            break;
        }
        place(heap, heap->at[child], at);
        at = child;
    }
    place(heap, peer, at);
}

void ov_heap_add(struct ov_heap *heap, struct ov_peer *peer)
{
    place(heap, peer, heap->count++);
    sift_up(heap, peer);
}

void ov_heap_remove(struct ov_heap *heap, struct ov_peer *peer)
{
    struct ov_peer *last = heap->at[--heap->count];
    if (last != peer)
    {
        place(heap, last, peer->heap_at);
        ov_heap_moved(heap, last);
    }
}

void ov_heap_moved(struct ov_heap *heap, struct ov_peer *peer)
{
    sift_up(heap, peer);
    sift_down(heap, peer);
}
