/* PKCS#11 through pkcs11-helper, as OpenVPN 2.x has it: so a token has the same name in both. */
#include <pkcs11-helper-1.0/pkcs11h-certificate.h>
#include <pkcs11-helper-1.0/pkcs11h-core.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "card/card.h"
#include "card/pkcs11/mechanism.h"

struct ov_card_key
{
    const struct ov_card_settings *settings;
    pkcs11h_certificate_t cert;
    uint8_t *der;
    size_t der_len;
    bool asked;                  /* somebody was asked and hasn't answered yet */
    unsigned way[OV_SIGN_KINDS]; /* the first that the token may have */
};

extern const struct ov_card_driver ov_card_pkcs11;

static enum ov_err refuse(char *text, enum ov_err err, const char *what, CK_RV rv)
{
    (void)snprintf(text, OV_CARD_TEXT, "%.120s: %.160s", what, pkcs11h_getMessage(rv));
    return err;
}

/* ---- what the library asks ---- */

static PKCS11H_BOOL on_pin(void *const global, void *const user, const pkcs11h_token_id_t token,
                           const unsigned retry, char *const pin, const size_t cap)
{
    const struct ov_card_settings *settings = global;
    struct ov_card_key *key = user;
    enum ov_err err = settings->asker->pin(settings->asker->ctx, token->label, retry > 0, pin, cap);
    if (key != NULL)
    {
        key->asked = key->asked || err == OV_ERR_AGAIN;
    }
    return err == OV_OK;
}

static PKCS11H_BOOL on_token(void *const global, void *const user, const pkcs11h_token_id_t token,
                             const unsigned retry)
{
    const struct ov_card_settings *settings = global;
    struct ov_card_key *key = user;
    (void)retry;
    enum ov_err err = settings->asker->insert(settings->asker->ctx, token->label);
    if (key != NULL)
    {
        key->asked = key->asked || err == OV_ERR_AGAIN;
    }
    return err == OV_OK;
}

static void on_log(void *const global, const unsigned flags, const char *const format, va_list args)
{
    const struct ov_card_settings *settings = global;
    char line[400];
    (void)vsnprintf(line, sizeof line, format, args);
    ov_logf(settings->log, flags <= PKCS11H_LOG_WARN ? OV_LOG_WARN : OV_LOG_DETAIL, "PKCS#11: %s", line);
}

/* ---- start and end ---- */

static const char *nth(const struct ov_command *list, size_t i)
{
    return i < list->count ? list->word[i] : "0";
}

static enum ov_err add_providers(const struct ov_pkcs11_options *options, char *text)
{
    for (size_t i = 0; i < options->providers.count; i++)
    {
        const char *path = options->providers.word[i];
        const bool protected_auth = strcmp(nth(&options->protected_auth, i), "1") == 0;
        const bool private_certs = strcmp(nth(&options->cert_private, i), "1") == 0;
        const unsigned mode = (unsigned)strtoul(nth(&options->private_mode, i), NULL, 16);
        const CK_RV rv = pkcs11h_addProvider(path, path, protected_auth, mode, PKCS11H_SLOTEVENT_METHOD_AUTO,
                                             0, private_certs);
        if (rv != CKR_OK)
        {
            return refuse(text, OV_ERR_IO, path, rv);
        }
    }
    return OV_OK;
}

static enum ov_err open_library(const struct ov_card_settings *settings, char text[static OV_CARD_TEXT])
{
    void *const global = (void *)(uintptr_t)settings;
    CK_RV rv = pkcs11h_initialize();
    if (rv != CKR_OK)
    {
        return refuse(text, OV_ERR_IO, "pkcs11-helper", rv);
    }
    const int cache_s = settings->options->pin_cache_s == 0 ? PKCS11H_PIN_CACHE_INFINITE
                                                            : (int)settings->options->pin_cache_s;
    /* A wrong PIN is asked for again by our asker, once; tokens lock themselves after a few. */
    const bool fine =
        pkcs11h_setLogHook(on_log, global) == CKR_OK && pkcs11h_setForkMode(TRUE) == CKR_OK &&
        pkcs11h_setTokenPromptHook(on_token, global) == CKR_OK &&
        pkcs11h_setPINPromptHook(on_pin, global) == CKR_OK && pkcs11h_setMaxLoginRetries(2) == CKR_OK &&
        pkcs11h_setProtectedAuthentication(TRUE) == CKR_OK && pkcs11h_setPINCachePeriod(cache_s) == CKR_OK;
    pkcs11h_setLogLevel(PKCS11H_LOG_WARN);
    enum ov_err err = fine ? add_providers(settings->options, text)
                           : refuse(text, OV_ERR_IO, "pkcs11-helper", CKR_GENERAL_ERROR);
    if (err != OV_OK)
    {
        (void)pkcs11h_terminate();
    }
    return err;
}

static void close_library(void)
{
    (void)pkcs11h_logout();
    (void)pkcs11h_terminate();
}

/* ---- certificates ---- */

static bool show(const pkcs11h_certificate_id_list_t at, ov_card_visit *visit, void *ctx)
{
    char id[OV_CARD_ID];
    size_t len = sizeof id;
    return pkcs11h_certificate_serializeCertificateId(id, &len, at->certificate_id) != CKR_OK ||
           visit(ctx, id, at->certificate_id->displayName, at->certificate_id->certificate_blob,
                 at->certificate_id->certificate_blob_size);
}

static enum ov_err each(ov_card_visit *visit, void *ctx, char text[static OV_CARD_TEXT])
{
    pkcs11h_certificate_id_list_t list = NULL;
    const CK_RV rv = pkcs11h_certificate_enumCertificateIds(PKCS11H_ENUM_METHOD_CACHE_EXIST, NULL,
                                                            PKCS11H_PROMPT_MASK_ALLOW_ALL, NULL, &list);
    if (rv != CKR_OK)
    {
        return refuse(text, OV_ERR_IO, "certificates can't be listed", rv);
    }
    for (pkcs11h_certificate_id_list_t at = list; at != NULL && show(at, visit, ctx); at = at->next)
    {
    }
    (void)pkcs11h_certificate_freeCertificateIdList(list);
    return OV_OK;
}

static void drop(struct ov_card_key *key)
{
    if (key != NULL)
    {
        if (key->cert != NULL)
        {
            (void)pkcs11h_certificate_freeCertificate(key->cert);
        }
        free(key->der);
        free(key);
    }
}

static enum ov_err take(const struct ov_card_settings *settings, const char *id, struct ov_card_key **out,
                        char text[static OV_CARD_TEXT])
{
    pkcs11h_certificate_id_t name = NULL;
    struct ov_card_key *key = calloc(1, sizeof *key);
    *out = NULL;
    CK_RV rv = key == NULL ? CKR_HOST_MEMORY : pkcs11h_certificate_deserializeCertificateId(&name, id);
    if (rv != CKR_OK)
    {
        free(key);
        return refuse(text, OV_ERR_FORMAT, id, rv);
    }
    key->settings = settings;
    rv = pkcs11h_certificate_create(name, key, PKCS11H_PROMPT_MASK_ALLOW_ALL, PKCS11H_PIN_CACHE_INFINITE,
                                    &key->cert);
    (void)pkcs11h_certificate_freeCertificateId(name);
    if (rv != CKR_OK)
    {
        drop(key);
        return refuse(text, OV_ERR_IO, id, rv);
    }
    *out = key;
    return OV_OK;
}

static enum ov_err certificate(struct ov_card_key *key, const uint8_t **der, size_t *len,
                               char text[static OV_CARD_TEXT])
{
    size_t size = 0;
    key->asked = false;
    CK_RV rv = key->der != NULL ? CKR_OK : pkcs11h_certificate_getCertificateBlob(key->cert, NULL, &size);
    if (rv == CKR_OK && key->der == NULL)
    {
        key->der = malloc(size > 0 ? size : 1);
        key->der_len = size;
        rv = key->der == NULL ? CKR_HOST_MEMORY
                              : pkcs11h_certificate_getCertificateBlob(key->cert, key->der, &key->der_len);
    }
    if (rv != CKR_OK)
    {
        free(key->der);
        key->der = NULL;
        return refuse(text, key->asked ? OV_ERR_AGAIN : OV_ERR_IO, "the certificate can't be read", rv);
    }
    *der = key->der;
    *len = key->der_len;
    return OV_OK;
}

/* ---- signatures ---- */

static enum ov_err sign_as(struct ov_card_key *key, const struct pkcs11_way *way, uint8_t *out, size_t cap,
                           size_t *out_len)
{
    uint8_t raw[OV_SIGN_MAX];
    size_t raw_len = sizeof raw;
    const CK_RV rv =
        pkcs11h_certificate_signAny_ex(key->cert, &way->mechanism, way->in, way->in_len, raw, &raw_len);
    if (rv != CKR_OK)
    {
        return key->asked ? OV_ERR_AGAIN : pkcs11_lacks(rv) ? OV_ERR_UNSUPPORTED : OV_ERR_CRYPTO;
    }
    if (way->ecdsa)
    {
        return ov_card_ecdsa_der(raw, raw_len, out, cap, out_len);
    }
    if (raw_len > cap)
    {
        return OV_ERR_NOSPACE;
    }
    memcpy(out, raw, raw_len);
    *out_len = raw_len;
    return OV_OK;
}

/* The first way that the token has. It is asked for those that it lacks only once: each costs a login. */
static enum ov_err sign(void *ctx, const struct ov_sign_request *request, uint8_t *out, size_t cap,
                        size_t *out_len)
{
    struct ov_card_key *key = ctx;
    enum ov_err err = OV_ERR_UNSUPPORTED;
    struct pkcs11_way way;
    key->asked = false;
    while (err == OV_ERR_UNSUPPORTED && pkcs11_way(request, key->way[request->kind], &way))
    {
        err = way.in != NULL ? sign_as(key, &way, out, cap, out_len) : err;
        key->way[request->kind] += err == OV_ERR_UNSUPPORTED;
    }
    if (err == OV_ERR_UNSUPPORTED && request->kind != OV_SIGN_RSA_PSS)
    {
        ov_logf(key->settings->log, OV_LOG_WARN, "PKCS#11: the token has no mechanism for what TLS wants: %s",
                pkcs11_wanted(request->kind));
    }
    return err;
}

const struct ov_card_driver ov_card_pkcs11 = {
    .name = "pkcs11",
    .open = open_library,
    .close = close_library,
    .each = each,
    .take = take,
    .drop = drop,
    .certificate = certificate,
    .sign = sign,
};
