#include "options/table_rows.h"

#define WINDOWS(n, a, lo, hi, s) PLANNED_HINT(n, a, lo, hi, s, "", "for Windows", "it concerns Windows only")

/* Other systems, and names that OpenVPN itself has dropped. */
static const struct ov_option rows[] = {
    WINDOWS("allow-nonadmin", "[adapter]", 0, 1, BOTH),
    WINDOWS("block-outside-dns", "", 0, 0, BOTH | PUSH),
    WINDOWS("cryptoapicert", "selector", 1, 1, BOTH),
    WINDOWS("dhcp-internal", "adapter", 1, 1, BOTH),
    WINDOWS("dhcp-pre-release", "", 0, 0, BOTH),
    WINDOWS("dhcp-release", "", 0, 0, BOTH),
    WINDOWS("dhcp-renew", "", 0, 0, BOTH),
    WINDOWS("ip-win32", "method ...", 1, MANY, BOTH | PUSH),
    WINDOWS("msg-channel", "handle", 1, 1, BOTH),
    WINDOWS("pause-exit", "", 0, 0, BOTH),
    WINDOWS("rdns-internal", "adapter", 1, 1, BOTH),
    WINDOWS("register-dns", "", 0, 0, BOTH | PUSH),
    WINDOWS("route-method", "method", 1, 1, BOTH | PUSH),
    WINDOWS("service", "event [0|1]", 1, 2, BOTH),
    WINDOWS("show-adapters", "", 0, 0, OV_IN_ARGS),
    WINDOWS("show-net", "", 0, 0, OV_IN_ARGS),
    WINDOWS("show-net-up", "", 0, 0, BOTH),
    WINDOWS("show-valid-subnets", "", 0, 0, OV_IN_ARGS),
    WINDOWS("tap-sleep", "seconds", 1, 1, BOTH | PUSH),
    WINDOWS("win-sys", "path", 1, 1, BOTH),
    WINDOWS("windows-driver", "driver", 1, 1, BOTH),
    REMOVED("client-cert-not-required", "", "use 'verify-client-cert none'"),
    REMOVED("compat-names", "", "names of certificates have one format now"),
    REMOVED("http-proxy-retry", "", "proxies are always tried again"),
    REMOVED("http-proxy-timeout", "seconds", "use 'connect-timeout'"),
    REMOVED("ifconfig-pool-linear", "", "use 'topology subnet'"),
    REMOVED("inetd", "", "servers run by themselves"),
    REMOVED("key-method", "n", "there is only method 2"),
    REMOVED("keysize", "bits", "ciphers have one key size now"),
    REMOVED("management-client-pf", "", "packet filters belong to the system"),
    REMOVED("max-routes", "n", "there is no such limit any more"),
    REMOVED("mtu-dynamic", "", "use 'fragment'"),
    REMOVED("ncp-disable", "", "ciphers are always negotiated"),
    REMOVED("no-iv", "", "every packet has one"),
    REMOVED("no-name-remapping", "", "names of certificates have one format now"),
    REMOVED("no-replay", "", "replays are always refused"),
    REMOVED("ns-cert-type", "client|server", "use 'remote-cert-tls'"),
    REMOVED("prng", "digest [length]", "random numbers come from the TLS library"),
    REMOVED("socks-proxy-retry", "", "proxies are always tried again"),
    REMOVED("tls-remote", "name", "use 'verify-x509-name'"),
};

GROUP(ov_options_foreign, "Other systems:", rows);
