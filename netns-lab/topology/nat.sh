#!/usr/bin/env bash
# Topology "nat": a pair whose router hides the client behind its own address, as the box at home does.
#
#   netns client                    netns router                    netns server
# +---------------+      +-------------------------------+      +---------------+
# |          c0   |======|   r1      masquerades    r2   |======|   s0          |
# | 10.77.1.2/24  | veth | 10.77.1.1/24    10.77.2.1/24  | veth | 10.77.2.2/24  |
# | fd77:1::2/64  |      | fd77:1::1/64    fd77:2::1/64  |      | fd77:2::2/64  |
# +---------------+      +-------------------------------+      +---------------+
#
# The server sees UDP and TCP from 10.77.2.1 or fd77:2::1, ports 30000-39999. From outside nothing
# comes in that no client asked for: it is dropped, and the sender hears nothing. The events nat-rebind
# and nat-forget (another range of ports each, and no mapping is known any more) of
# netns-lab/events work here. Needs nft and conntrack, and a kernel with nf_nat.
#
# Facts besides those of pair: nat_addr4, nat_addr6: what the server sees as the client's address.
#
# Usage: nat.sh up | down | describe      (as pair.sh)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"
# shellcheck source=netns-lab/lib/topology.sh
source "$here/../lib/topology.sh"
# shellcheck source=netns-lab/lib/triple.sh
source "$here/../lib/triple.sh"
# shellcheck source=netns-lab/lib/nat.sh
source "$here/../lib/nat.sh"

# shellcheck disable=SC2034 # topology.sh reads it
readonly namespaces=(client router server)

describe()
{
    triple_facts
    cat <<'FACTS'
nat_addr4=10.77.2.1
nat_addr6=fd77:2::1
FACTS
}

up()
{
    nat_tools_present
    add_namespaces
    triple_links
    nat_gate
    nat_map 30000-39999
    wait_until_reachable 10.77.2.2 fd77:2::2
}

topology_main "$@"
