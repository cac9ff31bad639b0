/* The keys and certificates of a run. */
#ifndef OV_LAB_PKI_H
#define OV_LAB_PKI_H

#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/place.h"

/* Makes paths->pki where it is missing or broken; what the script says goes to logs/pki.txt of
 * the record. LAB_ERR_EXITED with the script's last words. */
LAB_MUST_USE enum lab_err lab_pki_make(struct lab_loop *loop, const struct lab_paths *paths,
                                       const struct lab_place *place, struct lab_why *why);

#endif
