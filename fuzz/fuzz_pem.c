/* PEM blocks and base64, as keys of tls-crypt-v2 and inline PKCS#12 come in. Input: one octet (room), then the text,
 * which is also taken as octets to be written. What is read can be written and read again; what isn't leaves nothing. */
#include "lib/fuzz.h"
#include "wire/pem.h"

#define ROOM  600u
#define LABEL "OpenVPN tls-crypt-v2 client key"

static void check_left(const uint8_t *out, size_t cap, size_t len, enum ov_err err)
{
    FUZZ_CHECK(err == OV_OK || err == OV_ERR_FORMAT || err == OV_ERR_LIMIT);
    FUZZ_CHECK(len <= cap && (err == OV_OK || len == 0));
    for (size_t i = 0; err != OV_OK && i < cap; i++)
    {
        FUZZ_CHECK(out[i] == 0);
    }
}

static void check_base64(const char *text, size_t size, size_t cap)
{
    uint8_t *out = calloc(1, cap);
    char again[ROOM * 2];
    uint8_t octets[ROOM];
    size_t len = 0, again_len = 0;
    const enum ov_err err = ov_base64_decode(text, size, out, cap, &len);
    check_left(out, cap, len, err);
    if (err == OV_OK)
    {
        FUZZ_CHECK(ov_base64_encode(out, len, again, sizeof again) == OV_OK);
        FUZZ_CHECK(ov_base64_decode(again, strlen(again), octets, sizeof octets, &again_len) == OV_OK);
        FUZZ_CHECK(again_len == len && memcmp(octets, out, len) == 0);
    }
    free(out);
}

static void check_block(const char *text, size_t size, size_t cap)
{
    uint8_t *out = calloc(1, cap);
    size_t len = 0;
    const enum ov_err err = ov_pem_decode(LABEL, text, size, out, cap, &len);
    check_left(out, cap, len, err);
    free(out);
}

/* The input as what is to be written, into enough room and into one octet less. */
static void check_writing(const uint8_t *data, size_t size)
{
    char text[ROOM * 2];
    uint8_t octets[ROOM];
    size_t len = 0;
    size = size < ROOM ? size : ROOM;
    FUZZ_CHECK(ov_pem_encode(LABEL, data, size, text, sizeof text) == OV_OK);
    const enum ov_err err = ov_pem_decode(LABEL, text, strlen(text), octets, sizeof octets, &len);
    FUZZ_CHECK(size == 0 || (err == OV_OK && len == size && memcmp(octets, data, size) == 0));
    char *tight = malloc(strlen(text) + 1);
    FUZZ_CHECK(tight != NULL);
    FUZZ_CHECK(ov_pem_encode(LABEL, data, size, tight, strlen(text) + 1) == OV_OK);
    FUZZ_CHECK(ov_pem_encode(LABEL, data, size, tight, strlen(text)) == OV_ERR_NOSPACE);
    free(tight);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    const size_t cap = 1u + fuzz_u8(&in) * 2u;
    char *text = (char *)fuzz_copy(in.at, in.left);
    check_base64(text, in.left, cap);
    check_block(text, in.left, cap);
    check_writing((const uint8_t *)text, in.left);
    free(text);
    return 0;
}
