/* Keys and certificates: which of them are needed, and what contradicts. */
#include <string.h>

#include "options/finish.h"

/* A container brings all three; a fingerprint makes the authority superfluous; where a login does, a client needs
 * neither certificate nor key. */
static bool is_excused(const struct ov_parse *parse, const char *name)
{
    const bool ca = strcmp(name, "ca") == 0;
    const bool by_login = parse->config->role == OV_ROLE_CLIENT && is_given(parse, "auth-user-pass") &&
                          !is_given(parse, "cert") && !is_given(parse, "key");
    const bool on_token = is_given(parse, "pkcs11-id") || is_given(parse, "pkcs11-id-management");
    const bool elsewhere = on_token || is_given(parse, strcmp(name, "cert") == 0 ? "management-external-cert"
                                                                                 : "management-external-key");
    return is_given(parse, "pkcs12") || (!ca && elsewhere) || (ca && is_given(parse, "capath")) ||
           (ca && is_given(parse, "peer-fingerprint")) || (!ca && by_login);
}

static void check_keys(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    const char *who = config->role == OV_ROLE_SERVER ? "server" : "client";
    const struct
    {
        const char *name;
        const struct ov_text *text;
        const char *what;
    } keys[] = {
        {"ca", &config->ca, "the certificate authority"},
        {"cert", &config->cert, "its own certificate"},
        {"key", &config->key, "its own private key"},
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
    {
        /* One that is given but can't be read has its own error already. */
        if (keys[i].text->from == NULL && !is_given(parse, keys[i].name) && !is_excused(parse, keys[i].name))
        {
            SAY(ov_parse_error, NULL, "a %s needs '%s': %s, as a file name or an inline block", who,
                keys[i].name, keys[i].what);
        }
    }
}

static void check_remote_cert(struct ov_parse *parse)
{
    bool server = parse->config->role == OV_ROLE_SERVER;
    const char *given = parse->draft.remote_cert_tls;
    const char *other = server ? "client" : "server";
    if (given != NULL && strcmp(given, other) != 0)
    {
        SAY(ov_parse_error, "remote-cert-tls", "remote-cert-tls must be '%s' on a %s", other,
            server ? "server" : "client");
    }
    else if (given == NULL && !server && !is_given(parse, "remote-cert-tls"))
    {
        SAY(ov_parse_warn, NULL,
            "without 'remote-cert-tls server' every certificate of this authority can play the server");
    }
    parse->config->remote_cert_tls = given != NULL;
}

/* One thing protects the control channel; only a server may have tls-crypt-v2 and one of the others for clients
 * of both kinds [WP-TC2-014]. */
static void check_control_keys(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    const bool v2 = is_given(parse, "tls-crypt-v2");
    if (is_given(parse, "tls-auth") && is_given(parse, "tls-crypt"))
    {
        SAY(ov_parse_error, "tls-auth", "'tls-auth' contradicts 'tls-crypt'");
    }
    if (v2 && config->role == OV_ROLE_CLIENT && (is_given(parse, "tls-auth") || is_given(parse, "tls-crypt")))
    {
        SAY(ov_parse_error, "tls-crypt-v2", "on a client 'tls-crypt-v2' contradicts '%s'",
            is_given(parse, "tls-auth") ? "tls-auth" : "tls-crypt");
    }
    if (is_given(parse, "tls-auth") && config->auth_none) /* [WP-TLA-006] */
    {
        SAY(ov_parse_error, "tls-auth", "'tls-auth' needs a digest, and 'auth none' takes it away");
    }
    if (is_given(parse, "tls-crypt-v2-max-age") && !v2)
    {
        SAY(ov_parse_error, "tls-crypt-v2-max-age", "'tls-crypt-v2-max-age' needs 'tls-crypt-v2'");
    }
}

void ov_finish_tls(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    config->reneg_bytes_given = is_given(parse, "reneg-bytes");
    if (config->tls_version_min != OV_TLS_VERSION_DEFAULT &&
        config->tls_version_max != OV_TLS_VERSION_DEFAULT &&
        config->tls_version_min > config->tls_version_max)
    {
        SAY(ov_parse_error, "tls-version-max", "'tls-version-max' is below 'tls-version-min'");
    }
    if (!parse->draft.has_reneg_min)
    {
        /* A server draws from the last tenth, so that clients that came together
         * don't come again together [WP-STATE-023]. */
        config->reneg_min_s =
            config->role == OV_ROLE_SERVER ? config->reneg_s - config->reneg_s / 10 : config->reneg_s;
    }
}

void ov_finish_keys(struct ov_parse *parse)
{
    check_keys(parse);
    check_remote_cert(parse);
    check_control_keys(parse);
}
