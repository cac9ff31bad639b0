#include "crypto/fifo.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

/* A new place for everything: what waited in the old one may be secret, so no realloc. */
static enum ov_err move_to(struct ov_fifo *fifo, size_t cap)
{
    uint8_t *mem = malloc(cap);
    if (mem == NULL)
    {
        return OV_ERR_NOMEM;
    }
    if (fifo->len > 0)
    {
        memcpy(mem, fifo->mem + fifo->at, fifo->len);
    }
    size_t len = fifo->len;
    ov_fifo_clear(fifo);
    *fifo = (struct ov_fifo){.mem = mem, .cap = cap, .len = len};
    return OV_OK;
}

enum ov_err ov_fifo_put(struct ov_fifo *fifo, const void *data, size_t len)
{
    if (len == 0)
    {
        return OV_OK;
    }
    if (len > SIZE_MAX / 4 || fifo->len > SIZE_MAX / 4)
    {
        return OV_ERR_NOMEM;
    }
    if (fifo->len + len > fifo->cap)
    {
        size_t cap = 2 * (fifo->len + len);
        enum ov_err err = move_to(fifo, cap < 512 ? 512 : cap);
        if (err != OV_OK)
        {
            return err;
        }
    }
    else if (fifo->at + fifo->len + len > fifo->cap)
    {
        memmove(fifo->mem, fifo->mem + fifo->at, fifo->len);
        fifo->at = 0;
    }
    memcpy(fifo->mem + fifo->at + fifo->len, data, len);
    fifo->len += len;
    return OV_OK;
}

const uint8_t *ov_fifo_front(const struct ov_fifo *fifo)
{
    return fifo->len == 0 ? NULL : fifo->mem + fifo->at;
}

size_t ov_fifo_take(struct ov_fifo *fifo, uint8_t *out, size_t cap)
{
    size_t part = cap < fifo->len ? cap : fifo->len;
    if (part > 0 && out != NULL)
    {
        memcpy(out, fifo->mem + fifo->at, part);
    }
    fifo->len -= part;
    fifo->at = fifo->len == 0 ? 0 : fifo->at + part;
    return part;
}

void ov_fifo_clear(struct ov_fifo *fifo)
{
    if (fifo->mem != NULL)
    {
        ov_wipe(fifo->mem, fifo->cap);
        free(fifo->mem);
    }
    *fifo = (struct ov_fifo){0};
}
