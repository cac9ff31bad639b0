#include "openssl.h"

#include <stdio.h>
#include <string.h>

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
