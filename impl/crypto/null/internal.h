#ifndef OV_CRYPTO_NULL_INTERNAL_H
#define OV_CRYPTO_NULL_INTERNAL_H

#include "crypto/crypto.h"

/* What the files of this directory share. */

/* Two lanes of multiply and rotate over the input in words of 8 octets. Each step is a bijection of the
 * word, so one changed word always changes the state. */
struct null_mix
{
    uint64_t a;
    uint64_t b;
    uint64_t word; /* octets of a word that is not full yet */
    uint64_t len;  /* octets taken */
};

void null_mix_start(struct null_mix *mix, uint64_t purpose);
void null_mix_take(struct null_mix *mix, const void *data, size_t len);
/* Any number of octets that depend on everything taken; mix is used up. */
void null_mix_give(struct null_mix *mix, uint8_t *out, size_t len);
/* The next number of a seeded sequence. */
uint64_t null_next(uint64_t *seed);
/* Xor text with a sequence of that seed. */
void null_stream(uint64_t seed, uint8_t *text, size_t len);

bool null_aead_has(enum ov_aead_id id);
enum ov_err null_aead_key_new(enum ov_aead_id id, const uint8_t *key, bool sealing, struct ov_aead_key **out);
void null_aead_key_free(struct ov_aead_key *key);
void null_aead_seal(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count);
void null_aead_open(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count);

bool null_etm_has(enum ov_cipher_id id);
enum ov_err null_etm_key_new(const struct ov_etm_spec *spec, bool sealing, struct ov_etm_key **out);
void null_etm_key_free(struct ov_etm_key *key);
void null_etm_seal(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count);
void null_etm_open(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count);

extern const struct ov_tls_ops null_tls_ops;

#endif
