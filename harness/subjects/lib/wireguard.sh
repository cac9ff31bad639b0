# shellcheck shell=bash
# What the wireguard-go subjects share. Sourced after openvpn-options.sh and
# peer.sh, with `release` set; ends with: wireguard_main "$@"
#
# Of CFG these keys apply: role local remote port dev tunnel4 tunnel6 tun_mtu workdir profile, and ca,
# whose folder also holds WireGuard's keys (made at first use). All others, those about
# certificates, ciphers, buffers and logs, have no counterpart and are ignored.

# shellcheck disable=SC2154 # the files around this one set the rest

# shellcheck disable=SC2034 # read by openvpn-options.sh
readonly raw_calls='Go makes its system calls itself'
readonly wireguard_overhead=80 # octets around a tunnel packet, outer IPv6 header included

subject_version()
{
    local package said
    package=$(peer_package "$release" wireguard-go) || unsupported "$package" || return
    said=$("${peer_command[@]}" wireguard-go --version)
    read -r said <<<"$said"
    printf '%s (package %s)\n' "$said" "$package"
}

subject_supports()
{
    case $1 in
        server | client | udp4 | udp6)
            echo yes
            ;;
        cipher:CHACHA20-POLY1305)
            echo 'the only one it has'
            ;;
        profile | profile:*)
            supports_profile "${1#profile:}"
            ;;
        many-clients)
            unsupported 'its server is given one peer here (WireGuard names each peer by a key of its own)'
            ;;
        *)
            unsupported "WireGuard is another protocol; it has no '$1'"
            ;;
    esac
}

# One pair of keys for each role, beside the lab's certificates. Whoever comes first
# makes them all; the rename lets nobody see half of it.
wireguard_keys()
{
    local keys=$1 making role
    [[ ! -s $keys/client.pub ]] || return 0
    making=$(mktemp -d "$keys.XXXXXX")
    for role in server client
    do
        "${peer_command[@]}" wg genkey >"$making/$role.key"
        chmod 0600 "$making/$role.key"
        "${peer_command[@]}" wg pubkey <"$making/$role.key" >"$making/$role.pub"
    done
    mv -T "$making" "$keys" 2>/dev/null || rm -rf "$making"
    [[ -s $keys/client.pub ]] || usage_error "cannot make $keys"
}

# host_of NETWORK NUMBER: 10.8.0.0 2 -> 10.8.0.2, fd00:8:: 2 -> fd00:8::2
host_of()
{
    if [[ $1 == *:* ]]
    then
        printf '%s%s\n' "$1" "$2"
    else
        printf '%s.%s\n' "${1%.*}" "$2"
    fi
}

bits_of_mask()
{
    local octet bits=0 value
    for octet in ${1//./ }
    do
        for ((value = octet; value > 0; value = (value << 1) & 255))
        do
            bits=$((bits + 1))
        done
    done
    printf '%s\n' "$bits"
}

# wireguard_conf KEYS: what `wg setconf` reads. Each end has one peer.
wireguard_conf()
{
    local keys=$1 other=server address=${cfg[remote]-}
    [[ ${cfg[role]} == client ]] || other=client
    printf '[Interface]\nPrivateKey = %s\n' "$(<"$keys/${cfg[role]}.key")"
    [[ ${cfg[role]} == client ]] || printf 'ListenPort = %s\n' "${cfg[port]}"
    printf '[Peer]\nPublicKey = %s\nAllowedIPs = 0.0.0.0/0, ::/0\n' "$(<"$keys/$other.pub")"
    if [[ ${cfg[role]} == client ]]
    then
        [[ $address != *:* ]] || address="[$address]"
        printf 'Endpoint = %s:%s\nPersistentKeepalive = 10\n' "$address" "${cfg[port]}"
    fi
}

cfg_run()
{
    local role=$1 keys number=1 conf addresses=() words
    cfg_load "$role" "$2"
    [[ ${cfg[proto]} == udp* ]] || usage_error "WireGuard has no ${cfg[proto]}"
    keys=$(dirname "${cfg[ca]}")/wireguard
    wireguard_keys "$keys"
    [[ $role == server ]] || number=2
    if [[ -n ${cfg[tunnel4]-} ]]
    then
        addresses+=("$(host_of "${cfg[tunnel4]%/*}" "$number")/$(bits_of_mask "${cfg[tunnel4]#*/}")")
    fi
    [[ -z ${cfg[tunnel6]-} ]] ||
        addresses+=("$(host_of "${cfg[tunnel6]%/*}" "$number")/${cfg[tunnel6]#*/}")
    conf=${cfg[workdir]}/wg.conf
    (umask 077 && wireguard_conf "$keys" >"$conf")
    words=("${peer_command[@]}" "$here/lib/wireguard-run" "${cfg[dev]}" "$conf"
        "$((${cfg[tun_mtu]:-1500} - wireguard_overhead))" "${addresses[@]}")
    under_profile words
    exec "${words[@]}"
}

wireguard_main()
{
    peer_use "$release" "${1-}" "${2-}"
    subject_main "$@"
}
