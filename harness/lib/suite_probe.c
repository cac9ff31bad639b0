/* The probe suite: literal bad input (build/ovprobe) for every program as server, without tls-auth or tls-crypt
 * in front, over UDP and TCP; what comes back is judged, then a client must get in, and stay in under a flood of first packets. */
#include "lib/scenario.h"
#include "lib/steps.h"
#include "lib/usual_tunnel.h"

static const char *const features_udp[] = {"udp4", "cipher:AES-256-GCM", NULL};
static const char *const features_tcp[] = {"tcp4", "cipher:AES-256-GCM", NULL};

static const struct lab_scenario probe_udp4 = {
    .id = "probe-udp4",
    LAB_USUAL_TUNNEL,
    .proto = "udp4",
    .cipher = "AES-256-GCM",
    .auth = "SHA256",
    .features = features_udp,
};

static const struct lab_scenario probe_tcp4 = {
    .id = "probe-tcp4",
    LAB_USUAL_TUNNEL,
    .proto = "tcp4",
    .cipher = "AES-256-GCM",
    .auth = "SHA256",
    .features = features_tcp,
};

static const struct lab_step udp_steps[] = {
    {"server start", 0.2, 0, lab_step_server},
    {"probes", 5.0, 0, lab_step_probe},
    {"connect", 1.0, 0, lab_step_connect},
    {"flood", 1.0, 0, lab_step_probe_flood},
    {"ping", 0.6, 0, lab_step_ping4},
    {"client shutdown", 1.2, 0, lab_step_client_exit},
    {"server shutdown", 0.4, 0, lab_step_server_exit},
};

static const struct lab_step tcp_steps[] = {
    {"server start", 0.2, 0, lab_step_server},
    {"probes", 2.0, 0, lab_step_probe},
    {"connect", 1.0, 0, lab_step_connect},
    {"ping", 0.6, 0, lab_step_ping4},
    {"client shutdown", 1.2, 0, lab_step_client_exit},
    {"server shutdown", 0.4, 0, lab_step_server_exit},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct lab_case_def cases[] = {
    {"probe-udp4", "bad input over UDP, plain control channel", LAB_MATRIX_SAME, &probe_udp4, udp_steps,
     COUNT(udp_steps)},
    {"probe-tcp4", "bad input over TCP, plain control channel", LAB_MATRIX_SAME, &probe_tcp4, tcp_steps,
     COUNT(tcp_steps)},
};

const struct lab_suite lab_suite_probe = {
    .name = "probe",
    .title = "bad input for every server, one probe a check; then a client must get in and stay in",
    .cases = cases,
    .case_count = COUNT(cases),
    .subjects = "openvpn-2.6,openvpn-2.7,ovref-openssl,ovref-mbedtls",
    .bulk_seconds = 1,
    .no_figures = true,
};
