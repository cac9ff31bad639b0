/* AES-GCM and ChaCha20-Poly1305 by libipsec-mb's one-shot calls: no job queue,
 * since a packet is sealed where it lies and its tag is needed at once. */
#include "crypto/engine.h"

#include <intel-ipsec-mb.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/wipe.h"

/* Set once by start: a table of functions for this CPU. */
static IMB_MGR *manager;

struct ov_aead_key
{
    struct gcm_key_data gcm __attribute__((aligned(64)));
    uint8_t chacha[32];
    enum ov_aead_id id;
};

static enum ov_err engine_start(char *text, size_t cap)
{
    const uint64_t needs = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
    if (manager != NULL)
    {
        return OV_OK;
    }
    IMB_MGR *fresh = alloc_mb_mgr(0);
    if (fresh == NULL)
    {
        (void)snprintf(text, cap, "libipsec-mb: out of memory");
        return OV_ERR_NOMEM;
    }
    if ((fresh->features & needs) != needs)
    {
        (void)snprintf(text, cap, "libipsec-mb: this CPU has no AES-NI and PCLMULQDQ");
        free_mb_mgr(fresh);
        return OV_ERR_UNSUPPORTED;
    }
    init_mb_mgr_auto(fresh, NULL);
    if (imb_get_errno(fresh) != 0)
    {
        (void)snprintf(text, cap, "libipsec-mb: %s", imb_get_strerror(imb_get_errno(fresh)));
        free_mb_mgr(fresh);
        return OV_ERR_UNSUPPORTED;
    }
    manager = fresh;
    return OV_OK;
}

static const char *engine_version(void)
{
    return imb_get_version_str();
}

static bool aead_has(enum ov_aead_id id)
{
    return manager != NULL && id <= OV_AEAD_CHACHA20_POLY1305;
}

static enum ov_err aead_key_new(enum ov_aead_id id, const uint8_t *key, bool sealing,
                                struct ov_aead_key **out)
{
    (void)sealing;
    *out = NULL;
    if (!aead_has(id))
    {
        return OV_ERR_UNSUPPORTED;
    }
    struct ov_aead_key *fresh = aligned_alloc(64, sizeof *fresh);
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    fresh->id = id;
    switch (id)
    {
    case OV_AEAD_AES_128_GCM:
        IMB_AES128_GCM_PRE(manager, key, &fresh->gcm);
        break;
    case OV_AEAD_AES_192_GCM:
        IMB_AES192_GCM_PRE(manager, key, &fresh->gcm);
        break;
    case OV_AEAD_AES_256_GCM:
        IMB_AES256_GCM_PRE(manager, key, &fresh->gcm);
        break;
    default:
        __builtin_memcpy(fresh->chacha, key, sizeof fresh->chacha);
        break;
    }
    *out = fresh;
    return OV_OK;
}

static void aead_key_free(struct ov_aead_key *key)
{
    if (key != NULL)
    {
        ov_wipe(key, sizeof *key);
        free(key);
    }
}

typedef void (*gcm_fn)(const struct gcm_key_data *, struct gcm_context_data *, uint8_t *, uint8_t const *,
                       uint64_t, const uint8_t *, uint8_t const *, uint64_t, uint8_t *, uint64_t);

static gcm_fn gcm_of(enum ov_aead_id id, bool sealing)
{
    switch (id)
    {
    case OV_AEAD_AES_128_GCM:
        return sealing ? manager->gcm128_enc : manager->gcm128_dec;
    case OV_AEAD_AES_192_GCM:
        return sealing ? manager->gcm192_enc : manager->gcm192_dec;
    default:
        return sealing ? manager->gcm256_enc : manager->gcm256_dec;
    }
}

static void chacha_run(const struct ov_aead_key *key, const struct ov_aead_op *op, bool sealing,
                       uint8_t tag[16])
{
    struct chacha20_poly1305_context_data ctx;
    IMB_CHACHA20_POLY1305_INIT(manager, key->chacha, &ctx, op->nonce, op->ad, op->ad_len);
    if (sealing)
    {
        IMB_CHACHA20_POLY1305_ENC_UPDATE(manager, key->chacha, &ctx, op->text, op->text, op->text_len);
        IMB_CHACHA20_POLY1305_ENC_FINALIZE(manager, &ctx, tag, OV_AEAD_TAG_LEN);
    }
    else
    {
        IMB_CHACHA20_POLY1305_DEC_UPDATE(manager, key->chacha, &ctx, op->text, op->text, op->text_len);
        IMB_CHACHA20_POLY1305_DEC_FINALIZE(manager, &ctx, tag, OV_AEAD_TAG_LEN);
    }
    ov_wipe(&ctx, sizeof ctx);
}

static void aead_seal(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    struct gcm_context_data ctx;
    gcm_fn gcm = gcm_of(key->id, true);
    for (size_t i = 0; i < count; i++)
    {
        struct ov_aead_op *op = &ops[i];
        if (key->id == OV_AEAD_CHACHA20_POLY1305)
        {
            chacha_run(key, op, true, op->tag);
        }
        else
        {
            gcm(&key->gcm, &ctx, op->text, op->text, op->text_len, op->nonce, op->ad, op->ad_len, op->tag,
                OV_AEAD_TAG_LEN);
        }
        op->err = OV_OK;
    }
}

static void aead_open(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    struct gcm_context_data ctx;
    gcm_fn gcm = gcm_of(key->id, false);
    for (size_t i = 0; i < count; i++)
    {
        struct ov_aead_op *op = &ops[i];
        uint8_t tag[OV_AEAD_TAG_LEN];
        if (key->id == OV_AEAD_CHACHA20_POLY1305)
        {
            chacha_run(key, op, false, tag);
        }
        else
        {
            gcm(&key->gcm, &ctx, op->text, op->text, op->text_len, op->nonce, op->ad, op->ad_len, tag,
                OV_AEAD_TAG_LEN);
        }
        op->err = ov_equal_secret(tag, op->tag, OV_AEAD_TAG_LEN) ? OV_OK : OV_ERR_AUTH;
    }
}

const struct ov_aead_engine ov_aead_engine_ipsecmb = {
    .name = "ipsec-mb",
    .version = engine_version,
    .start = engine_start,
    .aead = {.has = aead_has,
             .key_new = aead_key_new,
             .key_free = aead_key_free,
             .seal = aead_seal,
             .open = aead_open},
};
