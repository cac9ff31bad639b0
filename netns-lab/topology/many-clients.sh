#!/usr/bin/env bash
# Topology "many-clients": OVLAB_CLIENTS clients (10 unless said, at most 200), each behind its own
# port of a router, and one server on the other side of it.
#
#   netns crowd-1                    netns crowd-router                 netns crowd-server
# +----------------+      +----------------------------------+      +----------------+
# |           c0   |======|  r1                         rs   |======|  s0            |
# | 10.78.1.2/24   | veth | 10.78.1.1/24    10.78.250.1/24   | veth | 10.78.250.2/24 |
# | fd78:1::2/64   |      | fd78:1::1/64    fd78:250::1/64   |      | fd78:250::2/64 |
# +----------------+      |                                  |      +----------------+
#   netns crowd-2         |                                  |
# +----------------+      |                                  |
# |           c0   |======|  r2                              |
# | 10.78.2.2/24   | veth | 10.78.2.1/24, fd78:2::1/64       |
# +----------------+      |                                  |
#   ... crowd-N           +----------------------------------+
#
# The names differ from those of the other topologies, so that both can be up side by side.
# `describe` prints the facts of a pair (client_*: those of crowd-1) and beside them clients=N,
# client_prefix=crowd- (the namespace of client I is the prefix and I, from 1), and for each client
# clientI_ns, clientI_if, clientI_addr4, clientI_addr6.
#
# Usage: many-clients.sh up | down | describe      (as pair.sh)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"
# shellcheck source=netns-lab/lib/topology.sh
source "$here/../lib/topology.sh"

readonly clients=${OVLAB_CLIENTS:-10}
[[ $clients =~ ^([1-9][0-9]?|1[0-9][0-9]|200)$ ]] ||
    die "OVLAB_CLIENTS is a number from 1 to 200, not '$clients'"
namespaces=(crowd-server crowd-router)
for ((i = 1; i <= clients; i++))
do
    namespaces+=("crowd-$i")
done

describe()
{
    local i
    cat <<FACTS
client_ns=crowd-1
server_ns=crowd-server
router_ns=crowd-router
client_if=c0
server_if=s0
router_client_if=r1
router_server_if=rs
client_addr4=10.78.1.2
server_addr4=10.78.250.2
client_addr6=fd78:1::2
server_addr6=fd78:250::2
capture_ns=crowd-server
capture_if=s0
clients=$clients
client_prefix=crowd-
FACTS
    for ((i = 1; i <= clients; i++))
    do
        printf 'client%d_ns=crowd-%d\nclient%d_if=c0\n' "$i" "$i" "$i"
        printf 'client%d_addr4=10.78.%d.2\nclient%d_addr6=fd78:%d::2\n' "$i" "$i" "$i" "$i"
    done
}

# A namespace with one interface NAME that ends at the router: NETWORK is the part of its addresses.
leaf()
{
    local ns=$1 name=$2 network=$3
    batch "$ns" <<COMMANDS
addr add 10.78.$network.2/24 dev $name
addr add fd78:$network::2/64 dev $name nodad
link set $name up
route add default via 10.78.$network.1
route add default via fd78:$network::1
COMMANDS
}

links()
{
    local i
    echo 'link add s0 netns crowd-server type veth peer name rs netns crowd-router'
    for ((i = 1; i <= clients; i++))
    do
        echo "link add c0 netns crowd-$i type veth peer name r$i netns crowd-router"
    done
}

ports()
{
    local i name=rs network=250
    for ((i = 0; i <= clients; i++))
    do
        ((i == 0)) || name=r$i network=$i
        printf 'addr add 10.78.%d.1/24 dev %s\n' "$network" "$name"
        printf 'addr add fd78:%d::1/64 dev %s nodad\n' "$network" "$name"
        printf 'link set %s up\n' "$name"
    done
}

up()
{
    local i ns
    add_namespaces
    # What one transfer has learnt of a path must not help the next one.
    for ns in "${namespaces[@]}"
    do
        sysctl_in "$ns" net.ipv4.tcp_no_metrics_save=1
    done
    links | batch -
    # The router's ends first: in the other order IPv6 answers a second later.
    ports | batch crowd-router
    sysctl_in crowd-router net.ipv4.ip_forward=1
    sysctl_in crowd-router net.ipv6.conf.all.forwarding=1
    leaf crowd-server s0 250
    for ((i = 1; i <= clients; i++))
    do
        leaf "crowd-$i" c0 "$i"
    done
    for ((i = 1; i <= clients; i++))
    do
        wait_for 5 "IPv4 from client $i to server" reaches "crowd-$i" 10.78.250.2
        wait_for 5 "IPv6 from client $i to server" reaches "crowd-$i" fd78:250::2
    done
}

# All there are, also those of an `up` with another number.
down()
{
    local path
    for path in /run/netns/crowd-{server,router} /run/netns/crowd-[0-9]*
    do
        [[ ! -e $path ]] || run ip netns del "${path##*/}"
    done
}

topology_main "$@"
