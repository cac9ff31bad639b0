# shellcheck shell=bash
# What the subjects share whose programs live in folders of other Debian releases
# (netns-lab/peers). Sourced after openvpn-options.sh, which brings unsupported().
# OVLAB_PEERS=DIR names another place than build/peers, OVLAB_IN_PEER=PROGRAM another way in than
# netns-lab/peers/in-peer.sh.

# shellcheck disable=SC2034 # the files around this one use peer_command

peer_repository=$(realpath -m "$(dirname "${BASH_SOURCE[0]}")/../../..")
peer_folders=${OVLAB_PEERS:-$peer_repository/build/peers}

# Packages by release; `make lab-peers` makes these folders.
declare -A peer_packages=(
    [sid]='openvpn wireguard-go wireguard-tools openconnect ocserv iproute2'
    [trixie]='openvpn iproute2'
    [bullseye]='openvpn iproute2'
    [bookworm]='wireguard-go wireguard-tools iproute2'
)

# peer_use RELEASE VERB [CFG]: peer_command becomes the words that run a program of that
# release; with a CFG, the program sees every folder that the CFG names.
peer_use()
{
    local folder=$peer_folders/$1 key value dirs=("$peer_repository") dir
    if [[ ($2 == server || $2 == client) && -r ${3-} ]]
    then
        dirs+=("$(dirname "$(realpath "$3")")")
        while IFS='=' read -r key value
        do
            [[ $value == /* ]] || continue
            # Only the working directory is named itself, of all else the file.
            [[ $key == workdir ]] || value=${value%/*}
            dirs+=("$value")
        done <"$3"
    fi
    peer_command=("${OVLAB_IN_PEER:-$peer_repository/netns-lab/peers/in-peer.sh}" "$folder")
    while IFS= read -r dir
    do
        peer_command+=("$dir")
    done < <(printf '%s\n' "${dirs[@]}" | sort -u)
    peer_command+=(--)
}

# peer_package RELEASE PACKAGE: prints its version, or the reason why it is not here.
peer_package()
{
    local folder=$peer_folders/$1 version
    [[ -s $folder/etc/ovlab-peer ]] ||
        unsupported "no folder of Debian $1 in $peer_folders (make lab-peers)" || return
    version=$(dpkg-query --admindir="$folder/var/lib/dpkg" --show --showformat='${Version}' "$2" 2>/dev/null) ||
        unsupported "$folder lacks the package $2 (make lab-peers)" || return
    printf '%s\n' "$version"
}
