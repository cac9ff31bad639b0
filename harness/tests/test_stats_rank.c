/* Rank statistics against published and recomputed values. The data sets are those of the examples of R's
 * wilcox.test, whose results are well known: depression scores (Hollander and Wolfe 1973, p. 29) and
 * permeability of the human chorioamnion (p. 69). */
#include "lib/stats_boot.h"
#include "lib/stats_rank.h"
#include "tests/testing.h"

#define CLOSE 1e-9

static const double depression[] = {0.878 - 1.83, 0.647 - 0.50, 0.598 - 1.62, 2.05 - 2.48, 1.06 - 1.68,
                                    1.29 - 1.88,  1.06 - 1.55,  3.14 - 3.06,  1.29 - 1.30};
