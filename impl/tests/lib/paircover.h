#ifndef OV_TESTS_LIB_PAIRCOVER_H
#define OV_TESTS_LIB_PAIRCOVER_H

#include "tests/lib/pairplan.h"

/* Which values of the factors, and which pairs of them, the plans of a run have met. Seeds draw them, so a pair that no
 * rule forbids is met by many seeds or by none. All-zero: nothing yet. */

#define OV_COVER_FACTORS 14u
#define OV_COVER_VALUES  32u

struct ov_cover
{
    uint32_t single[OV_COVER_FACTORS][OV_COVER_VALUES];
    uint32_t both[OV_COVER_FACTORS][OV_COVER_VALUES][OV_COVER_FACTORS][OV_COVER_VALUES];
};

void ov_cover_note(struct ov_cover *cover, const struct ov_plan *plan);
/* Fails the test if a value was never met. Prints how many pairs were, of how many there could be. */
void ov_cover_check(const struct ov_cover *cover, const char *what, bool certs);

#endif
