/* Certificates as rules and programs read them. Input: DER. */
#include "crypto/x509.h"
#include "lib/fuzz.h"

static void walk_name(const struct ov_der *name, size_t size)
{
    struct ov_x509_walk walk = {.started = false};
    struct ov_x509_attribute attribute;
    size_t count = 0;
    while (ov_x509_next(name, &walk, &attribute))
    {
        FUZZ_CHECK(strnlen(attribute.name, sizeof attribute.name) < sizeof attribute.name);
        FUZZ_CHECK(strnlen(attribute.value, sizeof attribute.value) < sizeof attribute.value);
        for (const char *p = attribute.value; *p != '\0'; p++)
        {
            FUZZ_CHECK((unsigned char)*p >= ' ' && *p != 0x7f);
        }
        FUZZ_CHECK(++count <= size);
    }
}

static bool is_inside(const struct ov_der *view, const uint8_t *data, size_t size)
{
    return view->len == 0 || (view->data >= data && view->data + view->len <= data + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    struct ov_x509 cert;
    char text[OV_X509_VALUE];
    uint32_t usage = 0;
    if (ov_x509_read(copy, size, &cert) == OV_OK)
    {
        FUZZ_CHECK(is_inside(&cert.serial, copy, size) && is_inside(&cert.subject, copy, size));
        FUZZ_CHECK(is_inside(&cert.issuer, copy, size) && is_inside(&cert.extensions, copy, size));
        walk_name(&cert.subject, size);
        walk_name(&cert.issuer, size);
        FUZZ_CHECK(!ov_x509_key_usage(&cert, &usage) || usage <= 0xffff);
        (void)ov_x509_has_usage(&cert, "serverAuth");
        (void)ov_x509_is_made_for(&cert, "client");
        ov_x509_name_of(copy, size, "ext:subjectAltName", text, sizeof text);
        FUZZ_CHECK(strnlen(text, sizeof text) < sizeof text);
        ov_x509_hex(cert.serial.data, cert.serial.len, text, sizeof text);
    }
    free(copy);
    return 0;
}
