#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "options/occ.h"

/* Two options strings side by side, item by item: an item is known by its first word. */

struct ov_occ ov_occ_of_peer(const struct ov_occ *own)
{
    struct ov_occ peer = *own;
    peer.role = own->role == OV_ROLE_CLIENT ? OV_ROLE_SERVER : OV_ROLE_CLIENT;
    peer.transport = own->transport == OV_OCC_TCP_CLIENT   ? OV_OCC_TCP_SERVER
                     : own->transport == OV_OCC_TCP_SERVER ? OV_OCC_TCP_CLIENT
                                                           : OV_OCC_UDP;
    peer.key_direction = own->key_direction < 0 ? own->key_direction : (int8_t)(1 - own->key_direction);
    if (!own->subnet)
    {
        peer.ip4 = own->ip4_second;
        peer.ip4_second = own->ip4;
    }
    return peer;
}

struct item
{
    const char *text;
    size_t len;
    size_t word; /* octets of the first word */
};

static bool next_item(const char **at, struct item *item)
{
    if (**at == '\0')
    {
        return false;
    }
    item->text = *at;
    item->len = strcspn(*at, ",");
    item->word = strcspn(*at, " ,");
    *at += item->len + ((*at)[item->len] == ',');
    return true;
}

static bool find_item(const char *text, const struct item *like, struct item *found)
{
    while (next_item(&text, found))
    {
        if (found->word == like->word && memcmp(found->text, like->text, like->word) == 0)
        {
            return true;
        }
    }
    return false;
}

/* A sum of other items, which are told themselves [WP-MTU-011]. */
static bool is_minor(const struct item *item)
{
    return item->word == strlen("link-mtu") && memcmp(item->text, "link-mtu", item->word) == 0;
}

struct told
{
    void (*line)(void *ctx, const char *text);
    void *ctx;
    uint32_t count;
};

static void tell(struct told *told, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a peer wrote comes out printable and of bounded length. */
static void tell(struct told *told, const char *format, ...)
{
    char text[320];
    va_list args;
    if (told->count++ >= OV_OCC_FINDINGS)
    {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *p = text; *p != '\0'; p++)
    {
        *p = (unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f ? '?' : *p;
    }
    told->line(told->ctx, text);
}

static int shown(size_t len)
{
    return len < 100 ? (int)len : 100;
}

void ov_occ_compare(const char *expected, const char *theirs, void (*line)(void *ctx, const char *text),
                    void *ctx)
{
    struct told told = {line, ctx, 0};
    struct item item, other;
    for (const char *at = expected; next_item(&at, &item);)
    {
        if (!find_item(theirs, &item, &other))
        {
            tell(&told, "'%.*s' is missing at the peer: '%.*s' expected", shown(item.word), item.text,
                 shown(item.len), item.text);
        }
        else if ((other.len != item.len || memcmp(other.text, item.text, item.len) != 0) && !is_minor(&item))
        {
            tell(&told, "'%.*s' is used inconsistently: '%.*s' expected, the peer has '%.*s'",
                 shown(item.word), item.text, shown(item.len), item.text, shown(other.len), other.text);
        }
    }
    for (const char *at = theirs; next_item(&at, &item);)
    {
        if (!find_item(expected, &item, &other))
        {
            tell(&told, "'%.*s' is missing here: the peer has '%.*s'", shown(item.word), item.text,
                 shown(item.len), item.text);
        }
    }
}
