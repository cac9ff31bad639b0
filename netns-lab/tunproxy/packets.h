/* What the proxy must know of the packets that pass: pure functions. */
#ifndef OV_TUNPROXY_PACKETS_H
#define OV_TUNPROXY_PACKETS_H

#include "netns-lab/wincost/profile.h"

#define PROXY_FRAME_MAX (65536u + 256u) /* a super-packet, its virtio_net_hdr and an Ethernet header */

/* How many datagrams of the tunnel a frame of the device stands for; with headers, it begins with a
 * virtio_net_hdr of 10 octets. 1 for whatever cannot be cut. */
unsigned proxy_datagrams(const uint8_t *frame, size_t len, bool headers);

/* Octets of send buffer (as getsockopt shows them) of an end of the hand-over between program and proxy.
 * With slow, as few packets as the kernel allows: where the device costs time, a queue before it would
 * hide that. */
unsigned proxy_handover(bool slow, bool super_packets, unsigned mtu);

#endif
