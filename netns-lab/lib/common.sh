# shellcheck shell=bash
# What every script of the lab shares: commands that are shown before they run,
# and waiting for a condition instead of for a time. Sourced, never executed.

# An ordinary user's search path leaves out where Debian keeps such programs.
PATH=$PATH:/usr/sbin:/sbin

say()
{
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
    say "error: $*"
    exit 1
}

# Prints a command to stderr as one could type it, then runs it.
run()
{
    printf '[+]' >&2
    printf ' %q' "$@" >&2
    printf '\n' >&2
    "$@"
}

# wait_for SECONDS WHAT COMMAND...
# Returns as soon as COMMAND succeeds; ends the script when it never does.
wait_for()
{
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1
    do
        ((SECONDS <= deadline)) || die "waited in vain for $what (last tried: $*)"
        sleep 0.05
    done
}

# The lab may only be built where nothing else lives: a fresh network namespace
# has no interface that is up, save its loopback.
require_private_netns()
{
    local strangers
    strangers=$(ip -o link show up | awk -F': ' '!/LOOPBACK/ { print $2 }' | paste -sd ' ')
    [[ -z $strangers ]] ||
        die "this is not a private network namespace (it has $strangers); start me with netns-lab/lab-shell.sh"
}
