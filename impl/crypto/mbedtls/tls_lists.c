#include "compat.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <mbedtls/ssl_ciphersuites.h>

/* --tls-cipher and --tls-groups: lists of names, in order of preference. */

#define NAME_MAX_LEN 80u

/* The next name, cut out; false: there are no more. */
static bool next_name(const char **list, char name[static NAME_MAX_LEN])
{
    const size_t len = strcspn(*list, ":");
    if (**list == '\0')
    {
        return false;
    }
    (void)snprintf(name, NAME_MAX_LEN, "%.*s", (int)(len < NAME_MAX_LEN ? len : NAME_MAX_LEN - 1), *list);
    *list += len + ((*list)[len] == ':');
    return true;
}

/* Move suite id behind those that are kept; false: it is none of the good ones, or there already. */
static bool keep(int *suites, size_t kept, size_t count, int id)
{
    for (size_t i = kept; i < count; i++)
    {
        if (suites[i] == id)
        {
            suites[i] = suites[kept];
            suites[kept] = id;
            return true;
        }
    }
    return false;
}

enum ov_err mbed_order_suites(struct ov_tls_conf *conf, const char *list, char *text)
{
    char name[NAME_MAX_LEN];
    size_t count = 0;
    size_t kept = 0;
    if (list == NULL)
    {
        return OV_OK;
    }
    while (conf->suites[count] != 0)
    {
        count++;
    }
    while (next_name(&list, name))
    {
        for (char *p = name; *p != '\0'; p++)
        {
            *p = *p == '_' ? '-' : *p;
        }
        kept += keep(conf->suites, kept, count, mbedtls_ssl_get_ciphersuite_id(name));
    }
    conf->suites[kept] = 0;
    return kept > 0 ? OV_OK : mbed_refuse(text, OV_ERR_TLS, "tls-cipher", "no suite of it can be used", 0);
}

static const mbedtls_ecp_curve_info *curve_of(char *name)
{
    static const char *const others[][2] = {
        {"p-256", "secp256r1"}, {"prime256v1", "secp256r1"}, {"p-384", "secp384r1"}, {"p-521", "secp521r1"}};
    for (char *p = name; *p != '\0'; p++)
    {
        *p = (char)tolower((unsigned char)*p);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    {
        if (strcmp(name, others[i][0]) == 0)
        {
            return mbedtls_ecp_curve_info_from_name(others[i][1]);
        }
    }
    return mbedtls_ecp_curve_info_from_name(name);
}

enum ov_err mbed_read_groups(struct mbed_groups *groups, const char *list, char *text)
{
    char name[NAME_MAX_LEN];
    size_t count = 0;
    while (list != NULL && next_name(&list, name) && count + 1 < MBED_GROUPS)
    {
        const mbedtls_ecp_curve_info *curve = curve_of(name);
        if (curve != NULL)
        {
            groups->id[count] = curve->grp_id;
            groups->tls_id[count++] = curve->tls_id;
        }
    }
    groups->id[count] = MBEDTLS_ECP_DP_NONE;
    groups->tls_id[count] = 0;
    groups->given = count > 0;
    return list == NULL || count > 0
               ? OV_OK
               : mbed_refuse(text, OV_ERR_TLS, "tls-groups", "no group of it is known", 0);
}

/* ---- what there is ---- */

static void list_suites(bool tls13, void (*line)(void *ctx, const char *text), void *ctx)
{
    for (const int *id = mbedtls_ssl_list_ciphersuites(); *id != 0; id++)
    {
        const mbedtls_ssl_ciphersuite_t *suite = mbedtls_ssl_ciphersuite_from_id(*id);
        /* TLS 1.3 numbers its suites 0x13xx. */
        if (suite != NULL && (*id >> 8 == 0x13) == tls13)
        {
            line(ctx, mbedtls_ssl_get_ciphersuite_name(*id));
        }
    }
}

void mbed_list(enum ov_crypto_list which, void (*line)(void *ctx, const char *text), void *ctx)
{
    if (which != OV_LIST_GROUPS)
    {
        list_suites(which == OV_LIST_TLS13, line, ctx);
        return;
    }
    for (const mbedtls_ecp_curve_info *curve = mbedtls_ecp_curve_list(); curve->grp_id != MBEDTLS_ECP_DP_NONE;
         curve++)
    {
        line(ctx, curve->name);
    }
}
