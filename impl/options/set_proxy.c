/* Setters: HTTP and SOCKS proxies. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "options/parse.h"

/* The file of a login, which is read now: later this process may not see it any more. */
static void read_login(struct ov_parse *parse, const char *path)
{
    struct ov_line file = {.word = {parse->option, path}, .count = 2};
    if (strcmp(path, "stdin") == 0)
    {
        parse->config->proxy.ask = true;
        return;
    }
    (void)ov_parse_file(parse, &file, &parse->config->proxy.login);
}

static bool read_place(struct ov_parse *parse, enum ov_proxy_kind kind, const char *host, const char *port)
{
    struct ov_proxy_options *proxy = &parse->config->proxy;
    uint32_t number = 1080;
    if (host[0] == '\0')
    {
        ov_parse_error(parse, "%s needs a host name or address", parse->option);
        return false;
    }
    if (port != NULL && !ov_parse_number(parse, "the port of the proxy", port, 1, 65535, &number))
    {
        return false;
    }
    if (parse->draft.proxy != OV_PROXY_NONE && parse->draft.proxy != kind)
    {
        ov_parse_error(parse, "'http-proxy' contradicts 'socks-proxy'");
        return false;
    }
    parse->draft.proxy = kind;
    proxy->kind = kind;
    proxy->host = host;
    proxy->port = (uint16_t)number;
    return true;
}

static bool read_method(struct ov_parse *parse, const char *text, enum ov_proxy_auth *out)
{
    static const struct
    {
        const char *name;
        enum ov_proxy_auth auth;
    } methods[] =
        {
            {"none", OV_PROXY_AUTH_NONE},     {"basic", OV_PROXY_AUTH_BASIC},
            {"digest", OV_PROXY_AUTH_DIGEST}, {"ntlm2", OV_PROXY_AUTH_NTLM},
            {"ntlm", OV_PROXY_AUTH_NTLM}, /* 2.7 takes v2 for both [WP-PROXY-008] */
            {"auto", OV_PROXY_AUTH_AUTO},     {"auto-nct", OV_PROXY_AUTH_AUTO_NCT},
        };
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
    {
        if (strcmp(text, methods[i].name) == 0)
        {
            *out = methods[i].auth;
            return true;
        }
    }
    ov_parse_error(parse, "http-proxy: unknown method '%.40s'; use none, basic, digest or ntlm2", text);
    return false;
}

/* host port [authfile|'auto'|'auto-nct'] [method] */
OV_SETTER(http_proxy)
{
    struct ov_proxy_options *proxy = &parse->config->proxy;
    const char *third = line->count > 3 ? line->word[3] : NULL;
    const bool automatic = third != NULL && strncmp(third, "auto", 4) == 0 &&
                           (third[4] == '\0' || strcmp(third + 4, "-nct") == 0);
    if (!read_place(parse, OV_PROXY_HTTP, line->word[1], line->word[2]))
    {
        return;
    }
    proxy->auth = third == NULL ? OV_PROXY_AUTH_NONE : OV_PROXY_AUTH_BASIC;
    if (automatic)
    {
        proxy->ask = true;
        (void)read_method(parse, third, &proxy->auth);
    }
    else if (third != NULL)
    {
        read_login(parse, third);
    }
    if (line->count > 4)
    {
        (void)read_method(parse, line->word[4], &proxy->auth);
    }
}

OV_SETTER(http_proxy_login)
{
    if (line->has_block)
    {
        (void)ov_parse_file(parse, line, &parse->config->proxy.login);
        return;
    }
    read_login(parse, line->word[1]);
}

static const char *joined(struct ov_parse *parse, const char *name, const char *value)
{
    const size_t size = strlen(name) + strlen(value) + 3;
    char *text = ov_arena_alloc(parse->arena, size);
    if (text == NULL)
    {
        parse->failed = OV_ERR_NOMEM;
        return NULL;
    }
    (void)snprintf(text, size, "%s: %s", name, value);
    return text;
}

static void add_header(struct ov_parse *parse, const struct ov_line *line)
{
    struct ov_proxy_options *proxy = &parse->config->proxy;
    const char *text = line->count == 4 ? joined(parse, line->word[2], line->word[3]) : line->word[2];
    if (text == NULL)
    {
        return;
    }
    if (strchr(text, ':') == NULL || strpbrk(text, "\r\n") != NULL)
    {
        ov_parse_error(parse, "http-proxy-option CUSTOM-HEADER needs a name and a value");
    }
    else if (proxy->headers_count == OV_PROXY_HEADERS)
    {
        ov_parse_error(parse, "http-proxy-option: more than %u custom headers", OV_PROXY_HEADERS);
    }
    else
    {
        proxy->headers[proxy->headers_count++] = text;
    }
}

OV_SETTER(http_proxy_option)
{
    struct ov_proxy_options *proxy = &parse->config->proxy;
    const char *name = line->word[1];
    if (strcmp(name, "VERSION") == 0 && line->count == 3 &&
        (strcmp(line->word[2], "1.0") == 0 || strcmp(line->word[2], "1.1") == 0))
    {
        proxy->http_1_1 = line->word[2][2] == '1';
    }
    else if (strcmp(name, "AGENT") == 0 && line->count == 3)
    {
        proxy->agent = line->word[2];
    }
    else if (strcmp(name, "CUSTOM-HEADER") == 0 && line->count >= 3)
    {
        add_header(parse, line);
    }
    else
    {
        ov_parse_error(parse, "http-proxy-option is 'VERSION 1.0', 'VERSION 1.1', 'AGENT text' or "
                              "'CUSTOM-HEADER name value'");
    }
}

/* host [port] [authfile] */
OV_SETTER(socks_proxy)
{
    if (read_place(parse, OV_PROXY_SOCKS5, line->word[1], line->count > 2 ? line->word[2] : NULL) &&
        line->count > 3)
    {
        read_login(parse, line->word[3]);
    }
}

/* A remote and the proxy on the way to it [WP-PROXY-023]. */
void ov_parse_check_proxy(struct ov_parse *parse, enum ov_proto proto)
{
    const enum ov_proxy_kind kind = parse->config->proxy.kind;
    if (kind == OV_PROXY_HTTP && !ov_proto_is_tcp(proto))
    {
        ov_parse_error(parse, "an HTTP proxy carries TCP only: 'http-proxy' needs 'proto tcp'");
    }
    if (kind == OV_PROXY_SOCKS5 && proto == OV_PROTO_UDP6)
    {
        ov_parse_error(parse, "UDP through a SOCKS5 proxy is IPv4 only: use 'proto udp4'");
    }
}
