#include "tests/lib/flow_model.h"

#include <string.h>

#include "offload/inner.h"

uint64_t flow_seed;

uint32_t flow_chance(uint32_t below)
{
    flow_seed ^= flow_seed << 13;
    flow_seed ^= flow_seed >> 7;
    flow_seed ^= flow_seed << 17;
    return below == 0 ? 0 : (uint32_t)((flow_seed >> 16) % below);
}

uint16_t flow_slow_sum(uint32_t start, const uint8_t *data, uint32_t len)
{
    uint32_t sum = start;
    for (uint32_t i = 0; i < len; i++)
    {
        sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

void flow_put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

uint32_t flow_get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

uint32_t flow_l4(const struct flow *f)
{
    return f->version == 4 ? 20 : 40 + f->ext_words * 8u;
}

uint16_t flow_pseudo_sum(const struct flow *f, const uint8_t *packet, uint32_t l4_len)
{
    uint16_t sum = f->version == 4 ? flow_slow_sum(0, packet + 12, 8) : flow_slow_sum(0, packet + 8, 32);
    uint8_t tail[4] = {(uint8_t)(l4_len >> 8), (uint8_t)l4_len, 0, f->protocol};
    return flow_slow_sum(sum, tail, 4);
}

void flow_sums(const struct flow *f, uint8_t *packet, uint32_t len)
{
    uint32_t l4 = flow_l4(f);
    if (f->version == 4)
    {
        flow_put16(packet + 10, 0);
        flow_put16(packet + 10, (uint16_t)~flow_slow_sum(0, packet, 20));
    }
    uint8_t *field = packet + l4 + (f->protocol == OV_INNER_TCP ? 16 : 6);
    flow_put16(field, 0);
    uint16_t sum = (uint16_t)~flow_slow_sum(flow_pseudo_sum(f, packet, len - l4), packet + l4, len - l4);
    flow_put16(field, sum == 0 && f->protocol == OV_INNER_UDP ? 0xffff : sum);
}

static uint32_t model_ip(const struct flow *f, uint8_t *packet, uint32_t l4_len)
{
    uint32_t l4 = flow_l4(f);
    memset(packet, 0, l4);
    if (f->version == 4)
    {
        packet[0] = 0x45;
        packet[1] = f->tos;
        flow_put16(packet + 2, l4 + l4_len);
        flow_put16(packet + 4, f->id);
        packet[6] = f->df ? 0x40 : 0;
        packet[8] = f->ttl;
        packet[9] = f->protocol;
        packet[15] = f->tag;
        packet[19] = 1;
        return l4;
    }
    packet[0] = (uint8_t)(0x60 | f->tos >> 4);
    packet[1] = (uint8_t)(f->tos << 4);
    flow_put16(packet + 4, l4 - 40 + l4_len);
    packet[6] = f->ext_words > 0 ? 60 : f->protocol;
    packet[7] = f->ttl;
    packet[23] = f->tag;
    packet[39] = 1;
    if (f->ext_words > 0)
    {
        packet[40] = f->protocol;
        packet[41] = (uint8_t)(f->ext_words - 1);
        packet[42] = 1; /* PadN */
        packet[43] = (uint8_t)(f->ext_words * 8 - 4);
    }
    return l4;
}

/* Write the flow's next packet; returns its length and moves the flow on. */
uint32_t flow_packet(struct flow *f, uint8_t *packet, uint32_t payload_len, uint8_t tcp_flags)
{
    uint32_t header = f->protocol == OV_INNER_TCP ? 20u + f->option_words * 4u : 8u;
    uint32_t l4 = model_ip(f, packet, header + payload_len);
    uint8_t *t = packet + l4;
    memset(t, 0, header);
    flow_put16(t, 1000u + f->tag);
    flow_put16(t + 2, 443);
    if (f->protocol == OV_INNER_TCP)
    {
        flow_put16(t + 4, f->seq >> 16);
        flow_put16(t + 6, f->seq);
        flow_put16(t + 10, 77);
        t[12] = (uint8_t)(header / 4 << 4);
        t[13] = tcp_flags;
        flow_put16(t + 14, 501);
        memset(t + 20, 1, header - 20); /* NOPs */
    }
    else
    {
        flow_put16(t + 4, header + payload_len);
    }
    for (uint32_t i = 0; i < payload_len; i++)
    {
        t[header + i] = (uint8_t)flow_chance(256);
    }
    flow_sums(f, packet, l4 + header + payload_len);
    f->seq += payload_len;
    f->id++;
    return l4 + header + payload_len;
}

struct flow flow_random(uint8_t tag)
{
    struct flow f = {.version = flow_chance(2) ? 4 : 6,
                     .protocol = flow_chance(4) ? OV_INNER_TCP : OV_INNER_UDP,
                     .tag = tag};
    f.tos = (uint8_t)(flow_chance(4) * 8 + flow_chance(4));
    f.ttl = (uint8_t)(32 + flow_chance(3));
    f.df = flow_chance(2);
    f.option_words = (uint8_t)(flow_chance(2) ? 3 : flow_chance(11));
    f.ext_words = (uint8_t)(f.version == 6 && flow_chance(4) == 0 ? 1 + flow_chance(3) : 0);
    f.seq = flow_chance(2) ? 0xfffff000u + flow_chance(4096) : flow_chance(0xffffffff);
    f.id = (uint16_t)(flow_chance(2) ? 0xfff0 : flow_chance(65536));
    return f;
}
