#include "options/ncp.h"

#include <stdio.h>
#include <string.h>

const struct ov_ciphers ov_ciphers_default = {
    .count = 3,
    .id = {OV_CIPHER_AES_256_GCM, OV_CIPHER_AES_128_GCM, OV_CIPHER_CHACHA20_POLY1305},
    .optional = {false, false, true},
};

bool ov_ciphers_has(const struct ov_ciphers *list, enum ov_cipher_id id)
{
    for (uint8_t i = 0; i < list->count; i++)
    {
        if (list->id[i] == (uint8_t)id)
        {
            return true;
        }
    }
    return false;
}

bool ov_ciphers_has_name(const struct ov_ciphers *list, const char *name, enum ov_cipher_id *id)
{
    enum ov_cipher_id found;
    /* Peers compare names as text, so another spelling is another cipher. */
    if (ov_cipher_by_name(name, &found) != OV_OK || strcmp(name, ov_cipher_name(found)) != 0 ||
        !ov_ciphers_has(list, found))
    {
        return false;
    }
    *id = found;
    return true;
}

static void add_cipher(struct ov_ciphers *list, enum ov_cipher_id id, bool optional)
{
    if (!ov_ciphers_has(list, id) && list->count < OV_CIPHERS_MAX)
    {
        list->id[list->count] = (uint8_t)id;
        list->optional[list->count++] = optional;
    }
}

static enum ov_err add_item(struct ov_ciphers *list, const char *name)
{
    enum ov_cipher_id id;
    bool optional = name[0] == '?';
    name += optional;
    if (name[0] == '\0')
    {
        return OV_ERR_FORMAT;
    }
    if (strcmp(name, "DEFAULT") == 0)
    {
        for (uint8_t i = 0; i < ov_ciphers_default.count; i++)
        {
            add_cipher(list, (enum ov_cipher_id)ov_ciphers_default.id[i], ov_ciphers_default.optional[i]);
        }
        return OV_OK;
    }
    if (ov_cipher_by_name(name, &id) == OV_OK)
    {
        add_cipher(list, id, optional);
        return OV_OK;
    }
    return optional ? OV_OK : OV_ERR_UNSUPPORTED;
}

static size_t text_len(const struct ov_ciphers *list)
{
    size_t len = list->count > 0 ? list->count - 1u : 0;
    for (uint8_t i = 0; i < list->count; i++)
    {
        len += strlen(ov_cipher_name((enum ov_cipher_id)list->id[i]));
    }
    return len;
}

enum ov_err ov_ciphers_parse(const char *text, struct ov_ciphers *out, char *bad, size_t bad_cap)
{
    char copy[OV_CIPHERS_TEXT + 1];
    struct ov_ciphers list = {0};
    bad[0] = '\0';
    size_t len = strlen(text);
    if (len > OV_CIPHERS_TEXT)
    {
        return OV_ERR_LIMIT;
    }
    memcpy(copy, text, len + 1);
    for (char *item = copy; item != NULL;)
    {
        char *colon = strchr(item, ':');
        if (colon != NULL)
        {
            *colon++ = '\0';
        }
        enum ov_err err = add_item(&list, item);
        if (err != OV_OK)
        {
            snprintf(bad, bad_cap, "%s", err == OV_ERR_UNSUPPORTED ? item : "");
            return err;
        }
        item = colon;
    }
    if (list.count == 0)
    {
        return OV_ERR_FORMAT;
    }
    if (text_len(&list) > OV_CIPHERS_TEXT)
    {
        return OV_ERR_LIMIT;
    }
    *out = list;
    return OV_OK;
}

void ov_ciphers_text(const struct ov_ciphers *list, char out[static OV_CIPHERS_TEXT + 1])
{
    size_t len = 0;
    out[0] = '\0';
    /* A list that was parsed is not longer than the limit, so nothing is cut. */
    for (uint8_t i = 0; i < list->count; i++)
    {
        len += (size_t)snprintf(out + len, OV_CIPHERS_TEXT + 1 - len, "%s%s", i == 0 ? "" : ":",
                                ov_cipher_name((enum ov_cipher_id)list->id[i]));
        len = len < OV_CIPHERS_TEXT ? len : OV_CIPHERS_TEXT;
    }
}

enum ov_err ov_ciphers_limit(struct ov_ciphers *list, const struct ov_crypto *crypto,
                             enum ov_cipher_id *missing)
{
    struct ov_ciphers rest = {0};
    for (uint8_t i = 0; i < list->count; i++)
    {
        enum ov_cipher_id id = (enum ov_cipher_id)list->id[i];
        if (ov_crypto_has_cipher(crypto, id))
        {
            add_cipher(&rest, id, list->optional[i]);
            continue;
        }
        *missing = id;
        if (!list->optional[i])
        {
            return OV_ERR_UNSUPPORTED;
        }
    }
    if (rest.count == 0)
    {
        return OV_ERR_UNSUPPORTED;
    }
    *list = rest;
    return OV_OK;
}

/* Is name one of the colon-separated items of list, letter by letter? */
static bool lists_name(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *item = list; item != NULL; item = strchr(item, ':'))
    {
        item += *item == ':';
        if (strncmp(item, name, len) == 0 && (item[len] == ':' || item[len] == '\0'))
        {
            return true;
        }
    }
    return false;
}

enum ov_err ov_ncp_server(const struct ov_ciphers *own, const enum ov_cipher_id *fallback,
                          const struct ov_ncp_peer *peer, enum ov_cipher_id *cipher, bool *push)
{
    const char *theirs = peer->iv_ciphers;
    if (theirs == NULL && peer->iv_ncp >= 2)
    {
        theirs = "AES-256-GCM:AES-128-GCM";
    }
    *push = theirs != NULL; /* others wouldn't read it [WP-NCP-002] */
    if (theirs == NULL)
    {
        theirs = peer->occ_cipher;
    }
    if (theirs == NULL)
    {
        if (fallback == NULL)
        {
            return OV_ERR_NEGOTIATION;
        }
        *cipher = *fallback; /* [WP-NCP-004] */
        return OV_OK;
    }
    for (uint8_t i = 0; i < own->count; i++)
    {
        enum ov_cipher_id id = (enum ov_cipher_id)own->id[i];
        if (lists_name(theirs, ov_cipher_name(id)))
        {
            *cipher = id;
            return OV_OK;
        }
    }
    return OV_ERR_NEGOTIATION;
}

enum ov_err ov_ncp_client(const struct ov_ciphers *own, const enum ov_cipher_id *fallback, const char *pushed,
                          const char *occ_cipher, enum ov_cipher_id *cipher)
{
    const char *name = pushed != NULL ? pushed : occ_cipher;
    if (name != NULL)
    {
        return ov_ciphers_has_name(own, name, cipher) ? OV_OK : OV_ERR_NEGOTIATION;
    }
    if (fallback == NULL)
    {
        return OV_ERR_NEGOTIATION;
    }
    *cipher = *fallback; /* [WP-NCP-007] */
    return OV_OK;
}

enum ov_err ov_ciphers_add(struct ov_ciphers *list, enum ov_cipher_id id)
{
    if (ov_ciphers_has(list, id))
    {
        return OV_OK;
    }
    if (list->count >= OV_CIPHER_COUNT)
    {
        return OV_ERR_LIMIT;
    }
    list->optional[list->count] = false;
    list->id[list->count++] = (uint8_t)id;
    return OV_OK;
}
