#include "openssl.h"

#include <stdlib.h>

struct ov_aead_key
{
    EVP_CIPHER_CTX *ctx; /* holds the expanded key; a packet only sets the nonce */
};

bool openssl_aead_has(enum ov_aead_id id)
{
    return (unsigned)id < OV_AEAD_COUNT && openssl_algorithms.aead[id] != NULL;
}

enum ov_err openssl_aead_key_new(enum ov_aead_id id, const uint8_t *key, bool sealing,
                                 struct ov_aead_key **out)
{
    *out = NULL;
    if (!openssl_aead_has(id))
    {
        return OV_ERR_UNSUPPORTED;
    }
    struct ov_aead_key *fresh = calloc(1, sizeof(*fresh));
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    fresh->ctx = EVP_CIPHER_CTX_new();
    if (fresh->ctx == NULL)
    {
        free(fresh);
        return OV_ERR_NOMEM;
    }
    /* The nonce length needs no call: 12 octets is the default of all our AEADs. */
    if (EVP_CipherInit_ex2(fresh->ctx, openssl_algorithms.aead[id], key, NULL, sealing, NULL) != 1)
    {
        EVP_CIPHER_CTX_free(fresh->ctx);
        free(fresh);
        return OV_ERR_CRYPTO;
    }
    *out = fresh;
    return OV_OK;
}

void openssl_aead_key_free(struct ov_aead_key *key)
{
    if (key != NULL)
    {
        EVP_CIPHER_CTX_free(key->ctx); /* wipes the schedule */
        free(key);
    }
}

/* Nonce, associated data and text, which both directions share. */
static bool run_packet(EVP_CIPHER_CTX *ctx, const struct ov_aead_op *op)
{
    int moved = 0;
    return EVP_CipherInit_ex2(ctx, NULL, NULL, op->nonce, -1, NULL) == 1 &&
           (op->ad_len == 0 || EVP_CipherUpdate(ctx, NULL, &moved, op->ad, (int)op->ad_len) == 1) &&
           (op->text_len == 0 || EVP_CipherUpdate(ctx, op->text, &moved, op->text, (int)op->text_len) == 1);
}

void openssl_aead_seal(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        struct ov_aead_op *op = &ops[i];
        int moved = 0;
        uint8_t nothing[16]; /* stream modes keep nothing back for the final call */
        bool done = run_packet(key->ctx, op) && EVP_CipherFinal_ex(key->ctx, nothing, &moved) == 1 &&
                    EVP_CIPHER_CTX_ctrl(key->ctx, EVP_CTRL_AEAD_GET_TAG, OV_AEAD_TAG_LEN, op->tag) == 1;
        op->err = done ? OV_OK : OV_ERR_CRYPTO;
    }
}

void openssl_aead_open(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        struct ov_aead_op *op = &ops[i];
        int moved = 0;
        uint8_t nothing[16];
        if (!run_packet(key->ctx, op) ||
            EVP_CIPHER_CTX_ctrl(key->ctx, EVP_CTRL_AEAD_SET_TAG, OV_AEAD_TAG_LEN, op->tag) != 1)
        {
            op->err = OV_ERR_CRYPTO;
            continue;
        }
        op->err = EVP_CipherFinal_ex(key->ctx, nothing, &moved) == 1 ? OV_OK : OV_ERR_AUTH;
    }
}
