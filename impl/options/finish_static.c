/* Static key mode: what 'secret' means together with the other options (wire-protocol.md 6.6). */
#include <string.h>

#include "options/parse.h"

bool ov_parse_is_static(const struct ov_parse *parse)
{
    return ov_parse_given(parse, "secret") != NULL;
}

bool ov_parse_static_alone(struct ov_parse *parse)
{
    const struct ov_draft *draft = &parse->draft;
    const char *other = draft->client        ? "client"
                        : draft->tls_client  ? "tls-client"
                        : draft->mode_server ? (ov_parse_given(parse, "mode") != NULL ? "mode" : "server")
                        : draft->tls_server  ? "tls-server"
                        : draft->pull        ? "pull"
                                             : NULL;
    if (other != NULL)
    {
        ov_parse_point_at(parse, other);
        ov_parse_error(parse, "'%s' contradicts 'secret', which is for two ends without TLS", other);
        ov_parse_point_at(parse, NULL);
    }
    return other == NULL;
}

/* Of an end without TLS these can only be a mistake. */
static const char *const tls_only[] = {
    "ca",
    "capath",
    "cert",
    "key",
    "pkcs12",
    "extra-certs",
    "tls-auth",
    "tls-crypt",
    "tls-crypt-v2",
    "crl-verify",
    "tls-verify",
    "verify-x509-name",
    "tls-cipher",
    "tls-groups",
    "tls-timeout",
    "peer-fingerprint",
    "hand-window",
    "tran-window",
    "remote-cert-tls",
    "tls-ciphersuites",
    "reneg-sec",
    "reneg-bytes",
    "reneg-pkts",
    "auth-user-pass",
    "askpass",
    "data-ciphers",
    "ncp-ciphers",
    "data-ciphers-fallback",
};

static void check_tls_options(struct ov_parse *parse)
{
    for (size_t i = 0; i < sizeof tls_only / sizeof tls_only[0]; i++)
    {
        if (ov_parse_given(parse, tls_only[i]) != NULL)
        {
            ov_parse_point_at(parse, tls_only[i]);
            ov_parse_error(parse, "'%s' is for TLS, and with 'secret' there is none%s", tls_only[i],
                           strstr(tls_only[i], "ciphers") != NULL ? "; 'cipher' says the cipher" : "");
        }
    }
}

/* As 2.7 has it: whoever still wants this says so [WP-DATA-059]. */
static void check_allowed(struct ov_parse *parse)
{
    ov_parse_point_at(parse, "secret");
    if (!parse->config->static_allowed)
    {
        ov_parse_error(parse,
                       "'secret' is insecure and deprecated, and wants "
                       "'allow-deprecated-insecure-static-crypto' beside it, as in OpenVPN 2.7; better: "
                       "'tls-client' and 'tls-server' with 'peer-fingerprint'");
        return;
    }
    ov_parse_warn(parse, "one static key for good: whoever gets hold of it reads all that was ever sent, and "
                         "OpenVPN 2.8 won't know 'secret' any more; 'tls-client' and 'tls-server' with "
                         "'peer-fingerprint' are as simple");
}

/* The name in the options string is the cipher itself here. */
static void find_cipher(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    enum ov_cipher_id id = OV_CIPHER_NONE;
    const bool known = ov_cipher_by_name(config->occ_cipher, &id) == OV_OK;
    ov_parse_point_at(parse, parse->draft.has_occ_cipher ? "cipher" : "secret");
    config->static_cipher = id;
    if (!parse->draft.has_occ_cipher)
    {
        ov_parse_warn(parse,
                      "without 'cipher' it is BF-CBC, as both ends of old set-ups have it; AES-256-CBC is "
                      "better and faster");
    }
    if (!known || (ov_cipher_mode(id) != OV_MODE_CBC && id != OV_CIPHER_NONE))
    {
        ov_parse_error(parse, "cipher '%s' can't be used with 'secret': it takes CBC ciphers or none",
                       config->occ_cipher);
        return;
    }
    if (id == OV_CIPHER_NONE)
    {
        ov_parse_warn(parse, "cipher none: everything is sent in clear");
    }
    if (ov_cipher_is_narrow(id))
    {
        ov_parse_warn(parse,
                      "%s has blocks of 64 bits: after some gigabytes under one key parts of the text "
                      "show (SWEET32), and a static key is never changed",
                      config->occ_cipher);
    }
    if (config->auth_none)
    {
        ov_parse_point_at(parse, "auth");
        ov_parse_warn(parse, "with 'auth none' nobody notices changes, and anybody can send packets");
    }
}

/* Who calls whom: nothing else tells the two ends apart. */
static void find_direction(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    const bool tcp = ov_proto_is_tcp(config->proto);
    const bool called = parse->draft.remotes.count == 0;
    config->listens = tcp && parse->draft.tcp_role == OV_TCP_ROLE_SERVER;
    ov_parse_point_at(parse, "proto");
    if (tcp && parse->draft.tcp_role == OV_TCP_ROLE_ANY)
    {
        ov_parse_error(parse,
                       "which end connects, and which one waits? With 'secret', proto is 'tcp-client' or "
                       "'tcp-server'");
    }
    else if (tcp && !config->listens && called)
    {
        ov_parse_error(parse, "a peer with 'proto tcp-client' needs 'remote': where is the other end?");
    }
    ov_parse_point_at(parse, "nobind");
    if (!config->bind && (called || config->listens))
    {
        ov_parse_error(parse, "'nobind' lets the kernel choose a port, and %s nobody would find it",
                       called ? "without 'remote'" : "with 'proto tcp-server'");
    }
    /* An entry without a host stands for "whoever comes". */
    const struct ov_remote anybody = {.host = NULL, .port = config->rport, .proto = config->proto};
    if (called)
    {
        (void)ov_parse_append(parse, &parse->draft.remotes, &anybody, sizeof anybody);
    }
}

void ov_parse_finish_static(struct ov_parse *parse)
{
    check_allowed(parse);
    check_tls_options(parse);
    find_cipher(parse);
    find_direction(parse);
    ov_parse_point_at(parse, NULL);
}
