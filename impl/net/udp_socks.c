#include "net/udp_socks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/sockaddr.h"
#include "net/udp_private.h"
#include "wire/socks_udp.h"

/* A packet's neighbours may lie in front of it, so the header is never written there: it is a piece of its own. */
struct socks_link
{
    struct ov_udp udp; /* first */
    struct ov_addr relay;
    struct sockaddr_storage to;
    socklen_t to_len;
    struct iovec iov[OV_LINK_BATCH][2];
    uint8_t head[OV_LINK_BATCH][OV_SOCKS_UDP_HEAD];
};

/* Only the relay's own, and the header off. */
static bool unwrap(struct socks_link *s, struct ov_datagram *dg)
{
    struct ov_addr from;
    if (!ov_addr_equal(&dg->addr, &s->relay) ||
        ov_socks_udp_read(ov_buf_data(&dg->buf), dg->buf.len, &from) != OV_OK)
    {
        s->udp.link.stats.rx_errors++;
        return false;
    }
    dg->buf.off += OV_SOCKS_UDP_HEAD;
    dg->buf.len -= OV_SOCKS_UDP_HEAD;
    dg->addr = from;
    return true;
}

static size_t socks_receive(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct socks_link *s = (struct socks_link *)link;
    const size_t count = ov_udp_receive(link, dg, n);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
    {
        dg[kept] = dg[i];
        kept += unwrap(s, &dg[kept]);
    }
    return kept;
}

static size_t fill(struct socks_link *s, struct ov_datagram *dg, size_t n, size_t *at)
{
    size_t count = 0;
    for (; *at < n && count < s->udp.batch; (*at)++)
    {
        struct ov_datagram *one = &dg[*at];
        if (one->fate != OV_FATE_LINK)
        {
            continue;
        }
        if (ov_socks_udp_write(&one->addr, s->head[count]) != OV_OK)
        {
            ov_datagram_drop(one, OV_ERR_ADDRESS);
            s->udp.link.stats.tx_errors++;
            continue;
        }
        s->iov[count][0] = (struct iovec){s->head[count], OV_SOCKS_UDP_HEAD};
        s->iov[count][1] = (struct iovec){ov_buf_data(&one->buf), one->buf.len};
        s->udp.tx[count].msg_hdr = (struct msghdr){
            .msg_name = &s->to, .msg_namelen = s->to_len, .msg_iov = s->iov[count], .msg_iovlen = 2};
        s->udp.tx_dg[count++] = one;
    }
    return count;
}

static void socks_send(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct socks_link *s = (struct socks_link *)link;
    for (size_t at = 0; at < n;)
    {
        ov_udp_send_messages(&s->udp, fill(s, dg, n, &at));
    }
}

static bool socks_pending(const struct ov_link *link)
{
    (void)link;
    return false;
}

static const struct ov_link_ops socks_ops = {
    .name = "udp through SOCKS5",
    .receive = socks_receive,
    .send = socks_send,
    .pending = socks_pending,
    .fd = ov_udp_fd,
    .buffer = ov_udp_buffer,
    .stats = ov_udp_stats,
    .describe = ov_udp_describe,
    .close = ov_udp_close,
};

enum ov_err ov_udp_open_socks(const struct ov_udp_settings *settings, const struct ov_addr *relay,
                              struct ov_link **out, char text[static OV_LINK_TEXT])
{
    struct ov_udp_settings own = *settings;
    struct socks_link *s = calloc(1, sizeof *s);
    *out = NULL;
    if (s == NULL)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    own.packet = (own.packet > 0 ? own.packet : OV_BUF_PACKET) + OV_SOCKS_UDP_HEAD;
    enum ov_err err = ov_udp_start(&s->udp, &socks_ops, &own, text);
    s->relay = *relay;
    s->to_len = ov_sockaddr_from_addr(relay, settings->family == 6 ? AF_INET6 : AF_INET, &s->to);
    if (err == OV_OK && s->to_len == 0)
    {
        (void)snprintf(text, OV_LINK_TEXT, "the relay is of another family than the socket");
        err = OV_ERR_ADDRESS;
    }
    if (err != OV_OK)
    {
        ov_udp_close(&s->udp.link);
        return err;
    }
    *out = &s->udp.link;
    return OV_OK;
}
