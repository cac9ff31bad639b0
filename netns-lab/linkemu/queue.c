#include "netns-lab/linkemu/queue.h"

#include <stdlib.h>

static bool before(const struct emu_parcel *a, const struct emu_parcel *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static bool make_room(struct emu_queue *queue)
{
    if (queue->count < queue->room)
    {
        return true;
    }
    size_t room = queue->room == 0 ? 256 : 2 * queue->room;
    struct emu_parcel *heap = realloc(queue->heap, room * sizeof *heap);
    if (heap == NULL)
    {
        return false;
    }
    queue->heap = heap;
    queue->room = room;
    return true;
}

bool emu_queue_push(struct emu_queue *queue, const struct emu_parcel *parcel)
{
    if (!make_room(queue))
    {
        return false;
    }
    struct emu_parcel item = *parcel;
    item.order = queue->order++;
    size_t at = queue->count++;
    while (at > 0 && before(&item, &queue->heap[(at - 1) / 2]))
    {
        queue->heap[at] = queue->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->heap[at] = item;
    return true;
}

const struct emu_parcel *emu_queue_first(const struct emu_queue *queue)
{
    return queue->count > 0 ? &queue->heap[0] : NULL;
}

struct emu_parcel emu_queue_pop(struct emu_queue *queue)
{
    struct emu_parcel *heap = queue->heap;
    struct emu_parcel top = heap[0];
    struct emu_parcel last = heap[--queue->count];
    size_t at = 0;
    for (size_t child = 1; child < queue->count; child = 2 * at + 1)
    {
        child += child + 1 < queue->count && before(&heap[child + 1], &heap[child]);
        if (!before(&heap[child], &last))
        {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return top;
}

void emu_queue_clear(struct emu_queue *queue)
{
    free(queue->heap);
    *queue = (struct emu_queue){0};
}
