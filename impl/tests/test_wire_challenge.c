/* Questions at login and their answers: CRV1, CR_TEXT, SCRV1, CR_RESPONSE; files with name and password. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/challenge.h"
#include "wire/pem.h"

static struct ov_challenge c;

static const char crv1[] = "CRV1:R,E:Om01u7Fh4LrGBS7uh0SWmzwabUiGiW6l:Y3Ix:Please enter token PIN: now";

static void reads_crv1(void **state)
{
    (void)state;
    assert_int_equal(ov_challenge_crv1(crv1, strlen(crv1), &c), OV_OK);
    assert_true(c.wants_answer && c.echo);
    assert_string_equal(c.state_id, "Om01u7Fh4LrGBS7uh0SWmzwabUiGiW6l");
    assert_string_equal(c.username, "cr1");
    assert_string_equal(c.text, "Please enter token PIN: now");
}

/* Every beginning of it: complete once the colon behind the name is there, and never read too far. */
static void crv1_cut(void **state)
{
    (void)state;
    const size_t head = strlen(crv1) - strlen("Please enter token PIN: now");
    for (size_t len = 0; len <= strlen(crv1); len++)
    {
        char *copy = malloc(len > 0 ? len : 1);
        memcpy(copy, crv1, len);
        enum ov_err err = ov_challenge_crv1(copy, len, &c);
        assert_int_equal(err, len < head ? OV_ERR_FORMAT : OV_OK);
        free(copy);
    }
}

static void refuses_crv1(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        enum ov_err err;
    } rows[] = {
        {"", OV_ERR_FORMAT},
        {"CRV1", OV_ERR_FORMAT},
        {"CRV2:R:a:Y3Ix:t", OV_ERR_FORMAT},
        {"crv1:R:a:Y3Ix:t", OV_ERR_FORMAT},
        {"CRV1:R:a:Y3I:t", OV_ERR_FORMAT},  /* not base64 */
        {"CRV1:R:a:YQpi:t", OV_ERR_FORMAT}, /* a line end in the name */
        {"CRV1:R:a:AGE=:t", OV_ERR_FORMAT}, /* a NUL in it */
        {"CRV1:R:a:Y3Ix:", OV_OK},
        {"CRV1::::", OV_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        assert_int_equal(ov_challenge_crv1(rows[i].text, strlen(rows[i].text), &c), rows[i].err);
    }
    char text[1200];
    memset(text, 'x', sizeof text);
    memcpy(text, "CRV1:R:a:Y3Ix:", 14);
    assert_int_equal(ov_challenge_crv1(text, sizeof text, &c), OV_ERR_LIMIT);
    assert_string_equal(c.username, "");
    memset(text + 5, 'x', sizeof text - 5);
    memcpy(text + 1000, ":a:Y3Ix:", 8);
    assert_int_equal(ov_challenge_crv1(text, sizeof text, &c), OV_OK); /* flags nobody knows */
    assert_false(c.wants_answer);
}

static void reads_flags(void **state)
{
    (void)state;
    static const struct
    {
        const char *flags;
        bool answer, echo;
    } rows[] = {
        {"R", true, false},   {"E", false, true},     {"E,R", true, true}, {"", false, false},
        {"RE", false, false}, {"X,R,Y", true, false}, {",", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char text[64] = "CR_TEXT:";
        memcpy(text + 8, rows[i].flags, strlen(rows[i].flags));
        memcpy(text + 8 + strlen(rows[i].flags), ":Colour?", 9);
        assert_int_equal(ov_challenge_cr_text(text, strlen(text), &c), OV_OK);
        assert_int_equal(c.wants_answer, rows[i].answer);
        assert_int_equal(c.echo, rows[i].echo);
        assert_string_equal(c.text, "Colour?");
        for (size_t len = 0; len < strlen(text); len++)
        {
            char *copy = malloc(len > 0 ? len : 1);
            memcpy(copy, text, len);
            const bool whole = len > 8 + strlen(rows[i].flags);
            assert_int_equal(ov_challenge_cr_text(copy, len, &c), whole ? OV_OK : OV_ERR_FORMAT);
            free(copy);
        }
    }
    assert_int_equal(ov_challenge_cr_text("WEB_AUTH::https://x", 19, &c), OV_ERR_FORMAT);
}

/* [WP-AUTH-006] */
static void writes_answers(void **state)
{
    (void)state;
    char out[128];
    assert_int_equal(ov_challenge_crv1(crv1, strlen(crv1), &c), OV_OK);
    assert_int_equal(ov_challenge_answer(&c, "8675309", out, sizeof out), OV_OK);
    assert_string_equal(out, "CRV1::Om01u7Fh4LrGBS7uh0SWmzwabUiGiW6l::8675309");
    assert_int_equal(ov_challenge_answer(&c, "8675309", out, strlen("CRV1::") + 32 + 2 + 7), OV_ERR_LIMIT);
    assert_string_equal(out, "");
    assert_int_equal(ov_challenge_static("secret", "1234", false, out, sizeof out), OV_OK);
    assert_string_equal(out, "SCRV1:c2VjcmV0:MTIzNA==");
    assert_int_equal(ov_challenge_static("secret", "1234", true, out, sizeof out), OV_OK);
    assert_string_equal(out, "secret1234");
    assert_int_equal(ov_challenge_static("secret", "1234", false, out, 23), OV_ERR_LIMIT);
    assert_int_equal(ov_challenge_static("secret", "1234", false, out, 24), OV_OK);
    assert_int_equal(ov_challenge_response("blue", out, sizeof out), OV_OK);
    assert_string_equal(out, "CR_RESPONSE,Ymx1ZQ==");
    assert_int_equal(ov_challenge_response("blue", out, 20), OV_ERR_LIMIT);
    assert_int_equal(ov_challenge_response("blue", out, 5), OV_ERR_LIMIT);
}

/* [WP-CLI-011] */
static void reads_files(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *username, *password;
        bool has_password;
        enum ov_err err;
    } rows[] = {
        {"alice\nsecret\n", "alice", "secret", true, OV_OK},
        {"alice\r\nsecret\r\n", "alice", "secret", true, OV_OK},
        {"alice\nsecret", "alice", "secret", true, OV_OK},
        {"alice\nsec\001ret\nmore\n", "alice", "secret", true, OV_OK},
        {"alice\n\n", "alice", "", true, OV_OK},
        {"alice\n", "alice", "", false, OV_OK},
        {"alice", "alice", "", false, OV_OK},
        {"", "", "", false, OV_ERR_FORMAT},
        {"\nsecret\n", "", "", true, OV_ERR_FORMAT},
        {"0123456789abcdef\nsecret\n", "", "", false, OV_ERR_LIMIT},
        {"alice\n0123456789abcdef\n", "", "", false, OV_ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char username[16], password[16];
        bool has_password = false;
        enum ov_err err =
            ov_credentials_read(rows[i].text, strlen(rows[i].text), username, password, 16, &has_password);
        assert_int_equal(err, rows[i].err);
        assert_string_equal(username, rows[i].username);
        assert_string_equal(password, rows[i].password);
        assert_true(err != OV_OK || has_password == rows[i].has_password);
    }
}

/* RFC 4648 section 10. */
static void base64(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char out[16];
        assert_int_equal(ov_base64_encode(rows[i][0], strlen(rows[i][0]), out, sizeof out), OV_OK);
        assert_string_equal(out, rows[i][1]);
        assert_int_equal(ov_base64_encode(rows[i][0], strlen(rows[i][0]), out, strlen(rows[i][1])),
                         OV_ERR_NOSPACE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_crv1),  cmocka_unit_test(crv1_cut),       cmocka_unit_test(refuses_crv1),
        cmocka_unit_test(reads_flags), cmocka_unit_test(writes_answers), cmocka_unit_test(reads_files),
        cmocka_unit_test(base64),
    };
    return cmocka_run_group_tests_name("wire challenge", tests, NULL, NULL);
}
