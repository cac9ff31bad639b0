/* Factors of the tunnel's inside: topology and address families. */
#include "lib/matrix.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct lab_value topologies[] = {
    {.name = "subnet", .title = "topology subnet", .expect = {.client4 = "10.8.0.2"}},
    {.name = "net30",
     .title = "topology net30",
     .needs = {"topology:net30"},
     .both = "topology=net30\n",
     .expect = {.client4 = "10.8.0.6"}},
    {.name = "p2p",
     .title = "topology p2p",
     .needs = {"topology:p2p"},
     .both = "topology=p2p\n",
     .expect = {.client4 = "10.8.0.4"}},
    {.name = "tap",
     .title = "Ethernet: dev-type tap",
     .needs = {"dev-type:tap"},
     .both = "dev_type=tap\n",
     .expect = {.client4 = "10.8.0.2"}},
    {.name = "peers",
     .title = "peer-to-peer TLS mode, nobody pushes",
     .tags = LAB_T_NO_PUSH,
     .needs = {"peer-to-peer"},
     .both = "mode=p2p\n",
     .expect = {.client4 = "10.8.0.2", .no_exit_notice = true, .no_push = true}},
    {.name = "static-key",
     .title = "one static key, without TLS",
     .tags = LAB_T_NO_PUSH | LAB_T_STATIC,
     .needs = {"static-key"},
     .both = "mode=static\nsecret=@PKI@/static.key\n",
     .expect = {.client4 = "10.8.0.2", .no_exit_notice = true, .no_tls = true}},
    {.name = "static-key01",
     .title = "one static key, server 0, client 1",
     .tags = LAB_T_NO_PUSH | LAB_T_STATIC,
     .needs = {"static-key"},
     .both = "mode=static\nsecret=@PKI@/static.key\n",
     .client = "key_direction=1\n",
     .server = "key_direction=0\n",
     .expect = {.client4 = "10.8.0.2", .no_exit_notice = true, .no_tls = true}},
};

const struct lab_factor lab_factor_topology = {"topology", topologies, COUNT(topologies)};

static const struct lab_value families[] = {
    {.name = "v4v6", .title = "IPv4 and IPv6 inside", .tags = LAB_T_V6},
    {.name = "v4", .title = "IPv4 inside", .both = "tunnel6=\n", .expect = {.no_inner6 = true}},
    {.name = "v6",
     .title = "IPv6 alone inside",
     .tags = LAB_T_V6 | LAB_T_NO_V4,
     .needs = {"tunnel6-only"},
     .both = "tunnel4=\n",
     .expect = {.no_inner4 = true}},
};

const struct lab_factor lab_factor_family = {"family", families, COUNT(families)};
