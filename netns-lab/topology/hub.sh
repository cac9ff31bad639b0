#!/usr/bin/env bash
# Topology "hub": a pair with a third host at the router, for cross traffic, floods and spoofed packets.
#
#   netns client                    netns router                    netns server
# +---------------+      +-------------------------------+      +---------------+
# |          c0   |======|   r1                     r2   |======|   s0          |
# | 10.77.1.2/24  | veth | 10.77.1.1/24    10.77.2.1/24  | veth | 10.77.2.2/24  |
# | fd77:1::2/64  |      | fd77:1::1/64    fd77:2::1/64  |      | fd77:2::2/64  |
# +---------------+      |                               |      +---------------+
#   netns third          |                               |
# +---------------+      |                               |
# |          t0   |======|   r3                          |
# | 10.77.3.2/24  | veth | 10.77.3.1/24                  |
# | fd77:3::2/64  |      | fd77:3::1/64                  |
# +---------------+      +-------------------------------+
#
# The router asks nobody whose address a packet carries (rp_filter off), so the third host can send in
# another's name. What is answered to 10.77.66.0/24 goes to the third host, which hears it and says nothing:
# names for floods. Facts besides those of pair: third_ns, third_if, third_addr4, third_addr6 and
# router_third_if.
#
# Usage: hub.sh up | down | describe      (as pair.sh)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"
# shellcheck source=netns-lab/lib/topology.sh
source "$here/../lib/topology.sh"
# shellcheck source=netns-lab/lib/triple.sh
source "$here/../lib/triple.sh"

# shellcheck disable=SC2034 # topology.sh reads it
readonly namespaces=(client router server third)

describe()
{
    triple_facts
    cat <<'FACTS'
third_ns=third
third_if=t0
third_addr4=10.77.3.2
third_addr6=fd77:3::2
router_third_if=r3
FACTS
}

up()
{
    add_namespaces
    triple_links
    run ip -n third link add t0 type veth peer name r3 netns router
    add_address router r3 10.77.3.1/24 fd77:3::1/64
    add_address third t0 10.77.3.2/24 fd77:3::2/64
    sysctl_in router net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.r3.rp_filter=0
    run ip -n router route add 10.77.66.0/24 via 10.77.3.2
    run ip -n third route add default via 10.77.3.1
    run ip -n third -6 route add default via fd77:3::1
    wait_until_reachable 10.77.2.2 fd77:2::2
    wait_for 5 'IPv4 from the third host to server' reaches third 10.77.2.2
    wait_for 5 'IPv6 from the third host to server' reaches third fd77:2::2
}

topology_main "$@"
