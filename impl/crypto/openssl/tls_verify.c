#include "openssl.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static enum ov_cert_fault fault_of(int error)
{
    switch (error)
    {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return OV_CERT_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return OV_CERT_NOT_YET_VALID;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return OV_CERT_UNTRUSTED;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return OV_CERT_BAD_SIGNATURE;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        return OV_CERT_NOT_A_CA;
    case X509_V_ERR_INVALID_PURPOSE:
        return OV_CERT_KEY_USAGE;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
        return OV_CERT_TOO_DEEP;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return OV_CERT_WEAK;
    case X509_V_ERR_CERT_REVOKED:
        return OV_CERT_REVOKED;
    case X509_V_ERR_CRL_HAS_EXPIRED:
        return OV_CERT_CRL_EXPIRED;
    case X509_V_ERR_CRL_NOT_YET_VALID:
        return OV_CERT_CRL_NOT_YET_VALID;
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
        return OV_CERT_CRL_UNTRUSTED;
    default:
        return OV_CERT_OTHER;
    }
}

/* Extended key usage that the peer needs: it has the other role. */
static uint32_t wanted_usage(const struct ov_tls_conn *conn)
{
    return conn->conf->role == OV_ROLE_CLIENT ? XKU_SSL_SERVER : XKU_SSL_CLIENT;
}

/* Missing extensions read as all bits set, which is "no restriction". */
static enum ov_cert_fault usage_fault(const struct ov_tls_conn *conn, X509 *leaf)
{
    bool strict = conn->conf->check_remote_usage;
    uint32_t flags = X509_get_extension_flags(leaf);
    if (strict && (flags & EXFLAG_KUSAGE) == 0)
    {
        return OV_CERT_NO_KEY_USAGE;
    }
    if ((strict && (flags & EXFLAG_XKUSAGE) == 0) ||
        (X509_get_extended_key_usage(leaf) & wanted_usage(conn)) == 0)
    {
        return OV_CERT_EXT_KEY_USAGE;
    }
    return OV_CERT_FINE;
}

/* why: our own reason, else NULL. */
static void record_fault(struct ov_tls_conn *conn, enum ov_cert_fault fault, int error, const char *why,
                         X509 *cert, int depth)
{
    if (conn->fault != OV_CERT_FINE)
    {
        return; /* the first reason is the true one */
    }
    char name[65] = "";
    bool has_nul = false;
    if (cert != NULL)
    {
        openssl_name_of(conn->conf, cert, name, sizeof(name), &has_nul);
    }
    const char *library = fault == OV_CERT_OTHER ? X509_verify_cert_error_string(error) : NULL;
    conn->fault = fault;
    ov_cert_fault_line(conn->text, fault, why != NULL ? why : library, name, depth);
}

int openssl_verify(int library_says_fine, X509_STORE_CTX *store)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct ov_tls_conn *conn = SSL_get_app_data(ssl);
    X509 *cert = X509_STORE_CTX_get_current_cert(store);
    int depth = X509_STORE_CTX_get_error_depth(store);
    int error = X509_STORE_CTX_get_error(store);
    char why[OV_TLS_JUDGE_TEXT] = "";
    /* Without a list of its issuer nobody has revoked a certificate; where a fingerprint decides, the library's
     * opinion about trust does not matter [WP-TLS-008]. */
    const bool settled =
        library_says_fine || error == X509_V_ERR_UNABLE_TO_GET_CRL || conn->conf->trust_judge;
    enum ov_cert_fault fault = settled ? OV_CERT_FINE : fault_of(error);
    if (fault == OV_CERT_FINE && depth >= OV_TLS_CHAIN_MAX)
    {
        fault = OV_CERT_TOO_DEEP;
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_CHAIN_TOO_LONG);
    }
    /* The library says "unsuitable purpose" for either extension; look which. */
    if (depth == 0 && cert != NULL && (fault == OV_CERT_FINE || fault == OV_CERT_KEY_USAGE))
    {
        enum ov_cert_fault usage = usage_fault(conn, cert);
        if (usage != OV_CERT_FINE)
        {
            fault = usage;
            X509_STORE_CTX_set_error(store, X509_V_ERR_INVALID_PURPOSE);
        }
    }
    if (fault == OV_CERT_FINE && cert != NULL && openssl_judge(conn, cert, depth, why) != OV_OK)
    {
        fault = OV_CERT_OTHER;
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    }
    if (fault == OV_CERT_FINE)
    {
        conn->leaf_seen = conn->leaf_seen || depth == 0;
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    record_fault(conn, fault, error, why[0] != '\0' ? why : NULL, cert, depth);
    return 0;
}

/* "C=KG, O=Test, CN=server": in the order of the certificate, as configurations have it. */
enum ov_err openssl_subject_of(const X509 *cert, char *out, size_t cap)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL)
    {
        return OV_ERR_NOMEM;
    }
    unsigned long style =
        XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN | ASN1_STRFLGS_UTF8_CONVERT | ASN1_STRFLGS_ESC_CTRL;
    enum ov_err err = OV_ERR_TLS;
    if (X509_NAME_print_ex(bio, X509_get_subject_name(cert), 0, style) >= 0)
    {
        char *text = NULL;
        long len = BIO_get_mem_data(bio, &text);
        ov_text_clean(out, cap, text, len > 0 ? (size_t)len : 0);
        err = OV_OK;
    }
    BIO_free(bio);
    return err;
}

enum ov_err openssl_peer(struct ov_tls_conn *conn, struct ov_tls_peer *out)
{
    memset(out, 0, sizeof(*out));
    const X509 *leaf = SSL_get0_peer_certificate(conn->ssl);
    const SSL_CIPHER *cipher = SSL_get_current_cipher(conn->ssl);
    const bool may_lack =
        conn->conf->role == OV_ROLE_SERVER && conn->conf->client_cert != OV_TLS_CLIENT_CERT_REQUIRED;
    if ((leaf == NULL && !may_lack) || cipher == NULL || !SSL_is_init_finished(conn->ssl))
    {
        (void)snprintf(conn->text, sizeof(conn->text), "the handshake is not complete");
        return OV_ERR_TLS;
    }
    (void)snprintf(out->protocol, sizeof(out->protocol), "%s", SSL_get_version(conn->ssl));
    (void)snprintf(out->cipher, sizeof(out->cipher), "%s", SSL_CIPHER_standard_name(cipher));
    if (leaf == NULL)
    {
        return OV_OK;
    }
    out->has_cert = true;
    bool has_nul = false;
    openssl_name_of(conn->conf, leaf, out->common_name, sizeof(out->common_name), &has_nul);
    unsigned int len = sizeof(out->fingerprint);
    if (X509_digest(leaf, openssl_algorithms.digest[OV_DIGEST_SHA256], out->fingerprint, &len) != 1)
    {
        ERR_clear_error();
        return OV_ERR_CRYPTO;
    }
    return openssl_subject_of(leaf, out->subject, sizeof(out->subject));
}
