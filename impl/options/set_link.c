/* Setters: the outer socket and how long to wait for what. */
#include <string.h>

#include "options/parse.h"

static const struct
{
    const char *name;
    enum ov_proto proto;
    bool built;
} protos[] = {
    {"udp", OV_PROTO_UDP, true},          {"udp4", OV_PROTO_UDP4, true},
    {"udp6", OV_PROTO_UDP6, true},        {"tcp", OV_PROTO_UDP, false},
    {"tcp4", OV_PROTO_UDP, false},        {"tcp6", OV_PROTO_UDP, false},
    {"tcp-client", OV_PROTO_UDP, false},  {"tcp4-client", OV_PROTO_UDP, false},
    {"tcp6-client", OV_PROTO_UDP, false}, {"tcp-server", OV_PROTO_UDP, false},
    {"tcp4-server", OV_PROTO_UDP, false}, {"tcp6-server", OV_PROTO_UDP, false},
};

static bool read_proto(struct ov_parse *parse, const char *text, enum ov_proto *out)
{
    for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
    {
        if (strcmp(text, protos[i].name) != 0)
        {
            continue;
        }
        if (!protos[i].built)
        {
            ov_parse_error(parse, "proto '%s' is known to OpenVPN 2.x but not built into ovref yet", text);
            return false;
        }
        *out = protos[i].proto;
        return true;
    }
    ov_parse_error(parse, "unknown proto '%.40s'; use udp, udp4 or udp6", text);
    return false;
}

static bool read_port(struct ov_parse *parse, const char *text, uint32_t low, uint16_t *out)
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
    (void)read_proto(parse, line->word[1], &parse->config->proto);
}

OV_SETTER(local)
{
    if (parse->config->local != NULL && strcmp(parse->config->local, line->word[1]) != 0)
    {
        ov_parse_error(parse,
                       "a second 'local' (several sockets, as in OpenVPN 2.7) is not built into ovref yet");
        return;
    }
    parse->config->local = line->word[1];
}

OV_SETTER(port)
{
    if (read_port(parse, line->word[1], 1, &parse->config->lport))
    {
        parse->config->rport = parse->config->lport;
    }
}

OV_SETTER(lport)
{
    (void)read_port(parse, line->word[1], 0, &parse->config->lport);
}

OV_SETTER(rport)
{
    (void)read_port(parse, line->word[1], 1, &parse->config->rport);
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
}

OV_SETTER(remote)
{
    struct ov_remote remote = {line->word[1], 0, OV_PROTO_LATER};
    if (line->word[1][0] == '\0')
    {
        ov_parse_error(parse, "remote needs a host name or address");
        return;
    }
    if ((line->count > 2 && !read_port(parse, line->word[2], 1, &remote.port)) ||
        (line->count > 3 && !read_proto(parse, line->word[3], &remote.proto)))
    {
        return;
    }
    (void)ov_parse_append(parse, &parse->draft.remotes, &remote, sizeof(remote));
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
