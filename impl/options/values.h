#ifndef OV_OPTIONS_VALUES_H
#define OV_OPTIONS_VALUES_H

#include <stdbool.h>
#include <stdint.h>

/* Reading and writing single values. All readers take the whole text or nothing. */

/* Decimal digits only: no sign, no space, no overflow. */
bool ov_value_u32(const char *text, uint32_t *out);
bool ov_value_u64(const char *text, uint64_t *out);
/* "10.8.0.1", host order. */
bool ov_value_ip4(const char *text, uint32_t *out);
/* A netmask without holes: 255.255.255.0 gives 24. */
bool ov_value_mask4(uint32_t mask, uint8_t *bits);
uint32_t ov_value_bits4(uint8_t bits);
bool ov_value_ip6(const char *text, uint8_t out[static 16]);
/* "fd00::1/64"; bits_given false if there is no slash, *bits is then 128. */
bool ov_value_prefix6(const char *text, uint8_t out[static 16], uint8_t *bits, bool *bits_given);
/* No bit behind the prefix is set. */
bool ov_value_is_net6(const uint8_t ip[static 16], uint8_t bits);
/* ip + n. */
void ov_value_add6(uint8_t ip[static 16], uint32_t n);

#define OV_IP4_TEXT 16
#define OV_IP6_TEXT 46
const char *ov_value_ip4_text(uint32_t ip, char out[static OV_IP4_TEXT]);
const char *ov_value_ip6_text(const uint8_t ip[static 16], char out[static OV_IP6_TEXT]);

/* Number of single-character edits between two short texts, at most 255 octets each. */
uint32_t ov_value_distance(const char *a, const char *b);

#endif
