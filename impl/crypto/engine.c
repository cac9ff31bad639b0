#include "crypto/engine.h"

#include <string.h>

#define LONGEST 1536u

/* Lengths on both sides of the boundaries where vector code changes gear. */
static const uint16_t lengths[] = {0,   1,   15,  16,  17,  31,  32,  63,  64,  65,   127,  128,  129,
                                   255, 256, 257, 511, 512, 513, 767, 768, 769, 1023, 1024, 1400, LONGEST};

struct sealed
{
    uint8_t text[LONGEST];
    uint8_t tag[OV_AEAD_TAG_LEN];
};

static struct ov_aead_op op_over(struct sealed *packet, uint32_t len, const uint8_t ad[8])
{
    struct ov_aead_op op = {.ad = ad, .ad_len = 8, .text = packet->text, .text_len = len, .tag = packet->tag};
    for (uint32_t i = 0; i < OV_AEAD_NONCE_LEN; i++)
    {
        op.nonce[i] = (uint8_t)(len + i * 7);
    }
    return op;
}

static void fill(struct sealed *packet)
{
    for (uint32_t i = 0; i < LONGEST; i++)
    {
        packet->text[i] = (uint8_t)(i * 31 + (i >> 8));
    }
    memset(packet->tag, 0, sizeof packet->tag);
}

struct pair
{
    const struct ov_aead_ops *ops[2]; /* engine, library */
    struct ov_aead_key *seal[2];
    struct ov_aead_key *open[2];
};

static bool agree_on_length(const struct pair *p, uint32_t len)
{
    static const uint8_t ad[8] = {0x48, 0, 0, 5, 0, 0, 0, 1};
    struct sealed by[2];
    for (size_t i = 0; i < 2; i++)
    {
        fill(&by[i]);
        struct ov_aead_op op = op_over(&by[i], len, ad);
        p->ops[i]->seal(p->seal[i], &op, 1);
        if (op.err != OV_OK)
        {
            return false;
        }
    }
    if (memcmp(by[0].text, by[1].text, len) != 0 || memcmp(by[0].tag, by[1].tag, OV_AEAD_TAG_LEN) != 0)
    {
        return false;
    }
    struct sealed plain;
    fill(&plain);
    struct ov_aead_op good = op_over(&by[0], len, ad);
    p->ops[0]->open(p->open[0], &good, 1);
    by[1].tag[len % OV_AEAD_TAG_LEN] ^= 1;
    struct ov_aead_op forged = op_over(&by[1], len, ad);
    p->ops[0]->open(p->open[0], &forged, 1);
    return good.err == OV_OK && memcmp(by[0].text, plain.text, len) == 0 && forged.err == OV_ERR_AUTH;
}

static enum ov_err agree_on_cipher(enum ov_aead_id id, const struct ov_aead_ops *engine,
                                   const struct ov_aead_ops *library)
{
    uint8_t key[OV_AEAD_KEY_MAX];
    for (size_t i = 0; i < sizeof key; i++)
    {
        key[i] = (uint8_t)(0xa5 ^ i * 11);
    }
    struct pair p = {.ops = {engine, library}};
    enum ov_err err = OV_OK;
    for (size_t i = 0; i < 2 && err == OV_OK; i++)
    {
        err = p.ops[i]->key_new(id, key, true, &p.seal[i]);
        err = err == OV_OK ? p.ops[i]->key_new(id, key, false, &p.open[i]) : err;
    }
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0] && err == OV_OK; i++)
    {
        err = agree_on_length(&p, lengths[i]) ? OV_OK : OV_ERR_CRYPTO;
    }
    for (size_t i = 0; i < 2; i++)
    {
        p.ops[i]->key_free(p.seal[i]);
        p.ops[i]->key_free(p.open[i]);
    }
    return err;
}

enum ov_err ov_aead_engine_agrees(const struct ov_aead_ops *engine, const struct ov_aead_ops *library)
{
    enum ov_err err = OV_OK;
    for (unsigned id = 0; id < OV_AEAD_COUNT && err == OV_OK; id++)
    {
        if (engine->has((enum ov_aead_id)id) && library->has((enum ov_aead_id)id))
        {
            err = agree_on_cipher((enum ov_aead_id)id, engine, library);
        }
    }
    return err;
}
