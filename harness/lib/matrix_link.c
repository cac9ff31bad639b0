/* Factors of the outer link: transport, and how large packets may be. */
#include "lib/matrix.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define PROXIED(short, long, feature)                                                                        \
    {                                                                                                        \
        .name = short, .title = long, .not_built = feature ": no proxy runs in its router yet", .expect = {  \
            .proto = "tcp4"                                                                                  \
        }                                                                                                    \
    }

static const struct lab_value transports[] = {
    {.name = "udp4", .title = "UDP over IPv4", .needs = {"udp4"}, .expect = {.proto = "udp4"}},
    {.name = "udp6", .title = "UDP over IPv6", .needs = {"udp6"}, .expect = {.proto = "udp6"}},
    {.name = "tcp4",
     .title = "TCP over IPv4",
     .tags = LAB_T_TCP,
     .needs = {"tcp4"},
     .expect = {.proto = "tcp4"}},
    {.name = "tcp6",
     .title = "TCP over IPv6",
     .tags = LAB_T_TCP,
     .needs = {"tcp6"},
     .expect = {.proto = "tcp6"}},
    PROXIED("http-proxy", "TCP through an HTTP proxy without login", "proxy:http"),
    PROXIED("http-basic", "TCP through an HTTP proxy, Basic", "proxy:http-basic"),
    PROXIED("http-digest", "TCP through an HTTP proxy, Digest", "proxy:http-digest"),
    PROXIED("http-ntlm2", "TCP through an HTTP proxy, NTLMv2", "proxy:http-ntlm2"),
    PROXIED("socks-tcp", "TCP through SOCKS5", "proxy:socks5"),
    PROXIED("socks-udp", "UDP through SOCKS5", "proxy:socks5-udp"),
};

const struct lab_factor lab_factor_transport = {"transport", transports, COUNT(transports)};

static const struct lab_value mtus[] = {
    {.name = "mtu1500", .title = "tun-mtu 1500", .expect = {.mtu = 1500}},
    {.name = "mtu1400", .title = "tun-mtu 1400", .both = "tun_mtu=1400\n", .expect = {.mtu = 1400}},
    {.name = "mtu576",
     .title = "tun-mtu 576",
     .tags = LAB_T_SMALL,
     .both = "tun_mtu=576\n",
     .server = "reneg-pkts 1000\n",
     .expect = {.mtu = 576}},
    {.name = "mtu9000",
     .title = "tun-mtu 9000",
     .needs = {"tun-mtu:9000"},
     .both = "tun_mtu=9000\ntun-mtu-max 9000\n",
     .server = "reneg-pkts 200\n",
     .expect = {.mtu = 9000}},
    {.name = "mssfix1200", .title = "mssfix 1200", .both = "mssfix 1200\n", .expect = {.mtu = 1500}},
    {.name = "mssfix0", .title = "no mssfix", .both = "mssfix 0\n", .expect = {.mtu = 1500}},
    {.name = "fragment1300",
     .title = "fragment 1300 with mssfix",
     .tags = LAB_T_UDP_ONLY,
     .needs = {"fragment"},
     .both = "fragment 1300\nmssfix\n",
     .expect = {.mtu = 1500, .data_format = "opaque"}},
    {.name = "pmtu1300",
     .title = "a path that carries 1300 octets, links of 1500",
     .not_built = "path-mtu: its links have one MTU all along",
     .expect = {.mtu = 1500}},
};

const struct lab_factor lab_factor_mtu = {"mtu", mtus, COUNT(mtus)};
