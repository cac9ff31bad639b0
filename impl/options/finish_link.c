/* The outer connection: where it leads, and how long it lives. */
#include "options/finish.h"

void ov_finish_bind(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    static const char *const others[] = {"lport", "local", "bind"};
    ov_parse_finish_local(parse);
    if (config->bind)
    {
        return;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    {
        if (is_given(parse, others[i]))
        {
            SAY(ov_parse_error, others[i], "'%s' contradicts 'nobind'", others[i]);
        }
    }
}

void ov_finish_remotes(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    struct ov_remote *remotes = parse->draft.remotes.items;
    if (config->role == OV_ROLE_CLIENT && parse->draft.remotes.count == 0 && !is_given(parse, "remote") &&
        !is_given(parse, "connection"))
    {
        SAY(ov_parse_error, NULL, "a client needs 'remote': where is the server?");
    }
    ov_parse_override(parse);
    for (size_t i = 0; i < parse->draft.remotes.count; i++)
    {
        remotes[i].port = remotes[i].port != 0 ? remotes[i].port : config->rport;
        remotes[i].proto = remotes[i].proto != OV_PROTO_LATER ? remotes[i].proto : config->proto;
    }
    ov_parse_point_at(parse, config->proxy.kind == OV_PROXY_HTTP ? "http-proxy" : "socks-proxy");
    for (size_t i = 0; i < parse->draft.remotes.count && parse->draft.connections.count == 0; i++)
    {
        ov_parse_check_proxy(parse, remotes[i].proto);
    }
    ov_parse_point_at(parse, NULL);
    ov_parse_force_proto(parse);
    config->remotes = remotes;
    config->remotes_count = parse->draft.remotes.count;
}

/* Names such as tcp-server say which end this is. */
void ov_finish_proto(struct ov_parse *parse)
{
    const bool server = parse->config->role == OV_ROLE_SERVER;
    if (ov_parse_is_static(parse))
    {
        return; /* both ends have the same role */
    }
    if (parse->draft.tcp_role == (server ? OV_TCP_ROLE_CLIENT : OV_TCP_ROLE_SERVER))
    {
        SAY(ov_parse_error, "proto", "this is a %s: its proto is 'tcp' or 'tcp-%s'",
            server ? "server" : "client", server ? "server" : "client");
    }
}

/* The end of a TCP connection is notice enough [WP-CLI-012]. */
void ov_finish_exit_notify(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    bool any_udp = config->role == OV_ROLE_SERVER && ov_config_serves(config, false);
    for (size_t i = 0; i < config->remotes_count; i++)
    {
        any_udp = any_udp || !ov_proto_is_tcp(config->remotes[i].proto);
    }
    if (config->exit_notify > 0 && !any_udp && parse->draft.connections.count == 0)
    {
        SAY(ov_parse_warn, "explicit-exit-notify", "'explicit-exit-notify' is ignored with proto tcp");
        config->exit_notify = 0;
    }
}

void ov_finish_keepalive(struct ov_parse *parse)
{
    struct ov_keepalive *keepalive = &parse->config->keepalive;
    static const char *const timers[] = {"keepalive", "ping-restart", "ping-exit"};
    bool given = false;
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
    {
        given = given || is_given(parse, timers[i]);
    }
    if (parse->config->role == OV_ROLE_CLIENT && !parse->config->p2p && !given)
    {
        keepalive->ping_restart_s = 120; /* [WP-PING-004] */
    }
}
