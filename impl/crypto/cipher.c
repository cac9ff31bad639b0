#include "crypto/cipher.h"

#include <strings.h>

static const struct
{
    const char *name;
    uint8_t key_len;
    uint8_t mode;
    uint8_t block_len;
} ciphers[OV_CIPHER_COUNT] = {
#define OV_CIPHER_ROW(id, name, key_len, mode, block_len) [OV_CIPHER_##id] = {name, key_len, mode, block_len},
    OV_CIPHER_LIST(OV_CIPHER_ROW)
#undef OV_CIPHER_ROW
};

enum ov_cipher_mode ov_cipher_mode(enum ov_cipher_id id)
{
    return (enum ov_cipher_mode)ciphers[id].mode;
}

uint32_t ov_cipher_key_len(enum ov_cipher_id id)
{
    return ciphers[id].key_len;
}

uint32_t ov_cipher_block_len(enum ov_cipher_id id)
{
    return ciphers[id].block_len;
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
