#!/usr/bin/env bash
# Records the golden captures of this directory: stock OpenVPN 2.6 to stock
# OpenVPN 2.6, where ovspec must find nothing.
#
#   client c0 ---- r1 router r2 ---- s0 server       (netns-lab/topology/pair.sh)
#                                     ^ tcpdump
#
# Usage: record.sh [-o DIR] [CASE...]      (as root; all cases by default)
#        record.sh list
#
# Each case runs in private mount, network and PID namespaces that die with it.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here root=$here/../..
readonly pair=$root/netns-lab/topology/pair.sh
readonly cases=(plain-udp4 plain-udp6 tls-auth-udp4 tls-auth-sha256-udp6 tls-crypt-udp4 tls-crypt-v2-udp4
    tls-crypt-v2-udp6 cbc-udp4 key-cycle-udp4 key-return-udp4 plain-lossy-udp4 tls-crypt-lossy-udp4 restart-udp4 snapped-udp4
    plain-tcp4)

# shellcheck source=netns-lab/lib/common.sh
source "$root/netns-lab/lib/common.sh"

# wait_for_line SECONDS FILE PATTERN: until the log says it.
wait_for_line()
{
    wait_for "$1" "'$3' in $2 ($(basename "$dir"))" grep -q -- "$3" "$2"
}

# Small elliptic curve certificates keep the handshakes short.
make_certificate()
{
    local dir=$1 name=$2 usage=$3
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
        -keyout "$dir/$name.key" -out "$dir/$name.csr" 2>/dev/null
    openssl x509 -req -in "$dir/$name.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 3650 \
        -extfile <(printf 'keyUsage=digitalSignature\nextendedKeyUsage=%s\n' "$usage") \
        -out "$dir/$name.crt" 2>/dev/null
}

make_keys()
{
    local dir=$1
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=ca" -days 3650 \
        -keyout "$dir/ca.key" -out "$dir/ca.crt" 2>/dev/null
    make_certificate "$dir" server serverAuth
    make_certificate "$dir" client clientAuth
    openvpn --genkey secret "$dir/static.key"
    openvpn --genkey tls-crypt-v2-server "$dir/v2-server.key"
    openvpn --tls-crypt-v2 "$dir/v2-server.key" --genkey tls-crypt-v2-client "$dir/v2-client.key"
}

# Options of one case; both and server and client are read by the caller.
choose_options()
{
    local dir=$2
    both=(--cipher AES-256-GCM --hand-window 6)
    server=(--reneg-sec 10)
    client=(--nobind --reneg-sec 0)
    lossy=false restart=false seconds=26 snaplen=2000 address=10.77.2.2 proto=udp4 interval=0.25
    [[ $1 != *udp6 ]] || { address=fd77:2::2 proto=udp6; }
    case $1 in
        plain-lossy-udp4)
            lossy=true
            both=(--cipher AES-256-GCM --hand-window 20)
            server=(--reneg-sec 12)
            ;;
        plain-tcp4)
            proto=tcp4
            ;;
        plain-udp?)
            ;;
        tls-auth-udp4)
            server+=(--tls-auth "$dir/static.key" 0)
            client+=(--tls-auth "$dir/static.key" 1)
            ;;
        tls-auth-sha256-udp6)
            both+=(--tls-auth "$dir/static.key" --auth SHA256)
            ;;
        tls-crypt-v2-udp?)
            server=(--reneg-sec 0 --tls-crypt-v2 "$dir/v2-server.key")
            client=(--nobind --reneg-sec 9 --tls-crypt-v2 "$dir/v2-client.key")
            ;;
        tls-crypt-lossy-udp4)
            lossy=true
            server=(--reneg-sec 12)
            both=(--cipher AES-256-GCM --hand-window 20 --tls-crypt "$dir/static.key")
            ;;
        tls-crypt-udp4 | snapped-udp4)
            both+=(--tls-crypt "$dir/static.key")
            [[ $1 != snapped-udp4 ]] || snaplen=80
            ;;
        cbc-udp4)
            both+=(--data-ciphers AES-256-CBC --auth SHA256)
            ;;
        key-cycle-udp4)
            server=(--reneg-sec 4)
            client=(--nobind --reneg-sec 4)
            both=(--cipher AES-256-GCM --hand-window 3)
            seconds=42 interval=0.5
            ;;
        key-return-udp4)
            # Renegotiation before the first key is as old as the hand-window: the
            # client takes the new key at once and returns to the old one later.
            both=(--cipher AES-256-GCM --hand-window 20)
            server=(--reneg-sec 12)
            client=(--nobind --reneg-sec 0)
            seconds=40 interval=0.5
            ;;
        restart-udp4)
            # After a crash the server ignores the push requests of the same port for 30 s: no short hand-window.
            both=(--cipher AES-256-GCM --reneg-sec 0)
            server=()
            client=(--lport 1195)
            restart=true
            ;;
        *)
            die "no such case: $1"
            ;;
    esac
}

start_server()
{
    local proto_server=$proto
    [[ $proto != tcp4 ]] || proto_server=tcp4-server
    ip netns exec server openvpn --dev tun0 --proto "$proto_server" --port 1194 --server 10.8.0.0 255.255.255.0 \
        --topology subnet --keepalive 5 20 --ca "$dir/ca.crt" --cert "$dir/server.crt" --key "$dir/server.key" \
        --dh none --verb 4 "${both[@]}" "${server[@]}" </dev/null >>"$dir/server.log" 2>&1 &
    server_pid=$!
}

start_client()
{
    local proto_client=$proto
    [[ $proto != tcp4 ]] || proto_client=tcp4-client
    ip netns exec client openvpn --client --dev tun0 --proto "$proto_client" --remote "$address" 1194 \
        --ca "$dir/ca.crt" --cert "$dir/client.crt" --key "$dir/client.key" --remote-cert-tls server --verb 4 \
        --explicit-exit-notify 1 "${both[@]}" "${client[@]}" </dev/null >"$dir/client.log" 2>&1 &
    client_pid=$!
}

# Drops what the server sends for half of the time, in turns of a few
# milliseconds, so that handshakes lose packets too. The capture sees them leave
# and sees them sent again. The other direction loses less, before the capture.
lose_packets()
{
    while true
    do
        ip -n router route add blackhole 10.77.1.2/32
        sleep "0.00$((RANDOM % 9 + 1))"
        ip -n router route del blackhole 10.77.1.2/32
        sleep "0.00$((RANDOM % 9 + 1))"
        if ((RANDOM % 4 == 0))
        then
            ip -n router route add blackhole 10.77.2.2/32
            sleep "0.00$((RANDOM % 9 + 1))"
            ip -n router route del blackhole 10.77.2.2/32
        fi
    done
}

# Several sizes, so that block lengths show.
drive_traffic()
{
    local -i count size
    count=$(awk -v s="$seconds" -v i="$interval" 'BEGIN { print int(s / i / 4) }')
    for size in 56 73 120 200
    do
        ip netns exec client ping -n -q -i "$interval" -c "$count" -s "$size" 10.8.0.1 >&2 || true
    done
}

# Server and client killed and started again, client from the same port.
drive_restarts()
{
    local -a little=(ip netns exec client ping -n -q -i 0.2 -c 15 10.8.0.1)
    "${little[@]}" >&2 || true
    run kill -KILL "$client_pid"
    wait "$client_pid" 2>/dev/null || true
    start_client
    wait_for_line 50 "$dir/client.log" 'Initialization Sequence Completed'
    "${little[@]}" >&2 || true
    run kill -TERM "$client_pid"
    wait "$client_pid" || true
    start_client
    wait_for_line 20 "$dir/client.log" 'Initialization Sequence Completed'
    run kill -KILL "$server_pid"
    wait "$server_pid" 2>/dev/null || true
    start_server
    wait_for_line 60 "$dir/client.log" 'process restarting'
    wait_for 20 'an answer through the tunnel' ip netns exec client ping -n -q -c 1 -W 1 10.8.0.1
    "${little[@]}" >&2 || true
}

record_case()
{
    local name=$1 out=$2 dir=$3
    local both server client lossy restart seconds snaplen address proto interval
    local server_pid client_pid capture_pid loser_pid
    mount -t tmpfs none /run
    mkdir -p /run/netns
    "$pair" up
    choose_options "$name" "$dir"
    ip netns exec server tcpdump -i s0 -U -Z root -s "$snaplen" -w "$dir/out.pcap" port 1194 2>"$dir/tcpdump.log" &
    capture_pid=$!
    wait_for_line 5 "$dir/tcpdump.log" 'listening on'
    start_server
    wait_for_line 10 "$dir/server.log" 'Initialization Sequence Completed'
    if $lossy
    then
        lose_packets &
        loser_pid=$!
    fi
    start_client
    wait_for_line 40 "$dir/client.log" 'Initialization Sequence Completed'
    if $restart
    then
        drive_restarts
    elif $lossy
    then
        drive_traffic
        run kill "$loser_pid"
        wait "$loser_pid" 2>/dev/null || true
    else
        drive_traffic
    fi
    run kill -TERM "$client_pid"
    wait "$client_pid" || true
    sleep 1
    run kill -TERM "$server_pid"
    wait "$server_pid" || true
    sleep 0.5
    run kill -INT "$capture_pid"
    wait "$capture_pid" || true
    cp "$dir/out.pcap" "$out/$name.pcap"
}

main()
{
    local out=$here name status=0
    if [[ ${1-} == list ]]
    then
        printf '%s\n' "${cases[@]}"
        return
    fi
    if [[ ${1-} == --inside ]]
    then
        record_case "$2" "$3" "$4"
        return
    fi
    if [[ ${1-} == -o ]]
    then
        out=$(realpath "$2")
        shift 2
    fi
    (($# > 0)) || set -- "${cases[@]}"
    [[ $(id -u) == 0 ]] || die "needs to be root"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    make_keys "$work"
    for name in "$@"
    do
        mkdir "$work/$name"
        cp "$work"/*.{key,crt} "$work/$name/"
        unshare -mnpf --mount-proc --kill-child "$0" --inside "$name" "$out" "$work/$name" || status=1
    done
    return "$status"
}

main "$@"
