#include "app/interface.h"

#include <string.h>

#include "app/data_path.h"

bool ov_interface_open(struct ov_interface *iface, const struct ov_tun_spec *spec, enum ov_data_path path,
                       const struct ov_log *log)
{
    char netif_text[OV_NETIF_TEXT] = "";
    iface->log = log;
    iface->tun = ov_data_path_tun(path, spec, log);
    if (iface->tun == NULL)
    {
        return false;
    }
    if (ov_netif_new(log, &iface->netif, netif_text) != OV_OK)
    {
        ov_logf(log, OV_LOG_ERROR, "%s", netif_text);
        ov_interface_close(iface);
        return false;
    }
    return true;
}

/* What was pushed lives no longer than its session; the interface may outlive it. */
static bool remember(struct ov_interface *iface, const struct ov_tunnel *tunnel)
{
    iface->arena = ov_arena_new();
    return iface->arena != NULL && ov_tunnel_copy(iface->arena, tunnel, &iface->applied) == OV_OK;
}

bool ov_interface_set_addresses(struct ov_interface *iface, const struct ov_tunnel *tunnel)
{
    ov_interface_deconfigure(iface);
    char text[OV_NETIF_TEXT] = "";
    if (!remember(iface, tunnel))
    {
        ov_logf(iface->log, OV_LOG_ERROR, "%s", ov_err_name(OV_ERR_NOMEM));
        return false;
    }
    ov_netif_toward(iface->netif, &iface->server);
    if (iface->tun->index == 0)
    {
        iface->configured = true; /* --dev null has neither addresses nor routes */
        return true;
    }
    if (ov_netif_apply(iface->netif, iface->tun->name, iface->tun->index, tunnel, text) != OV_OK)
    {
        ov_logf(iface->log, OV_LOG_ERROR, "%s", text);
        return false;
    }
    iface->configured = true;
    iface->routes_wait = true;
    iface->routes_mark = ov_netif_mark(iface->netif);
    return true;
}

void ov_interface_add_routes(struct ov_interface *iface)
{
    if (iface->configured && iface->routes_wait && iface->tun->index != 0)
    {
        iface->routes_wait = false;
        ov_netif_add_routes(iface->netif, iface->tun->name, iface->tun->index, &iface->applied);
    }
}

void ov_interface_remove_routes(struct ov_interface *iface)
{
    if (iface->configured && !iface->routes_wait)
    {
        iface->routes_wait = true;
        ov_netif_undo_to(iface->netif, iface->routes_mark);
    }
}

bool ov_interface_configure(struct ov_interface *iface, const struct ov_tunnel *tunnel)
{
    if (iface->configured && ov_tunnel_equal(&iface->applied, tunnel))
    {
        ov_logf(iface->log, OV_LOG_INFO, "%s keeps its addresses and routes", iface->tun->name);
        return true;
    }
    if (!ov_interface_set_addresses(iface, tunnel))
    {
        return false;
    }
    if (tunnel->route_delay_s == 0)
    {
        ov_interface_add_routes(iface);
    }
    return true;
}

/* The routes of --redirect-gateway belong to one server: with them, another
 * one would be looked for in a tunnel that doesn't stand. */
void ov_interface_toward(struct ov_interface *iface, const struct ov_addr *server)
{
    struct ov_addr before = iface->server;
    before.port = server->port;
    const struct ov_tunnel *tunnel = &iface->applied;
    const bool routed = tunnel->redirect != 0 || tunnel->routes4_count > 0 || tunnel->routes6_count > 0;
    if (iface->configured && routed && !tunnel->route_noexec && !ov_addr_equal(&before, server))
    {
        ov_logf(iface->log, OV_LOG_INFO, "another server: addresses and routes of the last one go");
        ov_interface_deconfigure(iface);
    }
    iface->server = *server;
}

void ov_interface_deconfigure(struct ov_interface *iface)
{
    if (iface->netif != NULL)
    {
        ov_netif_undo(iface->netif);
    }
    ov_arena_free(iface->arena);
    iface->arena = NULL;
    iface->configured = false;
    iface->routes_wait = false;
}

void ov_interface_close(struct ov_interface *iface)
{
    ov_interface_deconfigure(iface);
    ov_netif_free(iface->netif);
    if (iface->tun != NULL)
    {
        iface->tun->ops->close(iface->tun);
    }
    memset(iface, 0, sizeof *iface);
}
