#include "netns-lab/tests/lib/trains.h"

#include <string.h>

#define VNET_LEN 10u

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

static uint32_t get16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

/* Straight from RFC 1071: 16 bit words, big endian. */
static uint32_t sum16(uint32_t sum, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        sum += (uint32_t)data[i] << (i % 2 == 0 ? 8 : 0);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static uint32_t pseudo(const uint8_t *ip, uint32_t l4_len)
{
    bool v6 = ip[0] >> 4 == 6;
    uint32_t sum = v6 ? sum16(0, ip + 8, 32) : sum16(0, ip + 12, 8);
    sum += (v6 ? ip[6] : ip[9]) + l4_len;
    return (sum & 0xffff) + (sum >> 16);
}

static uint32_t ip_len(const uint8_t *ip)
{
    return ip[0] >> 4 == 6 ? 40 : (ip[0] & 15u) * 4;
}

bool train_sum_ok(const uint8_t *packet, size_t len)
{
    uint32_t l4 = ip_len(packet);
    return sum16(pseudo(packet, (uint32_t)len - l4), packet + l4, len - l4) == 0xffff;
}

static void ipv4_sum(uint8_t *ip)
{
    put16(ip + 10, 0);
    put16(ip + 10, ~sum16(0, ip, 20) & 0xffff);
}

static uint32_t headers_len(const struct train *t)
{
    return (t->v6 ? 40 : 20) + (t->udp ? 8 : 20 + t->options_len);
}

/* Headers for payload_len octets of payload; sums are left zero but that of IPv4. */
static void write_headers(uint8_t *ip, const struct train *t, uint32_t payload_len, uint32_t seq, uint32_t id,
                          uint8_t flags)
{
    uint32_t l3 = t->v6 ? 40 : 20;
    uint32_t l4_len = headers_len(t) - l3 + payload_len;
    uint8_t *l4 = ip + l3;
    memset(ip, 0, headers_len(t));
    if (t->v6)
    {
        ip[0] = 0x60;
        ip[1] = t->ect ? 0x20 : 0;
        put16(ip + 4, l4_len);
        ip[6] = t->udp ? 17 : 6;
        ip[7] = 64;
        memset(ip + 8, 0xfd, 32);
        ip[23] = 1;
    }
    else
    {
        ip[0] = 0x45;
        ip[1] = t->ect ? 2 : 0;
        put16(ip + 2, l3 + l4_len);
        put16(ip + 4, id & 0xffff);
        ip[6] = 0x40;
        ip[8] = 64;
        ip[9] = t->udp ? 17 : 6;
        put32(ip + 12, 0x0a4d0102);
        put32(ip + 16, 0x0a4d0202);
        ipv4_sum(ip);
    }
    put16(l4, 1234);
    put16(l4 + 2, 5678);
    if (t->udp)
    {
        put16(l4 + 4, l4_len);
        return;
    }
    put32(l4 + 4, seq);
    put32(l4 + 8, 99);
    l4[12] = (uint8_t)((5 + t->options_len / 4) << 4);
    l4[13] = flags;
    put16(l4 + 14, 500);
    memset(l4 + 20, 1, t->options_len);
}

static void write_payload(uint8_t *to, uint32_t from, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
    {
        to[i] = (uint8_t)((from + i) * 131 >> 3);
    }
}

size_t train_write(uint8_t *frame, const struct train *t)
{
    uint8_t *ip = frame + VNET_LEN;
    uint32_t l3 = t->v6 ? 40 : 20;
    uint32_t headers = headers_len(t);
    uint16_t vnet[4] = {(uint16_t)headers, (uint16_t)t->gso_size, (uint16_t)l3, t->udp ? 6 : 16};
    frame[0] = 1;
    frame[1] = t->gso_size == 0 ? 0 : t->udp ? 5 : t->v6 ? 4 : 1;
    frame[1] |= t->gso_size != 0 && !t->udp && (t->tcp_flags & 0x80) != 0 ? 0x80 : 0;
    memcpy(frame + 2, vnet, sizeof vnet);
    write_headers(ip, t, t->payload_len, t->seq, t->id, t->tcp_flags);
    write_payload(ip + headers, 0, t->payload_len);
    put16(ip + l3 + vnet[3], pseudo(ip, headers - l3 + t->payload_len));
    return VNET_LEN + headers + t->payload_len;
}

static void complete_sum(uint8_t *packet, size_t len, uint32_t offset)
{
    uint32_t l4 = ip_len(packet);
    put16(packet + l4 + offset, 0);
    uint32_t sum = ~sum16(pseudo(packet, (uint32_t)len - l4), packet + l4, len - l4) & 0xffff;
    put16(packet + l4 + offset, offset == 6 && sum == 0 ? 0xffff : sum);
}

size_t train_segment(uint8_t *packet, const struct train *t, uint32_t n)
{
    uint32_t headers = headers_len(t);
    uint32_t size = t->gso_size != 0 ? t->gso_size : t->payload_len;
    uint32_t at = n * size;
    uint32_t len = t->payload_len - at < size ? t->payload_len - at : size;
    uint8_t flags = t->tcp_flags;
    flags &= at + len < t->payload_len ? (uint8_t)~0x09u : 0xff; /* FIN and PSH: the last */
    flags &= n > 0 ? (uint8_t)~0x80u : 0xff;                     /* CWR: the first */
    write_headers(packet, t, len, t->seq + at, t->id + n, flags);
    write_payload(packet + headers, at, len);
    complete_sum(packet, headers + len, t->udp ? 6 : 16);
    return headers + len;
}

/* What is in a frame, as a kernel would cut it. The pseudo header's sum must fit the frame's own length. */
static bool read_frame(const uint8_t *frame, size_t len, struct train *t)
{
    const uint8_t *ip = frame + VNET_LEN;
    uint16_t vnet[4];
    memcpy(vnet, frame + 2, sizeof vnet);
    *t = (struct train){.v6 = ip[0] >> 4 == 6, .gso_size = vnet[1]};
    uint32_t l3 = ip_len(ip);
    t->udp = (t->v6 ? ip[6] : ip[9]) == 17;
    t->options_len = t->udp ? 0 : (uint32_t)(ip[l3 + 12] >> 4) * 4 - 20;
    uint32_t total = t->v6 ? 40 + get16(ip + 4) : get16(ip + 2);
    t->payload_len = (uint32_t)len - VNET_LEN - headers_len(t);
    bool gso = (frame[1] & 0x7f) != 0;
    return total == len - VNET_LEN && gso == (vnet[1] != 0) && (!gso || t->payload_len > vnet[1]) &&
           (t->udp ? get16(ip + l3 + 4) == total - l3 : true) &&
           ((frame[0] & 1) == 0 || get16(ip + l3 + vnet[3]) == pseudo(ip, total - l3));
}

bool train_cut(const uint8_t *frame, size_t len, void (*take)(void *arg, const uint8_t *packet, size_t len),
               void *arg)
{
    static uint8_t packet[TRAIN_ROOM];
    struct train t;
    const uint8_t *ip = frame + VNET_LEN;
    if (!read_frame(frame, len, &t))
    {
        return false;
    }
    uint32_t headers = headers_len(&t);
    uint32_t l3 = t.v6 ? 40 : 20;
    uint32_t size = t.gso_size != 0 ? t.gso_size : t.payload_len;
    uint32_t at = 0;
    for (uint32_t n = 0; n == 0 || at < t.payload_len; n++)
    {
        uint32_t piece = t.payload_len - at < size ? t.payload_len - at : size;
        uint8_t *l4 = packet + l3;
        memcpy(packet, ip, headers);
        memcpy(packet + headers, ip + headers + at, piece);
        put16(packet + (t.v6 ? 4 : 2), headers + piece - (t.v6 ? 40 : 0));
        if (!t.v6)
        {
            put16(packet + 4, (get16(ip + 4) + n) & 0xffff);
            ipv4_sum(packet);
        }
        if (t.udp)
        {
            put16(l4 + 4, headers - l3 + piece);
        }
        else
        {
            uint32_t seq = (get16(ip + l3 + 4) << 16 | get16(ip + l3 + 6)) + at;
            put32(l4 + 4, seq);
            l4[13] &= at + piece < t.payload_len ? (uint8_t)~0x09u : 0xff;
            l4[13] &= n > 0 ? (uint8_t)~0x80u : 0xff;
        }
        if ((frame[0] & 1) != 0)
        {
            complete_sum(packet, headers + piece, t.udp ? 6 : 16);
        }
        take(arg, packet, headers + piece);
        at += piece;
    }
    return true;
}
