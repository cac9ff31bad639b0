#include "netns-lab/linkemu/packet.h"

#include <string.h>

#define IPV4_LEN 20u
#define IPV6_LEN 40u
#define TCP_LEN  20u
#define UDP_LEN  8u

static uint16_t host16(const uint8_t *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint16_t net16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static bool read_ip(struct emu_packet *p)
{
    if (p->len < IPV4_LEN)
    {
        return false;
    }
    p->version = p->ip[0] >> 4;
    if (p->version == 4)
    {
        uint32_t ihl = (p->ip[0] & 15u) * 4u;
        bool fragment = (net16(p->ip + 6) & 0x3fff) != 0;
        p->protocol = fragment ? 0 : p->ip[9];
        p->l4 = fragment ? 0 : (uint16_t)ihl;
        p->headers_len = ihl;
        p->local = p->ip[16] >= 224; /* multicast, broadcast */
        return ihl >= IPV4_LEN && ihl <= p->len && net16(p->ip + 2) == p->len;
    }
    if (p->version != 6 || p->len < IPV6_LEN)
    {
        return false;
    }
    p->protocol = p->ip[6];
    p->l4 = IPV6_LEN;
    p->headers_len = IPV6_LEN;
    bool link_local = p->ip[8] == 0xfe && (p->ip[9] & 0xc0) == 0x80;
    p->local = p->ip[24] == 0xff || link_local;
    return net16(p->ip + 4) == p->len - IPV6_LEN;
}

/* Finds the end of the transport header. False: there is none that we know whole. */
static bool read_l4(struct emu_packet *p)
{
    uint32_t rest = p->l4 != 0 ? p->len - p->l4 : 0;
    if (p->protocol == EMU_IPPROTO_TCP && rest >= TCP_LEN)
    {
        uint32_t len = (p->ip[p->l4 + 12u] >> 4) * 4u;
        p->headers_len = p->l4 + len;
        return len >= TCP_LEN && len <= rest;
    }
    p->headers_len = p->l4 + UDP_LEN;
    return p->protocol == EMU_IPPROTO_UDP && rest >= UDP_LEN;
}

/* Our own reading of the headers and the kernel's must agree before a frame is cut. */
static bool gso_makes_sense(const struct emu_packet *p)
{
    unsigned type = p->gso_type & ~EMU_VNET_GSO_ECN;
    bool tcp = p->protocol == EMU_IPPROTO_TCP;
    bool fits = (type == EMU_VNET_GSO_TCPV4 && tcp && p->version == 4) ||
                (type == EMU_VNET_GSO_TCPV6 && tcp && p->version == 6) ||
                (type == EMU_VNET_GSO_UDP_L4 && p->protocol == EMU_IPPROTO_UDP);
    return fits && p->gso_size > 0 && p->needs_csum && p->csum_start == p->l4 &&
           p->csum_offset == (tcp ? 16 : 6) && p->len > p->headers_len;
}

bool emu_packet_read(struct emu_packet *p, const uint8_t *frame, size_t len)
{
    *p = (struct emu_packet){.vnet = frame, .segments = 1};
    if (len < EMU_VNET_LEN || len > EMU_VNET_LEN + 65535u + IPV6_LEN)
    {
        return false;
    }
    p->ip = frame + EMU_VNET_LEN;
    p->len = (uint32_t)(len - EMU_VNET_LEN);
    p->needs_csum = (frame[0] & EMU_VNET_NEEDS_CSUM) != 0;
    p->gso_type = frame[1];
    p->gso_size = host16(frame + 4);
    p->csum_start = host16(frame + 6);
    p->csum_offset = host16(frame + 8);
    if (!read_ip(p))
    {
        return false;
    }
    if (!read_l4(p))
    {
        p->headers_len = p->l4 != 0 ? p->l4 : p->headers_len;
        p->protocol = 0;
    }
    if (p->needs_csum && p->csum_start + p->csum_offset + 2u > p->len)
    {
        return false;
    }
    if ((p->gso_type & ~EMU_VNET_GSO_ECN) == EMU_VNET_GSO_NONE)
    {
        p->gso_size = 0;
        return true;
    }
    p->odd = !gso_makes_sense(p);
    if (!p->odd)
    {
        p->segments = (p->len - p->headers_len + p->gso_size - 1) / p->gso_size;
    }
    return true;
}

uint32_t emu_packet_segment_len(const struct emu_packet *p, uint32_t segment)
{
    if (p->segments == 1)
    {
        return p->len;
    }
    uint32_t left = p->len - p->headers_len - segment * p->gso_size;
    return p->headers_len + (left < p->gso_size ? left : p->gso_size);
}

bool emu_packet_dont_fragment(const struct emu_packet *p)
{
    return p->version == 6 || (p->ip[6] & 0x40) != 0;
}

bool emu_packet_is_ect(const struct emu_packet *p)
{
    return ((p->version == 4 ? p->ip[1] : p->ip[1] >> 4) & 3) != 0;
}
