#ifndef OV_OPTIONS_TEXT_H
#define OV_OPTIONS_TEXT_H

#include <stddef.h>

#include "base/err.h"

struct ov_arena; /* base/arena.h */

/* The content of a file, or of an inline block. data is followed by a NUL that
 * len doesn't count; the content itself may hold anything. */
struct ov_text
{
    const char *from; /* path, or "[inline]"; NULL: never given */
    const char *data;
    size_t len;
};

/* Options never open a file: the caller reads it. */
#define OV_LOADER_REASON 128

struct ov_loader
{
    /* Read the whole file into memory from arena, with a NUL behind it. path is as the user wrote
     * it. Fails with OV_ERR_IO and a reason such as "No such file or directory", OV_ERR_LIMIT for
     * a file of more than max octets, OV_ERR_NOMEM. */
    enum ov_err (*load)(void *ctx, const char *path, size_t max, struct ov_arena *arena, struct ov_text *out,
                        char reason[static OV_LOADER_REASON]);
    /* Relative paths are meant from dir from now on; NULL: can't be done. OV_ERR_IO with a reason. */
    enum ov_err (*enter)(void *ctx, const char *dir, char reason[static OV_LOADER_REASON]);
    void *ctx;
};

#endif
