#ifndef OV_CRYPTO_CIPHER_LIST_H
#define OV_CRYPTO_CIPHER_LIST_H

/* Every data channel cipher that OpenVPN 2.x lists by name (--show-ciphers), whatever library has it: what
 * follows OV_CIPHER_, the name on the wire, octets of key, how it works, octets of a block. AEAD ciphers come
 * first, in the order of enum ov_aead_id. */

#define OV_CIPHER_MODES_OF(X, id, name, key_len)                                                             \
    X(id##_CBC, name "-CBC", key_len, OV_MODE_CBC, 16)                                                       \
    X(id##_CFB, name "-CFB", key_len, OV_MODE_STREAM, 16)                                                    \
    X(id##_CFB1, name "-CFB1", key_len, OV_MODE_STREAM, 16)                                                  \
    X(id##_CFB8, name "-CFB8", key_len, OV_MODE_STREAM, 16)                                                  \
    X(id##_OFB, name "-OFB", key_len, OV_MODE_STREAM, 16)

#define OV_CIPHER_SMALL_MODES_OF(X, id, name, key_len, block)                                                \
    X(id##_CBC, name "-CBC", key_len, OV_MODE_CBC, block)                                                    \
    X(id##_CFB, name "-CFB", key_len, OV_MODE_STREAM, block)                                                 \
    X(id##_OFB, name "-OFB", key_len, OV_MODE_STREAM, block)

#define OV_CIPHER_LIST(X)                                                                                    \
    X(AES_128_GCM, "AES-128-GCM", 16, OV_MODE_AEAD, 16)                                                      \
    X(AES_192_GCM, "AES-192-GCM", 24, OV_MODE_AEAD, 16)                                                      \
    X(AES_256_GCM, "AES-256-GCM", 32, OV_MODE_AEAD, 16)                                                      \
    X(CHACHA20_POLY1305, "CHACHA20-POLY1305", 32, OV_MODE_AEAD, 1)                                           \
    X(ARIA_128_GCM, "ARIA-128-GCM", 16, OV_MODE_AEAD, 16)                                                    \
    X(ARIA_192_GCM, "ARIA-192-GCM", 24, OV_MODE_AEAD, 16)                                                    \
    X(ARIA_256_GCM, "ARIA-256-GCM", 32, OV_MODE_AEAD, 16)                                                    \
    OV_CIPHER_MODES_OF(X, AES_128, "AES-128", 16)                                                            \
    OV_CIPHER_MODES_OF(X, AES_192, "AES-192", 24)                                                            \
    OV_CIPHER_MODES_OF(X, AES_256, "AES-256", 32)                                                            \
    OV_CIPHER_MODES_OF(X, ARIA_128, "ARIA-128", 16)                                                          \
    OV_CIPHER_MODES_OF(X, ARIA_192, "ARIA-192", 24)                                                          \
    OV_CIPHER_MODES_OF(X, ARIA_256, "ARIA-256", 32)                                                          \
    OV_CIPHER_MODES_OF(X, CAMELLIA_128, "CAMELLIA-128", 16)                                                  \
    OV_CIPHER_MODES_OF(X, CAMELLIA_192, "CAMELLIA-192", 24)                                                  \
    OV_CIPHER_MODES_OF(X, CAMELLIA_256, "CAMELLIA-256", 32)                                                  \
    OV_CIPHER_SMALL_MODES_OF(X, SM4, "SM4", 16, 16)                                                          \
    OV_CIPHER_SMALL_MODES_OF(X, SEED, "SEED", 16, 16)                                                        \
    OV_CIPHER_SMALL_MODES_OF(X, DES_EDE, "DES-EDE", 16, 8)                                                   \
    OV_CIPHER_SMALL_MODES_OF(X, DES_EDE3, "DES-EDE3", 24, 8)                                                 \
    X(DES_EDE3_CFB1, "DES-EDE3-CFB1", 24, OV_MODE_STREAM, 8)                                                 \
    X(DES_EDE3_CFB8, "DES-EDE3-CFB8", 24, OV_MODE_STREAM, 8)                                                 \
    OV_CIPHER_SMALL_MODES_OF(X, BF, "BF", 16, 8)                                                             \
    OV_CIPHER_SMALL_MODES_OF(X, CAST5, "CAST5", 16, 8)                                                       \
    OV_CIPHER_SMALL_MODES_OF(X, RC2, "RC2", 16, 8)                                                           \
    X(RC2_40_CBC, "RC2-40-CBC", 5, OV_MODE_CBC, 8)                                                           \
    X(RC2_64_CBC, "RC2-64-CBC", 8, OV_MODE_CBC, 8)                                                           \
    OV_CIPHER_SMALL_MODES_OF(X, DES, "DES", 8, 8)                                                            \
    X(DES_CFB1, "DES-CFB1", 8, OV_MODE_STREAM, 8)                                                            \
    X(DES_CFB8, "DES-CFB8", 8, OV_MODE_STREAM, 8)                                                            \
    X(DESX_CBC, "DESX-CBC", 24, OV_MODE_CBC, 8)                                                              \
    X(NONE, "none", 0, OV_MODE_NONE, 0)

#endif
