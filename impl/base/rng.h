#ifndef OV_BASE_RNG_H
#define OV_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Chance is an argument too. In the programs it comes from the TLS library;
 * in tests and simulation from a seed. */
struct ov_rng
{
    enum ov_err (*fill)(void *ctx, uint8_t *out, size_t len);
    void *ctx;
};

OV_MUST_USE static inline enum ov_err ov_rng_fill(const struct ov_rng *rng, uint8_t *out, size_t len)
{
    return rng->fill(rng->ctx, out, len);
}

#endif
