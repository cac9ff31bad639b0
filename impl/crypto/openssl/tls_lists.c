#include "openssl.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

/* --tls-cipher, --tls-ciphersuites and --tls-groups: lists of names, in order of preference. */

#define LIST_MAX 4096u

/* "TLS-ECDHE-..." and "TLS_ECDHE_..." are IANA's names; the library has its own for TLS 1.2. */
static void own_name(const char *name, size_t len, char *out, size_t cap)
{
    const char *own = NULL;
    (void)snprintf(out, cap, "%.*s", (int)len, name);
    if (strncmp(out, "TLS-", 4) == 0 || strncmp(out, "TLS_", 4) == 0)
    {
        for (char *p = out; *p != '\0'; p++)
        {
            *p = *p == '-' ? '_' : *p;
        }
        own = OPENSSL_cipher_name(out);
        if (own != NULL && strcmp(own, "(NONE)") != 0)
        {
            (void)snprintf(out, cap, "%s", own);
        }
    }
}

static void own_names(const char *list, char out[static LIST_MAX])
{
    size_t used = 0;
    out[0] = '\0';
    while (*list != '\0' && used + 1 < LIST_MAX)
    {
        char name[128];
        const size_t len = strcspn(list, ":");
        own_name(list, len < sizeof name ? len : sizeof name - 1, name, sizeof name);
        const int n = snprintf(out + used, LIST_MAX - used, "%s%s", used > 0 ? ":" : "", name);
        used += n > 0 ? (size_t)n : 0;
        list += len + (list[len] == ':');
    }
}

enum ov_err openssl_set_lists(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text)
{
    char names[LIST_MAX];
    if (settings->ciphers != NULL)
    {
        own_names(settings->ciphers, names);
        if (SSL_CTX_set_cipher_list(ctx, names) != 1)
        {
            return openssl_refuse(text, OV_ERR_TLS, "tls-cipher", NULL);
        }
    }
    if (settings->ciphersuites != NULL)
    {
        (void)snprintf(names, sizeof names, "%s", settings->ciphersuites);
        for (char *p = names; *p != '\0'; p++)
        {
            *p = *p == '-' ? '_' : *p;
        }
        if (SSL_CTX_set_ciphersuites(ctx, names) != 1)
        {
            return openssl_refuse(text, OV_ERR_TLS, "tls-ciphersuites", NULL);
        }
    }
    return settings->groups == NULL || SSL_CTX_set1_groups_list(ctx, settings->groups) == 1
               ? OV_OK
               : openssl_refuse(text, OV_ERR_TLS, "tls-groups", NULL);
}

/* ---- what there is ---- */

/* The library can be asked whether it knows a group, not which ones it knows. */
static const char *const groups[] = {
    "X25519",
    "P-256",
    "X448",
    "P-521",
    "P-384",
    "secp256k1",
    "brainpoolP256r1",
    "brainpoolP384r1",
    "brainpoolP512r1",
    "X25519MLKEM768",
    "SecP256r1MLKEM768",
    "SecP384r1MLKEM1024",
    "ffdhe2048",
    "ffdhe3072",
    "ffdhe4096",
    "ffdhe6144",
    "ffdhe8192",
};

static void list_groups(SSL_CTX *ctx, void (*line)(void *ctx, const char *text), void *line_ctx)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
    {
        if (SSL_CTX_set1_groups_list(ctx, groups[i]) == 1)
        {
            line(line_ctx, groups[i]);
        }
    }
    ERR_clear_error();
}

static void list_suites(SSL_CTX *ctx, bool tls13, void (*line)(void *ctx, const char *text), void *line_ctx)
{
    const STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(ctx);
    for (int i = 0; i < sk_SSL_CIPHER_num(all); i++)
    {
        const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(all, i);
        const char *name = SSL_CIPHER_standard_name(cipher);
        if ((SSL_CIPHER_get_protocol_id(cipher) >> 8 == 0x13) == tls13)
        {
            line(line_ctx, name != NULL ? name : SSL_CIPHER_get_name(cipher));
        }
    }
}

void openssl_list(enum ov_crypto_list which, void (*line)(void *ctx, const char *text), void *ctx)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_method());
    if (tls == NULL)
    {
        ERR_clear_error();
        return;
    }
    if (which == OV_LIST_GROUPS)
    {
        list_groups(tls, line, ctx);
    }
    else
    {
        list_suites(tls, which == OV_LIST_TLS13, line, ctx);
    }
    SSL_CTX_free(tls);
}
