# shellcheck shell=bash
# What the ovref subjects share: one program, and the TLS library it is told to use.
# Sourced after openvpn-options.sh, with `backend` and `library` set. OVREF=PATH
# names another build than build/ovref.

# shellcheck disable=SC2034,SC2154 # the files around this one set and use the rest
ovref=${OVREF:-$(realpath -m "$(dirname "${BASH_SOURCE[0]}")/../../../build/ovref")}
subject_program=("$ovref" --tls-backend "$backend")

# The version line ends in the libraries that were built in, as
# "ovref 0.1.0 x86_64-linux-gnu [openssl 3.0.17, mbedtls 2.28.3]".
subject_version()
{
    local text program release _
    [[ -x $ovref ]] || unsupported "$ovref is not built (make)" || return
    text=$("$ovref" --version) || true
    text=${text%%$'\n'*}
    read -r program release _ <<<"$text"
    [[ $program == ovref && $text =~ [\[\ ]"$backend"\ ([^],]+) ]] ||
        unsupported "$ovref was built without $backend: $text" || return
    printf '%s %s, %s %s\n' "$program" "$release" "$library" "${BASH_REMATCH[1]}"
}

# How its log tells what was agreed on: an extended regular expression.
ovref_log_line()
{
    case $1 in
        cipher:*) printf 'Data Channel: cipher %s[, ]\n' "${1#cipher:}" ;;
        tls:*) printf 'Control Channel: TLSv%s,\n' "${1#tls:}" ;;
        tls-ekm) echo 'Data Channel: .*keys from TLS exporter' ;;
        dyn-tls-crypt) echo 'Data Channel: .*, dynamic tls-crypt' ;;
        aead-epoch) echo 'Data Channel: .* with epochs' ;;
        *) unsupported "its log does not tell '$1'" ;;
    esac
}

# As 2.7 wants it.
subject_static_options()
{
    echo allow-deprecated-insecure-static-crypto
}

subject_supports()
{
    local help
    case $1 in
        profile | profile:*)
            supports_profile "${1#profile:}"
            ;;
        in-tree | tls-ekm | tls-crypt-v2:cookie | data-ciphers-fallback)
            echo yes
            ;;
        tls:1.3)
            [[ $backend == openssl ]] || unsupported 'its TLS library, mbed TLS 2.28, has no TLS 1.3' || return
            echo yes
            ;;
        certificate:ed25519)
            [[ $backend == openssl ]] || unsupported 'its TLS library, mbed TLS, has no Ed25519' || return
            echo yes
            ;;
        no-iv-ciphers)
            unsupported 'it always names its ciphers, as 2.5 and later do [WP-NCP-004]'
            ;;
        ncp-disable)
            unsupported 'it always negotiates the cipher, as 2.6 and later do [WP-NCP-001]'
            ;;
        log:*)
            ovref_log_line "${1#log:}"
            ;;
        topology:net30 | topology:p2p | dev-type:tap | peer-to-peer | tunnel6-only | pull-filter)
            echo yes
            ;;
        server | client | udp4 | udp6 | tcp4 | tcp6 | tls-crypt | tls-auth | tls-crypt-v2 | explicit-exit-notify)
            echo yes
            ;;
        cipher:AES-*-GCM | cipher:AES-*-CBC)
            case ${1:11:3} in
                128 | 192 | 256) echo yes ;;
                *) unsupported "'$1' is no cipher" ;;
            esac
            ;;
        cipher:CHACHA20-POLY1305 | cipher:none)
            echo yes
            ;;
        cipher:* | digest:*)
            help=$("${subject_program[@]}" --providers legacy default "--show-${1%%:*}s")
            grep -i "^${1#*:} " <<<"$help" || unsupported "$library has no ${1#*:}"
            ;;
        aead-epoch | static-key)
            echo yes
            ;;
        client-config-dir | client-connect | learn-address | connect-freq | tls-cipher | tls-ciphersuites | \
            tls-groups | auth-user-pass | auth-gen-token | static-challenge | dynamic-challenge | cr-text | verify-client-cert | \
            crl | verify-x509-name | peer-fingerprint | tls-verify | key-password | certs:ec | certs:rsa | \
            auth-user-pass:inline | auth-user-pass-verify | auth-failed-reason)
            echo yes
            ;;
        management-external-key | management-external-key:pss | management-login)
            echo yes
            ;;
        management-external-key:digest)
            [[ $backend == openssl ]] || unsupported 'its TLS library, mbed TLS, digests itself' || return
            echo yes
            ;;
        pkcs11)
            ! "$ovref" --show-pkcs11-ids /none 2>&1 | grep -q 'built without' ||
                unsupported 'it was built without libpkcs11-helper1-dev' || return
            supports_token
            ;;
        pkcs12)
            [[ $backend == openssl ]] || unsupported 'its TLS library, mbed TLS, has no PKCS#12 containers' || return
            echo yes
            ;;
        certs:ed25519)
            [[ $backend == openssl ]] || unsupported "$library has no $1" || return
            echo yes
            ;;
        proxy:http-none | proxy:http-basic | proxy:http-digest | proxy:http-ntlm2 | proxy:socks5 | proxy:socks5-udp)
            echo yes
            ;;
        many-clients)
            echo 'one server, any number of clients (duplicate-cn lets them share a certificate)'
            ;;
        compress:stub | compress:stub-v2 | compress:lz4 | compress:lz4-v2 | compress:lzo | compress:migrate | \
            comp-lzo:yes | comp-lzo:no | comp-lzo:adaptive | fragment | data-v1)
            echo yes
            ;;
        tun-mtu:*)
            # shellcheck disable=SC2015 # both ends of the range print and return
            [[ ${1#tun-mtu:} =~ ^[0-9]{2,4}$ ]] && ((${1#tun-mtu:} >= 68 && ${1#tun-mtu:} <= 9000)) && echo yes ||
                unsupported "'$1' is not from 68 to 9000"
            ;;
        peer-exit-line)
            echo 'peer is leaving: (EXIT|OCC_EXIT) received|closed: .*(remote-exit|connection-reset)'
            ;;
        option:*)
            # What is only planned stands elsewhere in its help, without the dashes.
            help=$("$ovref" --help)
            grep -m1 -E "^ +--${1#option:}( |$)" <<<"$help" ||
                unsupported "'${1#option:}' is not built yet"
            ;;
        log-replay)
            echo 'dropped [0-9]+ in \(([0-9]+) replayed\)'
            ;;
        log-drops)
            echo 'status hub: .*; dropped ([0-9]+),'
            ;;
        log-restart)
            echo 'SIGUSR1\[[^]]*\] received, process restarting'
            ;;
        log-sessions)
            echo "status peer [0-9]+ '"
            ;;
        log-cipher)
            echo 'Data Channel: cipher ([A-Za-z0-9-]+)'
            ;;
        log-tls)
            echo 'Control Channel: (TLS[A-Za-z0-9.]+, cipher [A-Za-z0-9_-]+)'
            ;;
        status-signal)
            echo USR2
            ;;
        *)
            unsupported "'$1' is not built yet"
            ;;
    esac
}
