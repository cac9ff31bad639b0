/* Factors of the data channel: cipher and how it is agreed on, digest, packet format, keys,
 * compression. */
#include "lib/matrix.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Both ends know one cipher. */
#define CIPHER(short, long, what, tag)                                                                       \
    {                                                                                                        \
        .name = short, .title = long, .tags = tag, .needs = {"cipher:" long}, .both = "cipher=" long "\n",   \
        .expect = {                                                                                          \
            .cipher = long,                                                                                  \
            .data_format = what                                                                              \
        }                                                                                                    \
    }

static const struct lab_value ciphers[] = {
    {.name = "default-list",
     .title = "no list configured: AES-256-GCM",
     .tags = LAB_T_AEAD | LAB_T_NEGOTIATED,
     .needs = {"cipher:AES-256-GCM"},
     .both = "cipher=\n",
     .expect = {.cipher = "AES-256-GCM", .data_format = "aead"}},
    CIPHER("gcm256", "AES-256-GCM", "aead", LAB_T_AEAD),
    CIPHER("gcm192", "AES-192-GCM", "aead", LAB_T_AEAD),
    CIPHER("gcm128", "AES-128-GCM", "aead", LAB_T_AEAD),
    CIPHER("chacha20", "CHACHA20-POLY1305", "aead", LAB_T_AEAD),
    CIPHER("cbc256", "AES-256-CBC", "cbc", 0),
    CIPHER("cbc192", "AES-192-CBC", "cbc", 0),
    CIPHER("cbc128", "AES-128-CBC", "cbc", 0),
    CIPHER("camellia256", "CAMELLIA-256-CBC", "cbc", 0),
    CIPHER("cfb256", "AES-256-CFB", "opaque", LAB_T_STREAM),
    {.name = "blowfish",
     .title = "BF-CBC, the default of before 2.5: blocks of 64 bits",
     .needs = {"cipher:BF-CBC", "option:providers"},
     .both = "cipher=BF-CBC\nproviders legacy default\n",
     .expect = {.cipher = "BF-CBC", .data_format = "opaque"}},
    CIPHER("aria256gcm", "ARIA-256-GCM", "aead", LAB_T_AEAD),
    CIPHER("no-cipher", "none", "opaque", LAB_T_NO_CIPHER),
    {.name = "server-order",
     .title = "both know two, the server's first wins",
     .tags = LAB_T_AEAD | LAB_T_NEGOTIATED,
     .needs = {"cipher:AES-256-GCM", "cipher:AES-128-GCM"},
     .client = "cipher=AES-256-GCM:AES-128-GCM\n",
     .server = "cipher=AES-128-GCM:AES-256-GCM\n",
     .expect = {.cipher = "AES-128-GCM", .data_format = "aead"}},
    {.name = "overlap",
     .title = "lists with one cipher in common",
     .tags = LAB_T_AEAD | LAB_T_NEGOTIATED,
     .needs = {"cipher:AES-192-GCM", "cipher:AES-128-GCM", "cipher:AES-256-GCM"},
     .client = "cipher=AES-128-GCM:AES-192-GCM\n",
     .server = "cipher=AES-256-GCM:AES-192-GCM\n",
     .expect = {.cipher = "AES-192-GCM", .data_format = "aead"}},
    {.name = "overlap-cbc",
     .title = "lists with one cipher in common, a CBC one",
     .tags = LAB_T_NEGOTIATED,
     .needs = {"cipher:AES-128-CBC", "cipher:AES-128-GCM", "cipher:AES-256-GCM"},
     .client = "cipher=AES-128-GCM:AES-128-CBC\n",
     .server = "cipher=AES-256-GCM:AES-128-CBC\n",
     .expect = {.cipher = "AES-128-CBC", .data_format = "cbc"}},
    {.name = "disjoint",
     .title = "lists with nothing in common: refused",
     .tags = LAB_T_AEAD | LAB_T_NEGOTIATED | LAB_T_REFUSED,
     .needs = {"cipher:AES-128-GCM", "cipher:AES-256-GCM"},
     .client = "cipher=AES-128-GCM\n",
     .server = "cipher=AES-256-GCM\n",
     .expect = {.refusal = "AUTH_FAILED", .data_format = "aead"}},
    {.name = "no-ncp",
     .title = "a client that does not negotiate: the cipher of its options string",
     .tags = LAB_T_NEGOTIATED,
     .needs = {"cipher:AES-256-CBC", "cipher:AES-256-GCM"},
     .client_needs = "ncp-disable",
     .client = "cipher=\nncp-disable\ncipher AES-256-CBC\n",
     .server = "cipher=AES-256-GCM:AES-256-CBC\n",
     .expect = {.cipher = "AES-256-CBC", .data_format = "cbc"}},
    {.name = "fallback",
     .title = "a client that says nothing of ciphers: the server's fallback",
     .tags = LAB_T_NEGOTIATED,
     .needs = {"cipher:AES-256-CBC", "cipher:AES-256-GCM"},
     .client_needs = "no-iv-ciphers",
     .server_needs = "data-ciphers-fallback",
     .client = "cipher=\nncp-disable\ndisable-occ\ncipher AES-256-CBC\n",
     .server = "cipher=AES-256-GCM\ndata-ciphers-fallback AES-256-CBC\n",
     .expect = {.cipher = "AES-256-CBC", .data_format = "cbc"}},
};

const struct lab_factor lab_factor_cipher = {"cipher", ciphers, COUNT(ciphers)};

static const struct lab_value digests[] = {
    {.name = "sha256", .title = "auth SHA256", .both = "auth=SHA256\n"},
    {.name = "sha1", .title = "auth SHA1, the usual one", .both = "auth=\n"},
    {.name = "sha512", .title = "auth SHA512", .both = "auth=SHA512\n"},
    {.name = "ripemd160",
     .title = "auth RIPEMD160, of old set-ups",
     .needs = {"digest:RIPEMD160"},
     .both = "auth=RIPEMD160\n"},
    {.name = "no-digest", .title = "auth none", .tags = LAB_T_NO_DIGEST, .both = "auth=none\n"},
};

const struct lab_factor lab_factor_digest = {"digest", digests, COUNT(digests)};

static const struct lab_value formats[] = {
    {.name = "data-v2", .title = "P_DATA_V2", .tags = LAB_T_PLAIN_FORMAT},
    {.name = "data-v1",
     .title = "P_DATA_V1 from a client that takes no peer-id",
     .tags = LAB_T_PLAIN_FORMAT | LAB_T_NEGOTIATED | LAB_T_NO_PEER_ID,
     .client_needs = "pull-filter",
     .client = "pull-filter ignore peer-id\n"},
    {.name = "epoch",
     .title = "the epoch format of 2.7",
     .tags = LAB_T_USE_EPOCH,
     .needs = {"aead-epoch"},
     .expect = {.epoch = true, .data_format = "epoch"}},
};

const struct lab_factor lab_factor_format = {"format", formats, COUNT(formats)};

static const struct lab_value keys[] = {
    {.name = "tls-ekm",
     .title = "data keys by the TLS exporter",
     .tags = LAB_T_USE_EKM,
     .expect = {.ekm = true}},
    {.name = "prf", .title = "data keys by the TLS1 PRF", .tags = LAB_T_USE_PRF},
};

const struct lab_factor lab_factor_keys = {"keys", keys, COUNT(keys)};

#define REAL "allow-compression yes\n"

static const struct lab_value compressions[] = {
    {.name = "no-compression", .title = "no framing"},
    {.name = "stub",
     .title = "compress stub",
     .needs = {"compress:stub"},
     .both = "compress stub\n",
     .expect = {.compression = "stub"}},
    {.name = "stub-v2",
     .title = "compress stub-v2",
     .needs = {"compress:stub-v2"},
     .both = "compress stub-v2\n",
     .expect = {.compression = "stub-v2"}},
    {.name = "lz4",
     .title = "compress lz4",
     .needs = {"compress:lz4"},
     .both = REAL "compress lz4\n",
     .expect = {.compression = "lz4"}},
    {.name = "lz4-v2",
     .title = "compress lz4-v2",
     .needs = {"compress:lz4-v2"},
     .both = REAL "compress lz4-v2\n",
     .expect = {.compression = "lz4-v2"}},
    {.name = "lzo",
     .title = "compress lzo",
     .needs = {"compress:lzo"},
     .both = REAL "compress lzo\n",
     .expect = {.compression = "lzo"}},
    {.name = "comp-lzo-yes",
     .title = "comp-lzo yes",
     .needs = {"comp-lzo:yes"},
     .both = REAL "comp-lzo yes\n",
     .expect = {.compression = "lzo"}},
    {.name = "comp-lzo-adaptive",
     .title = "comp-lzo adaptive",
     .needs = {"comp-lzo:adaptive"},
     .both = REAL "comp-lzo adaptive\n",
     .expect = {.compression = "lzo"}},
    {.name = "comp-lzo-no",
     .title = "comp-lzo no: the octet without compression",
     .needs = {"comp-lzo:no"},
     .both = "comp-lzo no\n",
     .expect = {.compression = "stub"}},
    {.name = "lz4-v2-pushed",
     .title = "compress lz4-v2, pushed",
     .tags = LAB_T_NEGOTIATED,
     .needs = {"compress:lz4-v2"},
     .client = REAL,
     .server = REAL "compress lz4-v2\npush \"compress lz4-v2\"\n",
     .expect = {.compression = "lz4-v2"}},
    {.name = "lz4-asym",
     .title = "compress lz4, the server never compresses itself",
     .needs = {"compress:lz4"},
     .client = REAL "compress lz4\n",
     .server = "allow-compression asym\ncompress lz4\n",
     .expect = {.compression = "lz4"}},
    {.name = "lzo-asym",
     .title = "compress lzo, the client never compresses itself",
     .needs = {"compress:lzo"},
     .client = "allow-compression asym\ncompress lzo\n",
     .server = REAL "compress lzo\n",
     .expect = {.compression = "lzo"}},
    {.name = "migrate",
     .title = "compress migrate: a client with comp-lzo is told stub-v2",
     .tags = LAB_T_NEGOTIATED,
     .client_needs = "comp-lzo:no",
     .server_needs = "compress:migrate",
     .client = "comp-lzo no\n",
     .server = "compress migrate\n",
     .expect = {.compression = "stub-v2", .compression_pushed = true}},
};

const struct lab_factor lab_factor_compression = {"compression", compressions, COUNT(compressions)};
