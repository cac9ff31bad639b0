#ifndef OV_APP_INTERFACE_H
#define OV_APP_INTERFACE_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/log.h"
#include "options/config.h"
#include "tun/netif.h"
#include "tun/tun.h"

/* The tun device with its addresses and routes. All-zero is a valid start. */
struct ov_interface
{
    const struct ov_log *log;
    struct ov_tun *tun; /* NULL: not open */
    struct ov_netif *netif;
    bool configured;
    struct ov_tunnel applied; /* what it was configured with; a copy in arena */
    struct ov_arena *arena;
    bool routes_wait;      /* the addresses are set, the routes not yet */
    size_t routes_mark;    /* of netif: where they begin */
    struct ov_addr server; /* where the tunnel leads; family 0: nobody said */
};

/* Create the device. False: the log says why. */
bool ov_interface_open(struct ov_interface *iface, const struct ov_tun_spec *spec, enum ov_data_path path,
                       const struct ov_log *log);
/* Addresses; what it had before goes. False: the log says why. */
bool ov_interface_set_addresses(struct ov_interface *iface, const struct ov_tunnel *tunnel);
/* Then the routes, and away with them. */
void ov_interface_add_routes(struct ov_interface *iface);
void ov_interface_remove_routes(struct ov_interface *iface);
/* Addresses, and routes unless --route-delay keeps them back. An interface that has exactly these already is left as
 * it is. False: the log says why. */
bool ov_interface_configure(struct ov_interface *iface, const struct ov_tunnel *tunnel);
/* Before connecting: to whom. Addresses and routes of a tunnel to another server are taken back. */
void ov_interface_toward(struct ov_interface *iface, const struct ov_addr *server);
/* Take addresses and routes back; the device stays. */
void ov_interface_deconfigure(struct ov_interface *iface);
/* Take everything back; all-zero again. */
void ov_interface_close(struct ov_interface *iface);

#endif
