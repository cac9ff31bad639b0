#include "openssl.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <string.h>

#include "crypto/x509.h"

/* Certificates as the rules of the configuration see them. */

/* The last entry of this kind in the subject; *has_nul if it hides something behind a NUL. */
static void entry_of(const X509 *cert, int nid, char *out, size_t cap, bool *has_nul)
{
    const X509_NAME *subject = X509_get_subject_name(cert);
    int last = -1;
    unsigned char *utf8 = NULL;
    out[0] = '\0';
    *has_nul = false;
    for (int at = -1; nid != NID_undef && (at = X509_NAME_get_index_by_NID(subject, nid, at)) >= 0;)
    {
        last = at;
    }
    if (last < 0)
    {
        return;
    }
    int len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
    if (len >= 0)
    {
        *has_nul = memchr(utf8, '\0', (size_t)len) != NULL;
        ov_text_clean(out, cap, utf8, (size_t)len);
        OPENSSL_free(utf8);
    }
}

void openssl_name_of(const struct ov_tls_conf *conf, const X509 *cert, char *out, size_t cap, bool *has_nul)
{
    if (conf->name_field != NULL && strncmp(conf->name_field, "ext:", 4) == 0)
    {
        unsigned char *der = NULL;
        const int len = i2d_X509(cert, &der);
        ov_x509_name_of(der, len > 0 ? (size_t)len : 0, conf->name_field, out, cap);
        *has_nul = false;
        OPENSSL_free(der);
        return;
    }
    const int nid = conf->name_field != NULL ? OBJ_txt2nid(conf->name_field) : NID_commonName;
    entry_of(cert, nid, out, cap, has_nul);
    ERR_clear_error();
}

static void serial_of(const X509 *cert, char *out, size_t cap)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
    char *text = number != NULL ? BN_bn2dec(number) : NULL;
    ov_text_clean(out, cap, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
    OPENSSL_free(text);
    BN_free(number);
}

/* However long the judge takes. */
static enum ov_err ask(struct ov_tls_conn *conn, const struct ov_tls_cert *cert,
                       char why[static OV_TLS_JUDGE_TEXT])
{
    const struct ov_tls_conf *conf = conn->conf;
    enum ov_err err = OV_ERR_CERT;
    if (conn->pause.given_up)
    {
        return err;
    }
    if (!conn->judged && conf->judge_waits)
    {
        X509_STORE *store = SSL_CTX_get_cert_store(conf->ctx);
        conn->store = X509_STORE_up_ref(store) == 1 ? store : NULL;
        if (conn->store == NULL)
        {
            return err;
        }
    }
    conn->judged = true;
    do
    {
        err = conf->judge(conf->judge_ctx, cert, why);
    } while (err == OV_ERR_AGAIN && ov_pause_wait(&conn->pause));
    return err;
}

enum ov_err openssl_judge(struct ov_tls_conn *conn, X509 *x509, int depth, char why[static OV_TLS_JUDGE_TEXT])
{
    const struct ov_tls_conf *conf = conn->conf;
    char name[256];
    char subject[512] = "";
    char serial[128];
    unsigned char *der = NULL;
    struct ov_tls_cert cert = {
        .depth = depth, .name = name, .subject = subject, .serial = serial, .handshake = conn};
    why[0] = '\0';
    if (conf->judge == NULL)
    {
        return OV_OK;
    }
    openssl_name_of(conf, x509, name, sizeof(name), &cert.name_has_nul);
    serial_of(x509, serial, sizeof(serial));
    const int len = i2d_X509(x509, &der);
    enum ov_err err = len <= 0 ? OV_ERR_CRYPTO : openssl_subject_of(x509, subject, sizeof(subject));
    if (err == OV_OK)
    {
        cert.der = der;
        cert.der_len = (size_t)len;
        err = ask(conn, &cert, why);
    }
    OPENSSL_free(der);
    ERR_clear_error();
    return err;
}
