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

# sysctl_in NAMESPACE KEY=VALUE: /proc/sys/net shows the namespace of its reader.
sysctl_in()
{
    run ip netns exec "$1" sysctl -q -w "$2"
}

add_namespace()
{
    run ip netns add "$1"
    run ip -n "$1" link set lo up
    # Only what this script says shall be configured: no router advertisements.
    sysctl_in "$1" net.ipv6.conf.all.disable_ipv6=0
    sysctl_in "$1" net.ipv6.conf.default.disable_ipv6=0
    sysctl_in "$1" net.ipv6.conf.default.accept_ra=0
    sysctl_in "$1" net.ipv6.conf.default.accept_dad=0
}

# add_address NAMESPACE INTERFACE IPV4 IPV6: nodad makes IPv6 usable at once.
add_address()
{
    run ip -n "$1" addr add "$3" dev "$2"
    run ip -n "$1" -6 addr add "$4" dev "$2" nodad
    run ip -n "$1" link set "$2" up
}

no_tentative_address()
{
    [[ -z $(ip -n "$1" -6 addr show tentative) ]]
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
        [[ ! -e /run/netns/$ns ]] || die "namespace $ns exists already; call '$0 down' first"
    done
    for ns in "${namespaces[@]}"
    do
        add_namespace "$ns"
    done

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

    for ns in "${namespaces[@]}"
    do
        wait_for 5 "IPv6 addresses of $ns" no_tentative_address "$ns"
    done
    wait_for 5 "IPv4 from client to server" reaches client 10.77.2.2
    wait_for 5 "IPv6 from client to server" reaches client fd77:2::2
}

# Deleting a namespace's name ends its interfaces once no process is left in it.
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
