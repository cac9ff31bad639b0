#include "tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

static enum ov_err refuse(char *text, const char *what)
{
    (void)snprintf(text, OV_TLS_ERROR_TEXT, "%s: is missing", what);
    return OV_ERR_CERT;
}

static enum ov_err missing_part(const struct ov_tls_settings *settings, char *text)
{
    bool needed = settings->role == OV_ROLE_SERVER || settings->cert.len > 0 || settings->key.len > 0;
    if (settings->ca.len == 0)
    {
        return refuse(text, "ca");
    }
    if (needed && settings->cert.len == 0)
    {
        return refuse(text, "cert");
    }
    return needed && settings->key.len == 0 ? refuse(text, "key") : OV_OK;
}

enum ov_err null_conf_new(const struct ov_tls_settings *settings, struct ov_tls_conf **out,
                          char text[static OV_TLS_ERROR_TEXT])
{
    *out = NULL;
    text[0] = '\0';
    enum ov_err err = missing_part(settings, text);
    if (err != OV_OK)
    {
        return err;
    }
    if (settings->cert.len > NULL_CERT_MAX)
    {
        (void)snprintf(text, OV_TLS_ERROR_TEXT, "cert: is longer than %u octets", NULL_CERT_MAX);
        return OV_ERR_CERT;
    }
    struct ov_tls_conf *conf = calloc(1, sizeof(*conf));
    if (conf == NULL)
    {
        return OV_ERR_NOMEM;
    }
    struct null_mix mix;
    null_mix_start(&mix, 0x400);
    null_mix_take(&mix, settings->ca.text, settings->ca.len);
    null_mix_give(&mix, conf->ca, sizeof(conf->ca));
    null_mix_start(&mix, 0x410 + (uint64_t)settings->role);
    null_mix_take(&mix, settings->ca.text, settings->ca.len);
    null_mix_take(&mix, settings->cert.text, settings->cert.len);
    null_mix_give(&mix, (uint8_t *)&conf->seed, sizeof(conf->seed));
    conf->role = settings->role;
    conf->cert_optional =
        settings->role == OV_ROLE_SERVER && settings->client_cert != OV_TLS_CLIENT_CERT_REQUIRED;
    conf->cert_len = settings->cert.len;
    if (conf->cert_len > 0)
    {
        memcpy(conf->cert, settings->cert.text, conf->cert_len);
    }
    *out = conf;
    return OV_OK;
}

void null_conf_free(struct ov_tls_conf *conf)
{
    if (conf != NULL)
    {
        ov_wipe(conf, sizeof(*conf));
        free(conf);
    }
}

enum ov_err null_conf_set_crl(struct ov_tls_conf *conf, const struct ov_pem *crl,
                              char text[static OV_TLS_ERROR_TEXT])
{
    (void)conf;
    (void)crl;
    (void)snprintf(text, OV_TLS_ERROR_TEXT, "crl-verify: this imitation has no certificates");
    return OV_ERR_UNSUPPORTED;
}
