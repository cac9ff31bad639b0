#include "options/occ.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "options/values.h"

/* link-mtu is a sum from the time when it was the size of the largest packet [WP-MTU-010, WP-MTU-011].
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

#define NULL_CIPHER "[null-cipher]"

/* Names that may stand in the string, whatever the library can do: BF-CBC is the default there although hardly
 * anybody has Blowfish [WP-OPT-004]. */
static bool find_cipher(const char *name, enum ov_cipher_id *id)
{
    *id = OV_CIPHER_NONE;
    return strcmp(name, NULL_CIPHER) == 0 || ov_cipher_by_name(name, id) == OV_OK;
}

bool ov_occ_knows_cipher(const char *name)
{
    enum ov_cipher_id id;
    return find_cipher(name, &id);
}

static void add_addresses(const struct ov_tunnel *tunnel, struct ov_occ *out)
{
    out->has_ip4 = tunnel->has_ip4;
    out->ip4 = tunnel->ip4;
    out->subnet = !tunnel->has_ip4_remote;
    out->ip4_second = out->subnet ? ov_value_bits4(tunnel->ip4_bits) : tunnel->ip4_remote;
    out->has_ip6 = tunnel->has_ip6;
}

void ov_occ_from_config(const struct ov_config *config, struct ov_occ *out)
{
    enum ov_cipher_id id;
    const bool secret = config->secret.from != NULL;
    *out = (struct ov_occ){
        .tls = !secret,
        .secret = secret,
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
        .cipher_shown = config->p2p || ov_ciphers_has_name(&config->data_ciphers, config->occ_cipher, &id),
        .auth_none = config->auth_none,
        .auth = config->auth,
    };
    if (config->p2p)
    {
        add_addresses(&config->tunnel, out);
    }
}

/* Header, tag, IV and padding of the cipher, and the packet id. */
static uint32_t cipher_len(const struct ov_occ *occ, enum ov_cipher_id id)
{
    const enum ov_cipher_mode mode = ov_cipher_mode(id);
    const uint32_t block = ov_cipher_block_len(id);
    const uint32_t id_len = occ->secret || mode == OV_MODE_STREAM ? LONG_ID_LEN : PACKET_ID_LEN;
    switch (mode)
    {
    case OV_MODE_NONE:
        return id_len;
    case OV_MODE_AEAD:
        return id_len + TAG_LEN + IV_AEAD_LEN + block;
    case OV_MODE_CBC:
    case OV_MODE_STREAM:
        return id_len + 2u * block; /* IV, and room for padding */
    }
    return id_len;
}

/* AEAD authenticates by itself: --auth doesn't count. */
static bool has_digest(const struct ov_occ *occ, enum ov_cipher_id id)
{
    return !occ->auth_none && !ov_cipher_is_aead(id);
}

enum ov_err ov_occ_link_mtu(const struct ov_occ *occ, uint32_t *link_mtu)
{
    enum ov_cipher_id cipher;
    uint32_t extra = 0;
    if (!find_cipher(occ->cipher, &cipher))
    {
        return OV_ERR_UNSUPPORTED;
    }
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

/* The other end stands in front of the own one. */
static void add_addresses_text(struct text *text, const struct ov_occ *occ)
{
    char first[OV_IP4_TEXT], second[OV_IP4_TEXT];
    if (occ->has_ip6)
    {
        add_text(text, ",tun-ipv6");
    }
    if (occ->has_ip4)
    {
        const uint32_t net = occ->subnet ? occ->ip4 & occ->ip4_second : occ->ip4_second;
        add_text(text, ",ifconfig %s %s", ov_value_ip4_text(net, first),
                 ov_value_ip4_text(occ->subnet ? occ->ip4_second : occ->ip4, second));
    }
}

static void add_protection(struct text *text, const struct ov_occ *occ, enum ov_cipher_id cipher)
{
    const char *digest = has_digest(occ, cipher) ? ov_digest_name(occ->auth) : "[null-digest]";
    if (occ->cipher_shown)
    {
        add_text(text, ",cipher %s", cipher == OV_CIPHER_NONE ? NULL_CIPHER : ov_cipher_name(cipher));
    }
    add_text(text, ",auth %s,keysize %u", digest, 8 * ov_cipher_key_len(cipher));
    if (occ->secret)
    {
        add_text(text, ",secret");
    }
}

enum ov_err ov_occ_text(const struct ov_occ *occ, char *out, size_t cap)
{
    static const char *const protos[] = {"UDPv4", "TCPv4_CLIENT", "TCPv4_SERVER"};
    enum ov_cipher_id cipher;
    struct text text = {out, cap, 0, false};
    uint32_t link_mtu;
    enum ov_err err = ov_occ_link_mtu(occ, &link_mtu);
    if (err != OV_OK || !find_cipher(occ->cipher, &cipher))
    {
        return OV_ERR_UNSUPPORTED;
    }
    /* The order of the items is fixed [WP-OPT-001]; compression of any kind is one of them [WP-COMP-015]. */
    add_text(&text, "V4,dev-type %s,link-mtu %u,tun-mtu %u,proto %s", occ->tap ? "tap" : "tun", link_mtu,
             occ->tun_mtu_shown != 0 ? occ->tun_mtu_shown : occ->tun_mtu, protos[occ->transport]);
    add_addresses_text(&text, occ);
    add_text(&text, "%s%s", occ->compression ? ",comp-lzo" : "", occ->fragment ? ",mtu-dynamic" : "");
    if (occ->key_direction >= 0)
    {
        add_text(&text, ",keydir %d", occ->key_direction); /* said here, but nowhere checked [WP-TLA-005] */
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
        if (strcmp(out, NULL_CIPHER) == 0)
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
