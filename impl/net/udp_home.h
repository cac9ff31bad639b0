#ifndef OV_NET_UDP_HOME_H
#define OV_NET_UDP_HOME_H

#include "net/udp.h"

/* UDP on a host with several addresses (--multihome): an answer leaves from the address its peer wrote to last. The
 * link remembers that itself, for a bounded number of peers; one that was forgotten is answered as without. Batches
 * as in udp.h. seed: random, against chosen collisions. Errors as ov_udp_open. */
OV_MUST_USE enum ov_err ov_udp_open_home(const struct ov_udp_settings *settings, uint64_t seed,
                                         struct ov_link **out, char text[static OV_LINK_TEXT]);

#endif
