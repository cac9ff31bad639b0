#ifndef OV_APP_OUTER_TEXT_H
#define OV_APP_OUTER_TEXT_H

#include "base/addr.h"
#include "options/config.h"

/* The outer address of a client as status and management tell it: of a server with several sockets with the kind of
 * its own in front, "udp4:192.0.2.1:1194", as 2.7 has it always and 2.6 never [WP-SRV-051]. Returns text. */

#define OV_OUTER_TEXT (OV_ADDR_TEXT + 16)

const char *ov_outer_text(const struct ov_addr *addr, const struct ov_listener *sockets, size_t sockets_count,
                          char text[static OV_OUTER_TEXT]);

#endif
