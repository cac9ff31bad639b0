#include "app/load_token.h"

#include <string.h>

#include "base/key2.h"
#include "base/wipe.h"
#include "wire/pem.h"

bool ov_token_key_load(const struct ov_config *config, const struct ov_rng *rng, const struct ov_log *log,
                       uint8_t out[static OV_TOKEN_KEY])
{
    const struct ov_text *text = &config->login.token_secret;
    struct ov_key_half half;
    size_t len = 0;
    if (text->from == NULL)
    {
        return ov_rng_fill(rng, out, OV_TOKEN_KEY) == OV_OK;
    }
    enum ov_err err =
        ov_pem_decode(OV_TOKEN_LABEL, text->data, text->len, (uint8_t *)&half, sizeof half, &len);
    const bool good = err == OV_OK && len == sizeof half;
    if (good)
    {
        memcpy(out, half.hmac, OV_TOKEN_KEY);
    }
    else
    {
        ov_logf(log, OV_LOG_ERROR, "--auth-gen-token-secret %s: %s", text->from,
                err == OV_ERR_FORMAT ? "not an auth-token key (PEM with base64)"
                                     : "an auth-token key has 128 octets, this one hasn't");
    }
    ov_wipe(&half, sizeof half);
    return good;
}
