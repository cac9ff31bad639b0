#include <string.h>

#include "options/parse.h"

/* As OpenVPN 2.6 has them (wire-protocol.md 3.6, 10.1). */
void ov_config_defaults(struct ov_config *config)
{
    *config = (struct ov_config){
        .proto = OV_PROTO_UDP,
        .bind = true,
        .lport = 1194,
        .tcp_queue = 64,
        .rport = 1194,
        .resolv_retry_s = OV_INFINITE,
        .connect_timeout_s = 120,
        .connect_retry_s = 1,
        .connect_retry_max_s = 300,
        .key_direction = -1,
        .tls_timeout_s = 2,
        .hand_window_s = 60,
        .tran_window_s = 3600,
        .reneg_s = 3600,
        .max_packet_size = 1250,
        .data_ciphers = ov_ciphers_default,
        .occ_cipher = "BF-CBC",
        .auth = OV_DIGEST_SHA1,
        .tun_mtu_max = 1600,
        .replay_window = 64,
        .replay_time_s = 15,
        .tunnel = {.mtu = 1500},
        .connect_freq_count = 100,
        .connect_freq_period_s = 10,
        .max_clients = 1024,
        .max_macs = 256,
        .floods = 256,
        .vlan_pvid = 1,
        .pool_persist_s = 600,
        .login = {.script_security = OV_SCRIPT_SECURITY_DEFAULT},
        .management = {.log_lines = 250},
        .verb = 1,
        .status_s = 60,
        .status_version = 1,
    };
}
