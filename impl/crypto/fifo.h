#ifndef OV_CRYPTO_FIFO_H
#define OV_CRYPTO_FIFO_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Octets in order, for backends whose library brings no memory stream. All-zero is empty. */
struct ov_fifo
{
    uint8_t *mem;
    size_t cap;
    size_t at;  /* first octet not yet taken */
    size_t len; /* octets waiting */
};

/* Append a copy. OV_ERR_NOMEM: nothing was appended. */
OV_MUST_USE enum ov_err ov_fifo_put(struct ov_fifo *fifo, const void *data, size_t len);
/* The waiting octets in one piece, valid until the next put. NULL when there are none. */
const uint8_t *ov_fifo_front(const struct ov_fifo *fifo);
/* Take at most cap octets; returns how many. out may be NULL: they are dropped. */
size_t ov_fifo_take(struct ov_fifo *fifo, uint8_t *out, size_t cap);
/* Wipes and frees. */
void ov_fifo_clear(struct ov_fifo *fifo);

#endif
