/* Factors of the outer link: transport, what happens on the path, and how large packets may be. */
#include "lib/matrix.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define ROUTER "10.77.1.1" /* the client's side of it, in every topology with a router */

/* A TCP connection that the client asks a proxy on the router for. */
#define PROXIED(short, long, feature, program, word, port, lines)                                            \
    {                                                                                                        \
        .name = short, .title = long, .tags = LAB_T_TCP | LAB_T_PROXY, .needs = {"tcp4"},                    \
        .client_needs = feature, .tools = program, .client = lines, .expect = {.proto = "tcp4"}, .around = { \
            .helper = "netns-lab/proxies/run " word,                                                         \
            .helper_port = port                                                                              \
        }                                                                                                    \
    }

#define LOGIN "@ROOT@/netns-lab/login/right"

static const struct lab_value transports[] = {
    {.name = "udp4", .title = "UDP over IPv4", .needs = {"udp4"}, .expect = {.proto = "udp4"}},
    {.name = "udp6",
     .title = "UDP over IPv6",
     .tags = LAB_T_OUTER_V6,
     .needs = {"udp6"},
     .expect = {.proto = "udp6"}},
    {.name = "tcp4",
     .title = "TCP over IPv4",
     .tags = LAB_T_TCP,
     .needs = {"tcp4"},
     .expect = {.proto = "tcp4"}},
    {.name = "tcp6",
     .title = "TCP over IPv6",
     .tags = LAB_T_TCP | LAB_T_OUTER_V6,
     .needs = {"tcp6"},
     .expect = {.proto = "tcp6"}},
    PROXIED("http-proxy", "TCP through an HTTP proxy without login", "proxy:http-none", "tinyproxy",
            "http-none", 8888, "http-proxy " ROUTER " 8888\n"),
    PROXIED("http-basic", "TCP through an HTTP proxy, Basic", "proxy:http-basic", "tinyproxy", "http-basic",
            8889, "http-proxy " ROUTER " 8889 " LOGIN " basic\n"),
    PROXIED("http-digest", "TCP through an HTTP proxy, Digest", "proxy:http-digest", "squid", "http-digest",
            3128, "http-proxy " ROUTER " 3128 auto-nct\nhttp-proxy-user-pass " LOGIN "\n"),
    PROXIED("http-ntlm2", "TCP through an HTTP proxy, NTLMv2", "proxy:http-ntlm2", "squid", "http-ntlm2",
            3129, "http-proxy " ROUTER " 3129 " LOGIN " ntlm2\n"),
    PROXIED("socks-tcp", "TCP through SOCKS5", "proxy:socks5", "microsocks", "socks-tcp", 1081,
            "socks-proxy " ROUTER " 1081\n"),
    {.name = "socks-udp",
     .title = "UDP through SOCKS5",
     .tags = LAB_T_PROXY,
     .needs = {"udp4"},
     .client_needs = "proxy:socks5-udp",
     .tools = "danted",
     .client = "socks-proxy " ROUTER " 1080\n",
     .around = {.helper = "netns-lab/proxies/run socks-udp", .helper_port = 1080},
     .expect = {.proto = "udp4"}},
};

const struct lab_factor lab_factor_transport = {"transport", transports, COUNT(transports)};

static const struct lab_value paths[] = {
    {.name = "straight", .title = "links of 1500 octets, and nothing changes"},
    {.name = "pmtu1300",
     .title = "a path that carries 1300 octets, between links of 1500",
     .around = {.network = "netns-lab/network/small-path"}},
    {.name = "nat",
     .title = "a router that masquerades",
     .tools = "nft conntrack",
     .around = {.network = "netns-lab/network/nat"}},
    {.name = "nat-rebind",
     .title = "a masquerading router that takes another port in the middle of the traffic",
     .tags = LAB_T_MOVES,
     .tools = "nft conntrack",
     .around = {.network = "netns-lab/network/nat", .event = "netns-lab/events/nat-rebind"}},
    {.name = "new-address",
     .title = "a client whose address changes in the middle of the traffic",
     .tags = LAB_T_MOVES | LAB_T_OUTER_V4,
     .around = {.event = "netns-lab/events/new-address"}},
};

const struct lab_factor lab_factor_path = {"path", paths, COUNT(paths)};

static const struct lab_value mtus[] = {
    {.name = "mtu1500", .title = "tun-mtu 1500", .expect = {.mtu = 1500}},
    {.name = "mtu1400", .title = "tun-mtu 1400", .both = "tun_mtu=1400\n", .expect = {.mtu = 1400}},
    {.name = "mtu576",
     .title = "tun-mtu 576",
     .tags = LAB_T_SMALL,
     .needs = {"tun-mtu:576"},
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
};

const struct lab_factor lab_factor_mtu = {"mtu", mtus, COUNT(mtus)};
