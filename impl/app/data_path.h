#ifndef OV_APP_DATA_PATH_H
#define OV_APP_DATA_PATH_H

#include "base/log.h"
#include "net/udp.h"
#include "options/config.h"
#include "tun/tun.h"

/* --data-path: which variant of link and tun device is opened. auto takes
 * super-packets and trains where the kernel has them and says in the log where
 * it has not; offload insists on them; uring asks for io_uring at the tun device
 * besides (the link moves trains already), and is content with less as auto is.
 * NULL: the log says why. */
struct ov_link *ov_data_path_link(enum ov_data_path path, const struct ov_udp_settings *settings,
                                  const struct ov_log *log);
/* packet: octets of the largest one (ov_buf_packet_for). */
struct ov_tun *ov_data_path_tun(enum ov_data_path path, const struct ov_tun_spec *spec,
                                const struct ov_log *log);

#endif
