#include "app/load_keys.h"

#include <string.h>

#include "wire/static_key.h"
#include "wrap/client_key.h"

static bool load_static(const char *option, const struct ov_text *text, size_t need, const struct ov_log *log,
                        struct ov_key2 *out)
{
    enum ov_err err = ov_static_key_parse(text->data, text->len, need, out);
    if (err == OV_ERR_TRUNCATED)
    {
        ov_logf(log, OV_LOG_ERROR, "--%s %s: the key has fewer than %zu octets", option, text->from, need);
    }
    else if (err != OV_OK)
    {
        ov_logf(log, OV_LOG_ERROR,
                "--%s %s: not an OpenVPN static key file (BEGIN and END line with hex octets)", option,
                text->from);
    }
    return err == OV_OK;
}

static bool load_tls_auth(const struct ov_config *config, const struct ov_log *log, struct ov_wrap_key *out)
{
    /* One half is enough where it serves both directions [WP-KEY-002]. */
    const size_t need = config->key_direction < 0 ? OV_STATIC_KEY_HALF : OV_STATIC_KEY_FULL;
    out->kind = OV_WRAP_TLS_AUTH;
    out->digest = config->auth;
    out->direction = (enum ov_key_direction)config->key_direction;
    return load_static("tls-auth", &config->tls_auth, need, log, &out->key);
}

/* A key that was never filled protects nothing [WP-KEY-005]. */
static bool is_empty(const struct ov_key_half *half)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < OV_CIPHER_KEY_MAX; i++)
    {
        sum |= half->cipher[i];
    }
    return sum == 0;
}

static bool load_secret(const struct ov_config *config, const struct ov_log *log, struct ov_control_keys *out)
{
    const size_t need = config->key_direction < 0 ? OV_STATIC_KEY_HALF : OV_STATIC_KEY_FULL;
    if (!load_static("secret", &config->secret, need, log, &out->secret))
    {
        return false;
    }
    out->has_secret = true;
    if (is_empty(&out->secret.half[0]) || (need == OV_STATIC_KEY_FULL && is_empty(&out->secret.half[1])))
    {
        ov_logf(log, OV_LOG_ERROR, "--secret %s: the key is all zero", config->secret.from);
        return false;
    }
    return true;
}

static bool log_v2_error(const struct ov_log *log, const struct ov_text *text, const char *what)
{
    ov_logf(log, OV_LOG_ERROR, "--tls-crypt-v2 %s: %s", text->from, what);
    return false;
}

static bool holds(const struct ov_text *text, const char *label)
{
    return memmem(text->data, text->len, label, strlen(label)) != NULL;
}

bool ov_server_key_load(const struct ov_config *config, const struct ov_log *log, struct ov_key_half *out)
{
    const struct ov_text *text = &config->tls_crypt_v2;
    enum ov_err err = ov_server_key_parse(text->data, text->len, out);
    if (err == OV_OK)
    {
        return true;
    }
    if (err == OV_ERR_FORMAT && holds(text, OV_CLIENT_KEY_LABEL))
    {
        return log_v2_error(log, text, "this is the key of a client; a server key is needed");
    }
    return log_v2_error(log, text,
                        err == OV_ERR_FORMAT ? "not a tls-crypt-v2 server key (PEM with base64)"
                                             : "a tls-crypt-v2 server key has 128 octets, this one hasn't");
}

static bool load_client_key(const struct ov_config *config, const struct ov_log *log,
                            struct ov_control_keys *out)
{
    const struct ov_text *text = &config->tls_crypt_v2;
    enum ov_err err = ov_client_key_parse(text->data, text->len, &out->wrap.key, &out->wkc);
    out->wrap.kind = OV_WRAP_TLS_CRYPT; /* [WP-TC2-008] */
    if (err == OV_OK)
    {
        return true;
    }
    if (err == OV_ERR_FORMAT && holds(text, OV_SERVER_KEY_LABEL))
    {
        return log_v2_error(log, text, "this is the key of a server, which clients must never have");
    }
    return log_v2_error(log, text,
                        err == OV_ERR_FORMAT      ? "not a tls-crypt-v2 client key (PEM with base64)"
                        : err == OV_ERR_TRUNCATED ? "the tls-crypt-v2 client key is too short"
                                                  : "the tls-crypt-v2 client key is too long");
}

bool ov_control_keys_load(const struct ov_config *config, const struct ov_log *log,
                          struct ov_control_keys *out)
{
    memset(out, 0, sizeof *out);
    if (config->secret.from != NULL)
    {
        return load_secret(config, log, out);
    }
    if (config->tls_auth.from != NULL && !load_tls_auth(config, log, &out->wrap))
    {
        return false;
    }
    if (config->tls_crypt.from != NULL)
    {
        out->wrap.kind = OV_WRAP_TLS_CRYPT;
        if (!load_static("tls-crypt", &config->tls_crypt, OV_STATIC_KEY_FULL, log, &out->wrap.key))
        {
            return false;
        }
    }
    if (config->tls_crypt_v2.from == NULL)
    {
        return true;
    }
    out->has_server_key = config->role == OV_ROLE_SERVER;
    return out->has_server_key ? ov_server_key_load(config, log, &out->server_key)
                               : load_client_key(config, log, out);
}
