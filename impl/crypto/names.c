#include "crypto/crypto.h"

#include <string.h>
#include <strings.h>

static const struct
{
    const char *name;
    const char *dashed; /* the spelling of some configurations */
    uint32_t len;
} digests[OV_DIGEST_COUNT] = {
    [OV_DIGEST_MD5] = {"MD5", "MD-5", 16},          [OV_DIGEST_SHA1] = {"SHA1", "SHA-1", 20},
    [OV_DIGEST_SHA224] = {"SHA224", "SHA-224", 28}, [OV_DIGEST_SHA256] = {"SHA256", "SHA-256", 32},
    [OV_DIGEST_SHA384] = {"SHA384", "SHA-384", 48}, [OV_DIGEST_SHA512] = {"SHA512", "SHA-512", 64},
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
        if (strcasecmp(name, digests[i].name) == 0 || strcasecmp(name, digests[i].dashed) == 0)
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
