# shellcheck shell=bash
# What stock OpenVPN of any version answers alike. Sourced after openvpn-options.sh, with
# subject_program set.

# shellcheck disable=SC2154 # subject_program is the subject's

# openvpn_supports FEATURE: an option by its name, and where the log says what.
openvpn_supports()
{
    local help
    case $1 in
        option:allow-compression)
            echo 'yes, though its --help does not say so'
            ;;
        option:*)
            # Its --help ends with status 1.
            help=$("${subject_program[@]}" --help) || true
            grep -m1 -E "^--${1#option:}( |$)" <<<"$help" || unsupported "it has no option '${1#option:}'"
            ;;
        compress:lzo | compress:lz4 | compress:lz4-v2 | compress:stub-v2)
            echo yes
            ;;
        log-replay)
            echo 'bad packet ID \(may be a replay\)'
            ;;
        log-drops)
            echo 'TLS Error: |[Dd]ecrypt packet error|[Dd]ecrypt error|bad packet ID|Connection Attempt|[Uu]nroutable|unknown opcode'
            ;;
        log-restart)
            echo 'SIGUSR1\[[^]]*\] received, [a-z-]+ restarting'
            ;;
        log-sessions)
            # A line of the client list; those of the routing table begin with an address.
            echo '[^ ,]+,[0-9a-f.:]+,[0-9]+,[0-9]+,[0-9]{4}-'
            ;;
        status-signal)
            echo USR2
            ;;
        log-cipher)
            echo "Data Channel: cipher '([A-Za-z0-9-]+)'"
            ;;
        log-tls)
            echo 'Control Channel: (TLS[A-Za-z0-9.]+, cipher [A-Za-z0-9_. -]+)'
            ;;
        *)
            unsupported "unknown feature '$1'"
            ;;
    esac
}
