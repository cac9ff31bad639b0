#ifndef OV_APP_ENVIRONMENT_H
#define OV_APP_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* The environment of a program that is called: a list of NAME=value. */

#define OV_ENVIRONMENT_MAX 128u

struct ov_environment
{
    struct ov_arena *arena; /* may hold passwords: freeing it wipes */
    const char *list[OV_ENVIRONMENT_MAX + 1];
    size_t count;
};

/* Only PATH is in it. False: out of memory. */
bool ov_environment_init(struct ov_environment *environment);
void ov_environment_clear(struct ov_environment *environment);
/* What does not fit is left out. Control characters in value become '_'. */
void ov_environment_add(struct ov_environment *environment, const char *name, const char *value);
void ov_environment_number(struct ov_environment *environment, const char *name, uint32_t value);
/* The IV_ and UV_ lines of a peer info; everything that a shell might take for more than text becomes '_'
 * [WP-PI-001]. */
void ov_environment_peer_info(struct ov_environment *environment, const char *peer_info);

#endif
