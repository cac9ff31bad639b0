#include "netns-lab/tunproxy/packets.h"

#include "netns-lab/linkemu/packet.h"

#define HEADERS      64u   /* virtio_net_hdr and Ethernet header */
#define SOCKET_OWN   32u   /* of its buffer a unix socket keeps that much for itself */
#define HANDOVER_MIN 4608u /* the kernel gives no less; holds two full packets */
#define HANDOVER     (256u << 10)

unsigned proxy_datagrams(const uint8_t *frame, size_t len, bool headers)
{
    struct emu_packet packet;
    return headers && emu_packet_read(&packet, frame, len) ? packet.segments : 1;
}

unsigned proxy_handover(bool slow, bool super_packets, unsigned mtu)
{
    unsigned largest = super_packets ? PROXY_FRAME_MAX : mtu + HEADERS;
    if (!slow)
    {
        return HANDOVER;
    }
    return largest + SOCKET_OWN > HANDOVER_MIN ? largest + SOCKET_OWN : HANDOVER_MIN;
}
