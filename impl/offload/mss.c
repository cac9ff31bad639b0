#include "offload/mss.h"

#include <stddef.h>
#include <string.h>

#include "offload/checksum.h"
#include "offload/inner.h"
#include "wire/ether.h"

#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MSS 2

/* A limit below what every IPv4 host must take would only do harm. */
#define SMALLEST_MSS 88u

static uint16_t mss_of(uint32_t packet_max, uint32_t taken)
{
    return packet_max < taken + SMALLEST_MSS ? 0 : (uint16_t)(packet_max - taken);
}

struct ov_mss ov_mss_for(uint32_t packet_max, uint32_t outer_len, uint32_t overhead)
{
    packet_max = packet_max < 65535 ? packet_max : 65535;
    struct ov_mss limit = {mss_of(packet_max, outer_len + overhead + 40),
                           mss_of(packet_max, outer_len + overhead + 60), false};
    return limit;
}

/* Where the value of the MSS option stands, 0 if there is none. */
static uint32_t find_mss(const uint8_t *packet, const struct ov_inner *inner)
{
    uint32_t at = inner->l4 + 20u;
    while (at + 4 <= inner->payload && packet[at] != OPTION_END)
    {
        if (packet[at] == OPTION_NOP)
        {
            at++;
            continue;
        }
        if (packet[at] == OPTION_MSS && packet[at + 1] == 4)
        {
            return at + 2;
        }
        if (packet[at + 1] < 2)
        {
            return 0;
        }
        at += packet[at + 1];
    }
    return 0;
}

/* Replace two octets and mend the checksum by the difference (RFC 1624), so
 * that a checksum that was wrong stays wrong. */
static void replace(uint8_t *packet, const struct ov_inner *inner, uint32_t at, uint16_t mss)
{
    const bool is_odd = ((at - inner->l4) & 1) != 0;
    uint8_t words[8] = {0xff, 0xff, 0xff, 0xff}; /* what goes, inverted, and what comes */
    uint8_t *field = packet + inner->l4 + 16;
    uint16_t sum;
    words[is_odd] = (uint8_t)~packet[at];
    words[is_odd + 1] = (uint8_t)~packet[at + 1];
    packet[at] = (uint8_t)(mss >> 8);
    packet[at + 1] = (uint8_t)mss;
    memcpy(words + 4 + is_odd, packet + at, 2);
    memcpy(&sum, field, 2);
    sum = (uint16_t)~ov_sum_fold(ov_sum_add((uint16_t)~sum, words, sizeof words));
    memcpy(field, &sum, 2);
}

/* Cheap look that nearly every packet ends at. */
static bool may_be_syn(const uint8_t *packet, uint32_t len)
{
    if (len < 40)
    {
        return false;
    }
    if (packet[0] >> 4 == 4)
    {
        uint32_t flags = (packet[0] & 0x0fu) * 4 + 13;
        return packet[9] == OV_INNER_TCP && flags < len && (packet[flags] & OV_TCP_SYN) != 0;
    }
    return packet[0] >> 4 == 6 &&
           (packet[6] != OV_INNER_TCP || (len > 53 && (packet[53] & OV_TCP_SYN) != 0)) &&
           packet[6] != OV_INNER_UDP;
}

static __attribute__((noinline)) bool clamp(uint8_t *packet, uint32_t len, struct ov_mss limit)
{
    struct ov_inner inner;
    if (ov_inner_parse(packet, len, true, &inner) != OV_OK || inner.protocol != OV_INNER_TCP ||
        (packet[inner.l4 + 13] & OV_TCP_SYN) == 0)
    {
        return false;
    }
    uint16_t mss = inner.version == 4 ? limit.v4 : limit.v6;
    uint32_t at = mss == 0 ? 0 : find_mss(packet, &inner);
    if (at == 0 || (uint32_t)(packet[at] << 8 | packet[at + 1]) <= mss)
    {
        return false;
    }
    replace(packet, &inner, at, mss);
    return true;
}

/* Apart, so that packets without a frame around pay nothing for it. */
static __attribute__((noinline)) bool clamp_in_frame(uint8_t *frame, uint32_t len, struct ov_mss limit)
{
    uint32_t at = 0;
    return (limit.v4 != 0 || limit.v6 != 0) && ov_ether_ip(frame, len, &at, &len) &&
           may_be_syn(frame + at, len) && clamp(frame + at, len, limit);
}

bool ov_mss_clamp(uint8_t *packet, uint32_t len, struct ov_mss limit)
{
    if (limit.in_frames)
    {
        return clamp_in_frame(packet, len, limit);
    }
    return may_be_syn(packet, len) && clamp(packet, len, limit);
}
