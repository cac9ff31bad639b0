/* Options strings. Input: what is expected, a NUL, what the peer sent. Findings are bounded and printable, a string
 * agrees with itself, and what is read out of it was in it. */
#include "lib/fuzz.h"
#include "options/occ.h"

struct heard
{
    const char *expected;
    size_t lines;
};

static void hear(void *ctx, const char *text)
{
    struct heard *heard = ctx;
    heard->lines++;
    FUZZ_CHECK(strlen(text) < 320);
    for (; *text != '\0'; text++)
    {
        FUZZ_CHECK((unsigned char)*text >= ' ' && (unsigned char)*text < 0x7f);
    }
}

static void check_reading(const char *text)
{
    char cipher[32];
    const enum ov_err err = ov_occ_cipher(text, cipher, sizeof cipher);
    FUZZ_CHECK(err == OV_OK || err == OV_ERR_FORMAT || err == OV_ERR_NOSPACE);
    FUZZ_CHECK(err != OV_OK || strstr(text, cipher) != NULL || strcmp(cipher, "none") == 0);
    FUZZ_CHECK(!ov_occ_compressed(text) || strstr(text, "comp-lzo") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 2);
    FUZZ_CHECK(text != NULL);
    if (size > 0)
    {
        memcpy(text, data, size);
    }
    text[size] = text[size + 1] = '\0';
    const size_t first = strlen(text);
    char *theirs = strdup(first < size ? text + first + 1 : "");
    struct heard heard = {text, 0};
    ov_occ_compare(text, theirs, hear, &heard);
    FUZZ_CHECK(heard.lines <= OV_OCC_FINDINGS);
    check_reading(text);
    check_reading(theirs);
    free(theirs);
    free(text);
    return 0;
}
