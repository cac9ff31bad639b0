# shellcheck shell=bash
# What the scripts of this folder share: counted checks, the programs' names, waiting, the end. To be sourced with the
# build folder as argument, inside of the lab shell of the topology "pair".

# shellcheck disable=SC2034 # the scripts that source this read the variables
# shellcheck disable=SC2154 # the lab shell exports the facts of the topology

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
build=$(realpath "${1:-$root/build}")
stock=$(type -P openvpn || true)
pki=$build/pki
work=$(mktemp -d)
passed=0
failed=0
skipped=0
server_pid=
client_pid=

finish()
{
    kill "$server_pid" "$client_pid" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
: >"$work/server.log"
: >"$work/client.log"
"$root/netns-lab/pki/make-pki.sh" "$pki" >/dev/null

ok()
{
    passed=$((passed + 1))
    printf 'ok      %s\n' "$*"
}

bad()
{
    failed=$((failed + 1))
    printf 'FAILED  %s\n' "$*"
    tail -n 4 "$work/server.log" "$work/client.log" 2>/dev/null | sed 's/^/        /' || true
}

# check TEXT COMMAND...
check()
{
    local text=$1
    shift
    if "$@"
    then
        ok "$text"
    else
        bad "$text"
    fi
}

# within SECONDS COMMAND...: until it is true
within()
{
    local end=$((SECONDS + $1))
    shift
    until "$@"
    do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

in_client()
{
    ip netns exec "$client_ns" "$@"
}

in_server()
{
    ip netns exec "$server_ns" "$@"
}

said()
{
    grep -Eq -- "$2" "$work/$1.log"
}

answers()
{
    in_client ping -n -q -c 1 -W 1 10.8.0.1 >/dev/null 2>&1
}

# words WHO: the program and what it always gets
words()
{
    case $1 in
        stock) printf '%s\n' "$stock" --disable-dco ;;
        *) printf '%s\n' "$build/ovref" --tls-backend "$1" ;;
    esac
}

# Programs are started without a function of ours in between, so that $! is the program.

end()
{
    kill -TERM "$1" 2>/dev/null && wait "$1"
}

fresh()
{
    : >"$work/server.log"
    : >"$work/client.log"
}
