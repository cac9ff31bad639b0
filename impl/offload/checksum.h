#ifndef OV_OFFLOAD_CHECKSUM_H
#define OV_OFFLOAD_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "offload/inner.h"

/* The Internet checksum (ones' complement sum of 16 bit words). Sums are kept
 * unfolded in 64 bits, in the octet order of memory, so pieces can be added in
 * any order as long as each piece but the last has an even length. */

/* Add len octets to sum. */
uint64_t ov_sum_add(uint64_t sum, const uint8_t *data, size_t len);
/* Fold to the 16 bit sum, not complemented, in memory order: store with memcpy. */
uint16_t ov_sum_fold(uint64_t sum);
/* Sum of the pseudo header of a TCP or UDP packet with l4_len octets of
 * transport header and payload. */
uint64_t ov_sum_pseudo(const uint8_t *packet, const struct ov_inner *inner, uint32_t l4_len);

/* A 16 bit word as it lies in memory when it is written to the wire. */
static inline uint16_t ov_sum_word(uint32_t v)
{
    const uint8_t octets[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    uint16_t word;
    memcpy(&word, octets, sizeof word);
    return word;
}

/* Is the checksum of the IPv4 header at ip (ihl octets) right? */
bool ov_ipv4_header_sum_ok(const uint8_t *ip, uint32_t ihl);
/* Write the IPv4 header checksum of the header at ip (ihl octets). */
void ov_ipv4_header_sum(uint8_t *ip, uint32_t ihl);
/* True if the transport checksum of the whole packet is right. A zero UDP
 * checksum over IPv4 means "none" and is reported as false. */
bool ov_l4_sum_ok(const uint8_t *packet, const struct ov_inner *inner);

#endif
