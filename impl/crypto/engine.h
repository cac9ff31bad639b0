#ifndef OV_CRYPTO_ENGINE_H
#define OV_CRYPTO_ENGINE_H

#include "crypto/crypto.h"

/* A faster AEAD for the data channel, beside whichever TLS library is in use.
 * An engine's directory exports one constant struct ov_aead_engine. It is used
 * only after ov_aead_engine_agrees has compared it with the TLS library. */
struct ov_aead_engine
{
    const char *name; /* "ipsec-mb" */
    const char *(*version)(void);
    /* Once, before anything else. OV_ERR_UNSUPPORTED: this CPU lacks what it
     * needs; text (cap octets) says what. */
    enum ov_err (*start)(char *text, size_t cap);
    struct ov_aead_ops aead;
};

/* Engines compiled into this program, NULL-terminated, fastest first; the list
 * is a file that the Makefile writes from ENGINES. */
extern const struct ov_aead_engine *const ov_aead_engines[];

/* Self-test: what the engine seals the library opens, and the reverse, octet
 * by octet, for every AEAD both have, over lengths around every block
 * boundary; a changed tag is refused. OV_ERR_CRYPTO: they differ. */
OV_MUST_USE enum ov_err ov_aead_engine_agrees(const struct ov_aead_ops *engine,
                                              const struct ov_aead_ops *library);

#endif
