#include "app/outer_text.h"

#include <stdio.h>

const char *ov_outer_text(const struct ov_addr *addr, const struct ov_listener *sockets, size_t sockets_count,
                          char text[static OV_OUTER_TEXT])
{
    char plain[OV_ADDR_TEXT];
    (void)ov_addr_text(addr, plain);
    if (sockets_count < 2 || addr->way >= sockets_count)
    {
        (void)snprintf(text, OV_OUTER_TEXT, "%s", plain);
        return text;
    }
    const bool tcp = ov_proto_is_tcp(sockets[addr->way].proto);
    (void)snprintf(text, OV_OUTER_TEXT, "%s%c%s:%s", tcp ? "tcp" : "udp", addr->family == 6 ? '6' : '4',
                   tcp ? "-server" : "", plain);
    return text;
}
