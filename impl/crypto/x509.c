#include "crypto/x509.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum
{
    TAG_INTEGER = 0x02,
    TAG_BITS = 0x03,
    TAG_OCTETS = 0x04,
    TAG_OID = 0x06,
    TAG_BMP = 0x1e,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_MAIL = 0x81, /* rfc822Name */
    TAG_VERSION = 0xa0,
    TAG_EXTENSIONS = 0xa3
};

/* ---- elements ---- */

/* The next element of from, whatever its tag. */
static enum ov_err take_any(struct ov_der *from, uint8_t *tag, struct ov_der *out)
{
    size_t at = 2, len = 0;
    if (from->len < 2)
    {
        return OV_ERR_TRUNCATED;
    }
    *tag = from->data[0];
    len = from->data[1];
    if ((len & 0x80) != 0)
    {
        const size_t octets = len & 0x7f;
        if (octets == 0 || octets > 4)
        {
            return OV_ERR_FORMAT; /* DER has no indefinite lengths, and nothing here is that large */
        }
        if (from->len < 2 + octets)
        {
            return OV_ERR_TRUNCATED;
        }
        for (len = 0; at < 2 + octets; at++)
        {
            len = len << 8 | from->data[at];
        }
    }
    if (len > from->len - at)
    {
        return OV_ERR_TRUNCATED;
    }
    *out = (struct ov_der){from->data + at, len};
    from->data += at + len;
    from->len -= at + len;
    return OV_OK;
}

static enum ov_err take(struct ov_der *from, uint8_t wanted, struct ov_der *out)
{
    uint8_t tag;
    const enum ov_err err = take_any(from, &tag, out);
    return err != OV_OK ? err : tag == wanted ? OV_OK : OV_ERR_FORMAT;
}

static bool next_is(const struct ov_der *from, uint8_t tag)
{
    return from->len > 0 && from->data[0] == tag;
}

enum ov_err ov_x509_read(const uint8_t *der, size_t len, struct ov_x509 *out)
{
    struct ov_der all = {der, len}, cert, tbs, skipped;
    uint8_t tag;
    *out = (struct ov_x509){.extensions = {NULL, 0}};
    enum ov_err err = take(&all, TAG_SEQUENCE, &cert);
    err = err == OV_OK ? take(&cert, TAG_SEQUENCE, &tbs) : err;
    err = err == OV_OK && next_is(&tbs, TAG_VERSION) ? take(&tbs, TAG_VERSION, &skipped) : err;
    err = err == OV_OK ? take(&tbs, TAG_INTEGER, &out->serial) : err;
    err = err == OV_OK ? take(&tbs, TAG_SEQUENCE, &skipped) : err; /* algorithm */
    err = err == OV_OK ? take(&tbs, TAG_SEQUENCE, &out->issuer) : err;
    err = err == OV_OK ? take(&tbs, TAG_SEQUENCE, &skipped) : err; /* validity */
    err = err == OV_OK ? take(&tbs, TAG_SEQUENCE, &out->subject) : err;
    err = err == OV_OK ? take(&tbs, TAG_SEQUENCE, &skipped) : err; /* key */
    while (err == OV_OK && tbs.len > 0)
    {
        struct ov_der content;
        err = take_any(&tbs, &tag, &content);
        if (err == OV_OK && tag == TAG_EXTENSIONS)
        {
            err = take(&content, TAG_SEQUENCE, &out->extensions);
        }
    }
    return err;
}

/* ---- identifiers ---- */

static void oid_text(const struct ov_der *oid, char *out, size_t cap)
{
    uint64_t n = 0;
    size_t at = 0;
    bool first = true;
    out[0] = '\0';
    for (size_t i = 0; i < oid->len && at < cap; i++)
    {
        n = n << 7 | (oid->data[i] & 0x7f);
        if ((oid->data[i] & 0x80) != 0)
        {
            continue;
        }
        const uint64_t top = n < 80 ? n / 40 : 2;
        const int len = first ? snprintf(out + at, cap - at, "%" PRIu64 ".%" PRIu64, top, n - 40 * top)
                              : snprintf(out + at, cap - at, ".%" PRIu64, n);
        at += len > 0 ? (size_t)len : 0;
        first = false;
        n = 0;
    }
}

struct known
{
    const char *numbers;
    const char *name;
    const char *other; /* NULL: none */
};

static const struct known attributes[] = {
    {"2.5.4.3", "CN", NULL},
    {"2.5.4.4", "SN", NULL},
    {"2.5.4.5", "serialNumber", NULL},
    {"2.5.4.6", "C", NULL},
    {"2.5.4.7", "L", NULL},
    {"2.5.4.8", "ST", NULL},
    {"2.5.4.9", "street", NULL},
    {"2.5.4.10", "O", NULL},
    {"2.5.4.11", "OU", NULL},
    {"2.5.4.12", "title", NULL},
    {"2.5.4.13", "description", NULL},
    {"2.5.4.17", "postalCode", NULL},
    {"2.5.4.41", "name", NULL},
    {"2.5.4.42", "GN", NULL},
    {"2.5.4.43", "initials", NULL},
    {"1.2.840.113549.1.9.1", "emailAddress", NULL},
    {"0.9.2342.19200300.100.1.1", "UID", NULL},
    {"0.9.2342.19200300.100.1.25", "DC", NULL},
};

static const struct known usages[] = {
    {"1.3.6.1.5.5.7.3.1", "serverAuth", "TLS Web Server Authentication"},
    {"1.3.6.1.5.5.7.3.2", "clientAuth", "TLS Web Client Authentication"},
    {"1.3.6.1.5.5.7.3.3", "codeSigning", "Code Signing"},
    {"1.3.6.1.5.5.7.3.4", "emailProtection", "E-mail Protection"},
    {"1.3.6.1.5.5.7.3.8", "timeStamping", "Time Stamping"},
    {"1.3.6.1.5.5.7.3.9", "OCSPSigning", "OCSP Signing"},
};

/* ---- texts ---- */

static bool add_octet(char *out, size_t *at, uint8_t octet)
{
    if (*at + 1 >= OV_X509_VALUE)
    {
        return false;
    }
    out[(*at)++] = octet < ' ' || octet == 0x7f ? '_' : (char)octet;
    out[*at] = '\0';
    return true;
}

/* Two octets a character. */
static void copy_bmp(const struct ov_der *value, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i + 1 < value->len && at + 4 < OV_X509_VALUE; i += 2)
    {
        const uint32_t c = (uint32_t)value->data[i] << 8 | value->data[i + 1];
        if (c >= 0x800)
        {
            (void)add_octet(out, &at, (uint8_t)(0xe0 | c >> 12));
            (void)add_octet(out, &at, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        }
        else if (c >= 0x80)
        {
            (void)add_octet(out, &at, (uint8_t)(0xc0 | c >> 6));
        }
        (void)add_octet(out, &at, (uint8_t)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
    }
}

static void copy_text(uint8_t tag, const struct ov_der *value, char *out)
{
    size_t at = 0;
    out[0] = '\0';
    if (tag == TAG_BMP)
    {
        copy_bmp(value, out);
        return;
    }
    for (size_t i = 0; i < value->len && add_octet(out, &at, value->data[i]); i++)
    {
    }
}

bool ov_x509_next(const struct ov_der *name, struct ov_x509_walk *walk, struct ov_x509_attribute *out)
{
    struct ov_der pair, oid, value;
    uint8_t tag;
    if (!walk->started)
    {
        *walk = (struct ov_x509_walk){.names = *name, .started = true};
    }
    while (walk->set.len == 0)
    {
        if (walk->names.len == 0 || take(&walk->names, TAG_SET, &walk->set) != OV_OK)
        {
            return false;
        }
    }
    if (take(&walk->set, TAG_SEQUENCE, &pair) != OV_OK || take(&pair, TAG_OID, &oid) != OV_OK ||
        take_any(&pair, &tag, &value) != OV_OK)
    {
        *walk = (struct ov_x509_walk){.started = true};
        return false;
    }
    oid_text(&oid, out->name, sizeof out->name);
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
    {
        if (strcmp(out->name, attributes[i].numbers) == 0)
        {
            (void)snprintf(out->name, sizeof out->name, "%s", attributes[i].name);
        }
    }
    copy_text(tag, &value, out->value);
    return true;
}

void ov_x509_hex(const uint8_t *data, size_t len, char *out, size_t cap)
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < len && at + 4 <= cap; i++)
    {
        at += (size_t)snprintf(out + at, cap - at, "%s%02x", i > 0 ? ":" : "", data[i]);
    }
}

/* ---- extensions ---- */

/* What is in its octet string. */
static bool find_extension(const struct ov_x509 *cert, const char *wanted, struct ov_der *out)
{
    struct ov_der rest = cert->extensions, extension, oid, skipped;
    char text[OV_X509_NAME];
    uint8_t tag = 0;
    while (rest.len > 0 && take(&rest, TAG_SEQUENCE, &extension) == OV_OK)
    {
        if (take(&extension, TAG_OID, &oid) != OV_OK)
        {
            return false;
        }
        oid_text(&oid, text, sizeof text);
        if (strcmp(text, wanted) != 0)
        {
            continue;
        }
        /* A flag may stand before it. */
        while (extension.len > 0 && !next_is(&extension, TAG_OCTETS) &&
               take_any(&extension, &tag, &skipped) == OV_OK)
        {
        }
        return take(&extension, TAG_OCTETS, out) == OV_OK;
    }
    return false;
}

bool ov_x509_key_usage(const struct ov_x509 *cert, uint32_t *out)
{
    struct ov_der value, bits;
    if (!find_extension(cert, "2.5.29.15", &value) || take(&value, TAG_BITS, &bits) != OV_OK || bits.len < 1)
    {
        return false;
    }
    *out = (bits.len > 1 ? bits.data[1] : 0u) | (bits.len > 2 ? (uint32_t)bits.data[2] << 8 : 0u);
    return true;
}

bool ov_x509_has_usage(const struct ov_x509 *cert, const char *usage)
{
    struct ov_der value, all, oid;
    char text[OV_X509_NAME];
    const char *numbers = usage;
    for (size_t i = 0; i < sizeof usages / sizeof usages[0]; i++)
    {
        if (strcmp(usage, usages[i].name) == 0 || strcmp(usage, usages[i].other) == 0)
        {
            numbers = usages[i].numbers;
        }
    }
    if (!find_extension(cert, "2.5.29.37", &value) || take(&value, TAG_SEQUENCE, &all) != OV_OK)
    {
        return false;
    }
    while (all.len > 0 && take(&all, TAG_OID, &oid) == OV_OK)
    {
        oid_text(&oid, text, sizeof text);
        if (strcmp(text, numbers) == 0)
        {
            return true;
        }
    }
    return false;
}

bool ov_x509_is_made_for(const struct ov_x509 *cert, const char *role)
{
    const bool server = strcmp(role, "server") == 0;
    struct ov_der value, bits;
    const bool has_type = find_extension(cert, "2.16.840.1.113730.1.1", &value) &&
                          take(&value, TAG_BITS, &bits) == OV_OK && bits.len > 1;
    return (has_type && (bits.data[1] & (server ? 0x40 : 0x80)) != 0) ||
           ov_x509_has_usage(cert, server ? "serverAuth" : "clientAuth");
}

static const struct known alts[] = {
    {"2.5.29.17", "subjectAltName", NULL},
    {"2.5.29.18", "issuerAltName", NULL},
};

bool ov_x509_is_alt(const char *extension)
{
    return strcmp(extension, alts[0].name) == 0 || strcmp(extension, alts[1].name) == 0;
}

bool ov_x509_alt_mail(const struct ov_x509 *cert, const char *extension, char out[static OV_X509_VALUE])
{
    const struct known *alt = strcmp(extension, alts[0].name) == 0 ? &alts[0] : &alts[1];
    struct ov_der value, all, name;
    uint8_t tag;
    if (!find_extension(cert, alt->numbers, &value) || take(&value, TAG_SEQUENCE, &all) != OV_OK)
    {
        return false;
    }
    while (all.len > 0 && take_any(&all, &tag, &name) == OV_OK)
    {
        /* What follows a NUL would be hidden from everybody who reads C strings. */
        if (tag == TAG_MAIL && memchr(name.data, '\0', name.len) == NULL && name.len < OV_X509_VALUE)
        {
            copy_text(tag, &name, out);
            return true;
        }
    }
    return false;
}

void ov_x509_name_of(const uint8_t *der, size_t len, const char *field, char *out, size_t cap)
{
    struct ov_x509 cert;
    char mail[OV_X509_VALUE] = "";
    if (ov_x509_read(der, len, &cert) != OV_OK || !ov_x509_alt_mail(&cert, field + strlen("ext:"), mail))
    {
        mail[0] = '\0';
    }
    (void)snprintf(out, cap, "%s", mail);
}
