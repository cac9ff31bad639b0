#!/usr/bin/env bash
# Opens a topology of the lab in namespaces of its own and runs a command there, or
# an interactive shell. Everything in it ends with the command: the processes by
# their PID namespace, the interfaces with the network namespaces they live in.
#
# Usage: lab-shell.sh [-t TOPOLOGY] [-q] [--] [COMMAND [ARGUMENT...]]
#
#   -t NAME   which netns-lab/topology/NAME.sh to build (default: pair; none: only
#             the empty private namespaces)
#   -q        don't show the commands that build the topology
#
# The command sees OVLAB_RUN (a mark that leftover-check.sh looks for) and the facts
# of `NAME.sh describe` as variables: ip netns exec "$client_ns" ping "$server_addr4".
# Its exit status is the script's. Root needs nothing else; anybody else needs a
# kernel that allows user namespaces, and is uid 0 inside.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/lib/common.sh"

topology=pair
quiet=

usage()
{
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

# The outer half: becomes `unshare`, which dies with its child and the other way
# round, however either of them ends. (`unshare` itself blocks SIGTERM and SIGINT: end
# the command, or kill the process hard; both clear everything away.)
enter()
{
    local namespaces=(--mount --net --ipc --pid --fork --mount-proc --kill-child=KILL)
    if [[ $(id -u) != 0 ]]
    then
        unshare --user --map-root-user true 2>/dev/null ||
            die "this kernel gives uid $(id -u) no user namespace; use sudo"
        namespaces+=(--user --map-root-user)
    fi
    [[ $topology == none || -x $here/topology/$topology.sh ]] ||
        die "no topology '$topology' in $here/topology"
    OVLAB_RUN=${OVLAB_RUN:-shell-$$-$(date +%s)} exec unshare "${namespaces[@]}" \
        "$here/${0##*/}" --inside "$topology" "$quiet" "$@"
}

build_topology()
{
    if [[ $quiet == yes ]]
    then
        local log
        log=$("$here/topology/$topology.sh" up 2>&1) || die "$log"
    else
        "$here/topology/$topology.sh" up
    fi
    set -a
    eval "$("$here/topology/$topology.sh" describe)"
    set +a
}

# The inner half is PID 1 of its namespace and stays it, so that the kernel clears
# away whatever the command leaves running.
inside()
{
    topology=$1 quiet=$2
    shift 2
    mount -t tmpfs -o mode=0755 lab-run /run
    ip link set lo up
    [[ $topology == none ]] || build_topology
    if (($# == 0))
    then
        say "in the lab ($topology); try: ip netns exec \$client_ns ping \$server_addr4"
        PS1="(lab $topology) \w \$ " bash --norc -i && exit 0 || exit $?
    fi
    "$@" && exit 0 || exit $?
}

if [[ ${1-} == --inside ]]
then
    shift
    inside "$@"
fi

while getopts ':t:q' flag
do
    case $flag in
        t) topology=$OPTARG ;;
        q) quiet=yes ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
enter "$@"
