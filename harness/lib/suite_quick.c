/* The quick suite: does every pair build a tunnel that works, ends cleanly and
 * keeps to the protocol, and how fast is it beside the bare link? */
#include "lib/scenario.h"
#include "lib/step_lists.h"
#include "lib/steps.h"
#include "lib/usual_tunnel.h"

static const char *const features[] = {"udp4", "cipher:AES-256-GCM", "tls-crypt", "explicit-exit-notify",
                                       NULL};

static const struct lab_scenario udp4_aes256gcm = {
    .id = "udp4-aes256gcm",
    LAB_USUAL_TUNNEL,
    .proto = "udp4",
    .cipher = "AES-256-GCM",
    .auth = "SHA256",
    .tls_crypt = true,
    .exit_notify = 1,
    .features = features,
};

static const struct lab_step link_steps[] = {
    {"ping", 0.6, 0, lab_step_ping4},
    {"ping IPv6", 0.3, 0, lab_step_ping6},
    {"iperf3 up", -1.05, 0, lab_step_bulk_up},
    {"iperf3 down", -1.05, 0, lab_step_bulk_down},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct lab_case_def cases[] = {
    {"baseline", "the bare link, no tunnel", LAB_MATRIX_NONE, NULL, link_steps, COUNT(link_steps)},
    {"udp4-aes256gcm", "UDP over IPv4, AES-256-GCM, tls-crypt", LAB_MATRIX_PAIRS, &udp4_aes256gcm,
     lab_tunnel_steps + 1, LAB_TUNNEL_STEPS - 1},
};

const struct lab_suite lab_suite_quick = {
    .name = "quick",
    .title = "every client with every server: connect, ping, iperf3 both ways, clean shutdown, protocol",
    .cases = cases,
    .case_count = COUNT(cases),
    .subjects = "ovref-openssl,ovref-mbedtls,openvpn-2.6",
    .bulk_seconds = 5,
};
