#include "compat.h"

#include <mbedtls/oid.h>
#include <stdio.h>
#include <string.h>

/* In the order in which a reader wants to know. */
static const struct
{
    uint32_t flag;
    enum ov_cert_fault fault;
} flag_faults[] = {
    {MBEDTLS_X509_BADCERT_MISSING, OV_CERT_MISSING},
    {MBEDTLS_X509_BADCERT_REVOKED, OV_CERT_REVOKED},
    {MBEDTLS_X509_BADCRL_NOT_TRUSTED, OV_CERT_CRL_UNTRUSTED},
    {MBEDTLS_X509_BADCRL_EXPIRED, OV_CERT_CRL_EXPIRED},
    {MBEDTLS_X509_BADCRL_FUTURE, OV_CERT_CRL_NOT_YET_VALID},
    {MBEDTLS_X509_BADCERT_EXPIRED, OV_CERT_EXPIRED},
    {MBEDTLS_X509_BADCERT_FUTURE, OV_CERT_NOT_YET_VALID},
    {MBEDTLS_X509_BADCERT_BAD_MD, OV_CERT_WEAK},
    {MBEDTLS_X509_BADCERT_BAD_PK, OV_CERT_WEAK},
    {MBEDTLS_X509_BADCERT_BAD_KEY, OV_CERT_WEAK},
    {MBEDTLS_X509_BADCERT_NOT_TRUSTED, OV_CERT_UNTRUSTED},
    {MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, OV_CERT_EXT_KEY_USAGE},
    {MBEDTLS_X509_BADCERT_KEY_USAGE, OV_CERT_KEY_USAGE},
};

static enum ov_cert_fault fault_of(uint32_t flags)
{
    for (size_t i = 0; i < sizeof(flag_faults) / sizeof(flag_faults[0]); i++)
    {
        if ((flags & flag_faults[i].flag) != 0)
        {
            return flag_faults[i].fault;
        }
    }
    return flags == 0 ? OV_CERT_FINE : OV_CERT_OTHER;
}

static enum ov_cert_fault usage_fault(const struct ov_tls_conn *conn, const mbedtls_x509_crt *leaf)
{
    bool strict = conn->conf->check_remote_usage;
    if (strict && !mbed_has_key_usage(leaf))
    {
        return OV_CERT_NO_KEY_USAGE;
    }
    if (strict && !mbed_has_ext_key_usage(leaf))
    {
        return OV_CERT_EXT_KEY_USAGE;
    }
    /* An absent extension allows everything. */
    int error = conn->conf->role == OV_ROLE_CLIENT
                    ? mbedtls_x509_crt_check_extended_key_usage(leaf, MBEDTLS_OID_SERVER_AUTH,
                                                                MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH))
                    : mbedtls_x509_crt_check_extended_key_usage(leaf, MBEDTLS_OID_CLIENT_AUTH,
                                                                MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH));
    return error == 0 ? OV_CERT_FINE : OV_CERT_EXT_KEY_USAGE;
}

/* Called from the top of the chain down to the leaf, with what is wrong with each. */
int mbed_verify(void *ctx, mbedtls_x509_crt *cert, int depth, uint32_t *flags)
{
    struct ov_tls_conn *conn = ctx;
    char why[OV_TLS_JUDGE_TEXT] = "";
    bool has_nul = false;
    if (conn->conf->trust_judge)
    {
        *flags = 0; /* a fingerprint decides, not the library [WP-TLS-008] */
    }
    enum ov_cert_fault fault = fault_of(*flags);
    if (depth == 0)
    {
        mbed_name_of(conn->conf, cert, conn->leaf_name, sizeof(conn->leaf_name), &has_nul);
    }
    if (fault == OV_CERT_FINE && depth >= OV_TLS_CHAIN_MAX)
    {
        fault = OV_CERT_TOO_DEEP; /* [WP-TLS-005] */
        *flags |= MBEDTLS_X509_BADCERT_OTHER;
    }
    if (fault == OV_CERT_FINE && depth == 0)
    {
        fault = usage_fault(conn, cert);
        if (fault != OV_CERT_FINE)
        {
            *flags |= fault == OV_CERT_NO_KEY_USAGE ? MBEDTLS_X509_BADCERT_KEY_USAGE
                                                    : MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
        }
    }
    /* The library asks about the rest of a chain that is refused already; the judge isn't. */
    if (fault == OV_CERT_FINE && conn->fault == OV_CERT_FINE && mbed_judge(conn, cert, depth, why) != OV_OK)
    {
        fault = OV_CERT_OTHER;
        *flags |= MBEDTLS_X509_BADCERT_OTHER;
    }
    conn->leaf_seen = conn->leaf_seen || (depth == 0 && fault == OV_CERT_FINE);
    if (fault != OV_CERT_FINE && conn->fault == OV_CERT_FINE)
    {
        char name[65];
        char words[OV_TLS_JUDGE_TEXT];
        mbed_name_of(conn->conf, cert, name, sizeof(name), &has_nul);
        int len = fault == OV_CERT_OTHER ? mbedtls_x509_crt_verify_info(words, sizeof(words), "", *flags) : 0;
        words[len > 0 ? strcspn(words, "\n") : 0] = '\0';
        if (why[0] != '\0')
        {
            memcpy(words, why, sizeof(words));
        }
        conn->fault = fault;
        ov_cert_fault_line(conn->text, fault, words[0] != '\0' ? words : NULL, name, depth);
    }
    return 0;
}

bool mbed_verify_outside(struct ov_tls_conn *conn)
{
    uint32_t flags = mbedtls_ssl_get_verify_result(&conn->ssl);
    /* All bits set: the library gave up before it asked us, because the chain is longer than it can hold
     * (MBEDTLS_X509_MAX_INTERMEDIATE_CA, 8 unless built otherwise). */
    conn->fault = flags == UINT32_MAX ? OV_CERT_TOO_DEEP : fault_of(flags);
    if (conn->fault == OV_CERT_FINE)
    {
        return false;
    }
    ov_cert_fault_line(conn->text, conn->fault, NULL, conn->leaf_name, 0);
    return true;
}

static bool may_lack_cert(const struct ov_tls_conn *conn)
{
    return conn->conf->role == OV_ROLE_SERVER && conn->conf->client_cert != OV_TLS_CLIENT_CERT_REQUIRED;
}

/* Nobody showed a certificate, and nobody had to; anything else that is wrong is refused. */
bool mbed_has_refused(struct ov_tls_conn *conn)
{
    const uint32_t flags = mbedtls_ssl_get_verify_result(&conn->ssl);
    const uint32_t absent = MBEDTLS_X509_BADCERT_MISSING | MBEDTLS_X509_BADCERT_SKIP_VERIFY;
    if (!may_lack_cert(conn) || mbedtls_ssl_get_peer_cert(&conn->ssl) == NULL || (flags & ~absent) == 0)
    {
        return false;
    }
    return mbed_verify_outside(conn);
}

/* "TLS-ECDHE-RSA-WITH-AES-256-GCM-SHA384" and "TLS1-3-AES-256-GCM-SHA384" as the registry writes them. */
static void registry_name(const char *name, char *out, size_t cap)
{
    const char *rest = strncmp(name, "TLS1-3-", 7) == 0 ? name + 7 : NULL;
    (void)snprintf(out, cap, "%s%s", rest != NULL ? "TLS-" : "", rest != NULL ? rest : name);
    for (char *at = out; *at != '\0'; at++)
    {
        *at = *at == '-' ? '_' : *at;
    }
}

enum ov_err mbed_peer(struct ov_tls_conn *conn, struct ov_tls_peer *out)
{
    memset(out, 0, sizeof(*out));
    const mbedtls_x509_crt *leaf = conn->open ? mbedtls_ssl_get_peer_cert(&conn->ssl) : NULL;
    if (!conn->open || (leaf == NULL && !may_lack_cert(conn)))
    {
        (void)snprintf(conn->text, sizeof(conn->text), "the handshake is not complete");
        return OV_ERR_TLS;
    }
    (void)snprintf(out->protocol, sizeof(out->protocol), "%s", mbedtls_ssl_get_version(&conn->ssl));
    registry_name(mbedtls_ssl_get_ciphersuite(&conn->ssl), out->cipher, sizeof(out->cipher));
    if (leaf == NULL)
    {
        return OV_OK;
    }
    out->has_cert = true;
    bool has_nul = false;
    mbed_name_of(conn->conf, leaf, out->common_name, sizeof(out->common_name), &has_nul);
    char subject[2048];
    int len = mbedtls_x509_dn_gets(subject, sizeof(subject), &leaf->subject);
    ov_text_clean(out->subject, sizeof(out->subject), subject, len > 0 ? (size_t)len : 0);
    const struct ov_slice der = {leaf->raw.p, leaf->raw.len};
    return mbed_digest(OV_DIGEST_SHA256, &der, 1, out->fingerprint);
}
