#ifndef OV_APP_MANAGE_CLIENTS_H
#define OV_APP_MANAGE_CLIENTS_H

#include "app/client_hook.h"
#include "hub/hub.h"
#include "manage/manage.h"
#include "options/config.h"

/* --management-client-auth: whoever controls this server judges clients and gives them settings, while packets of the
 * others flow on [WP-SRV-026, WP-MGMT-011..013]. */
struct ov_manage_clients;

struct ov_manage_clients_spec
{
    struct ov_manage *manage;
    const struct ov_config *config;
    const struct ov_log *log;
    struct ov_hub *hub;
    const struct ov_client_hook *hook;
    const struct ov_environment *world; /* what is told of server and tunnel, as to programs */
    const struct ov_cert_seen *seen;    /* ... and of certificates */
    void (*changed)(void *ctx);         /* the hub has something to send because of a verdict */
    void *ctx;
};

/* NULL: out of memory. */
struct ov_manage_clients *ov_manage_clients_new(const struct ov_manage_clients_spec *spec);
/* NULL is fine. */
void ov_manage_clients_free(struct ov_manage_clients *clients);

/* OV_EVENT_LOGIN, OV_EVENT_ANSWER and OV_EVENT_CONNECTED of the hub. */
void ov_manage_clients_event(struct ov_manage_clients *clients, const struct ov_event *event,
                             struct ov_now now);
/* A client that the hub knew is gone. */
void ov_manage_clients_left(struct ov_manage_clients *clients, uint64_t ticket,
                            const struct ov_hub_peer *last);
/* What client-auth gave it; NULL: nothing. */
const char *ov_manage_clients_given(const struct ov_manage_clients *clients, uint64_t ticket);

#endif
