#include "netns-lab/linkemu/slice.h"

#include "netns-lab/linkemu/sum.h"

#include <string.h>

#define TCP_FIN 0x01u
#define TCP_PSH 0x08u
#define TCP_CWR 0x80u

/* What is cut, while its headers are written: octets from ip, in the copy. */
struct cut
{
    const struct emu_packet *packet;
    uint8_t *vnet;
    uint8_t *ip;
    uint32_t first;
    uint32_t count;
    uint32_t payload_at; /* in the packet */
    uint32_t payload_len;
};

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write_ipv4_sum(uint8_t *ip)
{
    put16(ip + 10, 0);
    uint16_t sum = (uint16_t)~emu_sum_fold(emu_sum_add(0, ip, (ip[0] & 15u) * 4u));
    memcpy(ip + 10, &sum, sizeof sum);
}

static void write_ip(const struct cut *cut)
{
    const struct emu_packet *p = cut->packet;
    uint32_t len = p->headers_len + cut->payload_len;
    if (p->version == 6)
    {
        put16(cut->ip + 4, len - 40);
        return;
    }
    put16(cut->ip + 2, len);
    put16(cut->ip + 4, ((uint32_t)p->ip[4] << 8 | p->ip[5]) + cut->first);
    write_ipv4_sum(cut->ip);
}

/* Both addresses, the protocol and the length, not complemented: the kernel adds the rest. */
static uint64_t pseudo_sum(const struct emu_packet *p, uint32_t l4_len)
{
    uint8_t tail[4] = {0, p->protocol, (uint8_t)(l4_len >> 8), (uint8_t)l4_len};
    uint64_t sum = p->version == 4 ? emu_sum_add(0, p->ip + 12, 8) : emu_sum_add(0, p->ip + 8, 32);
    return emu_sum_add(sum, tail, sizeof tail);
}

static void write_l4(const struct cut *cut)
{
    const struct emu_packet *p = cut->packet;
    uint8_t *l4 = cut->ip + p->l4;
    uint32_t l4_len = p->headers_len - p->l4 + cut->payload_len;
    if (p->protocol == EMU_IPPROTO_TCP)
    {
        uint32_t seq = get32(p->ip + p->l4 + 4) + cut->first * p->gso_size;
        put16(l4 + 4, seq >> 16);
        put16(l4 + 6, seq);
        if (cut->first + cut->count < p->segments)
        {
            l4[13] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
        }
        if (cut->first > 0)
        {
            l4[13] &= (uint8_t)~TCP_CWR;
        }
    }
    else
    {
        put16(l4 + 4, l4_len);
    }
    uint16_t sum = emu_sum_fold(pseudo_sum(p, l4_len));
    memcpy(l4 + p->csum_offset, &sum, sizeof sum);
}

static void write_vnet(const struct cut *cut)
{
    const struct emu_packet *p = cut->packet;
    uint16_t headers_len = (uint16_t)p->headers_len;
    uint16_t gso_size = (uint16_t)(cut->count > 1 ? p->gso_size : 0);
    uint8_t type = cut->count > 1 ? p->gso_type : EMU_VNET_GSO_NONE;
    if (cut->first > 0)
    {
        type &= (uint8_t)~EMU_VNET_GSO_ECN; /* it says that the first packet carries CWR */
    }
    cut->vnet[1] = type;
    memcpy(cut->vnet + 2, &headers_len, sizeof headers_len);
    memcpy(cut->vnet + 4, &gso_size, sizeof gso_size);
}

static void write_mark(const struct emu_packet *p, uint8_t *ip)
{
    if (!emu_packet_is_ect(p))
    {
        return;
    }
    if (p->version == 6)
    {
        ip[1] |= 0x30;
        return;
    }
    ip[1] |= 3;
    write_ipv4_sum(ip);
}

/* A sum that is complete is made to fit the turned octet (UDP, whose program shall see it), or one that
 * is not complete is completed over what it was before (all others, whose kernel shall see it). */
static void settle_sum(const struct cut *cut, uint32_t at, uint8_t turned)
{
    const struct emu_packet *p = cut->packet;
    uint8_t old_new[4] = {0};
    uint16_t sum;
    if (p->needs_csum == (p->protocol == EMU_IPPROTO_UDP) || p->protocol == 0)
    {
        return;
    }
    uint8_t *field = cut->ip + p->l4 + (p->protocol == EMU_IPPROTO_UDP ? 6 : 16);
    memcpy(&sum, field, sizeof sum);
    if (p->protocol == EMU_IPPROTO_UDP && sum == 0)
    {
        return; /* IPv4 without a checksum */
    }
    if (p->protocol == EMU_IPPROTO_UDP)
    {
        uint64_t total = (uint16_t)~sum;
        unsigned odd = (at - p->l4) & 1;
        old_new[odd] = (uint8_t)~p->ip[at];
        old_new[!odd] = 0xff;
        old_new[2 + odd] = turned;
        sum = (uint16_t)~emu_sum_fold(emu_sum_add(total, old_new, sizeof old_new));
        sum = sum == 0 ? 0xffff : sum;
    }
    else
    {
        uint64_t total = emu_sum_add(0, cut->ip + p->l4, p->headers_len - p->l4);
        total = emu_sum_add(total, p->ip + cut->payload_at, cut->payload_len);
        sum = (uint16_t)~emu_sum_fold(total);
        cut->vnet[0] &= (uint8_t)~EMU_VNET_NEEDS_CSUM;
    }
    memcpy(field, &sum, sizeof sum);
}

static void add(struct emu_slice *slice, const void *data, size_t len)
{
    if (len > 0)
    {
        slice->iov[slice->iov_count++] = (struct iovec){(void *)(uintptr_t)data, len};
    }
}

static void add_payload(struct emu_slice *slice, const struct cut *cut, const struct emu_change *change)
{
    const uint8_t *payload = cut->packet->ip + cut->payload_at;
    if (!change->corrupt || cut->count != 1 || cut->payload_len == 0)
    {
        add(slice, payload, cut->payload_len);
        return;
    }
    uint32_t bit = change->bit % (cut->payload_len * 8);
    uint32_t at = bit / 8;
    slice->turned = (uint8_t)(payload[at] ^ 1u << bit % 8);
    settle_sum(cut, cut->payload_at + at, slice->turned);
    add(slice, payload, at);
    add(slice, &slice->turned, 1);
    add(slice, payload + at + 1, cut->payload_len - at - 1);
}

void emu_slice_make(struct emu_slice *slice, const struct emu_packet *p, uint32_t first, uint32_t count,
                    const struct emu_change *change)
{
    bool whole = first == 0 && count == p->segments;
    slice->iov_count = 0;
    if (whole && !change->mark && !change->corrupt)
    {
        add(slice, p->vnet, EMU_VNET_LEN + p->len);
        return;
    }
    struct cut cut = {p, slice->head, slice->head + EMU_VNET_LEN, first, count, 0, 0};
    cut.payload_at = p->headers_len + first * p->gso_size;
    uint32_t rest = p->len - cut.payload_at;
    cut.payload_len = whole || rest < count * p->gso_size ? rest : count * p->gso_size;
    memcpy(slice->head, p->vnet, EMU_VNET_LEN + p->headers_len);
    if (!whole)
    {
        write_ip(&cut);
        write_l4(&cut);
        write_vnet(&cut);
    }
    if (change->mark)
    {
        write_mark(p, cut.ip);
    }
    add(slice, slice->head, EMU_VNET_LEN + p->headers_len);
    add_payload(slice, &cut, change);
}
