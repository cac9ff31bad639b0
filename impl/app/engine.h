#ifndef OV_APP_ENGINE_H
#define OV_APP_ENGINE_H

#include <stdbool.h>

#include "base/datagram.h"
#include "base/time.h"

/* The verbs that a client session and a server's hub have in common (see
 * session/session.h): the pump drives either. The last two are for links with
 * connections. */
struct ov_engine
{
    void (*receive)(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now);
    void (*send)(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now);
    size_t (*transmit)(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now);
    uint64_t (*deadline)(void *ctx);
    void (*tick)(void *ctx, struct ov_now now);
    /* The connection to addr is gone; text says why. */
    void (*lost)(void *ctx, const struct ov_addr *addr, enum ov_err err, const char *text, struct ov_now now);
    /* The next connection that came into use or went out of it; false: none. NULL: never. */
    bool (*claim)(void *ctx, struct ov_addr *addr, bool *used);
};

extern const struct ov_engine ov_engine_session; /* ctx is a struct ov_session */
extern const struct ov_engine ov_engine_hub;     /* ctx is a struct ov_hub */

#endif
