#!/usr/bin/env bash
# A fake program under test. Each name in subjects/ is a link to this file, and
# the name decides how it behaves:
#
#   ok        works                       failing   ends with status 1 at once
#   hanging   never listens or connects   crashing  dies of SIGSEGV under traffic
#   mute      claims to be up, passes nothing        zero      ends with status 0 without running
#   stubborn  its server ignores SIGTERM             rude      leaves without saying goodbye
#   sour      ends with status 3 on SIGTERM          litter    leaves its interface behind
#   deserter  leaves a process behind                absent    is not installed
#   odd       answers `supports` with status 3       limited   has no AES-256-GCM
#
# FAKE_TUNNEL names the built fake-tunnel.c.

set -euo pipefail

name=${0##*/}

start()
{
    case $name in
        failing)
            echo "fake: I always fail in the role of $1"
            exit 1
            ;;
        hanging)
            exec sleep 1000
            ;;
        zero)
            exit 0
            ;;
        deserter)
            setsid sleep 1000 >/dev/null 2>&1 </dev/null &
            exec "$FAKE_TUNNEL" ok "$2"
            ;;
        faulty)
            exec "$FAKE_TUNNEL" sour "$2"
            ;;
        crashing)
            exec "$FAKE_TUNNEL" crash "$2"
            ;;
        *)
            exec "$FAKE_TUNNEL" "$name" "$2"
            ;;
    esac
}

case $1 in
    version)
        if [[ $name == absent ]]
        then
            echo 'it is not installed'
            exit 127
        fi
        echo "fake $name 1.0"
        ;;
    supports)
        case $name/$2 in
            limited/cipher:*)
                echo 'only NULL-0'
                exit 127
                ;;
            odd/*)
                exit 3
                ;;
            faulty/known-end-fault)
                echo '^ending$'
                ;;
            */known-end-fault)
                echo 'none known'
                exit 127
                ;;
            */peer-exit-line)
                echo 'goodbye from the peer'
                ;;
            *)
                echo yes
                ;;
        esac
        ;;
    server | client)
        start "$1" "$2"
        ;;
    *)
        echo "usage: $name version | supports FEATURE | server CFG | client CFG" >&2
        exit 2
        ;;
esac
