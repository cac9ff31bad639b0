#include "proxy/private.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* HTTP CONNECT [WP-PROXY-001, WP-PROXY-002]. */

enum http_state
{
    HTTP_STATUS = 0,
    HTTP_FIELDS,
    HTTP_BODY
};

/* ---- the request ---- */

static bool has_host(const struct ov_proxy_task *task)
{
    for (size_t i = 0; i < task->headers_count; i++)
    {
        if (strncasecmp(task->headers[i], "Host:", 5) == 0)
        {
            return true;
        }
    }
    return false;
}

static void write_field(struct ov_writer *w, const char *name, const char *value)
{
    ov_proxy_text(w, name);
    ov_proxy_text(w, value);
    ov_proxy_text(w, "\r\n");
}

enum ov_proxy_step ov_http_open(struct ov_proxy *proxy)
{
    const struct ov_proxy_task *task = &proxy->task;
    struct ov_writer w = ov_writer_over(proxy->out, sizeof proxy->out);
    char port[24];
    (void)snprintf(port, sizeof port, ":%u HTTP/1.%u\r\n", task->port, task->http_1_1);
    ov_proxy_text(&w, "CONNECT ");
    ov_proxy_text(&w, task->host);
    ov_proxy_text(&w, port);
    for (size_t i = 0; i < task->headers_count; i++)
    {
        write_field(&w, task->headers[i], "");
    }
    if (!has_host(task))
    {
        write_field(&w, "Host: ", task->host);
    }
    if (task->agent != NULL)
    {
        write_field(&w, "User-Agent: ", task->agent);
    }
    if (!ov_http_authorize(proxy, &w))
    {
        proxy->out_len = 0;
        return OV_PROXY_FAILED;
    }
    ov_proxy_text(&w, "\r\n");
    if (w.failed)
    {
        return ov_proxy_fail(proxy, "the request is longer than %u octets", OV_PROXY_OUT);
    }
    proxy->out_len = ov_writer_len(&w);
    proxy->state = HTTP_STATUS;
    proxy->header_len = 0;
    memset(&proxy->challenge, 0, sizeof proxy->challenge);
    return OV_PROXY_MORE;
}

/* ---- the answer ---- */

/* "HTTP/1.1 200 Connection established" */
static bool read_status(struct ov_proxy *proxy, const char *line)
{
    const char *at = line;
    uint32_t status = 0;
    if (strncmp(at, "HTTP/", 5) != 0)
    {
        return false;
    }
    at += 5 + strspn(at + 5, "0123456789.");
    const size_t gap = strspn(at, " ");
    at += gap;
    const size_t digits = strspn(at, "0123456789");
    if (gap == 0 || digits != 3 || (at[3] != ' ' && at[3] != '\0'))
    {
        return false;
    }
    for (size_t i = 0; i < 3; i++)
    {
        status = status * 10 + (uint32_t)(at[i] - '0');
    }
    proxy->status = status;
    proxy->body_len = 0;
    /* As HTTP has it: 1.1 goes on unless it says else. */
    proxy->keeps = strncmp(line, "HTTP/1.1", 8) == 0;
    return true;
}

static const char *value_of(const char *line, const char *name)
{
    const size_t len = strlen(name);
    if (strncasecmp(line, name, len) != 0 || line[len] != ':')
    {
        return NULL;
    }
    return line + len + 1 + strspn(line + len + 1, " \t");
}

/* False: the length makes no sense. */
static bool read_length(struct ov_proxy *proxy, const char *value)
{
    const size_t digits = strspn(value, "0123456789");
    proxy->body_len = 0;
    for (size_t i = 0; i < digits && digits < 10; i++)
    {
        proxy->body_len = proxy->body_len * 10 + (uint64_t)(value[i] - '0');
    }
    return digits > 0 && digits < 10;
}

static enum ov_proxy_step read_field(struct ov_proxy *proxy, const char *line)
{
    const char *value = value_of(line, "Proxy-Authenticate");
    if (value != NULL)
    {
        ov_http_challenge_add(&proxy->challenge, value, strlen(value));
    }
    value = value_of(line, "Connection");
    value = value != NULL ? value : value_of(line, "Proxy-Connection");
    if (value != NULL)
    {
        proxy->keeps = strncasecmp(value, "keep-alive", 10) == 0 ||
                       (proxy->keeps && strncasecmp(value, "close", 5) != 0);
    }
    value = value_of(line, "Content-Length");
    if (value != NULL && !read_length(proxy, value))
    {
        return ov_proxy_fail(proxy, "the proxy's answer has no sensible length: '%.40s'", value);
    }
    if (value_of(line, "Transfer-Encoding") != NULL)
    {
        proxy->keeps = false; /* nobody asked for chunks: what follows isn't read */
    }
    return OV_PROXY_MORE;
}

static enum ov_proxy_step end_of_header(struct ov_proxy *proxy)
{
    proxy->state = HTTP_STATUS;
    if (proxy->status >= 100 && proxy->status < 200)
    {
        return OV_PROXY_MORE; /* the answer proper is to come */
    }
    if (proxy->status == 200)
    {
        return OV_PROXY_DONE;
    }
    if (proxy->status != 407)
    {
        return ov_proxy_fail(proxy, "the proxy refuses with status %u", proxy->status);
    }
    /* Only NTLM goes on here, behind the body; whoever else answers does it on a new connection. */
    if (proxy->task.auth == OV_PROXY_AUTH_NTLM && proxy->keeps && proxy->body_len > 0)
    {
        if (proxy->body_len > OV_PROXY_BODY)
        {
            return ov_proxy_fail(proxy, "the proxy's answer has more than %u octets", OV_PROXY_BODY);
        }
        proxy->state = HTTP_BODY;
        return OV_PROXY_MORE;
    }
    return ov_http_refused(proxy);
}

static enum ov_proxy_step take_line(struct ov_proxy *proxy)
{
    char *line = (char *)proxy->line;
    size_t len = proxy->line_len;
    proxy->line_len = 0;
    len -= len > 0 && line[len - 1] == '\r';
    line[len] = '\0';
    if (memchr(line, '\0', len) != NULL)
    {
        return ov_proxy_fail(proxy, "the proxy's answer is no HTTP");
    }
    if (proxy->state == HTTP_FIELDS)
    {
        return len == 0 ? end_of_header(proxy) : read_field(proxy, line);
    }
    if (!read_status(proxy, line))
    {
        return ov_proxy_fail(proxy, "the proxy's answer is no HTTP");
    }
    proxy->state = HTTP_FIELDS;
    return OV_PROXY_MORE;
}

static enum ov_proxy_step take_octet(struct ov_proxy *proxy, uint8_t octet)
{
    if (proxy->state == HTTP_BODY)
    {
        proxy->body_len--;
        return proxy->body_len == 0 ? ov_http_refused(proxy) : OV_PROXY_MORE;
    }
    if (++proxy->header_len > OV_PROXY_HEADER)
    {
        return ov_proxy_fail(proxy, "the header of the proxy's answer has more than %u octets",
                             OV_PROXY_HEADER);
    }
    if (octet == '\n')
    {
        return take_line(proxy);
    }
    if (proxy->line_len + 1 >= sizeof proxy->line)
    {
        return ov_proxy_fail(proxy, "a line of the proxy's answer has more than %u octets",
                             OV_PROXY_LINE - 1);
    }
    proxy->line[proxy->line_len++] = octet;
    return OV_PROXY_MORE;
}

enum ov_proxy_step ov_http_take(struct ov_proxy *proxy, const uint8_t *data, size_t len, size_t *used)
{
    enum ov_proxy_step step = OV_PROXY_MORE;
    while (*used < len && step == OV_PROXY_MORE && proxy->out_len == 0)
    {
        step = take_octet(proxy, data[(*used)++]);
    }
    return step;
}
