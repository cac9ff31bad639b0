#!/usr/bin/env bash
# Topology of `make perf`: the two ends on one veth pair, nothing between.
#
#   netns client                    netns server
# +----------------+              +----------------+
# |            c0  |==============|  s0            |
# |  10.77.2.1/24  |     veth     |  10.77.2.2/24  |
# |  fd77:2::1/64  |              |  fd77:2::2/64  |
# +----------------+              +----------------+
#
# Usage: topology.sh up | down | describe      (as netns-lab/topology/pair.sh)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/../../netns-lab/lib/common.sh"

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

# What one transfer has learnt of a path must not help the next one.
add_namespace()
{
    run ip netns add "$1"
    run ip -n "$1" link set lo up
    run ip netns exec "$1" sysctl -q -w net.ipv4.tcp_no_metrics_save=1
}

add_address()
{
    run ip -n "$1" addr add "$3" dev "$2"
    run ip -n "$1" -6 addr add "$4" dev "$2" nodad
    run ip -n "$1" link set "$2" up
}

reaches()
{
    ip netns exec "$1" ping -n -q -c 1 -W 1 "$2"
}

up()
{
    local ns
    require_private_netns
    run mkdir -p /run/netns
    for ns in "${namespaces[@]}"
    do
        add_namespace "$ns"
    done
    run ip -n client link add c0 type veth peer name s0 netns server
    add_address client c0 10.77.2.1/24 fd77:2::1/64
    add_address server s0 10.77.2.2/24 fd77:2::2/64
    wait_for 5 "IPv4 from client to server" reaches client 10.77.2.2
}

down()
{
    local ns
    for ns in "${namespaces[@]}"
    do
        [[ ! -e /run/netns/$ns ]] || run ip netns del "$ns"
    done
}

case ${1-} in
    up | down | describe)
        "$1"
        ;;
    *)
        echo "usage: $0 up | down | describe" >&2
        exit 2
        ;;
esac
