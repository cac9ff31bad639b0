#include "offload/unreachable.h"

#include <string.h>

#include "offload/checksum.h"

#define IP6_HEADER   40u
#define ICMP_HEADER  8u
#define ANSWER_MAX   1280u /* what every link carries */
#define PROTO_ICMP6  58u
#define HOP_LIMIT    64u
#define UNREACHABLE  1u
#define ERRORS_BELOW 128u /* types of errors */

/* May nobody answer this? */
static bool is_silent(const uint8_t *packet, uint32_t len)
{
    static const uint8_t nobody[16];
    const uint8_t *from = packet + 8;
    const uint8_t *to = packet + 24;
    const bool is_error =
        packet[6] == PROTO_ICMP6 && (len <= IP6_HEADER || packet[IP6_HEADER] < ERRORS_BELOW);
    return is_error || from[0] == 0xff || to[0] == 0xff || memcmp(from, nobody, sizeof nobody) == 0;
}

static uint16_t checksum(const uint8_t *answer, uint32_t icmp_len)
{
    const uint8_t tail[8] = {0, 0, (uint8_t)(icmp_len >> 8), (uint8_t)icmp_len, 0, 0, 0, PROTO_ICMP6};
    uint64_t sum = ov_sum_add(0, answer + 8, 32); /* both addresses */
    sum = ov_sum_add(sum, tail, sizeof tail);
    sum = ov_sum_add(sum, answer + IP6_HEADER, icmp_len);
    return (uint16_t)~ov_sum_fold(sum);
}

bool ov_ip6_unreachable(struct ov_buf *buf)
{
    const uint8_t *packet = ov_buf_data(buf);
    uint8_t from[16], to[16];
    if (buf->len < 1 || packet[0] >> 4 != 6)
    {
        return false;
    }
    if (buf->len < IP6_HEADER || is_silent(packet, buf->len))
    {
        ov_buf_drop(buf);
        return true;
    }
    memcpy(from, packet + 8, sizeof from);
    memcpy(to, packet + 24, sizeof to);
    const uint32_t most = ANSWER_MAX - IP6_HEADER - ICMP_HEADER;
    uint8_t *answer = buf->len <= most || ov_buf_trim(buf, buf->len - most)
                          ? ov_buf_push(buf, IP6_HEADER + ICMP_HEADER)
                          : NULL;
    if (answer == NULL)
    {
        ov_buf_drop(buf);
        return true;
    }
    const uint32_t icmp_len = buf->len - IP6_HEADER;
    memset(answer, 0, IP6_HEADER + ICMP_HEADER);
    answer[0] = 0x60;
    answer[4] = (uint8_t)(icmp_len >> 8);
    answer[5] = (uint8_t)icmp_len;
    answer[6] = PROTO_ICMP6;
    answer[7] = HOP_LIMIT;
    memcpy(answer + 8, to, sizeof to); /* in the name of whom it was for */
    memcpy(answer + 24, from, sizeof from);
    answer[IP6_HEADER] = UNREACHABLE;
    const uint16_t sum = checksum(answer, icmp_len);
    memcpy(answer + IP6_HEADER + 2, &sum, sizeof sum);
    return true;
}
