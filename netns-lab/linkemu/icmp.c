#include "netns-lab/linkemu/icmp.h"

#include "netns-lab/linkemu/slice.h"
#include "netns-lab/linkemu/sum.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER_LEN      8u
#define QUOTE4_MAX      548u /* RFC 1812: the whole datagram at most 576 */
#define IPPROTO_ICMP4   1u
#define IPPROTO_ICMP6   58u
#define ICMP6_ERROR_MAX 127u

/* An error about an error is never sent. */
static bool is_icmp_error(const struct emu_packet *p)
{
    uint32_t at = p->version == 4 ? (p->ip[0] & 15u) * 4u : 40u;
    unsigned protocol = p->version == 4 ? p->ip[9] : p->ip[6];
    if (at >= p->len)
    {
        return false;
    }
    uint8_t type = p->ip[at];
    return (protocol == IPPROTO_ICMP4 && type != 0 && type != 8) ||
           (protocol == IPPROTO_ICMP6 && type <= ICMP6_ERROR_MAX);
}

/* The beginning of the first packet, as it would have been on the wire. */
static uint32_t quote_first(uint8_t *to, const struct emu_packet *p, uint32_t limit)
{
    struct emu_slice slice;
    const struct emu_change none = {0};
    uint32_t skip = EMU_VNET_LEN;
    uint32_t len = 0;
    emu_slice_make(&slice, p, 0, 1, &none);
    for (int i = 0; i < slice.iov_count && len < limit; i++)
    {
        const uint8_t *from = (const uint8_t *)slice.iov[i].iov_base + skip;
        size_t rest = slice.iov[i].iov_len - skip;
        size_t piece = rest < limit - len ? rest : limit - len;
        memcpy(to + len, from, piece);
        len += (uint32_t)piece;
        skip = 0;
    }
    return len;
}

size_t emu_icmp_too_big(uint8_t message[static EMU_ICMP_MAX], const struct emu_packet *p, uint32_t mtu)
{
    bool later_fragment = p->version == 4 && ((p->ip[6] & 0x1f) != 0 || p->ip[7] != 0);
    if (!emu_packet_dont_fragment(p) || later_fragment || is_icmp_error(p))
    {
        return 0;
    }
    uint32_t limit = p->version == 4 ? QUOTE4_MAX : EMU_ICMP_MAX - HEADER_LEN;
    uint32_t quote = quote_first(message + HEADER_LEN, p, limit);
    memset(message, 0, HEADER_LEN);
    message[0] = p->version == 4 ? 3 : 2;
    message[1] = p->version == 4 ? 4 : 0;
    message[4] = p->version == 4 ? 0 : (uint8_t)(mtu >> 24);
    message[5] = p->version == 4 ? 0 : (uint8_t)(mtu >> 16);
    message[6] = (uint8_t)(mtu >> 8);
    message[7] = (uint8_t)mtu;
    if (p->version == 4)
    {
        uint16_t sum = (uint16_t)~emu_sum_fold(emu_sum_add(0, message, HEADER_LEN + quote));
        memcpy(message + 2, &sum, sizeof sum);
    }
    return HEADER_LEN + quote;
}

void emu_icmp_send(const int fds[static 2], const struct emu_packet *p, uint32_t mtu)
{
    uint8_t message[EMU_ICMP_MAX];
    size_t len = emu_icmp_too_big(message, p, mtu);
    if (len == 0)
    {
        return;
    }
    /* A router that cannot say it has said nothing: the sender finds out as with a silent limit. */
    if (p->version == 4)
    {
        struct sockaddr_in to = {.sin_family = AF_INET};
        memcpy(&to.sin_addr, p->ip + 12, sizeof to.sin_addr);
        (void)!sendto(fds[0], message, len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
        return;
    }
    struct sockaddr_in6 to = {.sin6_family = AF_INET6};
    memcpy(&to.sin6_addr, p->ip + 8, sizeof to.sin6_addr);
    (void)!sendto(fds[1], message, len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
}
