#include "crypto/rsa_pad.h"

#include <string.h>

/* DER up to the digest: SEQUENCE { SEQUENCE { OID, NULL }, OCTET STRING }. */
struct info
{
    enum ov_digest_id id;
    uint8_t len;
    uint8_t head[19];
};

#define NIST(number, total, size)                                                                            \
    {                                                                                                        \
        0x30, total, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, number, 0x05,   \
            0x00, 0x04, size                                                                                 \
    }

static const struct info infos[] = {
    {OV_DIGEST_SHA1,
     15,
     {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14}},
    {OV_DIGEST_SHA224, 19, NIST(0x04, 0x2d, 0x1c)},
    {OV_DIGEST_SHA256, 19, NIST(0x01, 0x31, 0x20)},
    {OV_DIGEST_SHA384, 19, NIST(0x02, 0x41, 0x30)},
    {OV_DIGEST_SHA512, 19, NIST(0x03, 0x51, 0x40)},
};

enum ov_err ov_rsa_digest_info(enum ov_digest_id id, const uint8_t *digest,
                               uint8_t out[static OV_RSA_INFO_MAX], size_t *out_len)
{
    for (size_t i = 0; i < sizeof infos / sizeof infos[0]; i++)
    {
        if (infos[i].id == id)
        {
            memcpy(out, infos[i].head, infos[i].len);
            memcpy(out + infos[i].len, digest, ov_digest_len(id));
            *out_len = infos[i].len + ov_digest_len(id);
            return OV_OK;
        }
    }
    return OV_ERR_UNSUPPORTED;
}

enum ov_err ov_rsa_pad_pkcs1(const uint8_t *in, size_t len, uint8_t *out, size_t size)
{
    if (size < 11 || len > size - 11)
    {
        return OV_ERR_LIMIT;
    }
    const size_t fill = size - len - 3;
    out[0] = 0;
    out[1] = 1;
    memset(out + 2, 0xff, fill);
    out[2 + fill] = 0;
    memcpy(out + 3 + fill, in, len);
    return OV_OK;
}

/* MGF1, laid over what stands there. */
static enum ov_err mask(ov_rsa_hash *hash, enum ov_digest_id id, const uint8_t *seed, uint8_t *out,
                        size_t len)
{
    const size_t step = ov_digest_len(id);
    for (size_t done = 0; done < len; done += step)
    {
        const size_t number = done / step;
        const uint8_t counter[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                                   (uint8_t)number};
        const struct ov_slice in[] = {{seed, step}, {counter, sizeof counter}};
        uint8_t block[OV_DIGEST_MAX];
        enum ov_err err = hash(id, in, 2, block);
        if (err != OV_OK)
        {
            return err;
        }
        for (size_t i = 0; i < step && done + i < len; i++)
        {
            out[done + i] ^= block[i];
        }
    }
    return OV_OK;
}

enum ov_err ov_rsa_pad_pss(ov_rsa_hash *hash, enum ov_digest_id id, const uint8_t *digest,
                           const uint8_t *salt, size_t bits, uint8_t *out)
{
    static const uint8_t zeros[8];
    const size_t len = ov_digest_len(id);
    const size_t used = bits > 1 ? bits - 1 : 0; /* the block stays below the modulus */
    const size_t size = (used + 7) / 8;
    const struct ov_slice in[] = {{zeros, sizeof zeros}, {digest, len}, {salt, len}};
    if (size < 2 * len + 2)
    {
        return OV_ERR_LIMIT;
    }
    if (used % 8 == 0)
    {
        *out++ = 0; /* an octet of the modulus that is all above the block */
    }
    /* Zeros, one, salt; then the digest of both, which masks them; then the mark. */
    const size_t masked = size - len - 1;
    uint8_t *sum = out + masked;
    memset(out, 0, masked - len - 1);
    out[masked - len - 1] = 1;
    memcpy(out + masked - len, salt, len);
    enum ov_err err = hash(id, in, 3, sum);
    if (err == OV_OK)
    {
        err = mask(hash, id, sum, out, masked);
    }
    out[0] &= (uint8_t)(0xff >> (8 * size - used));
    sum[len] = 0xbc;
    return err;
}
