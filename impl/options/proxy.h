#ifndef OV_OPTIONS_PROXY_H
#define OV_OPTIONS_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options/text.h"
#include "wire/proxy.h"

#define OV_PROXY_HEADERS 20u /* --http-proxy-option CUSTOM-HEADER, at most */

/* What the options say about a proxy. Part of struct ov_config, and a <connection> block's own. */
struct ov_proxy_options
{
    enum ov_proxy_kind kind;
    const char *host;
    uint16_t port;
    enum ov_proxy_auth auth;
    struct ov_text login; /* two lines: name and password; from NULL: none */
    bool ask;             /* no login is written down: ask at the terminal when the proxy wants one */
    bool http_1_1;        /* VERSION 1.1 */
    const char *agent;    /* User-Agent; NULL: none */
    const char *headers[OV_PROXY_HEADERS]; /* "Name: value" */
    size_t headers_count;
};

#endif
