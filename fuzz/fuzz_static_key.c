/* Static key files. Input: the text; also taken as the octets of a key. */
#include "base/cursor.h"
#include "lib/fuzz.h"
#include "wire/static_key.h"

static void write_text(struct ov_writer *w, const char *text)
{
    ov_write_bytes(w, text, strlen(text));
}

static void check_round_trip(const struct ov_key2 *key)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    char text[1024];
    struct ov_writer w = ov_writer_over(text, sizeof(text));
    struct ov_key2 again;
    write_text(&w, "-----BEGIN OpenVPN Static key V1-----\n");
    for (size_t i = 0; i < sizeof(*key); i++)
    {
        uint8_t octet = ((const uint8_t *)key)[i];
        uint8_t low = octet & 15;
        ov_write_u8(&w, (uint8_t)digits[octet >> 4]);
        ov_write_u8(&w, (uint8_t)digits[low < 10 ? low : low + 6]); /* upper case too */
        write_text(&w, i % 16 == 15 ? "\n" : "");
    }
    write_text(&w, "-----END OpenVPN Static key V1-----\n");
    FUZZ_CHECK(!w.failed);
    FUZZ_CHECK(ov_static_key_parse(text, ov_writer_len(&w), OV_STATIC_KEY_FULL, &again) == OV_OK);
    FUZZ_CHECK(memcmp(key, &again, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ov_key2 zero;
    char *text = (char *)fuzz_copy(data, size);
    struct ov_key2 full;
    struct ov_key2 half;
    enum ov_err full_err = ov_static_key_parse(text, size, OV_STATIC_KEY_FULL, &full);
    enum ov_err half_err = ov_static_key_parse(text, size, OV_STATIC_KEY_HALF, &half);
    FUZZ_CHECK(full_err == OV_OK || full_err == OV_ERR_FORMAT || full_err == OV_ERR_TRUNCATED);
    FUZZ_CHECK(full_err == OV_OK || memcmp(&full, &zero, sizeof(zero)) == 0);
    FUZZ_CHECK(half_err == OV_OK || memcmp(&half, &zero, sizeof(zero)) == 0);
    if (full_err == OV_OK)
    {
        FUZZ_CHECK(half_err == OV_OK && memcmp(&full, &half, sizeof(full)) == 0);
        check_round_trip(&full);
    }
    memset(&full, 0, sizeof(full));
    if (size > 0)
    {
        memcpy(&full, data, size < sizeof(full) ? size : sizeof(full));
    }
    check_round_trip(&full); /* the input as the key itself */
    free(text);
    return 0;
}
