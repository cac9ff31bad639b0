#ifndef OV_CRYPTO_X509_H
#define OV_CRYPTO_X509_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What rules and programs want to know of a certificate that a TLS library found good, read from its DER (RFC 5280):
 * the same for every library. Views borrow from the DER. */

struct ov_der
{
    const uint8_t *data;
    size_t len;
};

struct ov_x509
{
    struct ov_der serial; /* as encoded: big-endian, a leading zero octet where it is needed */
    struct ov_der issuer; /* of Name: its RDNs */
    struct ov_der subject;
    struct ov_der extensions; /* len 0: none */
};

/* OV_ERR_TRUNCATED: it ends too early. OV_ERR_FORMAT: not a certificate. */
OV_MUST_USE enum ov_err ov_x509_read(const uint8_t *der, size_t len, struct ov_x509 *out);

/* One attribute of a name. */
#define OV_X509_NAME  64
#define OV_X509_VALUE 256
struct ov_x509_attribute
{
    char name[OV_X509_NAME];   /* "CN", or the identifier in numbers */
    char value[OV_X509_VALUE]; /* UTF-8, without control characters, cut at its size */
};

/* The next attribute; all-zero is the start. */
struct ov_x509_walk
{
    struct ov_der names; /* RDNs that remain */
    struct ov_der set;   /* of the RDN that is being read */
    bool started;
};

/* False: there are no more, or what follows can't be read. */
bool ov_x509_next(const struct ov_der *name, struct ov_x509_walk *walk, struct ov_x509_attribute *out);

/* The key usage: 0x80 digital signature ... 0x01 encipher only, 0x8000 decipher only. False: it has none. */
bool ov_x509_key_usage(const struct ov_x509 *cert, uint32_t *out);
/* Is this extended key usage in it? By numbers ("1.3.6.1.5.5.7.3.1") or by the usual names. */
bool ov_x509_has_usage(const struct ov_x509 *cert, const char *usage);
/* Is it made for "client" or "server" by the extension of Netscape, or by its extended key usage? */
bool ov_x509_is_made_for(const struct ov_x509 *cert, const char *role);
/* The first mail address of "subjectAltName" or "issuerAltName". False: there is none. */
bool ov_x509_alt_mail(const struct ov_x509 *cert, const char *extension, char out[static OV_X509_VALUE]);
/* --x509-username-field "ext:subjectAltName": that mail address. "": there is none. */
void ov_x509_name_of(const uint8_t *der, size_t len, const char *field, char *out, size_t cap);
/* Is that the name of an extension that alt_mail knows? */
bool ov_x509_is_alt(const char *extension);

/* "12:34:ab"; cut at cap. */
void ov_x509_hex(const uint8_t *data, size_t len, char *out, size_t cap);

#endif
