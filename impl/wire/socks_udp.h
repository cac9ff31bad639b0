#ifndef OV_WIRE_SOCKS_UDP_H
#define OV_WIRE_SOCKS_UDP_H

#include "base/addr.h"
#include "base/err.h"

/* The header of datagrams to and from a SOCKS5 relay: 00 00, fragment 00, type 01, IPv4 address, port
 * [WP-PROXY-022]. */

#define OV_SOCKS_UDP_HEAD 10u

/* For a datagram to server. OV_ERR_ADDRESS: it is not IPv4. */
OV_MUST_USE enum ov_err ov_socks_udp_write(const struct ov_addr *server,
                                           uint8_t out[static OV_SOCKS_UDP_HEAD]);
/* Of a datagram of len octets: whom it is from. OV_ERR_TRUNCATED; OV_ERR_UNSUPPORTED: a fragment, or no IPv4. */
OV_MUST_USE enum ov_err ov_socks_udp_read(const uint8_t *data, size_t len, struct ov_addr *from);

#endif
