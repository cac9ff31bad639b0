/* Setters: the default route, words in routes, and when routes are set. */
#include <string.h>

#include "options/parse.h"

enum ov_route_word ov_parse_route_word(const char *text)
{
    static const struct
    {
        const char *text;
        enum ov_route_word word;
    } words[] = {
        {"vpn_gateway", OV_ROUTE_VPN},
        {"net_gateway", OV_ROUTE_NET},
        {"remote_host", OV_ROUTE_REMOTE},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
    {
        if (strcmp(words[i].text, text) == 0)
        {
            return words[i].word;
        }
    }
    return OV_ROUTE_ADDRESS;
}

/* bypass-dhcp and bypass-dns do something on Windows only, where the system
 * says which servers it uses; 2.x accepts them everywhere. */
OV_SETTER(redirect)
{
    static const struct
    {
        const char *text;
        uint32_t set;
    } words[] = {
        {"def1", OV_REDIRECT_DEF1}, {"local", OV_REDIRECT_LOCAL},
        {"ipv6", OV_REDIRECT_IP6},  {"autolocal", OV_REDIRECT_AUTOLOCAL},
        {"bypass-dhcp", 0},         {"block-local", OV_REDIRECT_BLOCK_LOCAL},
        {"bypass-dns", 0},          {"!ipv4", 0},
    };
    uint32_t flags = OV_REDIRECT_ON | (strcmp(option->name, "redirect-gateway") == 0 ? OV_REDIRECT_IP4 : 0);
    if (parse->pulled != NULL && parse->config->route_nopull)
    {
        ov_parse_note(parse, "%s from the server is left out, as 'route-nopull' says", option->name);
        return;
    }
    for (size_t i = 1; i < line->count; i++)
    {
        size_t k = 0;
        while (k < sizeof(words) / sizeof(words[0]) && strcmp(words[k].text, line->word[i]) != 0)
        {
            k++;
        }
        if (k == sizeof(words) / sizeof(words[0]))
        {
            ov_parse_error(parse, "%s: unknown flag '%.40s'", option->name, line->word[i]);
            return;
        }
        flags |= words[k].set;
        /* Nothing of IPv4 is changed then, the way to the server neither, as in 2.x. */
        const uint32_t ip4 = OV_REDIRECT_ON | OV_REDIRECT_IP4;
        flags &= strcmp(line->word[i], "!ipv4") == 0 ? ~ip4 : UINT32_MAX;
    }
    parse->config->tunnel.redirect |= flags;
}

/* The second argument is for Windows. */
OV_SETTER(route_delay)
{
    uint32_t more;
    parse->config->tunnel.route_delay_s = 0;
    if (line->count > 1)
    {
        (void)ov_parse_number(parse, "route-delay", line->word[1], 0, 3600,
                              &parse->config->tunnel.route_delay_s);
    }
    if (line->count > 2)
    {
        (void)ov_parse_number(parse, "route-delay", line->word[2], 0, 3600, &more);
    }
}
