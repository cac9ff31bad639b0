#!/usr/bin/env bash
# Topology "pair": one client and one server with a router between them.
#
#   netns client                    netns router                    netns server
# +---------------+      +-------------------------------+      +---------------+
# |          c0   |======|   r1                     r2   |======|   s0          |
# | 10.77.1.2/24  | veth | 10.77.1.1/24    10.77.2.1/24  | veth | 10.77.2.2/24  |
# | fd77:1::2/64  |      | fd77:1::1/64    fd77:2::1/64  |      | fd77:2::2/64  |
# | default       |      | forwards IPv4 and IPv6        |      | default       |
# |   via r1      |      |                               |      |   via r2      |
# +---------------+      +-------------------------------+      +---------------+
#
# Usage: pair.sh up | down | describe
#
# `up` expects to be called as uid 0 (a user namespace's will do) inside a
# private mount, network and PID namespace with a tmpfs on /run, which is what
# `ovlab run` and netns-lab/lab-shell.sh make. It returns when client and server
# reach each other over both families. `describe` prints key=value facts.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"
# shellcheck source=netns-lab/lib/topology.sh
source "$here/../lib/topology.sh"

# shellcheck disable=SC2034 # topology.sh reads it
readonly namespaces=(client router server)

describe()
{
    cat <<'FACTS'
client_ns=client
server_ns=server
router_ns=router
client_if=c0
server_if=s0
router_client_if=r1
router_server_if=r2
client_addr4=10.77.1.2
server_addr4=10.77.2.2
client_addr6=fd77:1::2
server_addr6=fd77:2::2
capture_ns=server
capture_if=s0
FACTS
}

up()
{
    add_namespaces

    run ip -n client link add c0 type veth peer name r1 netns router
    run ip -n server link add s0 type veth peer name r2 netns router
    # The router's ends first: in the other order IPv6 answers a second later.
    add_address router r1 10.77.1.1/24 fd77:1::1/64
    add_address router r2 10.77.2.1/24 fd77:2::1/64
    add_address client c0 10.77.1.2/24 fd77:1::2/64
    add_address server s0 10.77.2.2/24 fd77:2::2/64

    sysctl_in router net.ipv4.ip_forward=1
    sysctl_in router net.ipv6.conf.all.forwarding=1
    run ip -n client route add default via 10.77.1.1
    run ip -n client -6 route add default via fd77:1::1
    run ip -n server route add default via 10.77.2.1
    run ip -n server -6 route add default via fd77:2::1

    wait_until_reachable 10.77.2.2 fd77:2::2
}

topology_main "$@"
