#ifndef OV_APP_LOGIN_HOOK_H
#define OV_APP_LOGIN_HOOK_H

#include "app/cert_seen.h"
#include "app/environment.h"
#include "base/log.h"
#include "hub/hub.h"
#include "loop/loop.h"
#include "options/config.h"

/* --auth-user-pass-verify and --client-crresponse: programs that judge logins
 * while packets flow on [WP-SRV-021..025, WP-SRV-028]. */
struct ov_login_hook;

/* All of it is borrowed. */
struct ov_login_hook_spec
{
    const struct ov_config *config;
    const struct ov_log *log;
    struct ov_loop *loop;
    struct ov_hub *hub;
    const struct ov_environment *world; /* what programs are told of server and tunnel */
    const struct ov_cert_seen *seen;    /* ... and of certificates */
    void (*changed)(void *ctx);         /* the hub has something to send because of a verdict */
    void *ctx;
};

/* NULL: out of memory. */
struct ov_login_hook *ov_login_hook_new(const struct ov_login_hook_spec *spec);
/* Ends the programs that still run and removes their files. NULL is fine. */
void ov_login_hook_free(struct ov_login_hook *hook);

/* OV_EVENT_LOGIN and OV_EVENT_ANSWER of the hub. */
void ov_login_hook_event(struct ov_login_hook *hook, const struct ov_event *event, struct ov_now now);
/* Logins whose program said "later" are looked at from time to time. */
void ov_login_hook_tick(struct ov_login_hook *hook, struct ov_now now);
uint64_t ov_login_hook_deadline(const struct ov_login_hook *hook);

#endif
