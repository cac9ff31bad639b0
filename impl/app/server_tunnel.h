#ifndef OV_APP_SERVER_TUNNEL_H
#define OV_APP_SERVER_TUNNEL_H

#include "app/program.h"
#include "app/updown.h"

/* A server's tunnel: it comes before the first client may, and goes after the last one. While it does, only
 * programs are waited for: the loop's user hands every wake-up to ov_server_tunnel_turn. */
struct ov_server_tunnel
{
    const struct ov_program *program;
    struct ov_loop *loop;
    struct ov_updown updown;
    bool runs; /* the loop runs only for the tunnel */
    bool good;
    char reason[24]; /* why it goes, as 'signal' of the environment */
};

/* Addresses, routes, 'up' and 'route-up'. False: the log says why. */
bool ov_server_tunnel_raise(struct ov_server_tunnel *tunnel, const struct ov_program *program,
                            struct ov_loop *loop, struct ov_interface *iface);
/* 'down'; the device is closed. */
void ov_server_tunnel_lower(struct ov_server_tunnel *tunnel);
/* True: it is coming or going, and nothing else is to be done. */
bool ov_server_tunnel_turn(struct ov_server_tunnel *tunnel, struct ov_now now);
/* A signal ("SIGTERM[hard,]"). True: it came in between, and programs are not waited for any more. */
bool ov_server_tunnel_signal(struct ov_server_tunnel *tunnel, const char *name);

#endif
