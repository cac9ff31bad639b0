#include "app/cert_seen.h"

#include <stdio.h>
#include <string.h>

#include "crypto/x509.h"

void ov_cert_seen_clear(struct ov_cert_seen *seen)
{
    for (unsigned i = 0; i < OV_CERT_SEEN_MAX; i++)
    {
        ov_environment_clear(&seen->kept[i].chain);
    }
    *seen = (struct ov_cert_seen){.next = 0};
}

static void add_digest(struct ov_environment *env, const struct ov_crypto *crypto, enum ov_digest_id id,
                       const char *name, const struct ov_tls_cert *cert)
{
    const struct ov_slice der = {cert->der, cert->der_len};
    uint8_t digest[OV_DIGEST_MAX];
    char text[3 * OV_DIGEST_MAX + 1];
    if (crypto->digest(id, &der, 1, digest) == OV_OK)
    {
        ov_x509_hex(digest, ov_digest_len(id), text, sizeof text);
        ov_environment_add_nth(env, name, (size_t)cert->depth, text);
    }
}

/* Without the zero octet that keeps a large one from being negative. */
static void add_serial(struct ov_environment *env, const struct ov_x509 *x509, size_t depth)
{
    const uint8_t *data = x509->serial.data;
    size_t len = x509->serial.len;
    char text[200];
    if (len > 1 && data[0] == 0)
    {
        data++;
        len--;
    }
    ov_x509_hex(data, len, text, sizeof text);
    ov_environment_add_nth(env, "tls_serial_hex", depth, text);
}

/* An attribute that is there several times keeps its last value, as in 2.x. */
static void add_subject(struct ov_environment *env, const struct ov_x509 *x509, size_t depth)
{
    struct ov_x509_walk walk = {.started = false};
    struct ov_x509_attribute attribute;
    char name[OV_X509_NAME + 16];
    while (ov_x509_next(&x509->subject, &walk, &attribute))
    {
        for (char *p = attribute.name; *p != '\0'; p++)
        {
            *p = *p == '.' ? '_' : *p;
        }
        (void)snprintf(name, sizeof name, "X509_%zu_%s", depth, attribute.name);
        ov_environment_add(env, name, attribute.value);
    }
}

static void keep(struct ov_cert_seen *seen, const struct ov_cert_chain *chain, const struct ov_crypto *crypto,
                 const struct ov_tls_cert *cert)
{
    const struct ov_slice der = {cert->der, cert->der_len};
    const unsigned at = seen->next;
    ov_environment_clear(&seen->kept[at].chain);
    if (crypto->digest(OV_DIGEST_SHA256, &der, 1, seen->kept[at].fingerprint) == OV_OK &&
        ov_environment_copy(&seen->kept[at].chain, &chain->env))
    {
        seen->next = (at + 1) % OV_CERT_SEEN_MAX;
    }
}

void ov_cert_seen_note(struct ov_cert_seen *seen, struct ov_cert_chain *chain, const struct ov_crypto *crypto,
                       const struct ov_tls_cert *cert)
{
    const size_t depth = (size_t)cert->depth;
    struct ov_environment *env = &chain->env;
    struct ov_x509 x509;
    if (env->arena == NULL || cert->depth >= chain->depth)
    {
        ov_environment_clear(env);
        if (!ov_environment_init(env))
        {
            return;
        }
    }
    chain->depth = cert->depth;
    ov_environment_add_nth(env, "tls_id", depth, cert->subject);
    ov_environment_add_nth(env, "tls_serial", depth, cert->serial);
    add_digest(env, crypto, OV_DIGEST_SHA1, "tls_digest", cert);
    add_digest(env, crypto, OV_DIGEST_SHA256, "tls_digest_sha256", cert);
    if (ov_x509_read(cert->der, cert->der_len, &x509) == OV_OK)
    {
        add_serial(env, &x509, depth);
        add_subject(env, &x509, depth);
    }
    if (cert->depth == 0)
    {
        ov_environment_add(env, "common_name", cert->name);
        keep(seen, chain, crypto, cert);
    }
}

void ov_cert_seen_tell(const struct ov_cert_seen *seen, struct ov_environment *env)
{
    ov_environment_merge(env, &seen->kept[(seen->next + OV_CERT_SEEN_MAX - 1) % OV_CERT_SEEN_MAX].chain);
}

void ov_cert_seen_tell_of(const struct ov_cert_seen *seen, const uint8_t fingerprint[static 32],
                          struct ov_environment *env)
{
    for (unsigned i = 0; i < OV_CERT_SEEN_MAX; i++)
    {
        if (seen->kept[i].chain.arena != NULL && memcmp(seen->kept[i].fingerprint, fingerprint, 32) == 0)
        {
            ov_environment_merge(env, &seen->kept[i].chain);
            return;
        }
    }
}
