/* Addresses and routes: the same for a configuration and for a push reply. */
#include "options/parse.h"
#include "options/values.h"

/* What the second word of ifconfig is depends on the topology [WP-PUSH-020]. */
static bool finish_ifconfig(struct ov_parse *parse)
{
    struct ov_tunnel *tunnel = &parse->config->tunnel;
    const char *const *word = parse->draft.ifconfig;
    const bool subnet =
        tunnel->tap || tunnel->topology == OV_TOPOLOGY_SUBNET || tunnel->topology == OV_TOPOLOGY_UNSET;
    uint32_t second = 0;
    uint8_t bits = 0;
    const bool read = ov_value_ip4(word[0], &tunnel->ip4) && ov_value_ip4(word[1], &second);
    const bool mask = read && ov_value_mask4(second, &bits) && bits > 0;
    if (!read || subnet != mask)
    {
        ov_parse_fatal(parse, "ifconfig: '%.60s' is %s (topology is %s)", word[1],
                       mask ? "a netmask, not the address of the other end" : "not a netmask",
                       tunnel->tap ? "that of a tap device" : ov_topology_name(tunnel->topology));
        return false;
    }
    tunnel->has_ip4 = true;
    tunnel->ip4_bits = subnet ? bits : 32;
    tunnel->has_ip4_remote = !subnet;
    tunnel->ip4_remote = subnet ? 0 : second;
    return true;
}

void ov_parse_finish_tunnel(struct ov_parse *parse)
{
    struct ov_tunnel *tunnel = &parse->config->tunnel;
    struct ov_route4 *routes4 = parse->draft.routes4.items;
    struct ov_route6 *routes6 = parse->draft.routes6.items;
    tunnel->topology = tunnel->tap ? OV_TOPOLOGY_SUBNET : parse->draft.topology;
    if (parse->draft.ifconfig[0] != NULL && !finish_ifconfig(parse))
    {
        return;
    }
    for (size_t i = 0; i < parse->draft.routes4.count; i++)
    {
        routes4[i].metric =
            routes4[i].metric != OV_INFINITE ? routes4[i].metric : parse->config->route_metric;
    }
    for (size_t i = 0; i < parse->draft.routes6.count; i++)
    {
        routes6[i].metric =
            routes6[i].metric != OV_INFINITE ? routes6[i].metric : parse->config->route_metric;
    }
    tunnel->routes4 = routes4;
    tunnel->routes4_count = parse->draft.routes4.count;
    tunnel->routes6 = routes6;
    tunnel->routes6_count = parse->draft.routes6.count;
    ov_parse_take_hooks(parse);
}
