#include "proxy/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/wipe.h"

enum ov_proxy_step ov_proxy_fail(struct ov_proxy *proxy, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(proxy->reason, sizeof proxy->reason, format, args);
    va_end(args);
    proxy->out_len = 0;
    return OV_PROXY_FAILED;
}

void ov_proxy_text(struct ov_writer *w, const char *text)
{
    ov_write_bytes(w, text, strlen(text));
}

/* Nothing of ours may end a line of the request before its time. */
static bool is_plain(const char *text, bool spaces)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
    {
        if (*c < 0x20 || *c == 0x7f || (*c == ' ' && !spaces))
        {
            return false;
        }
    }
    return true;
}

static bool is_good(const struct ov_proxy_task *task)
{
    bool good = task->udp || (task->host[0] != '\0' && is_plain(task->host, false));
    good = good && (task->agent == NULL || is_plain(task->agent, true));
    for (size_t i = 0; i < task->headers_count; i++)
    {
        good = good && is_plain(task->headers[i], true);
    }
    return good;
}

enum ov_err ov_proxy_init(struct ov_proxy *proxy, const struct ov_proxy_task *task)
{
    memset(proxy, 0, sizeof *proxy);
    proxy->task = *task;
    if (!is_good(task))
    {
        (void)ov_proxy_fail(proxy, "host, agent or header has characters that can't be sent");
        return OV_ERR_ARG;
    }
    if ((!task->udp && strlen(task->host) > 255) ||
        (task->username != NULL &&
         (strlen(task->username) >= OV_PROXY_LOGIN || strlen(task->password) >= OV_PROXY_LOGIN)))
    {
        (void)ov_proxy_fail(proxy, "host, name or password is longer than 255 octets");
        return OV_ERR_LIMIT;
    }
    return OV_OK;
}

enum ov_proxy_step ov_proxy_open(struct ov_proxy *proxy)
{
    proxy->out_len = 0;
    proxy->line_len = 0;
    if (proxy->rounds++ == OV_PROXY_ROUNDS)
    {
        return ov_proxy_fail(proxy, "the proxy asks for a login again and again");
    }
    return proxy->task.kind == OV_PROXY_HTTP ? ov_http_open(proxy) : ov_socks_open(proxy);
}

enum ov_proxy_step ov_proxy_take(struct ov_proxy *proxy, const uint8_t *data, size_t len, size_t *used)
{
    *used = 0;
    return proxy->task.kind == OV_PROXY_HTTP ? ov_http_take(proxy, data, len, used)
                                             : ov_socks_take(proxy, data, len, used);
}

void ov_proxy_clear(struct ov_proxy *proxy)
{
    ov_wipe(proxy, sizeof *proxy);
}
