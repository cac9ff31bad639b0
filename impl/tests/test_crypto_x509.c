/* Certificates as rules and programs see them. The certificates were made by OpenSSL; what is expected was read with
 * `openssl x509 -text`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/x509.h"
#include "tests/lib/testpki.h"
#include "wire/pem.h"

#include "tests/data/x509.h"

static uint8_t der[8192];
static size_t der_len;

static void load(const char *pem)
{
    assert_int_equal(ov_pem_decode("CERTIFICATE", pem, strlen(pem), der, sizeof der, &der_len), OV_OK);
}

/* "CN=a;O=b;" */
static void describe(const struct ov_der *name, char *out, size_t cap)
{
    struct ov_x509_walk walk = {.started = false};
    struct ov_x509_attribute attribute;
    out[0] = '\0';
    while (ov_x509_next(name, &walk, &attribute))
    {
        (void)snprintf(out + strlen(out), cap - strlen(out), "%s=%s;", attribute.name, attribute.value);
    }
}

static void all_of_one(void **state)
{
    struct ov_x509 cert;
    char text[1024];
    uint32_t usage = 0;
    (void)state;
    load(x509_full);
    assert_int_equal(ov_x509_read(der, der_len, &cert), OV_OK);
    describe(&cert.subject, text, sizeof text);
    assert_string_equal(
        text,
        "C=KG;ST=NA;O=Tést;OU=a;OU=b;CN=full;emailAddress=me@example.org;UID=u1;1.3.6.1.4.1.99999.1=x;");
    ov_x509_hex(cert.serial.data, cert.serial.len, text, sizeof text);
    assert_string_equal(text, "00:a1:b2:c3:d4");
    assert_true(ov_x509_key_usage(&cert, &usage));
    assert_int_equal(usage, 0x80a0); /* digitalSignature, keyEncipherment, decipherOnly */
    assert_true(ov_x509_has_usage(&cert, "serverAuth"));
    assert_true(ov_x509_has_usage(&cert, "TLS Web Server Authentication"));
    assert_true(ov_x509_has_usage(&cert, "1.3.6.1.5.5.7.3.1"));
    assert_true(ov_x509_has_usage(&cert, "1.2.3.4"));
    assert_false(ov_x509_has_usage(&cert, "clientAuth"));
    assert_true(ov_x509_alt_mail(&cert, "subjectAltName", text));
    assert_string_equal(text, "alt@example.org");
    assert_false(ov_x509_alt_mail(&cert, "issuerAltName", text));
    assert_true(ov_x509_is_made_for(&cert, "client")); /* by the old extension */
    assert_true(ov_x509_is_made_for(&cert, "server")); /* by the extended key usage */
}

static void nothing_in_it(void **state)
{
    struct ov_x509 cert;
    char text[OV_X509_VALUE];
    uint32_t usage;
    (void)state;
    load(x509_bare);
    assert_int_equal(ov_x509_read(der, der_len, &cert), OV_OK);
    assert_false(ov_x509_key_usage(&cert, &usage));
    assert_false(ov_x509_has_usage(&cert, "serverAuth"));
    assert_false(ov_x509_is_made_for(&cert, "server"));
    ov_x509_name_of(der, der_len, "ext:subjectAltName", text, sizeof text);
    assert_string_equal(text, "");
}

/* Every cut, in memory that ends there. */
static void cut_anywhere(void **state)
{
    (void)state;
    load(x509_full);
    for (size_t len = 0; len < der_len; len++)
    {
        uint8_t *copy = malloc(len > 0 ? len : 1);
        struct ov_x509 cert;
        memcpy(copy, der, len);
        const enum ov_err err = ov_x509_read(copy, len, &cert);
        if (err != OV_ERR_TRUNCATED)
        {
            fail_msg("%zu of %zu octets: %s", len, der_len, ov_err_name(err));
        }
        free(copy);
    }
}

/* Every octet, bent: no reader leaves the memory, every walk ends. */
static void bent_anywhere(void **state)
{
    static const uint8_t bends[] = {0x01, 0x80, 0xff, 0x10};
    (void)state;
    load(x509_full);
    for (size_t at = 0; at < der_len; at++)
    {
        for (size_t i = 0; i < sizeof bends; i++)
        {
            uint8_t *copy = malloc(der_len);
            char text[1024];
            struct ov_x509 cert;
            uint32_t usage;
            memcpy(copy, der, der_len);
            copy[at] ^= bends[i];
            if (ov_x509_read(copy, der_len, &cert) == OV_OK)
            {
                describe(&cert.subject, text, sizeof text);
                (void)ov_x509_key_usage(&cert, &usage);
                (void)ov_x509_has_usage(&cert, "serverAuth");
                (void)ov_x509_alt_mail(&cert, "subjectAltName", text);
            }
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_one),
        cmocka_unit_test(nothing_in_it),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(bent_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
