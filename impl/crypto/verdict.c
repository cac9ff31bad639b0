#include "crypto/verdict.h"

#include <stdio.h>

static const char *const fault_texts[OV_CERT_FAULT_COUNT] = {
    [OV_CERT_FINE] = "certificate is fine",
    [OV_CERT_MISSING] = "peer sent no certificate",
    [OV_CERT_EXPIRED] = "certificate has expired",
    [OV_CERT_NOT_YET_VALID] = "certificate is not yet valid",
    [OV_CERT_UNTRUSTED] = "certificate is not signed by a trusted CA",
    [OV_CERT_BAD_SIGNATURE] = "signature of the certificate is wrong",
    [OV_CERT_NOT_A_CA] = "issuer is not a CA",
    [OV_CERT_NO_KEY_USAGE] = "certificate has no key usage extension",
    [OV_CERT_KEY_USAGE] = "key usage does not allow this use",
    [OV_CERT_EXT_KEY_USAGE] = "extended key usage does not allow the role of the peer",
    [OV_CERT_TOO_DEEP] = "certificate chain is too long",
    [OV_CERT_WEAK] = "key or signature of the certificate is too weak",
    [OV_CERT_REVOKED] = "certificate has been revoked",
    [OV_CERT_CRL_EXPIRED] = "revocation list of its issuer has expired",
    [OV_CERT_CRL_NOT_YET_VALID] = "revocation list of its issuer is not yet valid",
    [OV_CERT_CRL_UNTRUSTED] = "revocation list is not signed by its issuer",
    [OV_CERT_OTHER] = "certificate was refused",
};

void ov_cert_fault_line(char text[static OV_TLS_ERROR_TEXT], enum ov_cert_fault fault, const char *detail,
                        const char *common_name, int depth)
{
    const char *reason = detail != NULL ? detail : fault_texts[fault];
    if (fault == OV_CERT_MISSING)
    {
        (void)snprintf(text, OV_TLS_ERROR_TEXT, "certificate verify failed: %s", reason);
        return;
    }
    const char *name = common_name != NULL && common_name[0] != '\0' ? common_name : "none";
    (void)snprintf(text, OV_TLS_ERROR_TEXT, "certificate verify failed: %s (CN=%s, depth %d)", reason, name,
                   depth);
}

/* RFC 8446 section 6 and RFC 5246 section 7.2. */
static const struct
{
    uint8_t number;
    const char *name;
} alerts[] = {
    {0, "close notify"},
    {10, "unexpected message"},
    {20, "bad record mac"},
    {21, "decryption failed"},
    {22, "record overflow"},
    {30, "decompression failure"},
    {40, "handshake failure"},
    {41, "no certificate"},
    {42, "bad certificate"},
    {43, "unsupported certificate"},
    {44, "certificate revoked"},
    {45, "certificate expired"},
    {46, "certificate unknown"},
    {47, "illegal parameter"},
    {48, "unknown ca"},
    {49, "access denied"},
    {50, "decode error"},
    {51, "decrypt error"},
    {60, "export restriction"},
    {70, "protocol version"},
    {71, "insufficient security"},
    {80, "internal error"},
    {86, "inappropriate fallback"},
    {90, "user canceled"},
    {100, "no renegotiation"},
    {109, "missing extension"},
    {110, "unsupported extension"},
    {111, "certificate unobtainable"},
    {112, "unrecognized name"},
    {113, "bad certificate status response"},
    {115, "unknown psk identity"},
    {116, "certificate required"},
    {120, "no application protocol"},
};

const char *ov_tls_alert_name(unsigned alert)
{
    for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
    {
        if (alerts[i].number == alert)
        {
            return alerts[i].name;
        }
    }
    return "unknown alert";
}

void ov_tls_alert_line(char text[static OV_TLS_ERROR_TEXT], unsigned alert)
{
    (void)snprintf(text, OV_TLS_ERROR_TEXT, "peer sent alert %u: %s", alert, ov_tls_alert_name(alert));
}

void ov_text_clean(char *out, size_t cap, const void *in, size_t len)
{
    const unsigned char *from = in;
    size_t i = 0;
    for (; i < len && i + 1 < cap; i++)
    {
        out[i] = from[i] < 0x20 || from[i] == 0x7f ? '_' : (char)from[i];
    }
    out[i] = '\0';
}
