/* The Internet checksum. Sums are kept unfolded, in the octet order of memory. */
#ifndef OV_LINKEMU_SUM_H
#define OV_LINKEMU_SUM_H

#include <stddef.h>
#include <stdint.h>

/* Adds len octets; every piece but the last has an even length. */
uint64_t emu_sum_add(uint64_t sum, const uint8_t *data, size_t len);

/* Folded to 16 bit, not complemented: store it with memcpy. */
uint16_t emu_sum_fold(uint64_t sum);

#endif
