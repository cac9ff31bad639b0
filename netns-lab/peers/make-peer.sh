#!/usr/bin/env bash
# Makes a folder with packages of another Debian release, from which in-peer.sh,
# beside this script, runs a program. A program under test of another generation
# comes into the lab this way, without touching what the machine has installed.
#
# Usage: make-peer.sh [-f] RELEASE DIR PACKAGE...
#
#   RELEASE  name of a Debian release, such as sid or bookworm
#   DIR      a folder that holds all of the packages already stays as it is
#   -f       make it anew
#
# Packages come from the sources of this machine, with its proxy and certificates. About 30 s
# and 150 MB each. The folder appears at the end, under its name, or not at all.
# Needs mmdebstrap, and root or a kernel that allows user namespaces.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"
repository=$(cd "$here/../.." && pwd)
scratch=
anew=

usage()
{
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

# The machine's own Debian archive, moved to the release: of its sources those whose
# suite is exactly its release (not -updates, not -security, nothing else that was added).
write_sources()
{
    local own file
    # shellcheck source=/dev/null
    own=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
    [[ -n $own ]] || die "/etc/os-release names no release"
    # One-line format: deb [options] address suite component...
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list
    do
        [[ ! -s $file ]] || sed -nE "s/^(deb +(\[[^]]*\] +)?[^ ]+) +$own( .*)/\1 $release\3/p" "$file"
    done >"$scratch/one-line"
    # Paragraphs of "Key: value" lines.
    for file in /etc/apt/sources.list.d/*.sources
    do
        [[ ! -s $file ]] || awk -v own="$own" -v release="$release" '
            BEGIN { RS = ""; FS = "\n" }
            {
                keep = ""
                mine = 0
                for (i = 1; i <= NF; i++)
                {
                    if ($i ~ /^#/)
                        continue
                    if ($i ~ /^Suites:/)
                    {
                        mine = ($i " ") ~ ("[ \t]" own "[ \t]")
                        $i = "Suites: " release
                    }
                    keep = keep $i "\n"
                }
                if (mine)
                    print keep
            }' "$file"
    done >"$scratch/paragraphs"
    if [[ -s $scratch/paragraphs ]]
    then
        mv "$scratch/paragraphs" "$scratch/machine.sources"
        sources=$scratch/machine.sources
    elif [[ -s $scratch/one-line ]]
    then
        mv "$scratch/one-line" "$scratch/machine.list"
        sources=$scratch/machine.list
    else
        die "no source of apt on this machine has the suite '$own'"
    fi
}

# How this machine reaches them: apt's proxy, checks and timeouts. An archive that is frozen at
# a date is good enough, whatever it says about its age.
write_apt_options()
{
    apt-config dump | grep -E '^Acquire::(ftp|https?|Check-|Retries|ForceIPv)[^ ]* "[^"]' >"$scratch/apt.conf" || true
    {
        echo 'Acquire::Languages "none";'
        echo 'Acquire::Check-Valid-Until "false";'
    } >>"$scratch/apt.conf"
}

# The mark of a finished folder: when it was made, its release, its packages.
is_complete()
{
    [[ -s $dir/etc/ovlab-peer ]] &&
        diff -q <(tail -n +2 "$dir/etc/ovlab-peer") <(printf '%s\n' "$release" "${packages[@]}") >/dev/null
}

make_folder()
{
    local mode=root
    [[ $(id -u) == 0 ]] || mode=unshare
    # The package manager's lists and archives are of no use to a peer; the mount points that
    # in-peer.sh needs are made here, because its caller may not be allowed to.
    run mmdebstrap --quiet --mode="$mode" --variant=apt --include="$include" \
        --aptopt="$scratch/apt.conf" --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook="mkdir -p \"\$1$repository\"" \
        "$release" "$dir.making" "$sources"
    {
        date -u +%Y-%m-%dT%H:%M:%SZ
        printf '%s\n' "$release" "${packages[@]}"
    } >"$dir.making/etc/ovlab-peer"
    rm -rf --one-file-system "$dir"
    mv -T "$dir.making" "$dir"
}

cleanup()
{
    [[ -z $scratch ]] || rm -rf "$scratch"
    [[ -z ${dir-} || ! -d $dir.making ]] || rm -rf --one-file-system "$dir.making"
}

while getopts ':f' flag
do
    case $flag in
        f) anew=yes ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
(($# >= 3)) || usage
release=$1
dir=$(realpath -m "$2")
shift 2
packages=("$@")
include=$(IFS=,; printf '%s' "$*")
[[ $release =~ ^[a-z][a-z-]*$ ]] || die "'$release' is no name of a release"
[[ ${dir%/*} != '' && $dir != "$HOME" ]] || die "'$dir' is no place for it"
command -v mmdebstrap >/dev/null || die 'mmdebstrap is missing: apt-get install mmdebstrap'
mkdir -p "${dir%/*}"
exec 9>"$dir.lock"
flock 9
if [[ -z $anew ]] && is_complete
then
    say "$dir is there, made $(head -n 1 "$dir/etc/ovlab-peer")"
    exit
fi
[[ ! -e $dir || -s $dir/etc/ovlab-peer ]] || die "$dir exists and is no peer"
trap cleanup EXIT
scratch=$(mktemp -d)
chmod 0755 "$scratch"
write_sources
write_apt_options
rm -rf --one-file-system "$dir.making"
make_folder
say "$dir is ready"
