#ifndef OV_APP_LOCAL_H
#define OV_APP_LOCAL_H

#include "app/program.h"
#include "net/link.h"

/* The UDP socket that --local, --lport, --bind, --proto and the buffer sizes
 * describe. family is that of the server's address for a client; 0 lets the
 * configuration choose: IPv4 unless --proto udp6 or --local says IPv6, as 2.x
 * does. NULL: the log says why. */
struct ov_link *ov_local_open(const struct ov_program *program, uint8_t family);

#endif
