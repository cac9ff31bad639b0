#include "tests/lib/octets.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void ov_assert_err_at(enum ov_err got, enum ov_err want, const char *file, int line)
{
    if (got != want)
    {
        print_error("got error '%s', want '%s'\n", ov_err_name(got), ov_err_name(want));
        _fail(file, line);
    }
}

size_t ov_test_hex(const char *hex, uint8_t *out, size_t cap)
{
    size_t digits = 0;
    for (; *hex != '\0'; hex++)
    {
        if (isspace((unsigned char)*hex))
        {
            continue;
        }
        if (!isxdigit((unsigned char)*hex) || digits / 2 >= cap)
        {
            fail_msg("not hex, or more than %zu octets, at '%s'", cap, hex);
        }
        int value = isdigit((unsigned char)*hex) ? *hex - '0' : tolower((unsigned char)*hex) - 'a' + 10;
        out[digits / 2] = (uint8_t)(digits % 2 == 0 ? value << 4 : out[digits / 2] | value);
        digits++;
    }
    assert_int_equal(digits % 2, 0);
    return digits / 2;
}

uint8_t *ov_test_copy(const void *data, size_t len)
{
    uint8_t *copy = malloc(len);
    assert_non_null(copy);
    if (len > 0)
    {
        memcpy(copy, data, len);
    }
    return copy;
}

uint64_t ov_test_next(struct ov_test_random *random)
{
    random->state += 0x9E3779B97F4A7C15u;
    uint64_t z = random->state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

uint32_t ov_test_below(struct ov_test_random *random, uint32_t below)
{
    return (uint32_t)(ov_test_next(random) % below);
}

static enum ov_err fill(void *ctx, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        out[i] = (uint8_t)ov_test_next(ctx);
    }
    return OV_OK;
}

struct ov_rng ov_test_rng(struct ov_test_random *random)
{
    struct ov_rng rng = {fill, random};
    return rng;
}

uint64_t ov_test_seed(uint64_t standard)
{
    const char *text = getenv("OV_SEED");
    return text != NULL ? strtoull(text, NULL, 10) : standard;
}
