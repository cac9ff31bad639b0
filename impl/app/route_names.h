#ifndef OV_APP_ROUTE_NAMES_H
#define OV_APP_ROUTE_NAMES_H

#include <netdb.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/log.h"
#include "options/config.h"

/* Routes of a tunnel that have names instead of addresses. Names are looked up one after the other, before the tunnel
 * is there to change the way to whoever answers. All-zero: there are none. */

#define OV_ROUTE_NAMES_ADDRS 16u /* of one name at most; more are left out */

struct ov_route_names
{
    const struct ov_log *log;
    struct ov_arena *arena;  /* NULL: nothing goes on */
    struct ov_tunnel tunnel; /* as it will be; routes grow as answers come */
    struct ov_route4 *routes;
    size_t count;
    size_t room;
    size_t at; /* of the tunnel's own routes: the one whose name is looked up */
};

/* Is there anything to look up? */
bool ov_route_names_exist(const struct ov_tunnel *tunnel);
/* Begin with a copy of tunnel. False: out of memory, and nothing goes on. */
bool ov_route_names_begin(struct ov_route_names *names, const struct ov_tunnel *tunnel,
                          const struct ov_log *log);
/* The name to look up now, IPv4 only; NULL: all are done, and names->tunnel has only addresses. */
const char *ov_route_names_next(const struct ov_route_names *names);
/* The answer for it; NULL: there is none, for this reason, and the route is left out. False: out of memory. */
bool ov_route_names_answer(struct ov_route_names *names, const struct addrinfo *list, const char *why);
/* All at once, waiting for each: where nothing runs yet. False: out of memory. */
bool ov_route_names_wait(struct ov_route_names *names);
/* names->tunnel is gone then. */
void ov_route_names_clear(struct ov_route_names *names);

#endif
