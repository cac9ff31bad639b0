#include "compat.h"

#include <mbedtls/bignum.h>
#include <mbedtls/oid.h>
#include <string.h>

#include "crypto/x509.h"

/* Certificates as the rules of the configuration see them. */

static bool is_field(const mbedtls_x509_name *part, const char *field)
{
    const char *name = NULL;
    if (field == NULL)
    {
        return MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) == 0;
    }
    return mbedtls_oid_get_attr_short_name(&part->oid, &name) == 0 && strcmp(name, field) == 0;
}

void mbed_name_of(const struct ov_tls_conf *conf, const mbedtls_x509_crt *cert, char *out, size_t cap,
                  bool *has_nul)
{
    out[0] = '\0';
    *has_nul = false;
    if (conf->name_field != NULL && strncmp(conf->name_field, "ext:", 4) == 0)
    {
        ov_x509_name_of(cert->raw.p, cert->raw.len, conf->name_field, out, cap);
        return;
    }
    for (const mbedtls_x509_name *part = &cert->subject; part != NULL; part = part->next)
    {
        if (is_field(part, conf->name_field))
        {
            *has_nul = memchr(part->val.p, '\0', part->val.len) != NULL;
            ov_text_clean(out, cap, part->val.p, part->val.len);
        }
    }
}

static void serial_of(const mbedtls_x509_crt *cert, char *out, size_t cap)
{
    mbedtls_mpi number;
    size_t len = 0;
    mbedtls_mpi_init(&number);
    if (mbedtls_mpi_read_binary(&number, cert->serial.p, cert->serial.len) != 0 ||
        mbedtls_mpi_write_string(&number, 10, out, cap, &len) != 0)
    {
        out[0] = '\0';
    }
    mbedtls_mpi_free(&number);
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
    conn->judged = true;
    do
    {
        err = conf->judge(conf->judge_ctx, cert, why);
    } while (err == OV_ERR_AGAIN && ov_pause_wait(&conn->pause));
    return err;
}

enum ov_err mbed_judge(struct ov_tls_conn *conn, const mbedtls_x509_crt *x509, int depth,
                       char why[static OV_TLS_JUDGE_TEXT])
{
    const struct ov_tls_conf *conf = conn->conf;
    char name[256];
    char text[2048];
    char subject[512];
    char serial[128];
    why[0] = '\0';
    if (conf->judge == NULL)
    {
        return OV_OK;
    }
    struct ov_tls_cert cert = {.depth = depth,
                               .name = name,
                               .subject = subject,
                               .serial = serial,
                               .der = x509->raw.p,
                               .der_len = x509->raw.len,
                               .handshake = conn};
    mbed_name_of(conf, x509, name, sizeof(name), &cert.name_has_nul);
    serial_of(x509, serial, sizeof(serial));
    const int len = mbedtls_x509_dn_gets(text, sizeof(text), &x509->subject);
    ov_text_clean(subject, sizeof(subject), text, len > 0 ? (size_t)len : 0);
    return ask(conn, &cert, why);
}
