#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wire/peer_info.h"

const char *ov_peer_comp_name(unsigned i)
{
    static const char *const names[OV_PEER_COMP_COUNT] = {
        "IV_LZ4", "IV_LZ4v2", "IV_LZO", "IV_LZO_STUB", "IV_COMP_STUB", "IV_COMP_STUBv2", "IV_SNAPPY"};
    return names[i];
}

struct output
{
    char *at;
    size_t room; /* NUL included */
    size_t len;
    enum ov_err err;
};

static void add_line(struct output *out, const char *name, const char *value)
{
    size_t line_len = strlen(name) + 1 + strlen(value);
    for (const char *c = value; *c != '\0'; c++)
    {
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
        {
            out->err = out->err == OV_OK ? OV_ERR_FORMAT : out->err;
        }
    }
    if (out->err == OV_OK && line_len > OV_PEER_INFO_LINE)
    {
        out->err = OV_ERR_LIMIT;
    }
    if (out->err == OV_OK && line_len + 2 > out->room)
    {
        out->err = OV_ERR_NOSPACE;
    }
    if (out->err != OV_OK)
    {
        return;
    }
    int n = snprintf(out->at + out->len, out->room, "%s=%s\n", name, value);
    out->len += (size_t)n;
    out->room -= (size_t)n;
}

static void add_number(struct output *out, const char *name, uint32_t value)
{
    char text[16];
    snprintf(text, sizeof(text), "%" PRIu32, value);
    add_line(out, name, text);
}

/* Exact text, as the peer will compare it [WP-NCP-001]. */
static bool list_has(const char *list, const char *name)
{
    size_t name_len = strlen(name);
    while (list != NULL)
    {
        size_t len = strcspn(list, ":");
        if (len == name_len && memcmp(list, name, len) == 0)
        {
            return true;
        }
        list = list[len] == ':' ? list + len + 1 : NULL;
    }
    return false;
}

enum ov_err ov_peer_info_build(const struct ov_peer_info_own *own, char *out, size_t cap, size_t *len)
{
    struct output o = {out, cap, 0, cap == 0 ? OV_ERR_NOSPACE : OV_OK};
    *len = 0;
    if (own->version != NULL)
    {
        add_line(&o, "IV_VER", own->version);
    }
    add_line(&o, "IV_PLAT", own->platform == NULL ? "linux" : own->platform);
    if (own->tcp_nonlinear)
    {
        add_line(&o, "IV_TCPNL", "1");
    }
    if (own->mtu != 0)
    {
        add_number(&o, "IV_MTU", own->mtu);
    }
    if (list_has(own->ciphers, "AES-256-GCM") && list_has(own->ciphers, "AES-128-GCM"))
    {
        add_line(&o, "IV_NCP", "2");
    }
    if (own->ciphers != NULL)
    {
        add_line(&o, "IV_CIPHERS", own->ciphers);
    }
    if (own->proto != 0)
    {
        add_number(&o, "IV_PROTO", own->proto);
    }
    if (own->sso != NULL)
    {
        add_line(&o, "IV_SSO", own->sso);
    }
    for (unsigned i = 0; i < OV_PEER_COMP_COUNT; i++)
    {
        if ((own->compression & 1u << i) != 0)
        {
            add_line(&o, ov_peer_comp_name(i), "1");
        }
    }
    if (o.err != OV_OK)
    {
        return o.err;
    }
    for (size_t i = 0; i < own->more_count; i++)
    {
        add_line(&o, own->more[i].name, own->more[i].value);
        o.err = OV_OK; /* what doesn't fit is left out */
    }
    out[o.len] = '\0';
    *len = o.len;
    return OV_OK;
}
