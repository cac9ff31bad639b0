/* What the backends share: the fifo, and the words for what went wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/fifo.h"
#include "crypto/verdict.h"
#include "lib/octets.h"

/* Any sequence of puts and takes gives out what came in, in order. */
static void test_fifo_order(void **state)
{
    (void)state;
    struct ov_test_random random = {ov_test_seed(8)};
    struct ov_fifo fifo = {0};
    uint8_t piece[700];
    uint32_t in = 0;
    uint32_t out = 0;
    for (unsigned round = 0; round < 5000; round++)
    {
        size_t len = ov_test_below(&random, sizeof(piece));
        for (size_t i = 0; i < len; i++)
        {
            piece[i] = (uint8_t)((in + i) * 31 >> 3);
        }
        assert_int_equal(ov_fifo_put(&fifo, piece, len), OV_OK);
        in += (uint32_t)len;
        assert_int_equal(fifo.len, in - out);
        size_t got = ov_fifo_take(&fifo, piece, ov_test_below(&random, sizeof(piece)));
        for (size_t i = 0; i < got; i++)
        {
            assert_int_equal(piece[i], (uint8_t)((out + i) * 31 >> 3));
        }
        out += (uint32_t)got;
        assert_true((fifo.len == 0) == (ov_fifo_front(&fifo) == NULL));
        assert_true(fifo.len == 0 || *ov_fifo_front(&fifo) == (uint8_t)(out * 31 >> 3));
        if (fifo.len > 20000)
        {
            out += (uint32_t)ov_fifo_take(&fifo, NULL, 15000);
        }
    }
    ov_fifo_clear(&fifo);
    assert_int_equal(fifo.len, 0);
    assert_null(fifo.mem);
}

static void test_fifo_edges(void **state)
{
    (void)state;
    struct ov_fifo fifo = {0};
    uint8_t octet = 7;
    assert_int_equal(ov_fifo_take(&fifo, &octet, 1), 0);
    assert_int_equal(ov_fifo_put(&fifo, NULL, 0), OV_OK);
    assert_null(ov_fifo_front(&fifo));
    assert_int_equal(ov_fifo_put(&fifo, &octet, SIZE_MAX), OV_ERR_NOMEM);
    assert_int_equal(fifo.len, 0);
    ov_fifo_clear(&fifo);
}

static void test_fault_lines(void **state)
{
    (void)state;
    char text[OV_TLS_ERROR_TEXT];
    ov_cert_fault_line(text, OV_CERT_EXPIRED, NULL, "old client", 0);
    assert_string_equal(text, "certificate verify failed: certificate has expired (CN=old client, depth 0)");
    ov_cert_fault_line(text, OV_CERT_OTHER, "policy says no", "", 2);
    assert_string_equal(text, "certificate verify failed: policy says no (CN=none, depth 2)");
    ov_cert_fault_line(text, OV_CERT_MISSING, NULL, NULL, 0);
    assert_string_equal(text, "certificate verify failed: peer sent no certificate");
    for (unsigned fault = 0; fault < OV_CERT_FAULT_COUNT; fault++)
    {
        ov_cert_fault_line(text, (enum ov_cert_fault)fault, NULL, "x", 0);
        assert_null(strstr(text, "null"));
    }
}

static void test_alert_lines(void **state)
{
    (void)state;
    char text[OV_TLS_ERROR_TEXT];
    ov_tls_alert_line(text, 45);
    assert_string_equal(text, "peer sent alert 45: certificate expired");
    ov_tls_alert_line(text, 250);
    assert_string_equal(text, "peer sent alert 250: unknown alert");
    assert_string_equal(ov_tls_alert_name(0), "close notify");
    assert_string_equal(ov_tls_alert_name(116), "certificate required");
}

/* A name in a certificate is text of a stranger. */
static void test_clean_text(void **state)
{
    (void)state;
    static const struct
    {
        const char *in;
        size_t len;
        size_t cap;
        const char *want;
    } cases[] = {
        {"alice", 5, 65, "alice"},
        {"alice\0.evil", 11, 65, "alice_.evil"},
        {"a\nERROR b\r\x1b[2J\x7f", 15, 65, "a_ERROR b__[2J_"},
        {"J\xc3\xbcrgen", 7, 65, "J\xc3\xbcrgen"},
        {"too long", 8, 5, "too "},
        {"", 0, 1, ""},
        {"x", 1, 1, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    {
        char out[65];
        ov_text_clean(out, cases[i].cap, cases[i].in, cases[i].len);
        assert_string_equal(out, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fifo_order),  cmocka_unit_test(test_fifo_edges),
        cmocka_unit_test(test_fault_lines), cmocka_unit_test(test_alert_lines),
        cmocka_unit_test(test_clean_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
