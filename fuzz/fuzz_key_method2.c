/* Key method 2 messages. Input: one octet for the sender's role, then the message. */
#include "lib/fuzz.h"
#include "wire/key_method2.h"

static void check_same(const struct ov_km2 *a, const struct ov_km2 *b)
{
    FUZZ_CHECK(memcmp(&a->source, &b->source, sizeof(a->source)) == 0);
    FUZZ_CHECK(strcmp(a->options, b->options) == 0);
    FUZZ_CHECK(strcmp(a->username, b->username) == 0);
    FUZZ_CHECK(strcmp(a->password, b->password) == 0);
    FUZZ_CHECK(strcmp(a->peer_info, b->peer_info) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    enum ov_role sender = fuzz_u8(&in) % 2 == 0 ? OV_ROLE_CLIENT : OV_ROLE_SERVER;
    uint8_t *message = fuzz_copy(in.at, in.left);
    struct ov_km2 km2;
    enum ov_err err = ov_km2_decode(sender, message, in.left, &km2);
    if (err != OV_OK)
    {
        FUZZ_CHECK(err == OV_ERR_TRUNCATED || err == OV_ERR_UNSUPPORTED || err == OV_ERR_FORMAT ||
                   err == OV_ERR_LIMIT);
        FUZZ_CHECK(km2.options[0] == '\0' && km2.password[0] == '\0' && km2.source.random1[0] == 0);
    }
    else
    {
        uint8_t out[OV_KM2_MESSAGE_MAX];
        struct ov_writer w = ov_writer_over(out, sizeof(out));
        struct ov_km2 again;
        FUZZ_CHECK(strlen(km2.options) < OV_KM2_OPTIONS_MAX);
        FUZZ_CHECK(strlen(km2.username) < OV_KM2_CREDENTIAL_MAX);
        FUZZ_CHECK(strlen(km2.password) < OV_KM2_CREDENTIAL_MAX);
        /* A message may end early; written again it has all its strings, and up to six octets more. */
        err = ov_km2_encode(sender, &km2, &w);
        FUZZ_CHECK(err == OV_OK || (err == OV_ERR_LIMIT && in.left + 6 > OV_KM2_MESSAGE_MAX));
        if (err == OV_OK)
        {
            FUZZ_CHECK(ov_km2_decode(sender, out, ov_writer_len(&w), &again) == OV_OK);
            check_same(&km2, &again);
        }
    }
    free(message);
    return 0;
}
