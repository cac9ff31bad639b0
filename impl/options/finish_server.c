/* A server of many clients: its addresses. */
#include "options/finish.h"

void ov_finish_server(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    if (config->role != OV_ROLE_SERVER || config->p2p)
    {
        return;
    }
    const bool own4 = is_given(parse, "ifconfig");
    const bool own6 = is_given(parse, "ifconfig-ipv6");
    if (!is_given(parse, "server") && !is_given(parse, "server-ipv6") && !own4 && !own6 &&
        !is_given(parse, "server-bridge") && !config->tunnel.tap)
    {
        SAY(ov_parse_error, NULL, "a server needs 'server network netmask': the addresses of the tunnel");
    }
    if ((own4 && is_given(parse, "server")) || (own6 && is_given(parse, "server-ipv6")))
    {
        const char *name = own4 && is_given(parse, "server") ? "ifconfig" : "ifconfig-ipv6";
        const char *helper = name[8] == '\0' ? "server" : "server-ipv6";
        SAY(ov_parse_error, name, "'%s' contradicts '%s', which sets the server's own address", name, helper);
    }
    ov_parse_check_bridge(parse);
    if (parse->draft.has_pool4 && is_given(parse, "server") && !parse->draft.nopool)
    {
        SAY(ov_parse_error, "ifconfig-pool",
            "'ifconfig-pool' contradicts 'server' without 'nopool', which has a pool");
    }
    if (parse->draft.has_pool6 && is_given(parse, "server-ipv6"))
    {
        SAY(ov_parse_error, "ifconfig-ipv6-pool",
            "'ifconfig-ipv6-pool' contradicts 'server-ipv6', which has a pool");
    }
    if (config->exit_notify > 2)
    {
        SAY(ov_parse_error, "explicit-exit-notify",
            "explicit-exit-notify must be 0, 1 or 2 on a server, not %u", config->exit_notify);
    }
}
