/* The type 2 message of an NTLM proxy: an answer, or a refusal. Input: the message. */
#include "crypto/null/null.h"
#include "lib/fuzz.h"
#include "proxy/ntlm.h"
#include "wire/pem.h"

static enum ov_err fill(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    memset(out, 0x5a, len);
    return OV_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[3 * OV_NTLM_RAW];
    static char answer[OV_NTLM_TEXT];
    static uint8_t raw[OV_NTLM_RAW];
    const struct ov_rng rng = {fill, NULL};
    size_t len;
    if (size > 2 * OV_NTLM_RAW || ov_base64_encode(data, size, text, sizeof text) != OV_OK)
    {
        return 0;
    }
    const enum ov_err err =
        ov_ntlm_answer(&ov_crypto_null, &rng, 1, text, "DOM\\alice", "secret", answer, sizeof answer);
    if (err != OV_OK)
    {
        FUZZ_CHECK(err == OV_ERR_FORMAT || err == OV_ERR_TRUNCATED || err == OV_ERR_LIMIT);
        return 0;
    }
    FUZZ_CHECK(ov_base64_decode(answer, strlen(answer), raw, sizeof raw, &len) == OV_OK);
    FUZZ_CHECK(len >= 0x40 + 16 + 0x20 + 8 && memcmp(raw, "NTLMSSP\0\3", 9) == 0);
    FUZZ_CHECK(size >= 32 && memcmp(raw + len - 8, "aliceDOM", 8) == 0);
    return 0;
}
