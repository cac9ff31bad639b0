#!/usr/bin/env bash
# Proves that a run of the lab left nothing behind on this machine.
#
# Usage: leftover-check.sh [-r RUN] snapshot FILE     before the run
#        leftover-check.sh [-r RUN] compare FILE      after it: exit 0 clean, 1 not
#
# What is compared: processes that carry the mark OVLAB_RUN=... in their environment
# or command line, names in /run/netns, network interfaces, mounts (a namespace that
# is kept without a process is one of these), routes, and the forwarding switches.
# A namespace that none of these holds is gone.
#
# -r RUN looks at processes of that run only, for a machine on which other people
# run the lab at the same time. `compare` polls for two seconds, because the kernel
# takes a killed run apart in the background.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/lib/common.sh"

readonly grace_s=2
run_id=

usage()
{
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

# ancestors PID: PID and its parents, one a line.
ancestors()
{
    local pid=$1 key value
    while [[ -n $pid && $pid != 0 ]]
    do
        echo "$pid"
        value=
        while read -r key value
        do
            [[ $key != PPid: ]] || break
        done 2>/dev/null <"/proc/$pid/status" || return 0
        pid=$value
    done
}

# Who asks is not a leftover: neither our callers nor our own subshells.
is_ours()
{
    local line
    line=" $(ancestors "$1" | paste -sd ' ') "
    [[ " $callers " == *" $1 "* || $line == *" $$ "* ]]
}

list_processes()
{
    local path pid start words
    {
        grep -lsza -- "^OVLAB_RUN=${run_id:-.}" /proc/[0-9]*/environ || true
        grep -lsza -- "OVLAB_RUN=${run_id:-.}" /proc/[0-9]*/cmdline || true
    } | cut -d / -f 3 | sort -un | while read -r pid
    do
        path=/proc/$pid
        ! is_ours "$pid" || continue
        # Field 22 tells a reused pid from the old one; the name may hold blanks.
        start=$(sed 's/.*) //' "$path/stat" 2>/dev/null | cut -d ' ' -f 20) || continue
        words=$(tr '\0' ' ' <"$path/cmdline" 2>/dev/null) || continue
        [[ -z $start ]] || printf 'process %s started %s: %s\n' "$pid" "$start" "$words"
    done
}

list_everything()
{
    local name key
    list_processes
    for name in /run/netns/*
    do
        [[ ! -e $name ]] || printf 'network namespace %s\n' "$name"
    done
    ip -o link show | awk -F ': ' '{ print "interface " $2 }'
    awk '{ for (i = 7; $i != "-"; i++); print "mount " $5 " (" $(i + 1) ")" }' /proc/self/mountinfo
    # A router's announcement has a lifetime that counts down by itself.
    { ip route show table all; ip -6 route show table all; } | sed 's/ expires [0-9]*sec//; s/^/route /'
    for key in net.ipv4.ip_forward net.ipv6.conf.all.forwarding
    do
        printf 'sysctl %s=%s\n' "$key" "$(sysctl -n "$key" 2>/dev/null)"
    done
}

snapshot()
{
    list_everything | LC_ALL=C sort >"$1"
}

compare()
{
    local now left deadline=$((SECONDS + grace_s))
    [[ -s $1 ]] || die "no snapshot in $1"
    while true
    do
        now=$(list_everything | LC_ALL=C sort)
        left=$(LC_ALL=C comm -13 "$1" - <<<"$now")
        if [[ -z $left ]]
        then
            echo "leftover-check: clean${run_id:+ (run $run_id)}"
            return 0
        fi
        ((SECONDS < deadline)) || break
        sleep 0.1
    done
    printf '%s\n' "$left" | sed 's/^/left over: /'
    echo "leftover-check: $(wc -l <<<"$left") thing(s) left over"
    return 1
}

while getopts ':r:' flag
do
    case $flag in
        r) run_id=$OPTARG ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
(($# == 2)) || usage
# The mark goes into a regular expression, and is made of letters, digits, - and _.
[[ $run_id =~ ^[[:alnum:]_-]*$ ]] || die "not the name of a run: $run_id"
callers=$(ancestors $$ | paste -sd ' ')
case $1 in
    snapshot) snapshot "$2" ;;
    compare) compare "$2" ;;
    *) usage ;;
esac
