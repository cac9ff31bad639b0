/* Setters: the outer socket and how long to wait for what. */
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

static const struct
{
    const char *name;
    enum ov_proto proto;
    enum ov_tcp_role role;
} protos[] = {
    {"udp", OV_PROTO_UDP, OV_TCP_ROLE_ANY},
    {"udp4", OV_PROTO_UDP4, OV_TCP_ROLE_ANY},
    {"udp6", OV_PROTO_UDP6, OV_TCP_ROLE_ANY},
    {"tcp", OV_PROTO_TCP, OV_TCP_ROLE_ANY},
    {"tcp4", OV_PROTO_TCP4, OV_TCP_ROLE_ANY},
    {"tcp6", OV_PROTO_TCP6, OV_TCP_ROLE_ANY},
    {"tcp-client", OV_PROTO_TCP, OV_TCP_ROLE_CLIENT},
    {"tcp4-client", OV_PROTO_TCP4, OV_TCP_ROLE_CLIENT},
    {"tcp6-client", OV_PROTO_TCP6, OV_TCP_ROLE_CLIENT},
    {"tcp-server", OV_PROTO_TCP, OV_TCP_ROLE_SERVER},
    {"tcp4-server", OV_PROTO_TCP4, OV_TCP_ROLE_SERVER},
    {"tcp6-server", OV_PROTO_TCP6, OV_TCP_ROLE_SERVER},
};

bool ov_parse_proto(struct ov_parse *parse, const char *text, enum ov_proto *out, enum ov_tcp_role *role)
{
    for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
    {
        if (strcmp(text, protos[i].name) == 0)
        {
            *out = protos[i].proto;
            *role = protos[i].role;
            return true;
        }
    }
    ov_parse_error(parse, "unknown proto '%.40s'; use udp, udp4, udp6, tcp, tcp4 or tcp6", text);
    return false;
}

bool ov_parse_port(struct ov_parse *parse, const char *text, uint32_t low, uint16_t *out)
{
    uint32_t port;
    if (!ov_parse_number(parse, "port", text, low, 65535, &port))
    {
        return false;
    }
    *out = (uint16_t)port;
    return true;
}

OV_SETTER(proto)
{
    (void)ov_parse_proto(parse, line->word[1], &parse->config->proto, &parse->draft.tcp_role);
}

OV_SETTER(port)
{
    if (ov_parse_port(parse, line->word[1], 1, &parse->config->lport))
    {
        parse->config->rport = parse->config->lport;
    }
}

OV_SETTER(lport)
{
    parse->config->bind_given = ov_parse_port(parse, line->word[1], 0, &parse->config->lport);
}

OV_SETTER(rport)
{
    (void)ov_parse_port(parse, line->word[1], 1, &parse->config->rport);
}

OV_SETTER(nobind)
{
    parse->config->bind = false;
}

OV_SETTER(bind)
{
    if (line->count > 1)
    {
        ov_parse_error(parse, "bind %.40s is not built into ovref yet; 'bind' alone is", line->word[1]);
        return;
    }
    parse->config->bind = true;
    parse->config->bind_given = true;
}

OV_SETTER(remote)
{
    struct ov_remote remote = {.host = line->word[1], .proto = OV_PROTO_LATER};
    enum ov_tcp_role role = OV_TCP_ROLE_ANY;
    if (line->word[1][0] == '\0')
    {
        ov_parse_error(parse, "remote needs a host name or address");
        return;
    }
    if ((line->count > 2 && !ov_parse_port(parse, line->word[2], 1, &remote.port)) ||
        (line->count > 3 && !ov_parse_proto(parse, line->word[3], &remote.proto, &role)))
    {
        return;
    }
    if (role == OV_TCP_ROLE_SERVER)
    {
        ov_parse_error(parse, "remote with proto '%s': the other side listens; use '%s'", line->word[3],
                       remote.proto == OV_PROTO_TCP4   ? "tcp4"
                       : remote.proto == OV_PROTO_TCP6 ? "tcp6"
                                                       : "tcp");
        return;
    }
    (void)ov_parse_append(parse, &parse->draft.remotes, &remote, sizeof(remote));
}

OV_SETTER(socket_flags)
{
    for (size_t i = 1; i < line->count; i++)
    {
        if (strcmp(line->word[i], "TCP_NODELAY") != 0)
        {
            ov_parse_error(parse, "unknown socket flag '%.40s'; TCP_NODELAY is known", line->word[i]);
        }
    }
}

OV_SETTER(resolv_retry)
{
    if (strcmp(line->word[1], "infinite") == 0)
    {
        parse->config->resolv_retry_s = OV_INFINITE;
        return;
    }
    (void)ov_parse_number(parse, "resolv-retry (if not 'infinite')", line->word[1], 0, 86400,
                          &parse->config->resolv_retry_s);
}

OV_SETTER(connect_retry)
{
    uint32_t pause = 0, most = parse->config->connect_retry_max_s;
    if (!ov_parse_number(parse, "connect-retry", line->word[1], 1, 65535, &pause) ||
        (line->count > 2 &&
         !ov_parse_number(parse, "the maximum of connect-retry", line->word[2], 1, 65535, &most)))
    {
        return;
    }
    parse->config->connect_retry_s = pause;
    parse->config->connect_retry_max_s = most > pause ? most : pause;
}

OV_SETTER(exit_notify)
{
    parse->config->exit_notify = 1;
    if (line->count > 1)
    {
        (void)ov_parse_number(parse, "explicit-exit-notify", line->word[1], 0, 60,
                              &parse->config->exit_notify);
    }
}

/* One timer with two possible ends: the option given last decides, as in 2.x. */
OV_SETTER(ping_restart)
{
    struct ov_keepalive *keepalive = &parse->config->keepalive;
    if (ov_parse_number(parse, option->name, line->word[1], option->low, option->high,
                        &keepalive->ping_restart_s))
    {
        keepalive->ping_exit_s = 0;
    }
}

OV_SETTER(ping_exit)
{
    struct ov_keepalive *keepalive = &parse->config->keepalive;
    if (ov_parse_number(parse, option->name, line->word[1], option->low, option->high,
                        &keepalive->ping_exit_s))
    {
        keepalive->ping_restart_s = 0;
    }
}

/* 2.x knows one timer by two names. Given both, they part: server-poll-timeout waits for one server's first answer,
 * connect-timeout for the tunnel. */
OV_SETTER(connect_timeout)
{
    const bool poll = strcmp(option->name, "server-poll-timeout") == 0;
    (void)ov_parse_number(parse, option->name, line->word[1], 1, 3600,
                          poll ? &parse->draft.server_poll_s : &parse->draft.connect_timeout_s);
}

OV_SETTER(inactive)
{
    struct ov_keepalive *keepalive = &parse->config->keepalive;
    uint64_t octets = 0;
    if (line->count > 2 && !ov_value_u64(line->word[2], &octets))
    {
        ov_parse_error(parse, "the octets of inactive must be a number, not '%.40s'", line->word[2]);
        return;
    }
    if (ov_parse_number(parse, "inactive", line->word[1], 0, UINT32_MAX / 1000, &keepalive->inactive_s))
    {
        keepalive->inactive_octets = octets;
    }
}

OV_SETTER(keepalive)
{
    struct ov_draft *draft = &parse->draft;
    uint32_t ping, restart;
    if (!ov_parse_number(parse, "the interval of keepalive", line->word[1], 1, 86400, &ping) ||
        !ov_parse_number(parse, "the timeout of keepalive", line->word[2], 1, 86400, &restart))
    {
        return;
    }
    if (restart < 2 * ping)
    {
        ov_parse_error(
            parse,
            "keepalive %u %u: the timeout must be at least twice the interval, or one lost ping ends "
            "the connection",
            ping, restart);
        return;
    }
    draft->has_keepalive = true;
    draft->keepalive_ping_s = ping;
    draft->keepalive_restart_s = restart;
}
