/* What a profile did to a program, once it has ended. */
#ifndef OV_LAB_PROFILE_TOLD_H
#define OV_LAB_PROFILE_TOLD_H

#include "lib/cell.h"

/* Where the role had a profile: measurement and check ROLE_profile, from the account that the cost shim
 * or the tun proxy left. A profile that no packet met is an ERROR, one that left no account INCONCLUSIVE. */
void lab_profile_told(struct lab_cell *cell, const char *role);

#endif
