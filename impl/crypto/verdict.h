#ifndef OV_CRYPTO_VERDICT_H
#define OV_CRYPTO_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/tls.h"

/* The words that every backend uses for what went wrong, so that one failure
 * reads the same whichever library found it. */

enum ov_cert_fault
{
    OV_CERT_FINE = 0,
    OV_CERT_MISSING, /* the peer sent none [WP-TLS-003] */
    OV_CERT_EXPIRED,
    OV_CERT_NOT_YET_VALID,
    OV_CERT_UNTRUSTED, /* no path to one of our CAs */
    OV_CERT_BAD_SIGNATURE,
    OV_CERT_NOT_A_CA,      /* an issuer that may not issue */
    OV_CERT_NO_KEY_USAGE,  /* no KeyUsage extension, but it is required [WP-TLS-006] */
    OV_CERT_KEY_USAGE,     /* KeyUsage forbids this use */
    OV_CERT_EXT_KEY_USAGE, /* ExtendedKeyUsage lacks the peer's role [WP-TLS-006] */
    OV_CERT_TOO_DEEP,      /* [WP-TLS-005] */
    OV_CERT_WEAK,          /* key or hash below the library's security level */
    OV_CERT_REVOKED,
    OV_CERT_CRL_EXPIRED, /* a list whose time is over may hide a revocation */
    OV_CERT_CRL_NOT_YET_VALID,
    OV_CERT_CRL_UNTRUSTED, /* not signed by the issuer it names */
    OV_CERT_OTHER,         /* the library's own words say what */
    OV_CERT_FAULT_COUNT
};

/* Certificates in a chain, root and leaf counted [WP-TLS-005]. */
#define OV_TLS_CHAIN_MAX 16

/* "certificate verify failed: certificate has expired (CN=old client, depth 0)". detail replaces the
 * reason where it is not NULL. common_name may be NULL or empty. */
void ov_cert_fault_line(char text[static OV_TLS_ERROR_TEXT], enum ov_cert_fault fault, const char *detail,
                        const char *common_name, int depth);

/* "certificate expired" for 45; "unknown alert" for what RFC 8446 and 5246 do not name. */
const char *ov_tls_alert_name(unsigned alert);

/* "peer sent alert 45: certificate expired". */
void ov_tls_alert_line(char text[static OV_TLS_ERROR_TEXT], unsigned alert);

/* Copy len octets of foreign text to out, cut to cap with the NUL; control characters and NULs become
 * '_', so that no peer writes lines into a log. */
void ov_text_clean(char *out, size_t cap, const void *in, size_t len);

#endif
