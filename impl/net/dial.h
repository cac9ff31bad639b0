#ifndef OV_NET_DIAL_H
#define OV_NET_DIAL_H

#include "net/tcp.h"
#include "proxy/proxy.h"

/* A connection to a proxy, until the dialogue is done (proxy/proxy.h): then its socket leads to the server, or it
 * stays open beside a relay for datagrams. */
struct ov_dial;

enum ov_dial_state
{
    OV_DIAL_BUSY, /* wait for fd, then work again */
    OV_DIAL_DONE,
    OV_DIAL_FAILED /* not connected, or the proxy refused; reason says why */
};

/* Starts to connect; settings and address are copied, what task points to is borrowed while the dial lives.
 * OV_ERR_IO, OV_ERR_NOMEM, the errors of ov_proxy_init; text gets the reason. */
OV_MUST_USE enum ov_err ov_dial_open(const struct ov_tcp_settings *settings, const struct ov_addr *address,
                                     const struct ov_proxy_task *task, struct ov_dial **out,
                                     char text[static OV_LINK_TEXT]);
/* Readable when there is something to do; the same over all connections of a dialogue. */
int ov_dial_fd(const struct ov_dial *dial);
enum ov_dial_state ov_dial_work(struct ov_dial *dial);
/* Why it failed; says whom it was about. */
const char *ov_dial_reason(const struct ov_dial *dial);
/* It failed only because there is no name and password. */
bool ov_dial_wants_login(const struct ov_dial *dial);

/* Done: the socket, which is the caller's from now on. */
int ov_dial_take(struct ov_dial *dial);
/* Done, with UDP: where datagrams go, and whether the connection that keeps the relay is still there. */
const struct ov_addr *ov_dial_relay(const struct ov_dial *dial);
bool ov_dial_stands(struct ov_dial *dial);

/* NULL is fine. */
void ov_dial_close(struct ov_dial *dial);

#endif
