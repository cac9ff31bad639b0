/* When all options are read: what they mean together, and what contradicts. */
#include <string.h>

#include "options/doctor.h"
#include "options/finish.h"

/* Point to point: both ends are told everything. */
static void be_peer(struct ov_parse *parse, enum ov_role role)
{
    struct ov_draft *draft = &parse->draft;
    parse->config->role = role;
    parse->config->p2p = true;
    parse->config->max_clients = 1;
    draft->topology = draft->topology != OV_TOPOLOGY_UNSET ? draft->topology : OV_TOPOLOGY_P2P;
}

/* "Client" is tls-client with pull; "server" is tls-server in mode server. */
static bool find_role(struct ov_parse *parse)
{
    struct ov_draft *draft = &parse->draft;
    if (is_given(parse, "server") || is_given(parse, "server-ipv6") || is_given(parse, "server-bridge"))
    {
        draft->mode_server = true;
        draft->tls_server = true;
    }
    if (ov_parse_is_static(parse))
    {
        be_peer(parse, OV_ROLE_CLIENT); /* without TLS both ends are alike */
        return ov_parse_static_alone(parse);
    }
    if (draft->tls_client && draft->tls_server)
    {
        SAY(ov_parse_error, draft->client ? "client" : "tls-client",
            "one program can't be client and server: '%s' contradicts '%s'",
            draft->client ? "client" : "tls-client",
            is_given(parse, "server")          ? "server"
            : draft->has_server6               ? "server-ipv6"
            : is_given(parse, "server-bridge") ? "server-bridge"
                                               : "tls-server");
        return false;
    }
    if (draft->tls_client && draft->pull && !draft->mode_server)
    {
        parse->config->role = OV_ROLE_CLIENT;
        return true;
    }
    if (draft->tls_server && draft->mode_server && !draft->pull)
    {
        parse->config->role = OV_ROLE_SERVER;
        return true;
    }
    if (draft->tls_client && draft->mode_server)
    {
        SAY(ov_parse_error, "mode", "'mode server' contradicts 'tls-client'");
    }
    else if (draft->tls_client || (draft->tls_server && !draft->pull))
    {
        be_peer(parse, draft->tls_client ? OV_ROLE_CLIENT : OV_ROLE_SERVER);
        return true;
    }
    else
    {
        SAY(ov_parse_error, NULL,
            "neither client nor server: add 'client', or 'server' with a network for the tunnel");
    }
    return false;
}

static void check_role_options(struct ov_parse *parse)
{
    bool server = parse->config->role == OV_ROLE_SERVER;
    const bool p2p = parse->config->p2p;
    uint16_t wrong = p2p ? OV_ONLY_SERVER : server ? OV_ONLY_CLIENT : OV_ONLY_SERVER;
    for (size_t i = 0; i < ov_option_count(); i++)
    {
        const struct ov_option *option = ov_option_at(i);
        if (parse->given[i].file != NULL && (option->scope & wrong) != 0)
        {
            SAY(ov_parse_error, option->name, "'%s' is for a %s, and this is a %s", option->name,
                server && !p2p ? "client" : "server",
                p2p      ? "peer (point to point)"
                : server ? "server"
                         : "client");
        }
    }
}

static void check_dev(struct ov_parse *parse)
{
    const char *dev = parse->config->tunnel.dev;
    if (dev == NULL)
    {
        if (!is_given(parse, "dev"))
        {
            SAY(ov_parse_error, NULL, "'dev' is missing: add 'dev tun'");
        }
        return;
    }
    if (strncmp(dev, "tun", 3) != 0 && strncmp(dev, "tap", 3) != 0 && strcmp(dev, "null") != 0 &&
        parse->draft.dev_type == NULL && !is_given(parse, "dev-type"))
    {
        SAY(ov_parse_error, "dev", "the name '%s' doesn't say what kind of device it is: add 'dev-type tun'",
            dev);
    }
    ov_parse_check_dev_options(parse);
}

/* Blocks stand on everything else, so they come last. */
static void finish_connections(struct ov_parse *parse)
{
    if (parse->config->role == OV_ROLE_CLIENT && parse->draft.connections.count > 0)
    {
        ov_parse_connections(parse);
        ov_finish_remotes(parse);
    }
}

void ov_parse_finish(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    if (parse->failed == OV_OK && (config->wish == OV_WISH_MKTUN || config->wish == OV_WISH_RMTUN))
    {
        ov_parse_finish_dev(parse);
    }
    if (parse->failed != OV_OK || (config->wish != OV_WISH_RUN && config->wish != OV_WISH_CHECK))
    {
        return;
    }
    parse->scope = 0;
    ov_parse_point_at(parse, NULL);
    ov_parse_finish_dev(parse);
    if (!find_role(parse))
    {
        return;
    }
    config->topology_given = parse->draft.topology != OV_TOPOLOGY_UNSET;
    check_role_options(parse);
    check_dev(parse);
    ov_finish_bind(parse);
    ov_parse_finish_compat(parse);
    if (ov_parse_is_static(parse))
    {
        ov_parse_finish_static(parse);
    }
    else
    {
        ov_finish_keys(parse);
        ov_parse_finish_ciphers(parse);
    }
    ov_finish_tls(parse);
    ov_parse_timers(parse);
    ov_finish_remotes(parse);
    ov_finish_server(parse);
    ov_finish_proto(parse);
    ov_finish_exit_notify(parse);
    ov_parse_finish_framing(parse);
    ov_parse_finish_outer(parse);
    ov_parse_link_mtu(parse);
    ov_finish_keepalive(parse);
    ov_parse_finish_login(parse);
    ov_parse_finish_certs(parse);
    ov_parse_finish_management(parse);
    ov_parse_finish_pkcs11(parse);
    ov_parse_expand(parse);
    ov_parse_point_at(parse, "ifconfig");
    ov_parse_finish_tunnel(parse);
    ov_parse_point_at(parse, NULL);
    ov_parse_finish_hooks(parse);
    ov_parse_finish_dns(parse);
    config->tun_mtu_max = config->tun_mtu_max > config->tunnel.mtu ? config->tun_mtu_max : config->tunnel.mtu;
    finish_connections(parse);
    if (config->wish == OV_WISH_CHECK)
    {
        ov_doctor_examine(parse);
    }
}
