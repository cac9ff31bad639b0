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
# shellcheck source=netns-lab/lib/triple.sh
source "$here/../lib/triple.sh"

# shellcheck disable=SC2034 # topology.sh reads it
readonly namespaces=(client router server)

describe()
{
    triple_facts
}

up()
{
    add_namespaces
    triple_links
    wait_until_reachable 10.77.2.2 fd77:2::2
}

topology_main "$@"
