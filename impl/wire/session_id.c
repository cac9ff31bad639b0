#include "wire/session_id.h"

#include <string.h>

bool ov_sid_is_zero(const struct ov_sid *sid)
{
    static const struct ov_sid none = {{0}};
    return ov_sid_equal(sid, &none);
}

bool ov_sid_equal(const struct ov_sid *a, const struct ov_sid *b)
{
    return memcmp(a->id, b->id, OV_SID_LEN) == 0;
}

enum ov_err ov_sid_new(const struct ov_rng *rng, struct ov_sid *out)
{
    /* Zero means "none" [WP-CTRL-001]. A generator that gives 64 zero bits twice is broken. */
    for (int attempt = 0; attempt < 2; attempt++)
    {
        enum ov_err err = ov_rng_fill(rng, out->id, OV_SID_LEN);
        if (err != OV_OK)
        {
            return err;
        }
        if (!ov_sid_is_zero(out))
        {
            return OV_OK;
        }
    }
    return OV_ERR_CRYPTO;
}

const char *ov_sid_text(const struct ov_sid *sid, char text[static OV_SID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < OV_SID_LEN; i++)
    {
        text[2 * i] = digits[sid->id[i] >> 4];
        text[2 * i + 1] = digits[sid->id[i] & 15];
    }
    text[2 * OV_SID_LEN] = '\0';
    return text;
}
