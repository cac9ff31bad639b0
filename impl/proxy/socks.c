#include "proxy/private.h"

#include <string.h>

/* SOCKS5 (RFC 1928, RFC 1929), as 2.x speaks it (wire-protocol.md 10.3). */

enum socks_state
{
    SOCKS_METHOD = 0,
    SOCKS_LOGIN,
    SOCKS_REPLY,  /* up to the first octet of the address */
    SOCKS_ADDRESS /* the whole reply */
};

#define VERSION     5u
#define METHOD_NONE 0u
#define METHOD_USER 2u

static enum ov_proxy_step await(struct ov_proxy *proxy, enum socks_state state, size_t octets)
{
    proxy->state = (uint8_t)state;
    proxy->line_want = octets;
    return OV_PROXY_MORE;
}

static enum ov_proxy_step say(struct ov_proxy *proxy, const struct ov_writer *w)
{
    if (w->failed)
    {
        return ov_proxy_fail(proxy, "the request doesn't fit");
    }
    proxy->out_len = ov_writer_len(w);
    return OV_PROXY_MORE;
}

enum ov_proxy_step ov_socks_open(struct ov_proxy *proxy)
{
    struct ov_writer w = ov_writer_over(proxy->out, sizeof proxy->out);
    ov_write_u8(&w, VERSION);
    ov_write_u8(&w, 1);
    ov_write_u8(&w, proxy->task.username != NULL ? METHOD_USER : METHOD_NONE);
    (void)await(proxy, SOCKS_METHOD, 2);
    return say(proxy, &w);
}

static enum ov_proxy_step ask_login(struct ov_proxy *proxy)
{
    const struct ov_proxy_task *task = &proxy->task;
    struct ov_writer w = ov_writer_over(proxy->out, sizeof proxy->out);
    ov_write_u8(&w, 1);
    ov_write_u8(&w, (uint8_t)strlen(task->username));
    ov_proxy_text(&w, task->username);
    ov_write_u8(&w, (uint8_t)strlen(task->password));
    ov_proxy_text(&w, task->password);
    (void)await(proxy, SOCKS_LOGIN, 2);
    proxy->answered = true;
    return say(proxy, &w);
}

static enum ov_proxy_step ask_way(struct ov_proxy *proxy)
{
    const struct ov_proxy_task *task = &proxy->task;
    struct ov_writer w = ov_writer_over(proxy->out, sizeof proxy->out);
    ov_write_u8(&w, VERSION);
    ov_write_u8(&w, task->udp ? 3 : 1);
    ov_write_u8(&w, 0);
    if (task->udp)
    {
        /* Our own address isn't known before the first datagram. */
        ov_write_u8(&w, 1);
        ov_write_u32(&w, 0);
        ov_write_u16(&w, 0);
    }
    else
    {
        ov_write_u8(&w, 3);
        ov_write_u8(&w, (uint8_t)strlen(task->host));
        ov_proxy_text(&w, task->host);
        ov_write_u16(&w, task->port);
    }
    (void)await(proxy, SOCKS_REPLY, 5);
    return say(proxy, &w);
}

static enum ov_proxy_step take_method(struct ov_proxy *proxy)
{
    const bool login = proxy->task.username != NULL;
    if (proxy->line[0] != VERSION)
    {
        return ov_proxy_fail(proxy, "the proxy is no SOCKS5 proxy");
    }
    if (proxy->line[1] == METHOD_USER && login)
    {
        return ask_login(proxy);
    }
    if (proxy->line[1] == METHOD_NONE)
    {
        return ask_way(proxy);
    }
    proxy->wants_login = !login;
    return ov_proxy_fail(proxy, login ? "the proxy takes no name and password"
                                      : "the proxy wants a login (third argument of socks-proxy)");
}

/* The version of this answer is 1 by RFC 1929, 5 for some: only the status counts [WP-PROXY-020]. */
static enum ov_proxy_step take_login(struct ov_proxy *proxy)
{
    return proxy->line[1] == 0 ? ask_way(proxy) : ov_proxy_fail(proxy, "the proxy refuses name and password");
}

static enum ov_proxy_step take_reply(struct ov_proxy *proxy)
{
    static const char *const reasons[] = {
        "general failure",    "not allowed",          "network unreachable",   "host unreachable",
        "connection refused", "time to live expired", "command not supported", "address type not supported"};
    const uint8_t *reply = proxy->line;
    const uint8_t code = reply[1];
    if (reply[0] != VERSION)
    {
        return ov_proxy_fail(proxy, "the proxy's answer is no SOCKS5");
    }
    if (code != 0)
    {
        return ov_proxy_fail(proxy, "the proxy refuses: %s (%u)",
                             code <= sizeof reasons / sizeof reasons[0] ? reasons[code - 1] : "unknown",
                             code);
    }
    switch (reply[3])
    {
    case 1:
        return await(proxy, SOCKS_ADDRESS, 4 + 4 + 2);
    case 3:
        return await(proxy, SOCKS_ADDRESS, 4 + 1 + (size_t)reply[4] + 2);
    case 4:
        return await(proxy, SOCKS_ADDRESS, 4 + 16 + 2);
    default:
        return ov_proxy_fail(proxy, "the proxy answers with address type %u", reply[3]);
    }
}

/* The relay: IPv4 and a real address [WP-PROXY-021]. */
static enum ov_proxy_step take_address(struct ov_proxy *proxy)
{
    static const uint8_t nowhere[4];
    const uint8_t *reply = proxy->line;
    if (!proxy->task.udp)
    {
        return OV_PROXY_DONE;
    }
    proxy->relay = (struct ov_addr){.family = 4, .port = (uint16_t)(reply[8] << 8 | reply[9])};
    memcpy(proxy->relay.ip, reply + 4, 4);
    if (reply[3] != 1 || memcmp(reply + 4, nowhere, 4) == 0 || proxy->relay.port == 0)
    {
        return ov_proxy_fail(proxy, "the proxy names no usable IPv4 address for datagrams");
    }
    return OV_PROXY_DONE;
}

static enum ov_proxy_step take_part(struct ov_proxy *proxy)
{
    switch ((enum socks_state)proxy->state)
    {
    case SOCKS_METHOD:
        proxy->line_len = 0;
        return take_method(proxy);
    case SOCKS_LOGIN:
        proxy->line_len = 0;
        return take_login(proxy);
    case SOCKS_REPLY:
        return take_reply(proxy);
    default:
        return take_address(proxy);
    }
}

enum ov_proxy_step ov_socks_take(struct ov_proxy *proxy, const uint8_t *data, size_t len, size_t *used)
{
    enum ov_proxy_step step = OV_PROXY_MORE;
    while (*used < len && step == OV_PROXY_MORE && proxy->out_len == 0)
    {
        proxy->line[proxy->line_len++] = data[(*used)++];
        if (proxy->line_len == proxy->line_want)
        {
            step = take_part(proxy);
        }
    }
    return step;
}
