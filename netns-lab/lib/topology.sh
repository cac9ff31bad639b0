# shellcheck shell=bash
# What every topology shares: the verbs, and the making of namespaces and addresses.
# Sourced after common.sh, never executed. A topology defines
#
#   namespaces    array: what it makes and takes down
#   describe      prints its facts as key=value lines
#   up            builds it, beginning with add_namespaces
#
# and ends with: topology_main "$@"

# shellcheck disable=SC2154 # namespaces is the topology's

# sysctl_in NAMESPACE KEY=VALUE...: /proc/sys/net shows the namespace of its reader.
sysctl_in()
{
    local ns=$1
    shift
    run ip netns exec "$ns" sysctl -q -w "$@"
}

# batch NAMESPACE: what `ip` shall do there, one command a line of standard input ("-": here), in one
# process: hundreds of interfaces are up in a second. An error ends it and the script.
batch()
{
    local commands ns=()
    [[ $1 == - ]] || ns=(-n "$1")
    commands=$(cat)
    printf '%s\n' "$commands" | sed "s/^/[+] ip ${ns[*]:+${ns[*]} }/" >&2
    ip "${ns[@]}" -batch - <<<"$commands"
}

add_namespace()
{
    run ip netns add "$1"
    run ip -n "$1" link set lo up
    # Only what a topology says shall be configured: no router advertisements.
    sysctl_in "$1" net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 \
        net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.default.accept_dad=0
}

# Makes them all, or none where one of them is there already.
add_namespaces()
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

# wait_until_reachable IPV4 IPV6: the server's addresses, from the client.
wait_until_reachable()
{
    local ns
    for ns in "${namespaces[@]}"
    do
        wait_for 5 "IPv6 addresses of $ns" no_tentative_address "$ns"
    done
    wait_for 5 "IPv4 from client to server" reaches client "$1"
    wait_for 5 "IPv6 from client to server" reaches client "$2"
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

topology_main()
{
    case ${1-} in
        up | down | describe)
            "$1"
            ;;
        *)
            echo "usage: $0 up | down | describe" >&2
            exit 2
            ;;
    esac
}
