#ifndef OV_TUN_DEVICE_H
#define OV_TUN_DEVICE_H

#include "tun/tun.h"

/* Open /dev/net/tun and create or attach the device; flags are those of TUNSETIFF beside the kind of device,
 * such as IFF_VNET_HDR. Shared by the variants. Errors as ov_tun_open_plain; *fd is then -1. */
OV_MUST_USE enum ov_err ov_tun_device(const struct ov_tun_spec *spec, int flags, int *fd,
                                      char name[static IFNAMSIZ], int *index, char text[static OV_TUN_TEXT]);

/* A copy of a variant's memory, len octets in all, without counters, over a second number of the same file;
 * NULL: no memory, no number. Of the first head octets, where the variant's settings lie, nothing else changes. */
void *ov_tun_twin(const struct ov_tun *tun, size_t head, size_t len, int *fd);

#endif
