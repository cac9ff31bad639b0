#!/usr/bin/env bash
# Makes a software token (SoftHSM) that holds certificates with their keys, PIN 4711, and prints what
# SOFTHSM2_CONF must name for a program to see it, then the name of each certificate as --pkcs11-id wants it.
#
# Usage: make-token.sh [-m MECHANISMS] DIR ID=STEM...
#
#   DIR         a folder for it, which must be there
#   ID=STEM     hexadecimal digits, two or more, and the files STEM.crt and STEM.key
#   MECHANISMS  the token's only ones, as slots.mechanisms of softhsm2.conf has them ("-NAME,...": all but these)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here module=/usr/lib/softhsm/libsofthsm2.so label=labcard pin=4711
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"

mechanisms=ALL
if [[ ${1-} == -m ]]
then
    mechanisms=${2-}
    shift 2
fi
(($# >= 2)) || die "usage: ${0##*/} [-m MECHANISMS] DIR ID=STEM..."
for program in softhsm2-util pkcs11-tool openssl
do
    command -v "$program" >/dev/null || die "$program is missing (see .ci/packages)"
done

dir=$(realpath "$1")
shift
umask 077
mkdir "$dir/tokens"
trap 'rm -f "$dir/key.p8" "$dir/cert.der"' EXIT
# Keys come in by more mechanisms than what they may be used with later.
echo "directories.tokendir = $dir/tokens" >"$dir/softhsm2.conf"
export SOFTHSM2_CONF=$dir/softhsm2.conf

# quietly COMMAND...: its words appear on failure only.
quietly()
{
    local log
    log=$("$@" 2>&1) || die "failed: $*"$'\n'"$log"
}

quietly softhsm2-util --init-token --free --label "$label" --so-pin 12345678 --pin "$pin"
serial=$(softhsm2-util --show-slots | awk -v label="$label" '
    $1 == "Serial" { serial = $3 }
    $1 == "Label:" && $2 == label { print serial; exit }')
[[ -n $serial ]] || die "SoftHSM lists no token '$label'"
echo "$SOFTHSM2_CONF"
for pair in "$@"
do
    id=${pair%%=*}
    stem=${pair#*=}
    openssl pkcs8 -topk8 -nocrypt -in "$stem.key" -out "$dir/key.p8"
    openssl x509 -in "$stem.crt" -outform der -out "$dir/cert.der"
    quietly softhsm2-util --import "$dir/key.p8" --token "$label" --label "$id" --id "$id" --pin "$pin"
    quietly pkcs11-tool --module "$module" --token-label "$label" --login --pin "$pin" \
        --write-object "$dir/cert.der" --type cert --label "$id" --id "$id"
    printf 'SoftHSM\\x20project/SoftHSM\\x20v2/%s/%s/%s\n' "$serial" "$label" "$id"
done
echo "slots.mechanisms = $mechanisms" >>"$dir/softhsm2.conf"
