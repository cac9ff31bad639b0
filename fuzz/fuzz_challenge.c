/* Texts at login: challenges, files with name and password, tokens. Input: one text for each of them. */
#include "crypto/null/null.h"
#include "lib/fuzz.h"
#include "session/auth_token.h"
#include "wire/challenge.h"

static void check_part(const char *part)
{
    FUZZ_CHECK(strnlen(part, OV_CHALLENGE_TEXT) < OV_CHALLENGE_TEXT);
}

static void try_challenge(const char *text, size_t size)
{
    struct ov_challenge c;
    char out[2 * OV_CHALLENGE_TEXT];
    if (ov_challenge_crv1(text, size, &c) == OV_OK)
    {
        check_part(c.state_id);
        check_part(c.username);
        check_part(c.text);
        FUZZ_CHECK(strchr(c.state_id, ':') == NULL); /* [WP-AUTH-005] */
        FUZZ_CHECK(strpbrk(c.username, "\r\n") == NULL);
        FUZZ_CHECK(ov_challenge_answer(&c, "1", out, sizeof(out)) == OV_OK);
        FUZZ_CHECK(strncmp(out, "CRV1::", 6) == 0);
    }
    if (ov_challenge_cr_text(text, size, &c) == OV_OK)
    {
        check_part(c.text);
        FUZZ_CHECK(c.username[0] == '\0' && c.state_id[0] == '\0');
    }
}

static void try_credentials(const char *text, size_t size)
{
    char username[64];
    char password[64];
    bool has_password = false;
    if (ov_credentials_read(text, size, username, password, sizeof(username), &has_password) == OV_OK)
    {
        FUZZ_CHECK(strnlen(username, sizeof(username)) < sizeof(username) && username[0] != '\0');
        FUZZ_CHECK(strnlen(password, sizeof(password)) < sizeof(password));
        FUZZ_CHECK(strpbrk(username, "\r\n") == NULL && strpbrk(password, "\r\n") == NULL);
    }
}

/* Nobody guesses a token: one that opens was made from what is in it. */
static void try_token(const char *text, size_t size)
{
    static const uint8_t key[OV_TOKEN_KEY] = {7};
    struct ov_token token;
    char again[OV_TOKEN_TEXT];
    bool nameless = false;
    char *copy = strndup(text, size);
    FUZZ_CHECK(copy != NULL);
    if (ov_token_open(&ov_crypto_null, key, "alice", copy, &token, &nameless) == OV_OK)
    {
        FUZZ_CHECK(ov_token_make(&ov_crypto_null, key, nameless ? "" : "alice", &token, again) == OV_OK);
        FUZZ_CHECK(strcmp(again, copy) == 0);
    }
    FUZZ_CHECK(ov_token_check(&token, 1000, 60, 600) == OV_OK || token.issued_s != 1000 ||
               token.first_s != 1000);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = (char *)fuzz_copy(data, size);
    try_challenge(text, size);
    try_credentials(text, size);
    try_token(text, size);
    free(text);
    return 0;
}
