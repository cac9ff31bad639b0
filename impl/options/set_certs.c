/* Setters: certificates. */
#include <string.h>

#include "crypto/x509.h"
#include "options/parse.h"

OV_SETTER(crl_verify)
{
    struct ov_cert_options *certs = &parse->config->certs;
    const bool dir = !line->has_block && line->count > 2;
    if (dir && strcmp(line->word[2], "dir") != 0)
    {
        ov_parse_error(parse, "crl-verify: the second argument can only be 'dir', not '%.40s'",
                       line->word[2]);
        return;
    }
    certs->crl_dir = NULL;
    certs->crl_path = NULL;
    certs->crl = (struct ov_text){.from = NULL};
    if (dir)
    {
        certs->crl_dir = line->word[1];
    }
    else if (ov_parse_file(parse, line, &certs->crl) && !line->has_block)
    {
        certs->crl_path = line->word[1];
    }
}

OV_SETTER(verify_name)
{
    static const struct
    {
        const char *name;
        enum ov_name_rule rule;
    } types[] = {{"subject", OV_NAME_SUBJECT}, {"name", OV_NAME_EXACT}, {"name-prefix", OV_NAME_PREFIX}};
    const char *type = line->count > 2 ? line->word[2] : "subject";
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    {
        if (strcmp(type, types[i].name) == 0)
        {
            parse->config->certs.name_rule = types[i].rule;
            parse->config->certs.name = line->word[1];
            return;
        }
    }
    ov_parse_error(
        parse, "verify-x509-name: the type must be 'subject', 'name' or 'name-prefix', not '%.40s'", type);
}

/* ---- fingerprints ---- */

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* "AA:BB:...", len octets. */
static bool read_hex(const char *text, size_t text_len, size_t len, struct ov_fingerprint *out)
{
    bool good = text_len == 3 * len - 1;
    for (size_t i = 0; good && i < len; i++)
    {
        const int high = digit(text[3 * i]);
        const int low = digit(text[3 * i + 1]);
        good = high >= 0 && low >= 0 && (i + 1 == len || text[3 * i + 2] == ':');
        out->octets[i] = good ? (uint8_t)(high << 4 | low) : 0;
    }
    return good;
}

static void add_fingerprint(struct ov_parse *parse, const char *option, const char *text, size_t len)
{
    struct ov_fingerprint fingerprint = {{0}};
    if (!read_hex(text, len, ov_digest_len(parse->config->certs.fingerprints_of), &fingerprint))
    {
        ov_parse_error(parse, "%s: '%.*s' is not a %s fingerprint (%u octets, AA:BB:...)", option,
                       (int)(len < 100 ? len : 100), text,
                       ov_digest_name(parse->config->certs.fingerprints_of),
                       ov_digest_len(parse->config->certs.fingerprints_of));
        return;
    }
    (void)ov_parse_append(parse, &parse->draft.fingerprints, &fingerprint, sizeof fingerprint);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* One a line; empty lines and comments are skipped. */
static void add_block(struct ov_parse *parse, const char *option, const struct ov_text *block)
{
    const char *at = block->data;
    const char *end = at + block->len;
    while (at < end)
    {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        const char *stop = line_end != NULL ? line_end : end;
        const char *next = line_end != NULL ? line_end + 1 : end;
        while (at < stop && is_space(*at))
        {
            at++;
        }
        while (stop > at && is_space(stop[-1]))
        {
            stop--;
        }
        if (stop > at && *at != '#' && *at != ';')
        {
            add_fingerprint(parse, option, at, (size_t)(stop - at));
        }
        at = next;
    }
}

OV_SETTER(fingerprint)
{
    struct ov_cert_options *certs = &parse->config->certs;
    const bool authority = strcmp(option->name, "verify-hash") == 0;
    const char *digest = line->count > 2 ? line->word[2] : authority && !line->has_block ? "SHA1" : "SHA256";
    const char *other = authority ? "peer-fingerprint" : "verify-hash";
    if (ov_parse_given(parse, other) != NULL)
    {
        ov_parse_error(parse, "'%s' contradicts '%s'", option->name, other);
        return;
    }
    if (strcmp(digest, "SHA1") != 0 && strcmp(digest, "SHA256") != 0)
    {
        ov_parse_error(parse, "verify-hash: the digest must be SHA1 or SHA256, not '%.40s'", digest);
        return;
    }
    if (authority)
    {
        ov_parse_warn(parse,
                      "'verify-hash' is deprecated: name that authority by 'ca', or use 'peer-fingerprint'");
    }
    certs->fingerprints_depth = authority ? 1 : 0;
    certs->fingerprints_of = strcmp(digest, "SHA1") == 0 ? OV_DIGEST_SHA1 : OV_DIGEST_SHA256;
    if (line->has_block)
    {
        add_block(parse, option->name, &line->block);
        return;
    }
    add_fingerprint(parse, option->name, line->word[1], strlen(line->word[1]));
}

/* ---- keys ---- */

OV_SETTER(askpass)
{
    parse->config->certs.askpass = true;
    parse->config->certs.askpass_path =
        line->count > 1 && strcmp(line->word[1], "stdin") != 0 ? line->word[1] : NULL;
}

OV_SETTER(cert_profile)
{
    static const char *const names[] = {"insecure", "legacy", "preferred", "suiteb"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(line->word[1], names[i]) == 0)
        {
            parse->config->certs.profile = (enum ov_tls_profile)(OV_TLS_PROFILE_INSECURE + i);
            return;
        }
    }
    ov_parse_error(parse, "tls-cert-profile: '%.40s' is none of insecure, legacy, preferred, suiteb",
                   line->word[1]);
}

OV_SETTER(username_field)
{
    if (strncmp(line->word[1], "ext:", 4) == 0 && !ov_x509_is_alt(line->word[1] + 4))
    {
        ov_parse_error(parse,
                       "x509-username-field: '%.60s' is neither ext:subjectAltName nor ext:issuerAltName",
                       line->word[1]);
        return;
    }
    parse->config->certs.username_field = line->word[1];
}

/* Hexadecimal, as many as there are: one of them has to fit. */
OV_SETTER(cert_usage)
{
    struct ov_cert_options *certs = &parse->config->certs;
    certs->usage_wanted = true;
    certs->usage_count = 0;
    for (size_t i = 1; i < line->count && certs->usage_count < OV_CERT_USAGES; i++)
    {
        uint32_t value = 0;
        const char *text = line->word[i];
        size_t len = 0;
        for (; digit(text[len]) >= 0 && len < 5; len++)
        {
            value = value << 4 | (uint32_t)digit(text[len]);
        }
        if (len == 0 || text[len] != '\0' || value > 0xffff)
        {
            ov_parse_error(parse, "remote-cert-ku: '%.40s' is not a key usage (hexadecimal, up to ffff)",
                           line->word[i]);
            return;
        }
        certs->usage[certs->usage_count++] = (uint16_t)value;
    }
}

OV_SETTER(tls_verify)
{
    (void)ov_parse_command(parse, option->name, line->word[1], &parse->config->certs.verify);
}

OV_SETTER(key_verify)
{
    (void)ov_parse_command(parse, option->name, line->word[1], &parse->config->certs.key_verify);
}

void ov_parse_finish_certs(struct ov_parse *parse)
{
    struct ov_cert_options *certs = &parse->config->certs;
    certs->fingerprints = parse->draft.fingerprints.items;
    certs->fingerprints_count = parse->draft.fingerprints.count;
    if (ov_parse_given(parse, "peer-fingerprint") != NULL && certs->fingerprints_count == 0 &&
        parse->diags->error_count == 0)
    {
        ov_parse_error(parse, "peer-fingerprint: the inline block has no fingerprint");
    }
    if (ov_parse_given(parse, "pkcs12") != NULL &&
        (ov_parse_given(parse, "cert") != NULL || ov_parse_given(parse, "key") != NULL))
    {
        ov_parse_error(parse, "'pkcs12' contradicts '%s': both bring one's own key",
                       ov_parse_given(parse, "cert") != NULL ? "cert" : "key");
    }
    /* An end without clients that has the server's key can ask too. */
    if (certs->key_verify.count > 0 && parse->config->role == OV_ROLE_CLIENT)
    {
        ov_parse_error(parse, "'tls-crypt-v2-verify' is for a server, and this is a client");
    }
    else if (certs->key_verify.count > 0 && parse->config->login.script_security < OV_SCRIPT_SECURITY_USER)
    {
        ov_parse_error(parse,
                       "'tls-crypt-v2-verify' needs 'script-security 2': every client would be refused");
    }
    if (certs->verify.count > 0 && parse->config->login.script_security < OV_SCRIPT_SECURITY_USER)
    {
        ov_parse_error(parse, "'tls-verify' needs 'script-security 2': every certificate would be refused");
    }
}

OV_SETTER(ns_cert_type)
{
    if (strcmp(line->word[1], "client") != 0 && strcmp(line->word[1], "server") != 0)
    {
        ov_parse_error(parse, "ns-cert-type must be 'client' or 'server', not '%.40s'", line->word[1]);
        return;
    }
    parse->config->certs.ns_type = line->word[1];
}
