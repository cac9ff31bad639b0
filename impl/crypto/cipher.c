#include "crypto/cipher.h"

#include <strings.h>

static const struct
{
    const char *name;
    uint32_t key_len;
} ciphers[OV_CIPHER_COUNT] = {
    [OV_CIPHER_AES_128_GCM] = {"AES-128-GCM", 16}, [OV_CIPHER_AES_192_GCM] = {"AES-192-GCM", 24},
    [OV_CIPHER_AES_256_GCM] = {"AES-256-GCM", 32}, [OV_CIPHER_CHACHA20_POLY1305] = {"CHACHA20-POLY1305", 32},
    [OV_CIPHER_AES_128_CBC] = {"AES-128-CBC", 16}, [OV_CIPHER_AES_192_CBC] = {"AES-192-CBC", 24},
    [OV_CIPHER_AES_256_CBC] = {"AES-256-CBC", 32}, [OV_CIPHER_NONE] = {"none", 0},
};

uint32_t ov_cipher_key_len(enum ov_cipher_id id)
{
    return ciphers[id].key_len;
}

const char *ov_cipher_name(enum ov_cipher_id id)
{
    return ciphers[id].name;
}

enum ov_err ov_cipher_by_name(const char *name, enum ov_cipher_id *id)
{
    for (unsigned i = 0; i < OV_CIPHER_COUNT; i++)
    {
        if (strcasecmp(name, ciphers[i].name) == 0)
        {
            *id = (enum ov_cipher_id)i;
            return OV_OK;
        }
    }
    return OV_ERR_UNSUPPORTED;
}

uint32_t ov_aead_key_len(enum ov_aead_id id)
{
    return ov_cipher_key_len((enum ov_cipher_id)id);
}

const char *ov_aead_name(enum ov_aead_id id)
{
    return ov_cipher_name((enum ov_cipher_id)id);
}

enum ov_err ov_aead_by_name(const char *name, enum ov_aead_id *id)
{
    enum ov_cipher_id cipher;
    if (ov_cipher_by_name(name, &cipher) != OV_OK || !ov_cipher_is_aead(cipher))
    {
        return OV_ERR_UNSUPPORTED;
    }
    *id = (enum ov_aead_id)cipher;
    return OV_OK;
}
