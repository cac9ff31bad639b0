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

void ov_parse_push(struct ov_parse *parse, const char *format, ...)
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
    memcpy(config->tunnel.ip6_remote, draft->server6, 16); /* what programs are told */
    ov_value_add6(config->tunnel.ip6_remote, 2);
    config->tunnel.has_ip6_remote = true;
    memcpy(config->pool.ip6_first, draft->server6, 16);
    ov_value_add6(config->pool.ip6_first, offset);
    config->pool.ip6_count = room < POOL6_MAX ? (uint32_t)room : POOL6_MAX;
    config->pool.has_ip6 = true;
    ov_parse_push(parse, "tun-ipv6");
}

static bool is_subnet(const struct ov_parse *parse)
{
    return parse->config->tunnel.tap || parse->draft.topology == OV_TOPOLOGY_SUBNET ||
           parse->draft.topology == OV_TOPOLOGY_UNSET;
}

/* net30 and p2p: the server's own other end is .2, the pool begins at .4 and ends before the last block
 * [WP-PUSH-022]; the network itself is a route. */
static void expand_blocks(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    const struct ov_draft *draft = &parse->draft;
    const uint32_t net = draft->server_net;
    const uint32_t mask = ov_value_bits4(draft->server_bits);
    const struct ov_route4 route = {.net = net, .bits = draft->server_bits, .metric = OV_INFINITE};
    char text[OV_IP4_TEXT], mask_text[OV_IP4_TEXT];

    config->tunnel.ip4_bits = 32;
    config->tunnel.has_ip4_remote = true;
    config->tunnel.ip4_remote = net + 2;
    if (!draft->nopool)
    {
        config->pool.ip4_first = net + 4;
        config->pool.ip4_last = (net | ~mask) - 4;
        config->pool.net30 = draft->topology == OV_TOPOLOGY_NET30;
    }
    (void)ov_parse_append(parse, &parse->draft.routes4, &route, sizeof(route));
    if (config->client_to_client)
    {
        ov_parse_push(parse, "route %s %s", ov_value_ip4_text(net, text), ov_value_ip4_text(mask, mask_text));
    }
    else if (draft->topology == OV_TOPOLOGY_NET30)
    {
        ov_parse_push(parse, "route %s", ov_value_ip4_text(net + 1, text));
    }
    ov_parse_push(parse, "topology %s", ov_topology_name(draft->topology));
}

/* Ranges that were given in so many words. */
static void expand_pools(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    const struct ov_draft *draft = &parse->draft;
    if (draft->has_pool4)
    {
        config->pool.net30 = draft->topology == OV_TOPOLOGY_NET30 && !config->tunnel.tap;
        config->pool.ip4_first = draft->pool_first & (config->pool.net30 ? ~UINT32_C(3) : UINT32_MAX);
        config->pool.ip4_last = draft->pool_last | (config->pool.net30 ? 3 : 0);
        config->pool.ip4_mask = draft->pool_mask;
    }
    if (draft->has_pool6)
    {
        const uint64_t room = draft->pool6_bits > 96 ? UINT64_C(1) << (128 - draft->pool6_bits) : POOL6_MAX;
        memcpy(config->pool.ip6_first, draft->pool6, 16);
        config->pool.ip6_count = room < POOL6_MAX ? (uint32_t)room : POOL6_MAX;
        config->pool.has_ip6 = true;
    }
}

static void expand_server4(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    uint32_t net = parse->draft.server_net;
    uint8_t bits = parse->draft.server_bits;
    uint32_t broadcast = net | ~ov_value_bits4(bits);
    char text[OV_IP4_TEXT];

    config->tunnel.ip4 = net + 1;
    config->tunnel.has_ip4 = true;
    if (!is_subnet(parse))
    {
        expand_blocks(parse);
        return;
    }
    config->tunnel.ip4_bits = bits;
    if (!parse->draft.nopool)
    {
        config->pool.ip4_first = net + 2;
        config->pool.ip4_last = broadcast - 1;
    }
    if (!config->tunnel.has_route_gateway && !config->tunnel.tap)
    {
        /* A kernel route needs a next hop that isn't the server itself; packets
         * to any address of the network end in the tun device. */
        config->tunnel.route_gateway = net + 2;
        config->tunnel.has_route_gateway = true;
    }
    /* [WP-SRV-016] */
    ov_parse_push(parse, "route-gateway %s", ov_value_ip4_text(net + 1, text));
    if (!config->tunnel.tap) /* there is only one */
    {
        ov_parse_push(parse, "topology subnet");
    }
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
        ov_parse_push(parse, "ping %u", draft->keepalive_ping_s);
        ov_parse_push(parse, "ping-restart %u", draft->keepalive_restart_s);
    }
}

void ov_parse_expand(struct ov_parse *parse)
{
    bool server = parse->config->role == OV_ROLE_SERVER && !parse->config->p2p;
    if (parse->draft.has_server6)
    {
        expand_server6(parse);
    }
    if (parse->draft.has_server)
    {
        expand_server4(parse);
    }
    if (parse->draft.has_bridge)
    {
        ov_parse_expand_bridge(parse);
    }
    expand_pools(parse);
    if (server && parse->config->tcp_nodelay)
    {
        ov_parse_push(parse, "socket-flags TCP_NODELAY");
    }
    if (parse->draft.has_keepalive)
    {
        expand_keepalive(parse, server);
    }
    parse->config->push = parse->draft.push.items;
    parse->config->push_count = parse->draft.push.count;
}
