/* Control channel messages (wire-protocol.md 5.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "wire/message.h"

struct row
{
    const char *record;
    size_t len; /* so that NULs may stand inside */
    struct
    {
        enum ov_err err;
        enum ov_message_kind kind;
        const char *arg;
    } want[4]; /* ends at the first OV_ERR_AGAIN */
};
#define TEXT(s) s, sizeof(s) - 1
#define END                                                                                                  \
    {                                                                                                        \
        OV_ERR_AGAIN, OV_MSG_UNKNOWN, ""                                                                     \
    }

static const struct row rows[] = {
    {TEXT(""), {END}},
    {TEXT("PUSH_REQUEST\0"), {{OV_OK, OV_MSG_PUSH_REQUEST, ""}, END}},
    {TEXT("PUSH_REPLY,route 10.0.0.0,ping 10\0"),
     {{OV_OK, OV_MSG_PUSH_REPLY, "route 10.0.0.0,ping 10"}, END}},
    {TEXT("PUSH_REPLY\0"), {{OV_OK, OV_MSG_PUSH_REPLY, ""}, END}},
    {TEXT("PUSH_REPLYX\0"), {{OV_OK, OV_MSG_UNKNOWN, ""}, END}},
    {TEXT("PUSH_\0"), {{OV_OK, OV_MSG_UNKNOWN, ""}, END}},
    {TEXT("PUSH_UPDATE,-dns\0"), {{OV_OK, OV_MSG_PUSH_UPDATE, "-dns"}, END}},
    {TEXT("AUTH_FAILED\0"), {{OV_OK, OV_MSG_AUTH_FAILED, ""}, END}},
    {TEXT("AUTH_FAILED,TEMP[backoff 5,advance no]:later\0"),
     {{OV_OK, OV_MSG_AUTH_FAILED, "TEMP[backoff 5,advance no]:later"}, END}},
    {TEXT("AUTH_PENDING,timeout 60\0INFO_PRE,WEB_AUTH::https://x\0"),
     {{OV_OK, OV_MSG_AUTH_PENDING, "timeout 60"}, {OV_OK, OV_MSG_INFO_PRE, "WEB_AUTH::https://x"}, END}},
    {TEXT("INFO,hello\0RESTART\0HALT,[P]bye\0"),
     {{OV_OK, OV_MSG_INFO, "hello"}, {OV_OK, OV_MSG_RESTART, ""}, {OV_OK, OV_MSG_HALT, "[P]bye"}, END}},
    {TEXT("RESTART,[N]\0"), {{OV_OK, OV_MSG_RESTART, "[N]"}, END}},
    {TEXT("CR_RESPONSE,YWJj\0EXIT\0"), {{OV_OK, OV_MSG_CR_RESPONSE, "YWJj"}, {OV_OK, OV_MSG_EXIT, ""}, END}},
    {TEXT("exit\0"), {{OV_OK, OV_MSG_UNKNOWN, ""}, END}},
    /* Trailing line ends go, everything else that is not printable loses the message [WP-MSG-003]. */
    {TEXT("EXIT\r\n\r\n\0"), {{OV_OK, OV_MSG_EXIT, ""}, END}},
    {TEXT("INFO,a\nb\0EXIT\0"), {{OV_ERR_FORMAT, OV_MSG_UNKNOWN, ""}, {OV_OK, OV_MSG_EXIT, ""}, END}},
    {TEXT("PUSH_REPLY,route\t10.0.0.0\0"), {{OV_ERR_FORMAT, OV_MSG_UNKNOWN, ""}, END}},
    {TEXT("INFO,\x1b[2J\0"), {{OV_ERR_FORMAT, OV_MSG_UNKNOWN, ""}, END}},
    {TEXT("INFO,\x7f\0"), {{OV_ERR_FORMAT, OV_MSG_UNKNOWN, ""}, END}},
    {TEXT("INFO,\xc3\xa4\0"), {{OV_ERR_FORMAT, OV_MSG_UNKNOWN, ""}, END}},
    /* Text without NUL is no message [WP-MSG-002]. */
    {TEXT("EXIT"), {{OV_ERR_TRUNCATED, OV_MSG_UNKNOWN, ""}, END}},
    {TEXT("EXIT\0PUSH_REP"), {{OV_OK, OV_MSG_EXIT, ""}, {OV_ERR_TRUNCATED, OV_MSG_UNKNOWN, ""}, END}},
    {TEXT("\0\0EXIT\0"),
     {{OV_OK, OV_MSG_UNKNOWN, ""}, {OV_OK, OV_MSG_UNKNOWN, ""}, {OV_OK, OV_MSG_EXIT, ""}, END}},
};

/* Texts that end with NUL, told apart by how they begin [WP-MSG-001, WP-MSG-004]. */
static void test_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        uint8_t *copy = ov_test_copy(rows[i].record, rows[i].len);
        struct ov_reader record = ov_reader_over(copy, rows[i].len);
        enum ov_err err = OV_OK;
        for (size_t m = 0; m < 4 && err != OV_ERR_AGAIN; m++)
        {
            struct ov_message message;
            err = ov_message_next(&record, &message);
            ov_assert_err(err, rows[i].want[m].err);
            assert_string_equal(ov_message_kind_name(message.kind),
                                ov_message_kind_name(rows[i].want[m].kind));
            assert_int_equal(message.arg_len, strlen(rows[i].want[m].arg));
            assert_memory_equal(message.arg, rows[i].want[m].arg, message.arg_len);
        }
        ov_assert_err(err, OV_ERR_AGAIN);
        free(copy);
    }
}

/* However a record is cut: as many whole messages as NULs, then at most one fragment. */
static void test_truncation_sweep(void **state)
{
    (void)state;
    static const char record[] =
        "AUTH_PENDING,timeout 60\0INFO_PRE,WEB_AUTH::https://x\0PUSH_REPLY,ping 1\0EXIT\0";
    for (size_t cut = 0; cut < sizeof(record); cut++)
    {
        uint8_t *copy = ov_test_copy(record, cut);
        struct ov_reader r = ov_reader_over(copy, cut);
        struct ov_message message;
        size_t nuls = 0;
        for (size_t i = 0; i < cut; i++)
        {
            nuls += copy[i] == 0 ? 1 : 0;
        }
        for (size_t i = 0; i < nuls; i++)
        {
            ov_assert_err(ov_message_next(&r, &message), OV_OK);
        }
        if (cut > 0 && copy[cut - 1] != 0)
        {
            ov_assert_err(ov_message_next(&r, &message), OV_ERR_TRUNCATED);
        }
        ov_assert_err(ov_message_next(&r, &message), OV_ERR_AGAIN);
        free(copy);
    }
}

/* 1023 octets and the NUL, and no more [WP-MSG-005]. */
static void test_writer(void **state)
{
    (void)state;
    char long_text[OV_MESSAGE_MAX + 1];
    uint8_t out[OV_MESSAGE_MAX + 1];
    struct ov_writer w = ov_writer_over(out, sizeof(out));
    ov_assert_err(ov_message_write("PUSH_REQUEST", &w), OV_OK);
    assert_int_equal(ov_writer_len(&w), 13);
    assert_memory_equal(out, "PUSH_REQUEST", 13);
    ov_assert_err(ov_message_write("INFO,a\nb", &w), OV_ERR_FORMAT);
    memset(long_text, 'x', sizeof(long_text));
    long_text[OV_MESSAGE_MAX] = '\0';
    ov_assert_err(ov_message_write(long_text, &w), OV_ERR_LIMIT);
    assert_int_equal(ov_writer_len(&w), 13);
    long_text[OV_MESSAGE_MAX - 1] = '\0';
    w = ov_writer_over(out, sizeof(out));
    ov_assert_err(ov_message_write(long_text, &w), OV_OK);
    ov_assert_err(ov_message_write("EXIT", &w), OV_ERR_NOSPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_truncation_sweep),
        cmocka_unit_test(test_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
