# shellcheck shell=bash
# The masquerading router of topology "nat": its rules, and how it changes its mind about a port.
# Sourced after common.sh, never executed.

nat_tools_present()
{
    local tool
    for tool in nft conntrack
    do
        command -v "$tool" >/dev/null || die "UNSUPPORTED: a router that masquerades needs '$tool' (apt install nftables conntrack)"
    done
    nft list ruleset >/dev/null 2>&1 || die 'UNSUPPORTED: this kernel has no nf_tables'
}

# Nothing comes in that was not asked for. Dropped and not refused: a refusal would tell the server at
# once that the port is gone, which a box at home does not do.
nat_gate()
{
    run ip netns exec router nft -f - <<'RULES' || die 'UNSUPPORTED: this kernel has no nf_conntrack'
table inet gate {
    chain forward {
        type filter hook forward priority filter; policy accept;
        iifname "r2" ct state new drop
        iifname "r2" ct state invalid drop
    }
    chain input {
        type filter hook input priority filter; policy accept;
        iifname "r2" meta l4proto { tcp, udp } ct state new drop
        iifname "r2" meta l4proto { tcp, udp } ct state invalid drop
    }
}
RULES
}

# nat_map FIRST-LAST: what leaves by r2 gets the router's address and one of these ports.
nat_map()
{
    local family
    for family in ip ip6
    do
        printf 'table %s nat\ndelete table %s nat\n' "$family" "$family"
        printf 'table %s nat {\n    chain out {\n' "$family"
        printf '        type nat hook postrouting priority srcnat; policy accept;\n'
        printf '        oifname "r2" meta l4proto { tcp, udp } masquerade to :%s\n' "$1"
        printf '        oifname "r2" masquerade\n    }\n}\n'
    done | run ip netns exec router nft -f - || die 'UNSUPPORTED: this kernel has no nf_nat'
}

# The mappings there are; a TCP connection does not survive that.
nat_forget()
{
    run ip netns exec router conntrack -F
}

# nat_port PROTOCOL: the port of the first mapping to the server's port 1194.
nat_port()
{
    ip netns exec router conntrack -L -p "$1" --orig-port-dst 1194 2>/dev/null |
        sed -n 's/.*dport=\([0-9]*\) .*/\1/p' | head -n 1
}
