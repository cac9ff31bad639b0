/* A key that the other end of the management interface keeps: what it is asked, and whose answer is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/key_desk.h"
#include "lib/talk.h"

static void count(void *ctx)
{
    (*(unsigned *)ctx)++;
}

static const struct ov_sign_request digest = {
    .kind = OV_SIGN_ECDSA, .in = (const uint8_t *)"digest-1", .in_len = 8};
static const struct ov_sign_request other = {
    .kind = OV_SIGN_ECDSA, .in = (const uint8_t *)"digest-2", .in_len = 8};

static void test_key_desk(void **state)
{
    static const struct ov_cert_options plain = {.external_key = true, .external_pkcs1 = true};
    struct ov_talk t;
    struct ov_key_desk desk;
    uint8_t out[OV_SIGN_MAX];
    size_t len = 0;
    unsigned answered = 0;
    (void)state;
    ov_talk_begin(&t, false);
    ov_key_desk_open(&desk, t.manage, &plain);
    ov_key_desk_tell(&desk, count, &answered);
    ov_talk_hear(&t);
    ov_talk_expect(&t, "pk-sig\n", "ERROR: The pk-sig command is not currently available\r\n");
    ov_talk_expect(&t, "version 3\n", "");
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_ERR_AGAIN);
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_ERR_AGAIN);
    ov_talk_expect(&t, "pk-sig\nc2ln\nLTE=\nEND\n",
                   ">PK_SIGN:ZGlnZXN0LTE=,ECDSA\r\nSUCCESS: pk-sign command succeeded\r\n");
    assert_int_equal(answered, 1);
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_OK);
    assert_int_equal(len, 5);
    assert_memory_equal(out, "sig-1", 5);
    /* The answer to a question that nobody asks any more isn't taken for that to the next. */
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_ERR_AGAIN);
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_AGAIN);
    ov_talk_say(&t, "pk-sig\nc2lnLTE=\nEND\n", 100);
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_AGAIN);
    ov_talk_say(&t, "pk-sig\nc2lnLTI=\nEND\n", 100);
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_OK);
    assert_memory_equal(out, "sig-2", 5);
    /* Nonsense is a refusal. */
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_AGAIN);
    ov_talk_say(&t, "pk-sig\n!\nEND\n", 100);
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_CRYPTO);
    /* Too large for the caller. */
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_AGAIN);
    ov_talk_say(&t, "pk-sig\nc2lnLTI=\nEND\n", 100);
    assert_int_equal(desk.signer.sign(&desk, &other, out, 4, &len), OV_ERR_CRYPTO);
    ov_key_desk_close(&desk);
    ov_talk_end(&t);
}

/* One that answers only the latest question gets through too. */
static void test_key_desk_latest(void **state)
{
    static const struct ov_cert_options plain = {.external_key = true, .external_pkcs1 = true};
    struct ov_talk t;
    struct ov_key_desk desk;
    uint8_t out[OV_SIGN_MAX];
    size_t len = 0;
    (void)state;
    ov_talk_begin(&t, false);
    ov_key_desk_open(&desk, t.manage, &plain);
    unsigned rounds = 0;
    enum ov_err err = OV_ERR_AGAIN;
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_ERR_AGAIN);
    for (; rounds < 5 && err == OV_ERR_AGAIN; rounds++)
    {
        const struct ov_sign_request *request = rounds % 2 == 0 ? &other : &digest;
        assert_int_equal(desk.signer.sign(&desk, request, out, sizeof out, &len), OV_ERR_AGAIN);
        ov_talk_say(&t, "rsa-sig\nc2lnLTI=\nEND\n", 100);
        err = desk.signer.sign(&desk, request, out, sizeof out, &len);
    }
    assert_int_equal(err, OV_OK);
    assert_int_equal(rounds, 2);
    ov_key_desk_close(&desk);
    ov_talk_end(&t);
}

/* Without PKCS#1 of its own it gets what is padded already. */
static void test_key_desk_pads(void **state)
{
    static const struct ov_cert_options raw = {.external_key = true, .external_raw = true};
    static const struct ov_sign_request rsa = {
        .kind = OV_SIGN_RSA_PKCS1, .in = (const uint8_t *)"abc", .in_len = 3, .key_len = 18};
    struct ov_talk t;
    struct ov_key_desk desk;
    uint8_t out[OV_SIGN_MAX];
    size_t len = 0;
    (void)state;
    ov_talk_begin(&t, false);
    ov_key_desk_open(&desk, t.manage, &raw);
    ov_talk_hear(&t);
    ov_talk_expect(&t, "version 3\n", "");
    struct ov_sign_request small = rsa;
    small.key_len = 13; /* no room for eight octets of padding */
    assert_int_equal(desk.signer.sign(&desk, &small, out, sizeof out, &len), OV_ERR_CRYPTO);
    assert_int_equal(desk.signer.sign(&desk, &rsa, out, sizeof out, &len), OV_ERR_AGAIN);
    ov_talk_drop(&t);
    ov_talk_hear(&t);
    assert_string_equal(t.got, ">PK_SIGN:AAH///////////////8AYWJj,RSA_NO_PADDING\r\n");
    ov_key_desk_close(&desk);
    ov_talk_end(&t);
}

#define RAW    .external_raw = true
#define PKCS1  .external_pkcs1 = true
#define PSS    .external_pss = true
#define DIGEST .external_digest = true

/* What is asked of whom, by what they said that they can do. The octets are "abc", of a message "xyz". */
static void test_key_desk_algorithms(void **state)
{
    static const struct
    {
        struct ov_cert_options can;
        enum ov_sign_kind kind;
        const char *asked;
        bool no_message;
    } rows[] = {
        {{PKCS1}, OV_SIGN_RSA_PKCS1, "YWJj,RSA_PKCS1_PADDING", false},
        {{PKCS1, PSS}, OV_SIGN_RSA_PSS, "YWJj,RSA_PKCS1_PSS_PADDING,hashalg=SHA384,saltlen=digest", false},
        {{RAW, PSS}, OV_SIGN_RSA_RAW, "YWJj,RSA_NO_PADDING", false},
        {{PKCS1, PSS, DIGEST},
         OV_SIGN_RSA_PSS,
         "eHl6,RSA_PKCS1_PSS_PADDING,hashalg=SHA384,saltlen=digest,data=message",
         false},
        {{PKCS1, DIGEST}, OV_SIGN_RSA_PKCS1, "eHl6,RSA_PKCS1_PADDING,hashalg=SHA384,data=message", false},
        {{PKCS1, DIGEST}, OV_SIGN_ECDSA, "eHl6,ECDSA,hashalg=SHA384,data=message", false},
        /* Not every library gives the message: then it is a digest. */
        {{PKCS1, DIGEST}, OV_SIGN_RSA_PKCS1, "YWJj,RSA_PKCS1_PADDING", true},
        {{PKCS1, DIGEST}, OV_SIGN_ECDSA, "YWJj,ECDSA", true},
        {{PKCS1, PSS, DIGEST},
         OV_SIGN_RSA_PSS,
         "YWJj,RSA_PKCS1_PSS_PADDING,hashalg=SHA384,saltlen=digest",
         true},
        /* Who can't pad gets a whole block, digested and padded. */
        {{RAW, DIGEST}, OV_SIGN_RSA_PKCS1, "AAH///////////////8AYWJj,RSA_NO_PADDING", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const bool none = rows[i].no_message;
        const struct ov_sign_request request = {
            rows[i].kind, (const uint8_t *)"abc", 3,
            18,           OV_DIGEST_SHA384,       none ? NULL : (const uint8_t *)"xyz",
            none ? 0 : 3};
        char line[120];
        struct ov_talk t;
        struct ov_key_desk desk;
        uint8_t out[OV_SIGN_MAX];
        size_t len = 0;
        ov_talk_begin(&t, false);
        ov_key_desk_open(&desk, t.manage, &rows[i].can);
        assert_int_equal((desk.signer.can & OV_SIGN_CAN(OV_SIGN_RSA_PSS)) != 0, rows[i].can.external_pss);
        assert_int_equal((desk.signer.can & OV_SIGN_CAN(OV_SIGN_RSA_RAW)) != 0, rows[i].can.external_raw);
        ov_talk_hear(&t);
        ov_talk_expect(&t, "version 3\n", "");
        ov_talk_drop(&t);
        assert_int_equal(desk.signer.sign(&desk, &request, out, sizeof out, &len), OV_ERR_AGAIN);
        ov_talk_hear(&t);
        (void)snprintf(line, sizeof line, ">PK_SIGN:%s\r\n", rows[i].asked);
        assert_string_equal(t.got, line);
        ov_key_desk_close(&desk);
        ov_talk_end(&t);
    }
}

/* Messages of TLS 1.2 are long: what no line holds is digested here. */
static void test_key_desk_long(void **state)
{
    static const struct ov_cert_options can = {PKCS1, DIGEST};
    static uint8_t message[3 * OV_MANAGE_QUESTION];
    (void)state;
    for (size_t len = 3; len <= sizeof message; len += 3 * 331)
    {
        const struct ov_sign_request request = {.kind = OV_SIGN_ECDSA,
                                                .in = (const uint8_t *)"abc",
                                                .in_len = 3,
                                                .digest = OV_DIGEST_SHA256,
                                                .message = message,
                                                .message_len = len};
        struct ov_talk t;
        struct ov_key_desk desk;
        uint8_t out[OV_SIGN_MAX];
        size_t out_len = 0;
        ov_talk_begin(&t, false);
        ov_key_desk_open(&desk, t.manage, &can);
        ov_talk_hear(&t);
        ov_talk_expect(&t, "version 3\n", "");
        ov_talk_drop(&t);
        assert_int_equal(desk.signer.sign(&desk, &request, out, sizeof out, &out_len), OV_ERR_AGAIN);
        ov_talk_hear(&t);
        const bool whole = strstr(t.got, ",ECDSA,hashalg=SHA256,data=message\r\n") != NULL;
        assert_int_equal(strlen(t.got), strlen(">PK_SIGN:,ECDSA\r\n") + (whole ? len / 3 * 4 + 28 : 4));
        assert_int_equal(whole, len <= 12200);
        ov_key_desk_close(&desk);
        ov_talk_end(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_desk),      cmocka_unit_test(test_key_desk_latest),
        cmocka_unit_test(test_key_desk_pads), cmocka_unit_test(test_key_desk_algorithms),
        cmocka_unit_test(test_key_desk_long),
    };
    return cmocka_run_group_tests_name("manage sign", tests, NULL, NULL);
}
