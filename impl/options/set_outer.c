/* Setters: what is done to packets on their way out, and another view of their size. */
#include <string.h>

#include "options/occ.h"
#include "options/parse.h"
#include "options/values.h"

static bool read_address(struct ov_parse *parse, const char *what, const char *text, uint32_t *out)
{
    if (!ov_value_ip4(text, out))
    {
        ov_parse_error(parse, "client-nat: the %s '%.60s' is not an IPv4 address", what, text);
        return false;
    }
    return true;
}

static bool read_rule(struct ov_parse *parse, const struct ov_line *line, struct ov_nat_rule *rule)
{
    uint8_t bits;
    rule->theirs = strcmp(line->word[1], "dnat") == 0;
    if (!rule->theirs && strcmp(line->word[1], "snat") != 0)
    {
        ov_parse_error(parse, "client-nat: '%.40s' is neither 'snat' nor 'dnat'", line->word[1]);
        return false;
    }
    rule->self = strcmp(line->word[2], "localhost") == 0;
    if ((!rule->self && !read_address(parse, "network", line->word[2], &rule->net)) ||
        !read_address(parse, "netmask", line->word[3], &rule->mask) ||
        !read_address(parse, "alias", line->word[4], &rule->alias))
    {
        return false;
    }
    if (!ov_value_mask4(rule->mask, &bits))
    {
        ov_parse_error(parse, "client-nat: '%.60s' is not a netmask", line->word[3]);
        return false;
    }
    if ((rule->net & ~rule->mask) != 0 || (rule->alias & ~rule->mask) != 0)
    {
        ov_parse_error(parse, "client-nat: network or alias has bits behind the netmask %s", line->word[3]);
        return false;
    }
    return true;
}

/* type network netmask alias; a server may push more of them. */
OV_SETTER(client_nat)
{
    struct ov_config *config = parse->config;
    struct ov_list *list = &parse->draft.nat;
    struct ov_nat_rule rule = {0};
    if (!read_rule(parse, line, &rule))
    {
        return;
    }
    for (size_t i = list->count; i < config->nat_count; i++)
    {
        (void)ov_parse_append(parse, list, &config->nat[i], sizeof config->nat[i]);
    }
    if (list->count == OV_NAT_RULES)
    {
        ov_parse_error(parse, "client-nat: more than %u rules", OV_NAT_RULES);
    }
    else if (ov_parse_append(parse, list, &rule, sizeof rule))
    {
        config->nat = list->items;
        config->nat_count = list->count;
    }
}

/* ---- --link-mtu: the MTU of the tunnel follows from that of outer packets ---- */

OV_SETTER(link_mtu)
{
    (void)ov_parse_number(parse, option->name, line->word[1], 68, 65535, &parse->draft.link_mtu);
}

/* BF-CBC is the name that stands in the options string where nobody chose a cipher. */
static bool cipher_counts(const struct ov_config *config)
{
    enum ov_cipher_id id;
    return strcmp(config->occ_cipher, "BF-CBC") != 0 || config->has_fallback || config->secret.from != NULL ||
           ov_ciphers_has_name(&config->data_ciphers, config->occ_cipher, &id);
}

/* The packet id of CBC is encrypted along: 2.x counts it to the packet here. */
static bool counts_id_inside(const struct ov_occ *occ)
{
    enum ov_cipher_id id;
    return ov_cipher_by_name(occ->cipher, &id) == OV_OK && ov_cipher_mode(id) == OV_MODE_CBC;
}

/* What 2.x takes off is the sum of the options string [WP-MTU-010] without compression and fragments, and without a
 * cipher that only stands in it. */
void ov_parse_link_mtu(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    const uint32_t wanted = parse->draft.link_mtu;
    struct ov_occ occ;
    uint32_t around = 0;
    if (wanted == 0)
    {
        return;
    }
    const char *name = ov_parse_given(parse, "link-mtu") != NULL ? "link-mtu" : "udp-mtu";
    ov_parse_point_at(parse, name);
    ov_occ_from_config(config, &occ);
    occ.tun_mtu = 0;
    occ.compression = occ.fragment = false;
    occ.cipher = cipher_counts(config) ? occ.cipher : "none";
    occ.socks = config->proxy.kind == OV_PROXY_SOCKS5;
    occ.transport = !ov_proto_is_tcp(config->proto)  ? OV_OCC_UDP
                    : config->role == OV_ROLE_SERVER ? OV_OCC_TCP_SERVER
                                                     : OV_OCC_TCP_CLIENT;
    const enum ov_err err = ov_occ_link_mtu(&occ, &around);
    around -= counts_id_inside(&occ) ? (occ.secret ? 8u : 4u) : 0;
    if (ov_parse_given(parse, "tun-mtu") != NULL)
    {
        ov_parse_error(parse, "'%s' contradicts 'tun-mtu', which says the same more exactly", name);
    }
    else if (err != OV_OK || wanted < around + OV_TUN_MTU_MIN || wanted > around + OV_TUN_MTU_LIMIT)
    {
        ov_parse_error(parse, "%s must be from %u to %u here, not %u: packets have %u octets around", name,
                       around + OV_TUN_MTU_MIN, around + OV_TUN_MTU_LIMIT, wanted, around);
    }
    else
    {
        config->tunnel.mtu = wanted - around;
        ov_parse_warn(parse,
                      "%s %u means tun-mtu %u here, and something else with another cipher or digest: "
                      "better say 'tun-mtu'",
                      name, wanted, config->tunnel.mtu);
    }
    ov_parse_point_at(parse, NULL);
}

/* ---- together ---- */

/* UDP anywhere, as far as it is known before <connection> blocks are read. */
static bool any_udp(const struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    bool udp = config->role == OV_ROLE_SERVER && ov_config_serves(config, false);
    for (size_t i = 0; i < config->remotes_count; i++)
    {
        udp = udp || !ov_proto_is_tcp(config->remotes[i].proto);
    }
    return udp || parse->draft.connections.count > 0;
}

static void warn_of_no_effect(struct ov_parse *parse, const char *name, const char *why)
{
    ov_parse_point_at(parse, name);
    ov_parse_warn(parse, "'%s' has no effect %s", name, why);
    ov_parse_point_at(parse, NULL);
}

static void check_effects(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    const bool udp = any_udp(parse);
    if (config->outer.passtos && (!udp || config->multihome))
    {
        warn_of_no_effect(parse, "passtos",
                          udp ? "with 'multihome'" : "over TCP, where packets share segments");
    }
    if (config->outer.mtu_test && !udp)
    {
        warn_of_no_effect(parse, "mtu-test", "over TCP, which has no packets of its own");
    }
}

void ov_parse_finish_outer(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    const bool server = config->role == OV_ROLE_SERVER && !config->p2p;
    if (config->outer.shaper_octets_s > 0 && server)
    {
        ov_parse_point_at(parse, "shaper");
        ov_parse_error(parse,
                       "'shaper' can't be used with 'mode server': limit clients in the kernel, such as "
                       "'tc qdisc' on the tun device");
    }
    if (config->nat_count > 0 && config->tunnel.tap)
    {
        ov_parse_point_at(parse, "client-nat");
        ov_parse_error(parse, "'client-nat' translates IP packets, and 'dev tap' carries Ethernet");
    }
    if (config->nat_count > 0 && server)
    {
        ov_parse_point_at(parse, "client-nat");
        ov_parse_error(parse, "'client-nat' is for clients; a server pushes it");
    }
    if (config->outer.mtu_test && server)
    {
        ov_parse_point_at(parse, "mtu-test");
        ov_parse_error(parse, "'mtu-test' can't be used with 'mode server': clients begin it");
    }
    ov_parse_point_at(parse, NULL);
    check_effects(parse);
}
