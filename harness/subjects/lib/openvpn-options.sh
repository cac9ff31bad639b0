# shellcheck shell=bash
# Turns the harness's CFG (lines key=value) into OpenVPN 2.x options, and holds the
# four verbs that all subjects reading such options have in common. Sourced, never
# executed. A subject defines
#
#   subject_program      array: the program and what it always gets
#   subject_version      prints one line, or returns 127 with the reason
#   subject_present      may be left out: the same asked cheaply, without the version
#   subject_supports F   prints a detail or the reason; returns 0 or 127
#
#   subject_static_options  may be left out: prints what else static key mode takes
#
# and ends with: subject_main "$@"

# shellcheck disable=SC2154 # subject_program is the subject's

declare -A cfg=()

# What the harness may say. Keys of the other role (a client's tunnel4, a server's
# exit_notify) describe the network and cause no option; an empty value means the
# program's own default.
readonly cfg_keys=' role proto local remote port dev cipher auth ca cert key tls_crypt tls_auth
 key_direction tls_crypt_v2 topology dev_type mode tunnel4 tunnel6 tun_mtu keepalive exit_notify sndbuf rcvbuf profile wincost tunproxy
 pkcs12 token external_key secret verb workdir options '

usage_error()
{
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 2
}

unsupported()
{
    printf '%s\n' "$*"
    return 127
}

# cfg_load ROLE FILE
cfg_load()
{
    local file=$2 line key value number=0
    [[ -r $file ]] || usage_error "cannot read $file"
    while IFS= read -r line || [[ -n $line ]]
    do
        number=$((number + 1))
        [[ -n $line ]] || continue
        key=${line%%=*}
        value=${line#*=}
        [[ $line == *=* ]] || usage_error "$file:$number: not key=value: $line"
        [[ $cfg_keys == *[[:space:]]"$key"[[:space:]]* ]] || usage_error "$file:$number: unknown key '$key'"
        [[ -z ${cfg[$key]+given} ]] || usage_error "$file:$number: '$key' is given twice"
        [[ $value != *[[:space:]\"\'\\#\;]* ]] || usage_error "$file:$number: '$key' needs a plain word: $value"
        cfg[$key]=$value
    done <"$file"
    [[ ${cfg[role]-} == "$1" ]] || usage_error "$file: role is '${cfg[role]-}' but the verb is '$1'"
    cfg_require role proto port dev cert key workdir
    case $1 in
        server) [[ -n ${cfg[tunnel6]-} ]] || cfg_require tunnel4 ;;
        client) cfg_require remote ;;
    esac
    case ${cfg[proto]} in
        udp4 | udp6 | tcp4 | tcp6) ;;
        *) usage_error "$file: proto '${cfg[proto]}' is none of udp4 udp6 tcp4 tcp6" ;;
    esac
}

cfg_require()
{
    local key
    for key in "$@"
    do
        [[ -n ${cfg[$key]-} ]] || usage_error "the configuration lacks '$key'"
    done
}

# option KEY NAME [WORD...]: an option line, if the harness gave KEY a value; a
# value a/b is two words.
option()
{
    local value=${cfg[$1]-}
    shift
    [[ -z $value ]] || printf '%s\n' "$* ${value/\// }"
}

# option_path KEY NAME: the same for a file name, where a slash is a slash.
option_path()
{
    [[ -z ${cfg[$1]-} ]] || printf '%s %s\n' "$2" "${cfg[$1]}"
}

proto_word()
{
    case ${cfg[proto]}/${cfg[role]} in
        tcp*) printf '%s\n' "${cfg[proto]}-${cfg[role]}" ;;
        *) printf '%s\n' "${cfg[proto]}" ;;
    esac
}

options_of_server()
{
    option_path local local
    option port port
    if [[ ${cfg[mode]-} == static ]]
    then
        options_of_peer 1 2
        return
    elif [[ ${cfg[mode]-} == p2p ]]
    then
        echo 'tls-server'
        options_of_peer 1 2
    else
        printf 'topology %s\n' "${cfg[topology]:-subnet}"
        option tunnel4 server
        option_path tunnel6 server-ipv6
    fi
    echo 'dh none'
    echo 'remote-cert-tls client'
}

# options_of_peer OWN OTHER: addresses of two ends of which none is a server.
options_of_peer()
{
    local net=${cfg[tunnel4]%/*} net6=${cfg[tunnel6]%/*}
    net=${net%.*}
    echo 'topology p2p'
    [[ -z ${cfg[tunnel4]-} ]] || echo "ifconfig $net.$1 $net.$2"
    [[ -z ${cfg[tunnel6]-} ]] || echo "ifconfig-ipv6 $net6$1/${cfg[tunnel6]#*/} $net6$2"
}

options_of_client()
{
    printf 'remote %s %s\n' "${cfg[remote]}" "${cfg[port]}"
    echo 'nobind'
    case ${cfg[mode]-} in
        static)
            options_of_peer 2 1
            return
            ;;
        p2p)
            echo 'tls-client'
            options_of_peer 2 1
            ;;
        *) echo 'client' ;;
    esac
    echo 'remote-cert-tls server'
    option exit_notify explicit-exit-notify
}

readonly token_module=/usr/lib/softhsm/libsofthsm2.so

# supports_token: a program of another system's folder sees no library of this one.
supports_token()
{
    [[ -z ${peer_command-} ]] || unsupported 'its folder has no PKCS#11 module (softhsm2)' || return
    [[ -r $token_module ]] || unsupported "$token_module is missing (softhsm2)" || return
    echo yes
}

# make_token: certificate and key go to a token of this run alone; who has token_id has its environment too.
make_token()
{
    local lines
    lines=$("$(dirname "${BASH_SOURCE[0]}")/../../../netns-lab/pki/make-token.sh" "${cfg[workdir]}" "01=${cfg[cert]%.crt}")
    export SOFTHSM2_CONF=${lines%%$'\n'*}
    token_id=${lines##*$'\n'}
}

options_of_token()
{
    printf 'pkcs11-providers %s\n' "$token_module"
    printf "pkcs11-id '%s'\n" "$token_id"
}

options_of_tls()
{
    option_path ca ca
    # PKCS#12 and a token hold the two others; somebody else has an external key.
    option_path pkcs12 pkcs12
    [[ -z ${cfg[token]-} ]] || options_of_token
    [[ -n ${cfg[pkcs12]-}${cfg[token]-} ]] || option_path cert cert
    [[ -n ${cfg[pkcs12]-}${cfg[token]-}${cfg[external_key]-} ]] || option_path key key
    option_path tls_crypt tls-crypt
    option_path tls_auth tls-auth
    option key_direction key-direction
    option_path tls_crypt_v2 tls-crypt-v2
    option cipher data-ciphers
}

options_of_both()
{
    option dev dev
    printf 'dev-type %s\n' "${cfg[dev_type]:-tun}"
    printf 'proto %s\n' "$(proto_word)"
    if [[ ${cfg[mode]-} == static ]]
    then
        option_path secret secret
        option key_direction key-direction
        option cipher cipher
        ! declare -F subject_static_options >/dev/null || subject_static_options
    else
        options_of_tls
    fi
    option auth auth
    option tun_mtu tun-mtu
    option sndbuf sndbuf
    option rcvbuf rcvbuf
    option keepalive keepalive
    echo 'persist-tun'
    echo 'persist-key'
    option verb verb
}

# under_profile ARRAY: puts what runs the words of ARRAY under the profile, if there is one, before them. The cost
# shim works in a program that the loader of this system loads; any other has the tun proxy around it.
under_profile()
{
    local -n under_words=$1
    local stats=${cfg[workdir]}/profile.stats
    [[ -n ${cfg[profile]-} ]] || return 0
    if subject_wants_tunproxy
    then
        under_words=("${cfg[tunproxy]}" --profile "${cfg[profile]}" --stats "$stats" -- "${under_words[@]}")
    else
        under_words=(env "LD_PRELOAD=${cfg[wincost]}" "WINCOST_PROFILE=${cfg[profile]}" "WINCOST_STATS=$stats"
            "${under_words[@]}")
    fi
}

# Whether it makes raw system calls, or runs in a folder of another release, with its own loader.
subject_wants_tunproxy()
{
    [[ -n ${raw_calls-} || -n ${peer_command-} ]]
}

# supports_profile FACTOR: "" for any. What lies inside the program is out of the tun proxy's reach.
supports_profile()
{
    if ! subject_wants_tunproxy
    then
        echo 'by the cost shim'
    elif [[ $1 == tick ]]
    then
        unsupported 'it runs in the tun proxy, which cannot reach the waits of a program'
    else
        echo 'by the tun proxy, which reaches neither its waits nor its batches of calls'
    fi
}

# cfg_run ROLE CFG: becomes the program. The option file stays in the work folder,
# so a run can be repeated by hand.
cfg_run()
{
    local role=$1 file extra=()
    cfg_load "$role" "$2"
    file=${cfg[workdir]}/$role.ovpn
    if [[ -n ${cfg[token]-} ]]
    then
        make_token
    fi
    {
        "options_of_$role"
        options_of_both
    } >"$file"
    [[ -z ${cfg[options]-} ]] || extra=(--config "${cfg[options]}")
    under_profile subject_program
    exec "${subject_program[@]}" --config "$file" "${extra[@]}"
}

subject_main()
{
    local version
    # An ordinary user's search path leaves out where Debian keeps such programs.
    PATH=$PATH:/usr/sbin:/sbin
    case $#:${1-} in
        1:version | 2:supports | 2:server | 2:client) ;;
        *) usage_error 'usage: version | supports FEATURE | server CFG | client CFG' ;;
    esac
    # A start is timed by its caller: it asks nothing that `version` has answered.
    case $1 in
        server | client) cfg_run "$1" "$2" ;;
    esac
    case $1 in
        version)
            version=$(subject_version) || unsupported "$version" || exit
            printf '%s\n' "$version"
            ;;
        supports)
            # Asked often, and only of programs that told their version: being there is enough.
            if declare -F subject_present >/dev/null
            then
                version=$(subject_present) || unsupported "$version" || exit
            else
                version=$(subject_version) || unsupported "$version" || exit
            fi
            subject_supports "$2"
            ;;
    esac
}
