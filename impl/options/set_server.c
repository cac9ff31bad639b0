/* Setters: server helpers and the push list. */
#include <stdio.h>
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

/* Pool bounds as in 2.x, [WP-PUSH-022]. */
#define SERVER6_BITS_MIN 64
#define SERVER6_BITS_MAX 124

OV_SETTER(server)
{
    uint32_t net, mask;
    uint8_t bits;
    char text[OV_IP4_TEXT];
    if (line->count > 3 && strcmp(line->word[3], "nopool") != 0)
    {
        ov_parse_error(parse, "server: the third argument can only be 'nopool', not '%.40s'", line->word[3]);
        return;
    }
    if (!ov_value_ip4(line->word[1], &net) || !ov_value_ip4(line->word[2], &mask))
    {
        ov_parse_error(parse, "server: '%.60s %.60s' is not an IPv4 network and netmask", line->word[1],
                       line->word[2]);
        return;
    }
    /* One client is enough for an Ethernet; for others see ov_parse_check_dev_options. */
    if (!ov_value_mask4(mask, &bits) || bits < OV_SERVER_BITS_MIN || bits > OV_SERVER_BITS_MAX + 1)
    {
        ov_parse_error(parse, OV_SERVER_MASK_TEXT, OV_SERVER_BITS_MIN, OV_SERVER_BITS_MAX, line->word[2]);
        return;
    }
    if ((net & ~mask) != 0)
    {
        ov_parse_error(parse, "server: %s/%u has bits behind its netmask; the network is %s", line->word[1],
                       bits, ov_value_ip4_text(net & mask, text));
        return;
    }
    parse->draft.has_server = true;
    parse->draft.nopool = line->count > 3;
    parse->draft.server_net = net;
    parse->draft.server_bits = bits;
}

OV_SETTER(server6)
{
    struct ov_draft *draft = &parse->draft;
    uint8_t net[16], bits;
    bool given;
    if (!ov_value_prefix6(line->word[1], net, &bits, &given))
    {
        ov_parse_error(parse, "server-ipv6: '%.60s' is not an IPv6 network (address/64..124)", line->word[1]);
        return;
    }
    if (!given || bits < SERVER6_BITS_MIN || bits > SERVER6_BITS_MAX)
    {
        ov_parse_error(parse, "server-ipv6: the prefix must be from /%d to /%d, not /%u", SERVER6_BITS_MIN,
                       SERVER6_BITS_MAX, bits);
        return;
    }
    if (!ov_value_is_net6(net, bits))
    {
        ov_parse_error(parse, "server-ipv6: '%.60s' has bits behind its prefix length", line->word[1]);
        return;
    }
    draft->has_server6 = true;
    memcpy(draft->server6, net, 16);
    draft->server6_bits = bits;
}

OV_SETTER(pool4)
{
    struct ov_draft *draft = &parse->draft;
    uint32_t first, last, mask = 0;
    uint8_t bits;
    if (!ov_value_ip4(line->word[1], &first) || !ov_value_ip4(line->word[2], &last) || first == 0 ||
        last < first || last - first >= OV_POOL4_MAX)
    {
        ov_parse_error(parse, "ifconfig-pool: '%.60s %.60s' is not a range of at most %u IPv4 addresses",
                       line->word[1], line->word[2], OV_POOL4_MAX);
        return;
    }
    if (line->count > 3 && (!ov_value_ip4(line->word[3], &mask) || !ov_value_mask4(mask, &bits) || bits == 0))
    {
        ov_parse_error(parse, "ifconfig-pool: '%.60s' is not a netmask", line->word[3]);
        return;
    }
    draft->has_pool4 = true;
    draft->pool_first = first;
    draft->pool_last = last;
    draft->pool_mask = mask;
}

OV_SETTER(pool6)
{
    struct ov_draft *draft = &parse->draft;
    bool given;
    if (!ov_value_prefix6(line->word[1], draft->pool6, &draft->pool6_bits, &given) || !given ||
        draft->pool6_bits < SERVER6_BITS_MIN || draft->pool6_bits > SERVER6_BITS_MAX)
    {
        ov_parse_error(parse, "ifconfig-ipv6-pool: '%.60s' is not an IPv6 address with /%d to /%d",
                       line->word[1], SERVER6_BITS_MIN, SERVER6_BITS_MAX);
        return;
    }
    draft->has_pool6 = true;
}

OV_SETTER(pool_persist)
{
    parse->config->pool_persist = line->word[1];
    if (line->count > 2)
    {
        (void)ov_parse_number(parse, "ifconfig-pool-persist: the interval", line->word[2], 0, 31536000,
                              &parse->config->pool_persist_s);
    }
}

OV_SETTER(push_constraint)
{
    struct ov_config *config = parse->config;
    uint32_t net, mask;
    uint8_t bits;
    if (!ov_value_ip4(line->word[1], &net) || !ov_value_ip4(line->word[2], &mask) ||
        !ov_value_mask4(mask, &bits) || (net & ~mask) != 0)
    {
        ov_parse_error(parse, "ifconfig-push-constraint: '%.60s %.60s' is not an IPv4 network and netmask",
                       line->word[1], line->word[2]);
        return;
    }
    config->has_push_constraint = true;
    config->constraint_net = net;
    config->constraint_mask = mask;
}

OV_SETTER(push)
{
    const char *text = line->word[1];
    if (strlen(text) > OV_PUSH_OPTION)
    {
        ov_parse_error(parse, "push: the option has %zu octets; clients read at most %u", strlen(text),
                       OV_PUSH_OPTION);
        return;
    }
    /* [WP-PUSH-010] */
    if (text[0] == '\0' || strchr(text, ',') != NULL)
    {
        ov_parse_error(parse, text[0] == '\0'
                                  ? "push: the option is empty"
                                  : "push: an option with a comma can't be pushed, the comma ends it");
        return;
    }
    (void)ov_parse_append(parse, &parse->draft.push, &text, sizeof(text));
}

static void read_freq(struct ov_parse *parse, const struct ov_line *line, uint32_t low, uint32_t *count,
                      uint32_t *period_s)
{
    char what[64];
    uint32_t most, seconds;
    (void)snprintf(what, sizeof what, "the count of %s", line->word[0]);
    if (!ov_parse_number(parse, what, line->word[1], low, INT32_MAX, &most))
    {
        return;
    }
    (void)snprintf(what, sizeof what, "the period of %s", line->word[0]);
    if (ov_parse_number(parse, what, line->word[2], 1, 86400, &seconds))
    {
        *count = most;
        *period_s = seconds;
    }
}

OV_SETTER(connect_freq)
{
    struct ov_config *config = parse->config;
    read_freq(parse, line, 1, &config->new_freq_count, &config->new_freq_period_s);
}

OV_SETTER(connect_freq_initial)
{
    struct ov_config *config = parse->config;
    read_freq(parse, line, 0, &config->connect_freq_count, &config->connect_freq_period_s);
}
