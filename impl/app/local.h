#ifndef OV_APP_LOCAL_H
#define OV_APP_LOCAL_H

#include "app/program.h"
#include "net/dial.h"
#include "net/link.h"

/* The UDP socket that --local, --lport, --bind, --proto and the buffer sizes
 * describe. family is that of the server's address for a client; 0 lets the
 * configuration choose: IPv4 unless --proto udp6 or --local says IPv6, as 2.x
 * does. NULL: the log says why. */
struct ov_link *ov_local_open(const struct ov_program *program, uint8_t family);

/* Connections without a session that a server keeps at one time. */
#define OV_LOCAL_HALF_OPEN 256u

/* The same at another place than --local, --lport and --proto say. */
struct ov_link *ov_local_open_at(const struct ov_program *program, const struct ov_listener *place,
                                 uint8_t family);
struct ov_link *ov_local_listen_at(struct ov_program *program, const struct ov_listener *place);

/* The same for TCP: a server's listener, and a client's connection to server,
 * which is being made. NULL: the log says why. */
struct ov_link *ov_local_listen(struct ov_program *program);
struct ov_link *ov_local_connect(struct ov_program *program, const struct ov_addr *server);

/* A client's connection to a proxy, which is being made. NULL: the log says why. */
struct ov_dial *ov_local_dial(struct ov_program *program, const struct ov_addr *proxy,
                              const struct ov_proxy_task *task);
/* The link that a dial which is done has opened: the connection itself, or a socket for its relay. NULL as above. */
struct ov_link *ov_local_adopt(struct ov_program *program, struct ov_dial *dial, const struct ov_addr *proxy);
struct ov_link *ov_local_relay(const struct ov_program *program, const struct ov_dial *dial);

/* More peers, more trains that arrive together: a larger receive buffer, where the user said no size. */
void ov_local_grow(const struct ov_program *program, struct ov_link *link, uint32_t peers);

#endif
