#ifndef OV_APP_CLIENT_HOOK_H
#define OV_APP_CLIENT_HOOK_H

#include "app/cert_seen.h"
#include "app/environment.h"
#include "base/log.h"
#include "hub/hub.h"
#include "loop/loop.h"
#include "options/config.h"

/* --client-config-dir, --client-connect, --client-disconnect and --learn-address: what a server says about single
 * clients, while packets of the others flow on [WP-SRV-030..034]. */
struct ov_client_hook;

struct ov_client_hook_spec
{
    const struct ov_config *config;
    const struct ov_log *log;
    struct ov_loop *loop;
    const struct ov_environment *world; /* what programs are told of server and tunnel */
    const struct ov_cert_seen *seen;    /* ... and of certificates */
    void (*changed)(void *ctx);         /* the hub has something to send because of an answer */
    void *ctx;
};

/* Whether the configuration has anything to say about single clients. */
bool ov_client_hook_wanted(const struct ov_config *config);
/* NULL: out of memory. */
struct ov_client_hook *ov_client_hook_new(const struct ov_client_hook_spec *spec);
/* To be called once before any event. */
void ov_client_hook_serve(struct ov_client_hook *hook, struct ov_hub *hub);
/* Ends programs that still run, except those of --client-disconnect. NULL is fine. */
void ov_client_hook_free(struct ov_client_hook *hook);

/* OV_EVENT_CLIENT of the hub. */
void ov_client_hook_event(struct ov_client_hook *hook, const struct ov_event *event, struct ov_now now);
/* For the settings of the hub: ctx is the hook. */
void ov_client_hook_left(void *ctx, uint64_t ticket, const struct ov_hub_peer *last);
/* Clients whose program said "later" are looked at from time to time. */
void ov_client_hook_tick(struct ov_client_hook *hook, struct ov_now now);
uint64_t ov_client_hook_deadline(const struct ov_client_hook *hook);

#endif
