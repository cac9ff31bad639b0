#ifndef OV_NET_UDP_SOCKS_H
#define OV_NET_UDP_SOCKS_H

#include "net/udp.h"

/* UDP through the relay of a SOCKS5 proxy: batches as in udp.h, with the relay's header in front of each datagram
 * on the wire. The program above sees the server's address and plain packets. relay is IPv4. Errors as ov_udp_open. */
OV_MUST_USE enum ov_err ov_udp_open_socks(const struct ov_udp_settings *settings, const struct ov_addr *relay,
                                          struct ov_link **out, char text[static OV_LINK_TEXT]);

#endif
