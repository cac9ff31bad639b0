/* Factors of the outer link: transport, and how large packets may be. */
#include "lib/matrix.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

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
};

const struct lab_factor lab_factor_transport = {"transport", transports, COUNT(transports)};

static const struct lab_value mtus[] = {
    {.name = "mtu1500", .title = "tun-mtu 1500", .expect = {.mtu = 1500}},
    {.name = "mtu1400", .title = "tun-mtu 1400", .both = "tun_mtu=1400\n", .expect = {.mtu = 1400}},
    {.name = "mtu576",
     .title = "tun-mtu 576",
     .tags = LAB_T_SMALL,
     .both = "tun_mtu=576\n",
     .server = "reneg-pkts 1400\n",
     .expect = {.mtu = 576}},
    {.name = "mtu9000",
     .title = "tun-mtu 9000",
     .needs = {"tun-mtu:9000"},
     .both = "tun_mtu=9000\ntun-mtu-max 9000\n",
     .server = "reneg-pkts 250\n",
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
