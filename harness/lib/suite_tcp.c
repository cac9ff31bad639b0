/* The TCP suite: the same questions as quick, over TCP on both families. */
#include "lib/scenario.h"
#include "lib/steps.h"
#include "lib/usual_tunnel.h"

static const char *const features4[] = {"tcp4", "cipher:AES-256-GCM", "tls-crypt", NULL};
static const char *const features6[] = {"tcp6", "cipher:AES-256-GCM", "tls-crypt", NULL};

static const struct lab_scenario tcp4_aes256gcm = {
    .id = "tcp4-aes256gcm",
    LAB_USUAL_TUNNEL,
    .proto = "tcp4",
    .cipher = "AES-256-GCM",
    .auth = "SHA256",
    .tls_crypt = true,
    .features = features4,
};

static const struct lab_scenario tcp6_aes256gcm = {
    .id = "tcp6-aes256gcm",
    LAB_USUAL_TUNNEL,
    .proto = "tcp6",
    .cipher = "AES-256-GCM",
    .auth = "SHA256",
    .tls_crypt = true,
    .features = features6,
};

/* A stream with holes can't be judged, and one with bulk transfers is too much
 * to record: the capture ends before them. */
static const struct lab_step steps[] = {
    {"capture", 0.1, 0, lab_step_capture},
    {"server start", 0.2, 0, lab_step_server},
    {"connect", 1.5, 0, lab_step_connect},
    {"ping", 0.6, 0, lab_step_ping4},
    {"ping IPv6", 0.3, 0, lab_step_ping6},
    {"end of capture", 0.3, LAB_STEP_ALWAYS, lab_step_capture_end},
    {"iperf3 up", -1.05, 0, lab_step_bulk_up},
    {"iperf3 down", -1.05, 0, lab_step_bulk_down},
    {"client shutdown", 1.2, 0, lab_step_client_exit},
    {"server notices", 0.2, 0, lab_step_server_notices},
    {"server shutdown", 0.4, 0, lab_step_server_exit},
    {"conformance", 0.3, LAB_STEP_ALWAYS | LAB_STEP_CONFORMANCE, lab_step_conformance},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct lab_case_def cases[] = {
    {"tcp4-aes256gcm", "TCP over IPv4, AES-256-GCM, tls-crypt", LAB_MATRIX_PAIRS, &tcp4_aes256gcm, steps,
     COUNT(steps)},
    {"tcp6-aes256gcm", "TCP over IPv6, AES-256-GCM, tls-crypt", LAB_MATRIX_PAIRS, &tcp6_aes256gcm, steps,
     COUNT(steps)},
};

const struct lab_suite lab_suite_tcp = {
    .name = "tcp",
    .title =
        "every client with every server over TCP: connect, ping, iperf3 both ways, clean shutdown, protocol",
    .cases = cases,
    .case_count = COUNT(cases),
    .subjects = "ovref-openssl,ovref-mbedtls,openvpn-2.6",
    .bulk_seconds = 5,
};
