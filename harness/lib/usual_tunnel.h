/* What the tunnels of all suites share, as part of an initialiser of struct lab_scenario. */
#ifndef OV_LAB_USUAL_TUNNEL_H
#define OV_LAB_USUAL_TUNNEL_H

#include "lib/scenario.h"

#define LAB_USUAL_TUNNEL                                                                                     \
    .port = 1194, .tun_mtu = 1500, .keepalive = "10/60", .tunnel4 = "10.8.0.0/255.255.255.0",                \
    .tunnel6 = "fd00:8::/64", .server_tunnel4 = "10.8.0.1", .server_tunnel6 = "fd00:8::1"

#endif
