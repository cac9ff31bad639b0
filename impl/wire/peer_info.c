#include "wire/peer_info.h"

#include <string.h>

/* Is c one of the octets a variable's name may have? [WP-PI-001] Not isalnum: no locale may add letters. */
static bool is_name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

enum ov_err ov_peer_info_next(const char **text, size_t *len, struct ov_peer_info_line *out)
{
    memset(out, 0, sizeof(*out));
    if (*len == 0)
    {
        return OV_ERR_AGAIN;
    }
    const char *line = *text;
    const char *newline = memchr(line, '\n', *len);
    size_t line_len = newline == NULL ? *len : (size_t)(newline - line);
    size_t consumed = newline == NULL ? line_len : line_len + 1;
    *text += consumed;
    *len -= consumed;
    out->cut = line_len > OV_PEER_INFO_LINE;
    line_len = out->cut ? OV_PEER_INFO_LINE : line_len;
    size_t name_len = 0;
    while (name_len < line_len && is_name_char(line[name_len]))
    {
        name_len++;
    }
    if (name_len == 0 || name_len == line_len || line[name_len] != '=')
    {
        return OV_ERR_FORMAT;
    }
    out->name = line;
    out->name_len = name_len;
    out->value = line + name_len + 1;
    out->value_len = line_len - name_len - 1;
    return OV_OK;
}

/* The whole value is a decimal number of 32 bits, or it is none. */
static bool parse_number(const struct ov_peer_info_line *line, uint32_t *out)
{
    uint64_t n = 0;
    if (line->cut || line->value_len == 0)
    {
        return false;
    }
    for (size_t i = 0; i < line->value_len; i++)
    {
        if (line->value[i] < '0' || line->value[i] > '9')
        {
            return false;
        }
        n = n * 10 + (uint64_t)(line->value[i] - '0');
        if (n > UINT32_MAX)
        {
            return false;
        }
    }
    *out = (uint32_t)n;
    return true;
}

static void copy_text(const struct ov_peer_info_line *line, char out[static OV_PEER_INFO_VALUE])
{
    for (size_t i = 0; i < line->value_len; i++)
    {
        char c = line->value[i];
        out[i] = c < 0x20 || c > 0x7E ? '_' : c;
    }
    out[line->value_len] = '\0';
}

static void copy_ciphers(const struct ov_peer_info_line *line, char out[static OV_PEER_INFO_VALUE])
{
    copy_text(line, out);
    /* Half a name might be the whole name of another cipher. */
    if (line->cut)
    {
        char *colon = strrchr(out, ':');
        *(colon != NULL ? colon : out) = '\0';
    }
}

enum field
{
    PROTO,
    MTU,
    NCP,
    CIPHERS,
    TCPNL,
    VER,
    PLAT,
    FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT] = {
    [PROTO] = "IV_PROTO", [MTU] = "IV_MTU", [NCP] = "IV_NCP",   [CIPHERS] = "IV_CIPHERS",
    [TCPNL] = "IV_TCPNL", [VER] = "IV_VER", [PLAT] = "IV_PLAT",
};

static enum field field_of(const struct ov_peer_info_line *line)
{
    unsigned f = 0;
    while (f < FIELD_COUNT && (strlen(field_names[f]) != line->name_len ||
                               memcmp(field_names[f], line->name, line->name_len) != 0))
    {
        f++;
    }
    return (enum field)f;
}

/* Whether it can receive some compression: the variables whose value is 1. */
static void take_compression(const struct ov_peer_info_line *line, struct ov_peer_info *out)
{
    for (unsigned i = 0; i < OV_PEER_COMP_COUNT; i++)
    {
        const char *name = ov_peer_comp_name(i);
        if (strlen(name) == line->name_len && memcmp(name, line->name, line->name_len) == 0 &&
            line->value_len == 1 && line->value[0] == '1')
        {
            out->compression |= 1u << i;
        }
    }
}

/* false: the value is not what it should be. */
static bool take_field(enum field field, const struct ov_peer_info_line *line, struct ov_peer_info *out)
{
    uint32_t number;
    switch (field)
    {
    case PROTO:
        return parse_number(line, &out->proto);
    case MTU:
        out->has_mtu = true;
        return parse_number(line, &out->mtu);
    case NCP:
        return parse_number(line, &out->ncp);
    case CIPHERS:
        out->has_ciphers = true;
        copy_ciphers(line, out->ciphers);
        return true;
    case TCPNL:
        out->tcp_nonlinear = parse_number(line, &number) && number == 1;
        return true;
    case VER:
        copy_text(line, out->version);
        return true;
    case PLAT:
        copy_text(line, out->platform);
        return true;
    case FIELD_COUNT:
        break;
    }
    return true; /* other variables are for hooks, not for the protocol */
}

void ov_peer_info_parse(const char *text, size_t len, struct ov_peer_info *out)
{
    struct ov_peer_info_line line;
    unsigned seen = 0; /* bit per field: the first line of a name wins, as with stock servers [WP-PI-004] */
    memset(out, 0, sizeof(*out));
    for (;;)
    {
        enum ov_err err = ov_peer_info_next(&text, &len, &line);
        if (err == OV_ERR_AGAIN)
        {
            return;
        }
        if (err != OV_OK)
        {
            out->ignored++;
            continue;
        }
        enum field field = field_of(&line);
        if (field == FIELD_COUNT)
        {
            take_compression(&line, out);
        }
        if (field == FIELD_COUNT || (seen & 1u << field) != 0)
        {
            continue;
        }
        seen |= 1u << field;
        out->ignored += take_field(field, &line, out) ? 0 : 1;
    }
}
