#ifndef OV_NET_SOCKOPT_H
#define OV_NET_SOCKOPT_H

#include <stdint.h>

#include "base/err.h"
#include "net/link.h"
#include "options/config.h"

/* --bind-dev and --mark on an outer socket. device NULL and mark 0: nothing to do. OV_ERR_IO with a reason. */
OV_MUST_USE enum ov_err ov_sockopt_outer(int fd, const char *device, uint32_t mark,
                                         char text[static OV_LINK_TEXT]);

/* --mtu-disc on an outer UDP socket of this family; system: nothing to do. OV_ERR_IO with a reason. */
OV_MUST_USE enum ov_err ov_sockopt_mtu_disc(int fd, uint8_t family, enum ov_mtu_disc how,
                                            char text[static OV_LINK_TEXT]);

#endif
