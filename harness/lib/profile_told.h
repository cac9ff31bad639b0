/* What a profile did to a program, from the statistics that the cost shim or the tun proxy leaves. */
#ifndef OV_LAB_PROFILE_TOLD_H
#define OV_LAB_PROFILE_TOLD_H

#include "lib/cell.h"

#include <jansson.h>

struct lab_profile_account
{
    char by[24];        /* "shim", "tunproxy" */
    char left_out[120]; /* keys of the profile that were out of reach, with commas; "" for none */
    json_t *counts;     /* numbers by name; owned, NULL after clear */
};

/* Lines of key=value. False: not such lines, or not whole; nothing to clear then. */
bool lab_profile_account_parse(const char *text, size_t len, struct lab_profile_account *account);

void lab_profile_account_clear(struct lab_profile_account *account);

/* Where the role had a profile: measurement and check ROLE_profile. A profile that no packet met is an ERROR, one
 * that left no statistics INCONCLUSIVE. */
void lab_profile_told(struct lab_cell *cell, const char *role);

#endif
