#include "kdf/tls1_prf.h"

#include <string.h>

#include "base/wipe.h"

/* P_hash of RFC 2246 section 5, mixed into out with xor:
 * A(1) = HMAC(seed), A(i) = HMAC(A(i-1)), output = HMAC(A(1) | seed) | HMAC(A(2) | seed) | ... */
static enum ov_err mix_hash(const struct ov_crypto *crypto, enum ov_digest_id id,
                            const struct ov_slice *secret, const struct ov_slice *seed, size_t seed_count,
                            uint8_t *out, size_t out_len)
{
    uint8_t a[OV_DIGEST_MAX];
    uint8_t block[OV_DIGEST_MAX];
    size_t block_len = ov_digest_len(id);
    struct ov_slice pieces[1 + OV_TLS1_PRF_PIECES];
    pieces[0] = (struct ov_slice){a, block_len};
    memcpy(pieces + 1, seed, seed_count * sizeof(*seed));

    enum ov_err err = crypto->hmac(id, secret->data, secret->len, seed, seed_count, a);
    for (size_t done = 0; err == OV_OK && done < out_len; done += block_len)
    {
        err = crypto->hmac(id, secret->data, secret->len, pieces, 1 + seed_count, block);
        for (size_t i = 0; err == OV_OK && i < block_len && done + i < out_len; i++)
        {
            out[done + i] ^= block[i];
        }
        if (err == OV_OK && done + block_len < out_len)
        {
            memcpy(block, a, block_len);
            const struct ov_slice before = {block, block_len};
            err = crypto->hmac(id, secret->data, secret->len, &before, 1, a);
        }
    }
    ov_wipe(a, sizeof(a));
    ov_wipe(block, sizeof(block));
    return err;
}

enum ov_err ov_tls1_prf(const struct ov_crypto *crypto, const uint8_t *secret, size_t secret_len,
                        const struct ov_slice *seed, size_t seed_count, uint8_t *out, size_t out_len)
{
    memset(out, 0, out_len);
    if (seed_count > OV_TLS1_PRF_PIECES)
    {
        return OV_ERR_ARG;
    }
    /* Halves of ceil(n/2) octets: with an odd length they share the one in the middle [WP-KDF-002]. */
    size_t half = secret_len - secret_len / 2;
    const struct ov_slice first = {secret, half};
    const struct ov_slice second = {secret + (secret_len - half), half};
    enum ov_err err = mix_hash(crypto, OV_DIGEST_MD5, &first, seed, seed_count, out, out_len);
    if (err == OV_OK)
    {
        err = mix_hash(crypto, OV_DIGEST_SHA1, &second, seed, seed_count, out, out_len);
    }
    if (err != OV_OK)
    {
        ov_wipe(out, out_len);
    }
    return err;
}
