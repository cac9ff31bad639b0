#!/usr/bin/env bash
# Becomes a program of a folder that make-peer.sh made, as if that folder were the
# whole file system. Each call has a mount namespace of its own, so two programs
# that leave sockets in /run do not meet there. The pid stays the caller's.
#
# Usage: in-peer.sh FOLDER [DIR...] -- PROGRAM [ARGUMENT...]
#
#   DIR  a folder of this machine that the program sees under the same path, writable
#
# Needs root, or a kernel that allows user namespaces.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"

usage()
{
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

if [[ ${1-} != --inside ]]
then
    (($# >= 3)) || usage
    namespaces=(--mount --propagation private)
    [[ $(id -u) == 0 ]] || namespaces+=(--user --map-root-user)
    exec unshare "${namespaces[@]}" -- "$here/${0##*/}" --inside "$@"
fi

shift
folder=$(realpath "$1")
shift
[[ -s $folder/etc/ovlab-peer ]] || die "$folder is no finished peer; netns-lab/peers/make-peer.sh makes one"
mount --rbind /proc "$folder/proc"
mount --rbind /dev "$folder/dev"
mount --rbind /sys "$folder/sys"
mount -t tmpfs -o mode=0755 peer "$folder/run"
mount -t tmpfs -o mode=1777 peer "$folder/tmp"
while (($# > 0)) && [[ $1 != -- ]]
do
    dir=$(realpath "$1")
    mkdir -p "$folder$dir"
    mount --bind "$dir" "$folder$dir"
    shift
done
(($# >= 2)) || usage
shift
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
exec chroot "$folder" "$@"
