#include "openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

/* Revocation lists. They live in the store beside the authorities; new ones come with a new store, so that a
 * handshake sees the old or the new set and never half of both. */

static bool copy_authorities(X509_STORE *from, X509_STORE *to)
{
    STACK_OF(X509) *all = X509_STORE_get1_all_certs(from);
    bool fine = all != NULL;
    for (int i = 0; fine && i < sk_X509_num(all); i++)
    {
        fine = X509_STORE_add_cert(to, sk_X509_value(all, i)) == 1;
    }
    sk_X509_pop_free(all, X509_free);
    return fine;
}

/* Every list of a PEM text; how many, or -1. */
static int add_lists(X509_STORE *store, BIO *bio)
{
    int count = 0;
    bool fine = true;
    X509_CRL *crl = NULL;
    ERR_clear_error();
    while (fine && (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) != NULL)
    {
        fine = X509_STORE_add_crl(store, crl) == 1;
        X509_CRL_free(crl);
        count++;
    }
    const unsigned long code = ERR_peek_last_error();
    const bool ended = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
    return fine && ended ? count : -1;
}

enum ov_err openssl_load_crl(SSL_CTX *ctx, const struct ov_pem *crl, char *text)
{
    BIO *bio = openssl_bio_over(crl);
    X509_STORE *store = X509_STORE_new();
    const char *why = "out of memory";
    int count = 0;
    bool fine = store != NULL && copy_authorities(SSL_CTX_get_cert_store(ctx), store);
    if (fine)
    {
        count = bio != NULL ? add_lists(store, bio) : 0;
        why = count == 0 ? "no revocation list in it" : NULL;
        fine = count > 0;
    }
    BIO_free(bio);
    if (!fine)
    {
        X509_STORE_free(store);
        return openssl_refuse(text, OV_ERR_CERT, "crl-verify", why);
    }
    ERR_clear_error();
    (void)X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    SSL_CTX_set_cert_store(ctx, store); /* frees the old one */
    return OV_OK;
}

enum ov_err openssl_conf_set_crl(struct ov_tls_conf *conf, const struct ov_pem *crl,
                                 char text[static OV_TLS_ERROR_TEXT])
{
    return openssl_load_crl(conf->ctx, crl, text);
}
