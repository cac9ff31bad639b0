#ifndef OV_TUN_NETIF_H
#define OV_TUN_NETIF_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "options/config.h"

/* Addresses and routes by netlink, and how to take them back. Everything that
 * was added is remembered, and undone in reverse order. */

#define OV_NETIF_TEXT 240

struct ov_netif;

/* log is borrowed; every change is one line at OV_LOG_INFO. OV_ERR_IO, OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_netif_new(const struct ov_log *log, struct ov_netif **out,
                                     char text[static OV_NETIF_TEXT]);
/* Undoes what is left to undo. NULL is fine. */
void ov_netif_free(struct ov_netif *netif);

/* Which server the tunnel leads to: its address stays reachable outside of it. Borrows nothing. */
void ov_netif_toward(struct ov_netif *netif, const struct ov_addr *server);

/* Bring the interface up with the tunnel's MTU and MAC address, give it its addresses
 * (as its topology says). index is the interface. A failure is OV_ERR_IO with a
 * reason in text, and all is undone. */
OV_MUST_USE enum ov_err ov_netif_apply(struct ov_netif *netif, const char *name, int index,
                                       const struct ov_tunnel *tunnel, char text[static OV_NETIF_TEXT]);

/* Then the routes, --redirect-gateway among them. One that can't be added is a
 * warning: the tunnel itself works [WP-PUSH-016]. */
void ov_netif_add_routes(struct ov_netif *netif, const char *name, int index, const struct ov_tunnel *tunnel);

/* The gateway of the default route as it is now; family 4 or 6. False: there is none. */
bool ov_netif_gateway(struct ov_netif *netif, uint8_t family, struct ov_addr *out);

/* "gateway 192.0.2.1 on eth0" or "directly on eth0": the way to target, or where the default route of this family
 * leads (target NULL). False: there is none. */
bool ov_netif_way_text(struct ov_netif *netif, uint8_t family, const struct ov_addr *target,
                       char text[static OV_NETIF_TEXT]);

/* The hardware address of the interface that the default route leads to. False: there is none. */
bool ov_netif_default_mac(struct ov_netif *netif, uint8_t mac[static 6]);

/* What the kernel counts as dropped at an interface. */
struct ov_netif_drops
{
    uint64_t to_tunnel;   /* tx_dropped: not taken, our queue was full or the device down */
    uint64_t from_tunnel; /* rx_dropped: we wrote it, the kernel's stack had no room */
};

/* False: there is no such interface, or the kernel doesn't answer. */
bool ov_netif_drops(struct ov_netif *netif, int index, struct ov_netif_drops *out);

/* MAC address of a tap device; false: there is no such interface, or it has none. */
bool ov_netif_mac(struct ov_netif *netif, int index, uint8_t mac[static 6]);

/* Take back what was added, latest first. The interface may already be gone. */
void ov_netif_undo(struct ov_netif *netif);
/* What was added so far; and take back what was added later than that. */
size_t ov_netif_mark(const struct ov_netif *netif);
void ov_netif_undo_to(struct ov_netif *netif, size_t mark);

/* Would applying both give the same interface? The device name counts only as configured. */
bool ov_tunnel_equal(const struct ov_tunnel *a, const struct ov_tunnel *b);
/* A copy that borrows nothing but arena. OV_ERR_NOMEM: out is not to be used. */
OV_MUST_USE enum ov_err ov_tunnel_copy(struct ov_arena *arena, const struct ov_tunnel *tunnel,
                                       struct ov_tunnel *out);

#endif
