/* Setters: what belongs to Ethernet devices, and devices that stay. */
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

#define TAP_MTU_EXTRA 32u /* as 2.x: header, VLAN tags, and a margin [WP-MTU-010] */
#define MTU_EXTRA_MAX 1000u

/* ---- the device ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "02:00:5e:10:00:01", also with dashes. */
static bool read_mac(const char *text, uint8_t mac[static 6])
{
    for (size_t i = 0; i < 6; i++)
    {
        const int high = hex_digit(text[0]);
        const int low = high < 0 ? -1 : hex_digit(text[1]);
        const char end = low < 0 ? '\0' : text[2];
        if (low < 0 || (i < 5 ? end != ':' && end != '-' : end != '\0'))
        {
            return false;
        }
        mac[i] = (uint8_t)(high << 4 | low);
        text += 3;
    }
    return true;
}

OV_SETTER(lladdr)
{
    struct ov_tunnel *tunnel = &parse->config->tunnel;
    static const uint8_t zero[6];
    uint8_t mac[6];
    if (!read_mac(line->word[1], mac) || (mac[0] & 1) != 0 || memcmp(mac, zero, sizeof zero) == 0)
    {
        ov_parse_error(parse, "lladdr: '%.40s' is not the MAC address of one station (aa:bb:cc:dd:ee:ff)",
                       line->word[1]);
        return;
    }
    memcpy(tunnel->mac, mac, sizeof tunnel->mac);
    tunnel->has_mac = true;
}

OV_SETTER(mtu_extra)
{
    parse->draft.has_mtu_extra |= ov_parse_number(parse, "tun-mtu-extra", line->word[1], 0, MTU_EXTRA_MAX,
                                                  &parse->config->tunnel.mtu_extra);
}

OV_SETTER(mktun)
{
    parse->config->wish = OV_WISH_MKTUN;
}

OV_SETTER(rmtun)
{
    parse->config->wish = OV_WISH_RMTUN;
}

void ov_parse_finish_dev(struct ov_parse *parse)
{
    struct ov_tunnel *tunnel = &parse->config->tunnel;
    const char *type = parse->draft.dev_type;
    tunnel->tap =
        type != NULL ? strcmp(type, "tap") == 0 : tunnel->dev != NULL && strncmp(tunnel->dev, "tap", 3) == 0;
    if (!parse->draft.has_mtu_extra)
    {
        tunnel->mtu_extra = tunnel->tap ? TAP_MTU_EXTRA : 0;
    }
    const bool named =
        tunnel->dev != NULL && strcmp(tunnel->dev, "tun") != 0 && strcmp(tunnel->dev, "tap") != 0;
    if ((parse->config->wish == OV_WISH_MKTUN || parse->config->wish == OV_WISH_RMTUN) && !named)
    {
        ov_parse_error(parse, "'%s' needs 'dev' with a full name, such as tap0",
                       parse->config->wish == OV_WISH_MKTUN ? "mktun" : "rmtun");
    }
}

/* What follows belongs to the place of this option; NULL: to none. */
static bool point_at(struct ov_parse *parse, const char *name)
{
    const struct ov_place *place = name != NULL ? ov_parse_given(parse, name) : NULL;
    parse->file = place != NULL ? place->file : NULL;
    parse->line = place != NULL ? place->line : 0;
    return place != NULL;
}

static void needs_tap(struct ov_parse *parse, const char *name)
{
    if (point_at(parse, name))
    {
        ov_parse_error(parse, "'%s' is for 'dev tap', and this is a tun device", name);
    }
}

void ov_parse_check_dev_options(struct ov_parse *parse)
{
    const uint8_t bits = parse->draft.server_bits;
    char text[OV_IP4_TEXT];
    ov_parse_check_vlan(parse);
    if (!parse->config->tunnel.tap)
    {
        needs_tap(parse, "lladdr");
        needs_tap(parse, "server-bridge");
        if (bits > OV_SERVER_BITS_MAX && point_at(parse, "server"))
        {
            ov_parse_error(parse, OV_SERVER_MASK_TEXT, OV_SERVER_BITS_MIN, OV_SERVER_BITS_MAX,
                           ov_value_ip4_text(ov_value_bits4(bits), text));
        }
    }
    (void)point_at(parse, NULL);
}

/* ---- the server ---- */

static bool read_addresses(struct ov_parse *parse, const struct ov_line *line)
{
    struct ov_draft *draft = &parse->draft;
    uint32_t *const to[] = {&draft->bridge_gateway, &draft->bridge_mask, &draft->bridge_first,
                            &draft->bridge_last};
    uint8_t bits;
    for (size_t i = 0; i < 4; i++)
    {
        if (!ov_value_ip4(line->word[i + 1], to[i]))
        {
            ov_parse_error(parse, "server-bridge: '%.60s' is not an IPv4 address", line->word[i + 1]);
            return false;
        }
    }
    if (!ov_value_mask4(draft->bridge_mask, &bits) || bits == 0)
    {
        ov_parse_error(parse, "server-bridge: '%.60s' is not a netmask", line->word[2]);
        return false;
    }
    const uint32_t net = draft->bridge_gateway & draft->bridge_mask;
    if ((draft->bridge_first & draft->bridge_mask) != net ||
        (draft->bridge_last & draft->bridge_mask) != net || draft->bridge_first > draft->bridge_last ||
        draft->bridge_last - draft->bridge_first >= OV_POOL4_MAX)
    {
        ov_parse_error(
            parse,
            "server-bridge: %.40s to %.40s is not a range of at most %u addresses in the network of %.40s",
            line->word[3], line->word[4], OV_POOL4_MAX, line->word[1]);
        return false;
    }
    return true;
}

OV_SETTER(server_bridge)
{
    struct ov_draft *draft = &parse->draft;
    const bool nogw = line->count == 2 && strcmp(line->word[1], "nogw") == 0;
    if (line->count != 1 && line->count != 5 && !nogw)
    {
        ov_parse_error(parse, "server-bridge has no argument, 'nogw', or four: gateway netmask first last");
        return;
    }
    if (line->count == 5 && !read_addresses(parse, line))
    {
        return;
    }
    draft->has_bridge = true;
    draft->bridge_dhcp = line->count < 5;
    draft->bridge_nogw = nogw;
}

/* Without a network of its own, nothing says what netmask a pool has. */
void ov_parse_check_bridge(struct ov_parse *parse)
{
    const struct ov_draft *draft = &parse->draft;
    const bool bare = parse->config->tunnel.tap && ov_parse_given(parse, "server") == NULL &&
                      ov_parse_given(parse, "ifconfig") == NULL;
    if (draft->has_bridge && ov_parse_given(parse, "server") != NULL && point_at(parse, "server-bridge"))
    {
        ov_parse_error(parse, "'server-bridge' contradicts 'server'");
    }
    if (draft->has_bridge && !draft->bridge_dhcp && draft->has_pool4 && point_at(parse, "ifconfig-pool"))
    {
        ov_parse_error(parse, "'ifconfig-pool' contradicts 'server-bridge', which has a pool");
    }
    else if (bare && draft->has_pool4 && draft->pool_mask == 0 && point_at(parse, "ifconfig-pool"))
    {
        ov_parse_error(parse, "'ifconfig-pool' with 'dev tap' needs a netmask");
    }
    (void)point_at(parse, NULL);
}

/* The tap device has no address of its own: the bridge that it is a port of has one. */
void ov_parse_expand_bridge(struct ov_parse *parse)
{
    const struct ov_draft *draft = &parse->draft;
    struct ov_pool *pool = &parse->config->pool;
    char text[OV_IP4_TEXT];
    if (draft->bridge_dhcp)
    {
        if (!draft->bridge_nogw)
        {
            ov_parse_push(parse, "route-gateway dhcp");
        }
        return;
    }
    pool->ip4_first = draft->bridge_first;
    pool->ip4_last = draft->bridge_last;
    pool->ip4_mask = draft->bridge_mask;
    ov_parse_push(parse, "route-gateway %s", ov_value_ip4_text(draft->bridge_gateway, text));
}

OV_SETTER(max_routes)
{
    (void)ov_parse_number(parse, "max-routes-per-client", line->word[1], option->low, option->high,
                          parse->own != NULL ? &parse->own->config.most_routes : &parse->config->max_macs);
}

/* The interval says how often 2.x looks; here an address is too old as soon as it is. */
OV_SETTER(stale_routes)
{
    uint32_t interval;
    if (ov_parse_number(parse, "the age of stale-routes-check", line->word[1], 1, INT32_MAX,
                        &parse->config->mac_age_s) &&
        line->count > 2)
    {
        (void)ov_parse_number(parse, "the interval of stale-routes-check", line->word[2], 1, INT32_MAX,
                              &interval);
    }
}
