#include "proxy/digest.h"

#include <string.h>

#include "base/wipe.h"

#define PARTS 6u

/* Hex digits of the digest over the parts with ':' between them. */
static enum ov_err hash(const struct ov_crypto *crypto, enum ov_digest_id id, const char *const *part,
                        size_t count, char out[static OV_HTTP_RESPONSE])
{
    static const char digits[] = "0123456789abcdef";
    struct ov_slice slices[2 * PARTS];
    uint8_t octets[OV_DIGEST_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
    {
        if (i > 0)
        {
            slices[n++] = (struct ov_slice){":", 1};
        }
        slices[n++] = (struct ov_slice){part[i], strlen(part[i])};
    }
    enum ov_err err = crypto->digest(id, slices, n, octets);
    const uint32_t len = ov_digest_len(id);
    for (uint32_t i = 0; err == OV_OK && i < len && 2 * i + 2 < OV_HTTP_RESPONSE; i++)
    {
        out[2 * i] = digits[octets[i] >> 4];
        out[2 * i + 1] = digits[octets[i] & 15];
    }
    out[err == OV_OK ? 2 * len : 0] = '\0';
    ov_wipe(octets, sizeof octets);
    return err;
}

enum ov_err ov_http_digest_response(const struct ov_crypto *crypto, const struct ov_http_digest *d,
                                    const char *username, const char *password, const char *uri,
                                    const char *cnonce, char out[static OV_HTTP_RESPONSE])
{
    char ha1[OV_HTTP_RESPONSE];
    char inner[OV_HTTP_RESPONSE];
    char ha2[OV_HTTP_RESPONSE];
    const char *const who[] = {username, d->realm, password};
    const char *const what[] = {"CONNECT", uri};
    enum ov_err err = hash(crypto, d->digest, who, 3, ha1);
    if (err == OV_OK && d->sess)
    {
        const char *const session[] = {ha1, d->nonce, cnonce};
        err = hash(crypto, d->digest, session, 3, inner);
        memcpy(ha1, inner, sizeof ha1);
    }
    if (err == OV_OK)
    {
        err = hash(crypto, d->digest, what, 2, ha2);
    }
    const char *const with_qop[] = {ha1, d->nonce, "00000001", cnonce, "auth", ha2};
    const char *const without[] = {ha1, d->nonce, ha2};
    if (err == OV_OK)
    {
        err = hash(crypto, d->digest, d->has_qop ? with_qop : without, d->has_qop ? 6 : 3, out);
    }
    ov_wipe(ha1, sizeof ha1);
    ov_wipe(inner, sizeof inner);
    return err;
}
