/* What travels between machines: figures of a record as ratios to the pinned reference, which ran in the same job.
 * A case's reference is the case of the same id in which the reference takes the place of its client and server;
 * figures of rounds (N/ARM, or .../rN) make one series. Disturbed and failed cases give nothing. */
#ifndef OV_LAB_RATIOS_H
#define OV_LAB_RATIOS_H

#include "lib/loaded.h"
#include "lib/unit.h"

#define LAB_REFERENCE    "openvpn-2.6"
#define LAB_RATIO_ROUNDS 64

struct lab_ratio_series
{
    char name[320]; /* CASE MEASUREMENT KEY */
    enum lab_better better;
    double log_ratio[LAB_RATIO_ROUNDS]; /* ln of figure / reference's figure */
    size_t count;
};

struct lab_ratios
{
    struct lab_ratio_series *list; /* sorted by name */
    size_t count;
};

/* Needs lab_ratios_clear. LAB_ERR_SYSTEM: no memory. */
LAB_MUST_USE enum lab_err lab_ratios_of(const struct lab_loaded *loaded, struct lab_ratios *ratios,
                                        struct lab_why *why);

void lab_ratios_clear(struct lab_ratios *ratios);

/* NULL when there is none of that name. */
const struct lab_ratio_series *lab_ratios_find(const struct lab_ratios *ratios, const char *name);

/* What the machine is: two runs with another text are of different epochs. "" without an env.json. */
void lab_ratios_epoch(const struct lab_loaded *loaded, char *text, size_t size);

/* Version of the reference in the record, "" when it is not known. */
const char *lab_ratios_reference(const struct lab_loaded *loaded);

#endif
