/* Helper options become the settings they stand for. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

/* Where the IPv6 pool begins; in small networks right behind the server [WP-PUSH-022]. */
#define POOL6_OFFSET     0x1000u
#define POOL6_SMALL_BITS 112
#define POOL6_MAX        65536u

static void push_text(struct ov_parse *parse, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void push_text(struct ov_parse *parse, const char *format, ...)
{
    char text[OV_PUSH_OPTION + 1];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    const char *copy = ov_arena_strdup(parse->arena, text);
    if (copy == NULL)
    {
        parse->failed = OV_ERR_NOMEM;
        return;
    }
    (void)ov_parse_append(parse, &parse->draft.push, &copy, sizeof(copy));
}

static void expand_server6(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    const struct ov_draft *draft = &parse->draft;
    uint8_t bits = draft->server6_bits;
    uint32_t offset = bits < POOL6_SMALL_BITS ? POOL6_OFFSET : 2;
    uint64_t room = bits > 96 ? (UINT64_C(1) << (128 - bits)) - offset : POOL6_MAX;

    memcpy(config->tunnel.ip6, draft->server6, 16);
    ov_value_add6(config->tunnel.ip6, 1);
    config->tunnel.ip6_bits = bits;
    config->tunnel.has_ip6 = true;
    memcpy(config->pool.ip6_first, draft->server6, 16);
    ov_value_add6(config->pool.ip6_first, offset);
    config->pool.ip6_count = room < POOL6_MAX ? (uint32_t)room : POOL6_MAX;
    config->pool.has_ip6 = true;
    push_text(parse, "tun-ipv6");
}

static void expand_server4(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    uint32_t net = parse->draft.server_net;
    uint8_t bits = parse->draft.server_bits;
    uint32_t broadcast = net | ~ov_value_bits4(bits);
    char text[OV_IP4_TEXT];

    config->tunnel.ip4 = net + 1;
    config->tunnel.ip4_bits = bits;
    config->tunnel.has_ip4 = true;
    config->pool.ip4_first = net + 2;
    config->pool.ip4_last = broadcast - 1;
    if (!config->tunnel.has_route_gateway)
    {
        /* A kernel route needs a next hop that isn't the server itself; packets
         * to any address of the network end in the tun device. */
        config->tunnel.route_gateway = net + 2;
        config->tunnel.has_route_gateway = true;
    }
    push_text(parse, "route-gateway %s", ov_value_ip4_text(net + 1, text));
    push_text(parse, "topology subnet");
}

/* A server waits twice as long as its clients, so that they are the ones who notice first [WP-PUSH-021]. */
static void expand_keepalive(struct ov_parse *parse, bool server)
{
    const struct ov_draft *draft = &parse->draft;
    struct ov_keepalive *keepalive = &parse->config->keepalive;
    keepalive->ping_s = draft->keepalive_ping_s;
    keepalive->ping_restart_s = draft->keepalive_restart_s * (server ? 2 : 1);
    keepalive->ping_exit_s = 0;
    if (server)
    {
        push_text(parse, "ping %u", draft->keepalive_ping_s);
        push_text(parse, "ping-restart %u", draft->keepalive_restart_s);
    }
}

void ov_parse_expand(struct ov_parse *parse)
{
    bool server = parse->config->role == OV_ROLE_SERVER;
    if (parse->draft.has_server6)
    {
        expand_server6(parse);
    }
    if (parse->draft.has_server)
    {
        expand_server4(parse);
    }
    if (server && parse->config->tcp_nodelay)
    {
        push_text(parse, "socket-flags TCP_NODELAY");
    }
    if (parse->draft.has_keepalive)
    {
        expand_keepalive(parse, server);
    }
    parse->config->push = parse->draft.push.items;
    parse->config->push_count = parse->draft.push.count;
}
