#!/usr/bin/env bash
# Topology "two-paths": a pair whose client has two uplinks, such as Wi-Fi and a mobile network, of which
# it uses the first.
#
#   netns client                    netns router                    netns server
# +---------------+      +-------------------------------+      +---------------+
# |          c0   |======|   r1                     r2   |======|   s0          |
# | 10.77.1.2/24  | veth | 10.77.1.1/24    10.77.2.1/24  | veth | 10.77.2.2/24  |
# | fd77:1::2/64  |      | fd77:1::1/64    fd77:2::1/64  |      | fd77:2::2/64  |
# |               |      |                               |      +---------------+
# |          c1   |======|   r3                          |
# | 10.77.3.2/24  | veth | 10.77.3.1/24                  |
# | fd77:3::2/64  |      | fd77:3::1/64                  |
# | default via r1|      |                               |
# +---------------+      +-------------------------------+
#
# The event other-path of netns-lab/events takes the used uplink down and goes by the other one; called
# again it goes back. Facts besides those of pair: other_if, other_addr4, other_addr6 of the second uplink
# and router_other_if.
#
# Usage: two-paths.sh up | down | describe      (as pair.sh)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"
# shellcheck source=netns-lab/lib/topology.sh
source "$here/../lib/topology.sh"
# shellcheck source=netns-lab/lib/triple.sh
source "$here/../lib/triple.sh"

# shellcheck disable=SC2034 # topology.sh reads it
readonly namespaces=(client router server)

describe()
{
    triple_facts
    cat <<'FACTS'
other_if=c1
other_addr4=10.77.3.2
other_addr6=fd77:3::2
router_other_if=r3
FACTS
}

up()
{
    add_namespaces
    triple_links
    run ip -n client link add c1 type veth peer name r3 netns router
    add_address router r3 10.77.3.1/24 fd77:3::1/64
    add_address client c1 10.77.3.2/24 fd77:3::2/64
    wait_until_reachable 10.77.2.2 fd77:2::2
    wait_for 5 'the second uplink' ip netns exec client ping -n -q -c 1 -W 1 -I c1 10.77.3.1
}

topology_main "$@"
