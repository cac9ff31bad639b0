/* Covering arrays: rows of factor values in which every pair of values of two factors
 * stands together at least once, where the constraints let it. One row at a time, greedily
 * (the AETG way): of some candidates the one that covers most pairs not yet seen; then
 * rows whose pairs all stand elsewhere too are taken out again.
 *
 * Knows nothing of what the factors mean. The same model and seed give the same rows. */
#ifndef OV_LAB_COVER_H
#define OV_LAB_COVER_H

#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_COVER_FACTORS 24
#define LAB_COVER_VALUES  32
#define LAB_COVER_ROWS    4096
#define LAB_COVER_OPEN    (-1) /* a factor that has no value yet */

struct lab_cover_row
{
    int8_t value[LAB_COVER_FACTORS];
};

/* allowed() says that a row, which may have open factors, breaks no constraint yet: it must
 * not turn true again when a factor is filled. NULL: nothing is forbidden. */
struct lab_cover_model
{
    size_t factor_count;
    size_t sizes[LAB_COVER_FACTORS];
    bool (*allowed)(void *arg, const struct lab_cover_row *row);
    void *arg;

    /* Factors 0 and 1 count as one more factor together, for those values of them that this says: then
     * each such pair of theirs meets every value of every other factor. NULL: none do. */
    bool (*joined)(void *arg, int first, int second);
};

/* Fills the open factors of a row so that it is allowed as a whole, trying values in the order
 * they have. False when there is no such row; then it stays as it was. */
bool lab_cover_complete(const struct lab_cover_model *model, struct lab_cover_row *row);

/* Rows that cover every pair that can be met; room for LAB_COVER_ROWS. LAB_ERR_USAGE when
 * the model is larger than the limits above, or needs more rows. */
LAB_MUST_USE enum lab_err lab_cover_pairs(const struct lab_cover_model *model, uint64_t seed,
                                          struct lab_cover_row *rows, size_t *row_count, struct lab_why *why);

/* Calls visit for every allowed row in order, until it returns false. False when it did. */
bool lab_cover_product(const struct lab_cover_model *model,
                       bool (*visit)(void *arg, const struct lab_cover_row *), void *arg);

#endif
