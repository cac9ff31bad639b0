#ifndef OV_TESTS_LIB_OCTETS_H
#define OV_TESTS_LIB_OCTETS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"

/* Fail the running test, naming both errors. */
#define ov_assert_err(got, want) ov_assert_err_at((got), (want), __FILE__, __LINE__)
void ov_assert_err_at(enum ov_err got, enum ov_err want, const char *file, int line);

/* Hex digits (white space allowed) to octets; fails the test if they are wrong or more than cap. */
size_t ov_test_hex(const char *hex, uint8_t *out, size_t cap);

/* A copy that ends where its memory ends, so that a sanitizer sees one octet too far. Free it. */
uint8_t *ov_test_copy(const void *data, size_t len);

/* Reproducible chance (splitmix64). */
struct ov_test_random
{
    uint64_t state;
};

uint64_t ov_test_next(struct ov_test_random *random);
/* 0..below-1; below is not 0. */
uint32_t ov_test_below(struct ov_test_random *random, uint32_t below);
/* As struct ov_rng; ctx is a struct ov_test_random. */
struct ov_rng ov_test_rng(struct ov_test_random *random);
/* $OV_SEED if it is set, else standard. */
uint64_t ov_test_seed(uint64_t standard);

#endif
