#include "options/occ.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* link-mtu is a sum from the time when it was the size of the largest packet.
 * It has to be the same sum as everybody else's [WP-MTU-010, 011]. */
#define OPCODE_LEN    1u
#define PACKET_ID_LEN 4u
#define LONG_ID_LEN   8u /* static key mode; CFB and OFB */
#define TAG_LEN       16u
#define IV_AEAD_LEN   12u
#define TCP_LEN       2u
#define SOCKS_LEN     10u
#define COMPRESS_LEN  1u
#define FRAGMENT_LEN  4u

enum kind
{
    KIND_NONE,
    KIND_CBC,
    KIND_STREAM, /* CFB, OFB */
    KIND_AEAD
};

/* Names that may stand in the string, whatever the library can do: BF-CBC is
 * the default there although hardly anybody has Blowfish. */
static const struct cipher
{
    const char *name;
    enum kind kind;
    uint16_t key_bits;
    uint8_t block;
} ciphers[] = {
    {"none", KIND_NONE, 0, 0},
    {"[null-cipher]", KIND_NONE, 0, 0}, /* [WP-OPT-004] */
    {"AES-128-GCM", KIND_AEAD, 128, 16},
    {"AES-192-GCM", KIND_AEAD, 192, 16},
    {"AES-256-GCM", KIND_AEAD, 256, 16},
    {"CHACHA20-POLY1305", KIND_AEAD, 256, 1},
    {"AES-128-CBC", KIND_CBC, 128, 16},
    {"AES-192-CBC", KIND_CBC, 192, 16},
    {"AES-256-CBC", KIND_CBC, 256, 16},
    {"AES-128-CFB", KIND_STREAM, 128, 16},
    {"AES-192-CFB", KIND_STREAM, 192, 16},
    {"AES-256-CFB", KIND_STREAM, 256, 16},
    {"AES-128-OFB", KIND_STREAM, 128, 16},
    {"AES-192-OFB", KIND_STREAM, 192, 16},
    {"AES-256-OFB", KIND_STREAM, 256, 16},
    {"CAMELLIA-128-CBC", KIND_CBC, 128, 16},
    {"CAMELLIA-192-CBC", KIND_CBC, 192, 16},
    {"CAMELLIA-256-CBC", KIND_CBC, 256, 16},
    {"BF-CBC", KIND_CBC, 128, 8},
    {"DES-EDE3-CBC", KIND_CBC, 192, 8},
    {"CAST5-CBC", KIND_CBC, 128, 8},
};

static const struct cipher *find_cipher(const char *name)
{
    for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
    {
        if (strcasecmp(name, ciphers[i].name) == 0)
        {
            return &ciphers[i];
        }
    }
    return NULL;
}

bool ov_occ_knows_cipher(const char *name)
{
    return find_cipher(name) != NULL;
}

void ov_occ_from_config(const struct ov_config *config, struct ov_occ *out)
{
    enum ov_cipher_id id;
    *out = (struct ov_occ){
        .tls = true,
        .tap = config->tunnel.tap,
        .mtu_extra = config->tunnel.mtu_extra,
        .role = config->role,
        .compression = config->compression.mode != OV_COMP_OFF,
        .compression_v2 = ov_comp_mode_octets(config->compression.mode) == 0,
        .fragment = config->fragment.octets > 0,
        .tls_auth = config->tls_auth.from != NULL,
        .key_direction = config->key_direction,
        .tun_mtu = config->tunnel.mtu,
        .tun_mtu_shown = config->occ_mtu,
        .cipher = config->occ_cipher,
        .cipher_shown = ov_ciphers_has_name(&config->data_ciphers, config->occ_cipher, &id),
        .auth_none = config->auth_none,
        .auth = config->auth,
    };
}

/* Header, tag, IV and padding of the cipher, and the packet id. */
static uint32_t cipher_len(const struct ov_occ *occ, const struct cipher *cipher)
{
    uint32_t id_len = occ->secret || cipher->kind == KIND_STREAM ? LONG_ID_LEN : PACKET_ID_LEN;
    switch (cipher->kind)
    {
    case KIND_NONE:
        return id_len;
    case KIND_AEAD:
        return id_len + TAG_LEN + IV_AEAD_LEN + cipher->block;
    case KIND_CBC:
    case KIND_STREAM:
        return id_len + 2u * cipher->block; /* IV, and room for padding */
    }
    return id_len;
}

/* AEAD authenticates by itself: --auth doesn't count. */
static bool has_digest(const struct ov_occ *occ, const struct cipher *cipher)
{
    return !occ->auth_none && cipher->kind != KIND_AEAD;
}

enum ov_err ov_occ_link_mtu(const struct ov_occ *occ, uint32_t *link_mtu)
{
    const struct cipher *cipher = find_cipher(occ->cipher);
    if (cipher == NULL)
    {
        return OV_ERR_UNSUPPORTED;
    }
    uint32_t extra = 0;
    if (occ->tls || occ->secret)
    {
        extra += cipher_len(occ, cipher) + (has_digest(occ, cipher) ? ov_digest_len(occ->auth) : 0);
    }
    extra += occ->tls ? OPCODE_LEN : 0;
    extra += occ->transport != OV_OCC_UDP ? TCP_LEN : 0;
    extra += occ->socks && occ->transport == OV_OCC_UDP ? SOCKS_LEN : 0;
    extra += occ->mtu_extra;
    extra += occ->compression && !occ->compression_v2 ? COMPRESS_LEN : 0;
    extra += occ->fragment ? FRAGMENT_LEN : 0;
    *link_mtu = occ->tun_mtu + extra;
    return OV_OK;
}

struct text
{
    char *out;
    size_t cap;
    size_t len;
    bool full;
};

static void add_text(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_text(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text->out + text->len, text->cap - text->len, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= text->cap - text->len)
    {
        text->full = true;
        return;
    }
    text->len += (size_t)len;
}

static void add_protection(struct text *text, const struct ov_occ *occ, const struct cipher *cipher)
{
    const char *digest = has_digest(occ, cipher) ? ov_digest_name(occ->auth) : "[null-digest]";
    if (occ->cipher_shown)
    {
        add_text(text, ",cipher %s", cipher->kind == KIND_NONE ? "[null-cipher]" : cipher->name);
    }
    add_text(text, ",auth %s,keysize %u", digest, cipher->key_bits);
    if (occ->secret)
    {
        add_text(text, ",secret");
    }
}

enum ov_err ov_occ_text(const struct ov_occ *occ, char *out, size_t cap)
{
    static const char *const protos[] = {"UDPv4", "TCPv4_CLIENT", "TCPv4_SERVER"};
    const struct cipher *cipher = find_cipher(occ->cipher);
    struct text text = {out, cap, 0, false};
    uint32_t link_mtu;
    enum ov_err err = ov_occ_link_mtu(occ, &link_mtu);
    if (err != OV_OK || cipher == NULL)
    {
        return OV_ERR_UNSUPPORTED;
    }
    add_text(&text, "V4,dev-type %s,link-mtu %u,tun-mtu %u,proto %s", occ->tap ? "tap" : "tun", link_mtu,
             occ->tun_mtu_shown != 0 ? occ->tun_mtu_shown : occ->tun_mtu, protos[occ->transport]);
    add_text(&text, "%s%s", occ->compression ? ",comp-lzo" : "", occ->fragment ? ",mtu-dynamic" : "");
    if (occ->key_direction >= 0)
    {
        add_text(&text, ",keydir %d", occ->key_direction);
    }
    if (occ->tls || occ->secret)
    {
        add_protection(&text, occ, cipher);
    }
    if (occ->tls)
    {
        add_text(&text, "%s,key-method 2,%s", occ->tls_auth ? ",tls-auth" : "",
                 occ->role == OV_ROLE_SERVER ? "tls-server" : "tls-client");
    }
    return text.full ? OV_ERR_NOSPACE : OV_OK;
}

enum ov_err ov_occ_cipher(const char *text, char *out, size_t cap)
{
    static const char name[] = "cipher ";
    for (const char *item = text; item != NULL; item = strchr(item, ','))
    {
        item += *item == ',';
        if (strncmp(item, name, sizeof(name) - 1) != 0)
        {
            continue;
        }
        item += sizeof(name) - 1;
        size_t len = strcspn(item, ",");
        if (len == 0)
        {
            return OV_ERR_FORMAT;
        }
        if (len >= cap)
        {
            return OV_ERR_NOSPACE;
        }
        memcpy(out, item, len);
        out[len] = '\0';
        if (strcmp(out, "[null-cipher]") == 0)
        {
            memcpy(out, "none", sizeof("none")); /* shorter than what was there */
        }
        return OV_OK;
    }
    return OV_ERR_FORMAT;
}

bool ov_occ_compressed(const char *text)
{
    return strstr(text, ",comp-lzo,") != NULL;
}
