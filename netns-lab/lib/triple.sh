# shellcheck shell=bash
# What topologies that are a pair with something more have in common: client, router and server in a row,
# with the names and addresses of netns-lab/topology/pair.sh. Sourced after topology.sh, never executed.

triple_facts()
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

# Links, addresses and routes; the namespaces are there already. The caller waits for it with
# wait_until_reachable, once whatever else it has is there too.
triple_links()
{
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
}
