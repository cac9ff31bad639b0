#ifndef OV_APP_UPDOWN_H
#define OV_APP_UPDOWN_H

#include "app/environment.h"
#include "app/interface.h"
#include "base/time.h"
#include "loop/loop.h"
#include "loop/process.h"
#include "options/config.h"

/* The tunnel comes and goes in steps, and the programs of --up, --down, --route-up, --route-pre-down and --dns-updown
 * are called between them, while packets flow on:
 *
 *   addresses, name servers, up, --route-delay, routes, route-up
 *   route-pre-down, routes, (down-pre: down), name servers, addresses, down
 *
 * A step without a program takes no time. All-zero is a valid start. */

/* Where the tunnel is. */
enum ov_updown_step
{
    OV_UPDOWN_DOWN = 0,
    /* on the way up */
    OV_UPDOWN_ADDRESSES,
    OV_UPDOWN_DNS_UP,
    OV_UPDOWN_CALL_UP,
    OV_UPDOWN_DELAY,
    OV_UPDOWN_ROUTES,
    OV_UPDOWN_ROUTE_UP,
    OV_UPDOWN_UP,
    /* ... where the device was kept (--up-restart) */
    OV_UPDOWN_CALL_UP_AGAIN,
    /* on the way down */
    OV_UPDOWN_PRE_DOWN,
    OV_UPDOWN_UNROUTE,
    OV_UPDOWN_CALL_DOWN_FIRST,
    OV_UPDOWN_DNS_DOWN,
    OV_UPDOWN_REMOVE,
    OV_UPDOWN_CALL_DOWN,
    /* ... where the device is kept (--up-restart) */
    OV_UPDOWN_CALL_DOWN_KEPT
};

/* Who wants the tunnel; all of it outlives the object. */
struct ov_updown_user
{
    const struct ov_config *config;
    const struct ov_log *log;
    struct ov_loop *loop;
    struct ov_interface *iface;
    /* good false: the log says why, and the program can't go on. */
    void (*raised)(void *ctx, bool good);
    void (*lowered)(void *ctx);
    void *ctx;
};

/* What it is to be like, and what programs are told of it. */
struct ov_updown_wish
{
    const struct ov_tunnel *tunnel;
    struct ov_environment *facts; /* taken over */
    bool dns;                     /* they name name servers, for dns_command */
    struct ov_command dns_command;
};

struct ov_updown_plan
{
    struct ov_arena *arena; /* NULL: none */
    struct ov_tunnel tunnel;
    struct ov_environment facts;
    bool dns;
    struct ov_command dns_command;
};

struct ov_updown
{
    struct ov_updown_user user;
    enum ov_updown_step step;
    bool waiting;               /* for the end of the step's program */
    bool ended;                 /* it has ended, with ... */
    int status;                 /* ... this */
    struct ov_process *process; /* NULL: none runs */
    struct ov_updown_plan plan; /* of the tunnel that stands, comes or goes */
    struct ov_updown_plan next; /* of the one that shall come after it */
    bool sinks;                 /* it is to go, as soon as its program has ended */
    bool closes;                /* the device goes too */
    bool upped;                 /* 'up' was called, so 'down' will be */
    bool named;                 /* name servers are set */
    bool routed;                /* routes are set */
    uint64_t routes_ms;         /* --route-delay is over then */
    char dev[IFNAMSIZ];
    char reason[24]; /* 'signal' of the environment */
};

void ov_updown_init(struct ov_updown *updown, const struct ov_updown_user *user);
/* Ends a program that runs. The tunnel is left as it is. */
void ov_updown_clear(struct ov_updown *updown);

/* Let the tunnel come. It may stand already, as it should or otherwise. raised is called, perhaps at once. */
void ov_updown_raise(struct ov_updown *updown, const struct ov_updown_wish *wish, struct ov_now now);
/* The connection is gone, the tunnel stays: only --up-restart has something to do. reason as for lower. */
void ov_updown_keep(struct ov_updown *updown, const char *reason, struct ov_now now);
/* Let the tunnel go, and its device too (closes). reason such as "sigterm" or "ping-restart". lowered is called,
 * perhaps at once. */
void ov_updown_lower(struct ov_updown *updown, const char *reason, bool closes, struct ov_now now);

/* Does the configuration name programs that are called on the way up, or may servers make it so? */
bool ov_updown_calls(const struct ov_config *config);
/* Between two states. */
bool ov_updown_busy(const struct ov_updown *updown);
/* It stands, with its routes. */
bool ov_updown_stands(const struct ov_updown *updown);
void ov_updown_tick(struct ov_updown *updown, struct ov_now now);
uint64_t ov_updown_deadline(const struct ov_updown *updown);

#endif
