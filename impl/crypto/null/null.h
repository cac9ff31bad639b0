#ifndef OV_CRYPTO_NULL_NULL_H
#define OV_CRYPTO_NULL_NULL_H

#include "crypto/crypto.h"

/* NOT SECURE. A backend without any cryptography for fuzzing and simulation: fast, deterministic, free
 * of other libraries, yet faithful in what callers can see: a changed octet, a wrong key, nonce or
 * associated data is detected, and TLS is a handshake of two flights with certificates, records and an
 * exporter. It is never part of ovref.
 *
 *   random   ctx points at a uint64_t: the seed, advanced by every call.
 *   TLS      cert.text is the certificate, its first line the common name. Two ends trust each other
 *            when their ca.text is equal. Randomness of a connection comes from the text of conf and
 *            how many connections it has had, so equal runs give equal octets. Versions, dates and
 *            usages are not simulated. */
extern const struct ov_crypto ov_crypto_null;

#endif
