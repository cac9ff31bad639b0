#ifndef OV_APP_ENVIRONMENT_H
#define OV_APP_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* The environment of a program that is called: a list of NAME=value. */

/* A kernel gives a program no more than some hundred thousand octets of it. */
#define OV_ENVIRONMENT_MAX 4096u

struct ov_environment
{
    struct ov_arena *arena; /* may hold passwords: freeing it wipes */
    const char **list;      /* ended by NULL */
    size_t count;
    size_t cap;
};

/* Only PATH is in it. False: out of memory. */
bool ov_environment_init(struct ov_environment *environment);
/* The same variables; what is added to one isn't in the other. False: out of memory. */
bool ov_environment_copy(struct ov_environment *to, const struct ov_environment *from);
/* All of from are added to to. */
void ov_environment_merge(struct ov_environment *to, const struct ov_environment *from);
void ov_environment_clear(struct ov_environment *environment);
/* Takes the place of an earlier value. What does not fit is left out. Control characters in value become '_'. */
void ov_environment_add(struct ov_environment *environment, const char *name, const char *value);
void ov_environment_number(struct ov_environment *environment, const char *name, uint64_t value);
/* time_unix and time_ascii: when a client came, seconds since 1970. */
void ov_environment_since(struct ov_environment *environment, uint32_t unix_s);
/* "NAME_1" */
void ov_environment_add_nth(struct ov_environment *environment, const char *name, size_t n,
                            const char *value);
/* Are those whose names begin so the same in both, and in the same order? */
bool ov_environment_same_begin(const struct ov_environment *a, const struct ov_environment *b,
                               const char *begin);
void ov_environment_remove(struct ov_environment *environment, const char *name);
/* The IV_ and UV_ lines of a peer info; everything that a shell might take for more than text becomes '_'
 * [WP-PI-001]. */
void ov_environment_peer_info(struct ov_environment *environment, const char *peer_info);

#endif
