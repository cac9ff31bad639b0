#ifndef OV_OFFLOAD_UNREACHABLE_H
#define OV_OFFLOAD_UNREACHABLE_H

#include <stdbool.h>

#include "base/buf.h"

/* Turn an IPv6 packet into the ICMPv6 error "no route to destination" that answers it (RFC 4443): so programs fall
 * back to IPv4 at once instead of waiting. False: it isn't IPv6 and is unchanged. An IPv6 packet that must not be
 * answered (an error itself, to or from many) becomes empty: it is to be dropped. */
bool ov_ip6_unreachable(struct ov_buf *buf);

#endif
