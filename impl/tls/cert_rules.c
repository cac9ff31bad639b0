#include "tls/cert_rules.h"

#include <stdio.h>
#include <string.h>

#include "crypto/x509.h"

bool ov_cert_rules_exist(const struct ov_cert_options *options)
{
    return options->name_rule != OV_NAME_ANY || options->fingerprints_count > 0 || options->usage_wanted ||
           options->extended_usage != NULL || options->ns_type != NULL;
}

static enum ov_err check_fingerprint(const struct ov_cert_rules *rules, const struct ov_tls_cert *cert,
                                     char why[static OV_TLS_JUDGE_TEXT])
{
    const struct ov_cert_options *options = rules->options;
    uint8_t digest[OV_DIGEST_MAX];
    const struct ov_slice der = {cert->der, cert->der_len};
    if (options->fingerprints_count == 0 || cert->depth != options->fingerprints_depth)
    {
        return OV_OK;
    }
    enum ov_err err = rules->crypto->digest(options->fingerprints_of, &der, 1, digest);
    if (err != OV_OK)
    {
        return err;
    }
    for (size_t i = 0; i < options->fingerprints_count; i++)
    {
        if (memcmp(digest, options->fingerprints[i].octets, ov_digest_len(options->fingerprints_of)) == 0)
        {
            return OV_OK;
        }
    }
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "fingerprint is not one of those wanted");
    return OV_ERR_CERT;
}

/* All bits of one of those wanted. */
static bool fits_usage(const struct ov_cert_options *options, const struct ov_x509 *cert)
{
    uint32_t usage = 0;
    bool fits = ov_x509_key_usage(cert, &usage) && options->usage_count == 0;
    for (size_t i = 0; i < options->usage_count; i++)
    {
        fits = fits || (usage & options->usage[i]) == options->usage[i];
    }
    return fits;
}

static enum ov_err check_usage(const struct ov_cert_options *options, const struct ov_tls_cert *cert,
                               char why[static OV_TLS_JUDGE_TEXT])
{
    struct ov_x509 x509;
    if (!options->usage_wanted && options->extended_usage == NULL && options->ns_type == NULL)
    {
        return OV_OK;
    }
    if (ov_x509_read(cert->der, cert->der_len, &x509) != OV_OK)
    {
        (void)snprintf(why, OV_TLS_JUDGE_TEXT, "its key usage can't be read");
        return OV_ERR_CERT;
    }
    if (options->usage_wanted && !fits_usage(options, &x509))
    {
        (void)snprintf(why, OV_TLS_JUDGE_TEXT, "its key usage is not one that --remote-cert-ku wants");
        return OV_ERR_CERT;
    }
    if (options->ns_type != NULL && !ov_x509_is_made_for(&x509, options->ns_type))
    {
        (void)snprintf(why, OV_TLS_JUDGE_TEXT, "it isn't made for a %s (--ns-cert-type)", options->ns_type);
        return OV_ERR_CERT;
    }
    if (options->extended_usage != NULL && !ov_x509_has_usage(&x509, options->extended_usage))
    {
        (void)snprintf(why, OV_TLS_JUDGE_TEXT, "it lacks the extended key usage of --remote-cert-eku: %.80s",
                       options->extended_usage);
        return OV_ERR_CERT;
    }
    return OV_OK;
}

static bool is_wanted(const struct ov_cert_options *options, const struct ov_tls_cert *cert)
{
    switch (options->name_rule)
    {
    case OV_NAME_SUBJECT:
        return strcmp(cert->subject, options->name) == 0;
    case OV_NAME_EXACT:
        return strcmp(cert->name, options->name) == 0;
    case OV_NAME_PREFIX:
        return strncmp(cert->name, options->name, strlen(options->name)) == 0;
    case OV_NAME_ANY:
        break;
    }
    return true;
}

enum ov_err ov_cert_rules_judge(const struct ov_cert_rules *rules, const struct ov_tls_cert *cert,
                                char why[static OV_TLS_JUDGE_TEXT])
{
    enum ov_err err = check_fingerprint(rules, cert, why);
    if (err != OV_OK || cert->depth != 0)
    {
        return err;
    }
    if (cert->name_has_nul)
    {
        (void)snprintf(why, OV_TLS_JUDGE_TEXT, "there is a NUL in the name"); /* CVE-2017-7522 */
        return OV_ERR_CERT;
    }
    if (!is_wanted(rules->options, cert))
    {
        (void)snprintf(why, OV_TLS_JUDGE_TEXT, "name is not the one that --verify-x509-name wants: %.100s",
                       rules->options->name_rule == OV_NAME_SUBJECT ? cert->subject : cert->name);
        return OV_ERR_CERT;
    }
    return check_usage(rules->options, cert, why);
}
