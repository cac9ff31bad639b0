/* The account that the cost shim or the tun proxy leaves of a profile: lines of key=value. */
#ifndef OV_LAB_PROFILE_ACCOUNT_H
#define OV_LAB_PROFILE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_PROFILE_COUNTS    32u
#define LAB_PROFILE_COUNT_MAX 1000000000000000000u

struct lab_profile_count
{
    char name[32]; /* small letters, digits and '_' */
    uint64_t value;
};

struct lab_profile_account
{
    char by[24];        /* "shim", "tunproxy" */
    char left_out[120]; /* keys of the profile that were out of reach, with commas; "" for none */
    struct lab_profile_count counts[LAB_PROFILE_COUNTS];
    size_t count;
};

/* False: not such lines, not whole, or without what every account has (by, tun_reads, tun_writes); the
 * account is empty then. */
bool lab_profile_account_parse(const char *text, size_t len, struct lab_profile_account *account);

/* 0 where it has none of that name. */
uint64_t lab_profile_account_count(const struct lab_profile_account *account, const char *name);

#endif
