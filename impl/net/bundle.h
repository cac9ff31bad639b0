#ifndef OV_NET_BUNDLE_H
#define OV_NET_BUNDLE_H

#include "base/err.h"
#include "net/link.h"

/* Several links as one: a server's sockets [WP-SRV-014]. Each datagram says by which of them it came, and goes by
 * that one (ov_addr.way: its place in the list; what was sent has none any more). Its connections are those of all members that have some. */

#define OV_BUNDLE_MAX 32u

/* Takes the links over, on error too. OV_ERR_NOMEM, OV_ERR_IO, OV_ERR_ARG: none, or too many; with a one-line reason
 * in text. */
OV_MUST_USE enum ov_err ov_bundle_open(struct ov_link *const *links, size_t count, struct ov_link **out,
                                       char text[static OV_LINK_TEXT]);

#endif
