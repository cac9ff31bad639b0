#include "crypto/crypto.h"

#include <string.h>
#include <strings.h>

static const struct
{
    const char *name;
    const char *other; /* the spelling of some configurations */
    uint32_t len;
} digests[OV_DIGEST_COUNT] = {
    [OV_DIGEST_MD5] = {"MD5", "MD-5", 16},
    [OV_DIGEST_SHA1] = {"SHA1", "SHA-1", 20},
    [OV_DIGEST_SHA224] = {"SHA224", "SHA-224", 28},
    [OV_DIGEST_SHA256] = {"SHA256", "SHA-256", 32},
    [OV_DIGEST_SHA384] = {"SHA384", "SHA-384", 48},
    [OV_DIGEST_SHA512] = {"SHA512", "SHA-512", 64},
    [OV_DIGEST_SHA512_224] = {"SHA512-224", "SHA-512/224", 28},
    [OV_DIGEST_SHA512_256] = {"SHA512-256", "SHA-512/256", 32},
    [OV_DIGEST_SHA3_224] = {"SHA3-224", "SHA3-224", 28},
    [OV_DIGEST_SHA3_256] = {"SHA3-256", "SHA3-256", 32},
    [OV_DIGEST_SHA3_384] = {"SHA3-384", "SHA3-384", 48},
    [OV_DIGEST_SHA3_512] = {"SHA3-512", "SHA3-512", 64},
    [OV_DIGEST_BLAKE2B512] = {"BLAKE2b512", "BLAKE2B-512", 64},
    [OV_DIGEST_BLAKE2S256] = {"BLAKE2s256", "BLAKE2S-256", 32},
    [OV_DIGEST_RIPEMD160] = {"RIPEMD160", "RIPEMD-160", 20},
    [OV_DIGEST_SM3] = {"SM3", "SM3", 32},
    [OV_DIGEST_MD5_SHA1] = {"MD5-SHA1", "MD5-SHA1", 36},
    [OV_DIGEST_MD4] = {"MD4", "MD-4", 16},
    [OV_DIGEST_WHIRLPOOL] = {"WHIRLPOOL", "WHIRLPOOL", 64},
};

uint32_t ov_digest_len(enum ov_digest_id id)
{
    return digests[id].len;
}

const char *ov_digest_name(enum ov_digest_id id)
{
    return digests[id].name;
}

enum ov_err ov_digest_by_name(const char *name, enum ov_digest_id *id)
{
    for (unsigned i = 0; i < OV_DIGEST_COUNT; i++)
    {
        if (strcasecmp(name, digests[i].name) == 0 || strcasecmp(name, digests[i].other) == 0)
        {
            *id = (enum ov_digest_id)i;
            return OV_OK;
        }
    }
    return OV_ERR_UNSUPPORTED;
}

const struct ov_crypto *ov_crypto_by_name(const char *name)
{
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        if (strcmp(ov_crypto_backends[i]->name, name) == 0)
        {
            return ov_crypto_backends[i];
        }
    }
    return NULL;
}

bool ov_crypto_has_cipher(const struct ov_crypto *crypto, enum ov_cipher_id id)
{
    return ov_cipher_is_aead(id) ? crypto->aead.has((enum ov_aead_id)id) : crypto->etm.has(id);
}
