#include "ovspec/datagram.h"

#include <string.h>

enum
{
    IP_HOP_BY_HOP = 0,
    IP_TCP = 6,
    IP_UDP = 17,
    IP_ROUTING = 43,
    IP_FRAGMENT = 44,
    IP_DESTINATION = 60,
    UDP_HEADER_LEN = 8
};

/* What the IP header said about the octets that follow it. */
struct ip_payload
{
    uint8_t protocol;
    uint32_t len;
    bool fragment;
};

static void take_address(struct ovs_cursor *cursor, uint8_t family, struct ovs_endpoint *endpoint)
{
    size_t len = family == 4 ? 4 : 16;
    const uint8_t *octets = ovs_take(cursor, len);

    endpoint->family = family;
    if (octets != NULL)
    {
        memcpy(endpoint->address, octets, len);
    }
}

static bool take_ipv4(struct ovs_cursor *cursor, struct ovs_datagram *out, struct ip_payload *payload)
{
    size_t header_len = (size_t)(ovs_take_u8(cursor) & 0x0f) * 4;
    ovs_take_u8(cursor);
    uint16_t total_len = ovs_take_u16(cursor);
    ovs_take_u16(cursor);
    uint16_t fragment = ovs_take_u16(cursor);
    ovs_take_u8(cursor);
    payload->protocol = ovs_take_u8(cursor);
    ovs_take_u16(cursor);
    take_address(cursor, 4, &out->source);
    take_address(cursor, 4, &out->destination);
    if (header_len < 20 || total_len < header_len)
    {
        return false;
    }
    ovs_take(cursor, header_len - 20);
    payload->len = (uint32_t)(total_len - header_len);
    /* More fragments, or an offset. */
    payload->fragment = (fragment & 0x3fff) != 0;
    return !cursor->failed;
}

static bool is_extension(uint8_t protocol)
{
    return protocol == IP_HOP_BY_HOP || protocol == IP_ROUTING || protocol == IP_DESTINATION;
}

static bool take_ipv6(struct ovs_cursor *cursor, struct ovs_datagram *out, struct ip_payload *payload)
{
    ovs_take_u32(cursor);
    payload->len = ovs_take_u16(cursor);
    payload->protocol = ovs_take_u8(cursor);
    ovs_take_u8(cursor);
    take_address(cursor, 6, &out->source);
    take_address(cursor, 6, &out->destination);
    while (!cursor->failed && is_extension(payload->protocol))
    {
        payload->protocol = ovs_take_u8(cursor);
        uint32_t len = 8 + 8 * (uint32_t)ovs_take_u8(cursor);
        ovs_take(cursor, len - 2);
        if (payload->len < len)
        {
            return false;
        }
        payload->len -= len;
    }
    payload->fragment = payload->protocol == IP_FRAGMENT;
    return !cursor->failed;
}

static bool take_udp(struct ovs_cursor *cursor, uint32_t ip_payload_len, struct ovs_datagram *out)
{
    out->transport = OVS_UDP;
    out->source.port = ovs_take_u16(cursor);
    out->destination.port = ovs_take_u16(cursor);
    uint16_t len = ovs_take_u16(cursor);
    ovs_take_u16(cursor);
    if (cursor->failed || len < UDP_HEADER_LEN || len > ip_payload_len)
    {
        return false;
    }
    out->len = (uint32_t)(len - UDP_HEADER_LEN);
    return true;
}

static bool take_tcp(struct ovs_cursor *cursor, uint32_t ip_payload_len, struct ovs_datagram *out)
{
    out->transport = OVS_TCP;
    out->source.port = ovs_take_u16(cursor);
    out->destination.port = ovs_take_u16(cursor);
    out->tcp.sequence = ovs_take_u32(cursor);
    ovs_take_u32(cursor);
    size_t header_len = (size_t)(ovs_take_u8(cursor) >> 4) * 4;
    uint8_t flags = ovs_take_u8(cursor);
    ovs_take(cursor, 6);
    out->tcp.fin = (flags & 0x01) != 0;
    out->tcp.syn = (flags & 0x02) != 0;
    out->tcp.reset = (flags & 0x04) != 0;
    if (header_len < 20 || header_len > ip_payload_len)
    {
        return false;
    }
    ovs_take(cursor, header_len - 20);
    out->len = ip_payload_len - (uint32_t)header_len;
    return !cursor->failed;
}

enum ovs_frame_kind ovs_datagram_decode(int link_type, const uint8_t *frame, size_t captured_len,
                                        struct ovs_datagram *out)
{
    struct ovs_cursor cursor = ovs_cursor_over(frame, captured_len);
    struct ip_payload payload = {0};

    *out = (struct ovs_datagram){0};
    if (!ovs_link_skip(link_type, &cursor))
    {
        return cursor.failed ? OVS_FRAME_BROKEN : OVS_FRAME_OTHER;
    }
    unsigned version = cursor.left > 0 ? cursor.at[0] >> 4 : 0;
    if (version != 4 && version != 6)
    {
        return OVS_FRAME_OTHER;
    }
    if (!(version == 4 ? take_ipv4 : take_ipv6)(&cursor, out, &payload))
    {
        return OVS_FRAME_BROKEN;
    }
    if (payload.fragment)
    {
        return OVS_FRAME_FRAGMENT;
    }
    if (payload.protocol != IP_UDP && payload.protocol != IP_TCP)
    {
        return OVS_FRAME_OTHER;
    }
    if (!(payload.protocol == IP_UDP ? take_udp : take_tcp)(&cursor, payload.len, out))
    {
        return OVS_FRAME_BROKEN;
    }
    /* Ethernet pads short frames: what is beyond the datagram is not its payload. */
    out->payload = cursor.at;
    out->captured_len = cursor.left < out->len ? (uint32_t)cursor.left : out->len;
    return OVS_FRAME_DATAGRAM;
}
