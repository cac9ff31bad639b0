#ifndef OV_FUZZ_LIB_FUZZ_H
#define OV_FUZZ_LIB_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* What all targets share. Only a header: targets are linked by libFuzzer, and
 * by the replay driver. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An oracle: a property that must hold for every input. It stops the fuzzer as a crash does. */
#define FUZZ_CHECK(condition)                                                                                \
    ((condition) ? (void)0                                                                                   \
                 : (fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition), abort()))

/* Takes decisions from the front of the input; zero when it is used up. */
struct fuzz_in
{
    const uint8_t *at;
    size_t left;
};

static inline uint8_t fuzz_u8(struct fuzz_in *in)
{
    if (in->left == 0)
    {
        return 0;
    }
    in->left--;
    return *in->at++;
}

static inline uint16_t fuzz_u16(struct fuzz_in *in)
{
    uint8_t high = fuzz_u8(in);
    return (uint16_t)(high << 8 | fuzz_u8(in));
}

static inline uint32_t fuzz_u32(struct fuzz_in *in)
{
    uint32_t high = fuzz_u16(in);
    return high << 16 | fuzz_u16(in);
}

/* A copy that ends where its memory ends, so that a sanitizer sees one octet too far. Free it. */
static inline uint8_t *fuzz_copy(const void *data, size_t len)
{
    uint8_t *copy = calloc(1, len);
    if (copy == NULL && len > 0)
    {
        abort();
    }
    if (len > 0)
    {
        memcpy(copy, data, len);
    }
    return copy;
}

#endif
