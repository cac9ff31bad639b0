#include "options/table_rows.h"

/* What Windows needs for its device and its interface is nothing that this system would miss. */
#define WINDOWS(n, a, lo, hi, s)          MOOT(n, a, lo, hi, s, "", "for Windows", "it concerns Windows only")
#define WINDOWS_NEVER(n, a, lo, hi, s, w) NEVER(n, a, lo, hi, s, "", "for Windows", w)

/* Other systems, and names that OpenVPN itself has dropped. */
static const struct ov_option rows[] = {
    WINDOWS("allow-nonadmin", "[adapter]", 0, 1, BOTH),
    MOOT("block-outside-dns", "", 0, 0, BOTH | PUSH, "2.3.9", "let no other name servers be asked",
         "it concerns Windows only"),
    WINDOWS_NEVER("cryptoapicert", "selector", 1, 1, BOTH,
                  "the key is in the store of Windows: export it, or use a token (pkcs11-id)"),
    WINDOWS("dhcp-internal", "adapter", 1, 1, BOTH),
    WINDOWS("dhcp-pre-release", "", 0, 0, BOTH),
    WINDOWS("dhcp-release", "", 0, 0, BOTH),
    WINDOWS("dhcp-renew", "", 0, 0, BOTH),
    WINDOWS("ip-win32", "method ...", 1, MANY, BOTH | PUSH),
    WINDOWS_NEVER("msg-channel", "handle", 1, 1, BOTH, "only the interactive service of Windows uses it"),
    WINDOWS("pause-exit", "", 0, 0, BOTH),
    WINDOWS("rdns-internal", "adapter", 1, 1, BOTH),
    MOOT("register-dns", "", 0, 0, BOTH | PUSH, "", "renew what Windows knows of names",
         "it concerns Windows only"),
    MOOT("route-method", "method", 1, 1, BOTH | PUSH, "", "how Windows sets routes",
         "routes are set by netlink"),
    WINDOWS_NEVER("service", "event [0|1]", 1, 2, BOTH,
                  "Windows services are started by Windows; here a systemd unit does it"),
    WINDOWS_NEVER("show-adapters", "", 0, 0, OV_IN_ARGS,
                  "it lists adapters of Windows; 'ip link' those of Linux"),
    WINDOWS_NEVER("show-net", "", 0, 0, OV_IN_ARGS, "it lists routes of Windows; 'ip route' those of Linux"),
    WINDOWS("show-net-up", "", 0, 0, BOTH),
    WINDOWS_NEVER("show-valid-subnets", "", 0, 0, OV_IN_ARGS,
                  "only the TAP driver of Windows has such a limit"),
    WINDOWS("tap-sleep", "seconds", 1, 1, BOTH | PUSH),
    WINDOWS("win-sys", "path", 1, 1, BOTH),
    WINDOWS("windows-driver", "driver", 1, 1, BOTH),
    REMOVED("client-cert-not-required", "", "use 'verify-client-cert none'"),
    REMOVED("compat-names", "", "names of certificates have one format now"),
    MOOT("http-proxy-retry", "", 0, 0, BOTH, "", "try the proxy again", "proxies are always tried again"),
    MOOT("http-proxy-timeout", "seconds", 1, 1, BOTH, "", "how long to wait for the proxy",
         "'connect-timeout' is for the way through a proxy too"),
    REMOVED("ifconfig-pool-linear", "", "use 'topology subnet'"),
    REMOVED("inetd", "", "servers run by themselves"),
    REMOVED("key-method", "n", "there is only method 2"),
    REMOVED("keysize", "bits", "ciphers have one key size now"),
    REMOVED("management-client-pf", "", "packet filters belong to the system"),
    MOOT("max-routes", "n", 1, 1, BOTH | PUSH, "2.1", "limit of routes", "the limit is 4096 of each family"),
    REMOVED("mtu-dynamic", "", "use 'fragment'"),
    REMOVED("ncp-disable", "", "ciphers are always negotiated"),
    REMOVED("no-iv", "", "every packet has one"),
    REMOVED("no-name-remapping", "", "names of certificates have one format now"),
    REMOVED("no-replay", "", "replays are always refused"),
    MOOT("prng", "digest [length]", 1, 2, BOTH, "2.1", "how random numbers are made",
         "they come from the TLS library"),
    MOOT("socks-proxy-retry", "", 0, 0, BOTH, "", "try the proxy again", "proxies are always tried again"),
    REMOVED("tls-remote", "name", "use 'verify-x509-name'"),
};

GROUP(ov_options_foreign, "Other systems:", rows);
