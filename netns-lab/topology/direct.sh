#!/usr/bin/env bash
# Topology "direct": one client and one server on one veth pair, nothing between.
#
#   netns client                    netns server
# +----------------+              +----------------+
# |            c0  |==============|  s0            |
# |  10.77.2.1/24  |     veth     |  10.77.2.2/24  |
# |  fd77:2::1/64  |              |  fd77:2::2/64  |
# +----------------+              +----------------+
#
# Usage: direct.sh up | down | describe      (as pair.sh)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"
# shellcheck source=netns-lab/lib/topology.sh
source "$here/../lib/topology.sh"

readonly namespaces=(client server)

describe()
{
    cat <<'FACTS'
client_ns=client
server_ns=server
client_if=c0
server_if=s0
client_addr4=10.77.2.1
server_addr4=10.77.2.2
client_addr6=fd77:2::1
server_addr6=fd77:2::2
capture_ns=server
capture_if=s0
FACTS
}

up()
{
    local ns
    add_namespaces
    # What one transfer has learnt of a path must not help the next one.
    for ns in "${namespaces[@]}"
    do
        sysctl_in "$ns" net.ipv4.tcp_no_metrics_save=1
    done
    run ip -n client link add c0 type veth peer name s0 netns server
    add_address client c0 10.77.2.1/24 fd77:2::1/64
    add_address server s0 10.77.2.2/24 fd77:2::2/64
    wait_until_reachable 10.77.2.2 fd77:2::2
}

topology_main "$@"
