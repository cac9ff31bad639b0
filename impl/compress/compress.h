#ifndef OV_COMPRESS_COMPRESS_H
#define OV_COMPRESS_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/comp_frame.h"

/* What a compression library does for us: single blocks without any frame
 * [WP-COMP-007]. Each directory beside this file exports one constant table;
 * vendor headers stay there. */
struct ov_compressor
{
    const char *name; /* "lz4" */
    enum ov_comp_alg alg;
    /* Library version, such as "LZ4 1.9.4". */
    const char *(*version)(void);
    /* Does the library work here? Any number of times. OV_ERR_UNSUPPORTED. */
    enum ov_err (*start)(void);

    /* One block into out, at most cap octets. OV_ERR_FORMAT: not a block, or (where the library doesn't tell
     * them apart) one that expands beyond cap; OV_ERR_LIMIT: it expands beyond cap. Out is unspecified then. */
    enum ov_err (*expand)(const uint8_t *in, uint32_t len, uint8_t *out, uint32_t cap, uint32_t *out_len);
    /* The other way; cap is at least OV_COMPRESS_WORST(len). OV_ERR_CRYPTO: the library failed. */
    enum ov_err (*compress)(const uint8_t *in, uint32_t len, uint8_t *out, uint32_t cap, uint32_t *out_len);
};

/* Octets that the worst input of len octets becomes, with any of the libraries. */
#define OV_COMPRESS_WORST(len) ((len) + (len) / 16u + 128u)

/* Those compiled into this program, NULL-terminated. The list is a file that the Makefile writes from COMPRESS. */
extern const struct ov_compressor *const ov_compressors[];

/* In such a list (NULL: an empty one). NULL: it has none. */
const struct ov_compressor *ov_compressor_find(const struct ov_compressor *const *list, enum ov_comp_alg alg);

#endif
