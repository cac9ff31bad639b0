#ifndef OV_TESTS_LIB_SEALED_H
#define OV_TESTS_LIB_SEALED_H

#include "data/data.h"
#include "tests/lib/ends.h"

/* Data channels of every packet format, for tests that put the formats side by side. */

struct ov_sealed_format
{
    const char *name;
    enum ov_cipher_id cipher;
    bool epoch;
    bool auth_none;
    enum ov_digest_id auth;
    bool bare; /* static key mode: V1 and V2 don't exist there */
};

/* Every format with ciphers of every kind, and digests of every length. Long packet ids have OV_SEALED_TIME. */
#define OV_SEALED_TIME 0x60000000u
extern const struct ov_sealed_format ov_sealed_formats[];
extern const size_t ov_sealed_formats_count;

/* A channel with the key of this role; V2 with peer-id 5, or V1. key2 NULL: a standard one. */
void ov_sealed_open(struct ov_data *d, const struct ov_crypto *crypto, const struct ov_sealed_format *format,
                    enum ov_role role, bool v2, const struct ov_rng *rng, const struct ov_key2 *key2);

/* Not every library has every cipher and digest. */
bool ov_sealed_has(const struct ov_crypto *crypto, const struct ov_sealed_format *format);
/* Does a packet of this format prove that its sender has the key? */
bool ov_sealed_proves(const struct ov_sealed_format *format);

/* Seal one plaintext of len octets; packet has the octets, at most cap. Fails the test if it does not work. */
uint32_t ov_sealed_packet(struct ov_data *d, const void *plain, size_t len, uint8_t *packet, size_t cap);
/* Open one packet that ends where its memory ends; what it became, with the plaintext in out (cap octets). */
enum ov_err ov_sealed_try(struct ov_data *d, const void *packet, size_t len, uint8_t *out, uint32_t *out_len);

#endif
