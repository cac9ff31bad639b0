#ifndef OV_APP_ENGINE_H
#define OV_APP_ENGINE_H

#include "base/datagram.h"
#include "base/time.h"

/* The five verbs that a client session and a server's hub have in common (see
 * session/session.h): the pump drives either. */
struct ov_engine
{
    void (*receive)(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now);
    void (*send)(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now);
    size_t (*transmit)(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now);
    uint64_t (*deadline)(void *ctx);
    void (*tick)(void *ctx, struct ov_now now);
};

extern const struct ov_engine ov_engine_session; /* ctx is a struct ov_session */
extern const struct ov_engine ov_engine_hub;     /* ctx is a struct ov_hub */

#endif
