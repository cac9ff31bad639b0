# shellcheck shell=bash
# What the subjects share that are stock OpenVPN of one generation or another. Sourced after
# openvpn-options.sh, with subject_program set, and stock_release: what the version begins with.

# shellcheck disable=SC2154 # the files around this one set subject_program and stock_release

# shellcheck source=harness/subjects/lib/openvpn-stock.sh
source "$(dirname "${BASH_SOURCE[0]}")/openvpn-stock.sh"

# stock_version WHERE: the line of the verb `version`; WHERE names the place in a refusal.
stock_version()
{
    local text program release library
    text=$("${subject_program[@]}" --version) || true
    read -r program release _ <<<"$text"
    [[ "$program $release" == "OpenVPN $stock_release"* ]] ||
        unsupported "$1 has '$program $release', not OpenVPN $stock_release" || return
    library=$(sed -n 's/^library versions: \([^,]*\).*/\1/p' <<<"$text")
    printf '%s %s, %s\n' "$program" "$release" "$library"
}

# stock_has RELEASE: it is of that generation or a later one.
stock_has()
{
    local own
    own=$("${subject_program[@]}" --version | sed -n '1s/^OpenVPN \([0-9.]*\).*/\1/p') || true
    [[ $(printf '%s\n' "$1" "$own" | sort -V | head -n 1) == "$1" ]]
}

# built_with MARK: the version line carries it, as "[LZ4]".
built_with()
{
    "${subject_program[@]}" --version | head -n 1 | grep -F "$1" || unsupported "it was built without $1"
}

stock_compression_line()
{
    case $1 in
        stub) echo "Data Channel:.* compression: '(stub|lzo)'" ;;
        stub-v2) echo "Data Channel:.* compression: '(stubv2|stub-v2)'" ;;
        lz4-v2) echo "Data Channel:.* compression: '(lz4v2|lz4-v2)'" ;;
        *) printf "Data Channel:.* compression: '%s'\n" "$1" ;;
    esac
}

# openvpn_lists ciphers|digests NAME: with the legacy provider too, where the program knows that word.
openvpn_lists()
{
    local words=()
    ! stock_has 2.6 || words=(--providers legacy default)
    "${subject_program[@]}" "${words[@]}" "--show-$1" | grep -i "^$2 " || unsupported "its TLS library has no $2"
}

# How its log tells what was agreed on: an extended regular expression.
stock_log_line()
{
    case $1 in
        cipher:none) echo "Data Channel: ([Cc]ipher|using negotiated cipher) '(none|\[null-cipher\])'" ;;
        # With a static key 2.5 has no line of the data channel.
        cipher:*) printf "(Data Channel|Outgoing Static Key Encryption): [Cc]ipher '%s'\n" "${1#cipher:}" ;;
        tls:*) printf 'Control Channel: TLSv%s,\n' "${1#tls:}" ;;
        tls-ekm) echo 'Protocol options:.* (protocol-flags .*tls-ekm|key-derivation tls-ekm)|P2P mode NCP .*TLS_export=1' ;;
        dyn-tls-crypt) echo 'Protocol options:.* protocol-flags .*dyn-tls-crypt' ;;
        aead-epoch) echo 'Protocol options:.* protocol-flags .*aead-epoch|P2P mode NCP .*epoch=1' ;;
        compression:*)
            stock_has 2.6 || unsupported 'the log of 2.5 does not tell the compression' || return
            stock_compression_line "${1#compression:}"
            ;;
        *) unsupported "its log does not tell '$1'" ;;
    esac
}

# Static key mode is on its way out.
subject_static_options()
{
    ! stock_has 2.7 || echo allow-deprecated-insecure-static-crypto
}

subject_supports()
{
    case $1 in
        server | client | udp4 | udp6 | tcp4 | tcp6 | tls-crypt | tls-auth | tls-crypt-v2 | \
            explicit-exit-notify | cipher:none | pull-filter | data-ciphers-fallback | fragment | \
            topology:net30 | topology:p2p | dev-type:tap | tunnel6-only | certificate:ed25519 | \
            tls:1.3 | auth-user-pass | auth-user-pass-verify | management-login | management-external-key | \
            crl | verify-x509-name | \
            tls-verify | key-password | pkcs12 | proxy:http-none | proxy:http-basic | proxy:http-digest | proxy:socks5 | \
            proxy:socks5-udp | comp-lzo:yes | comp-lzo:no | comp-lzo:adaptive | compress:stub | \
            compress:stub-v2)
            echo yes
            ;;
        profile | profile:*)
            supports_profile "${1#profile:}"
            ;;
        tls-ekm | tls-crypt-v2:cookie | auth-user-pass:inline | auth-gen-token | compress:migrate | tun-mtu:9000 | peer-to-peer)
            if stock_has 2.6
            then
                echo yes
            else
                unsupported "$1 (as the lab sets it up) is newer than OpenVPN 2.5"
            fi
            ;;
        static-key)
            echo 'yes, deprecated'
            ;;
        tun-mtu:576)
            stock_has 2.6 ||
                unsupported 'OpenVPN 2.5 has no room for control packets that are longer than its tun-mtu' || return
            echo yes
            ;;
        management-external-key:* | peer-fingerprint | auth-failed-reason)
            if stock_has 2.6
            then
                echo yes
            else
                unsupported "$1 is newer than OpenVPN 2.5"
            fi
            ;;
        proxy:http-ntlm2)
            unsupported 'with OpenSSL 3 it has no MD4, so its NTLM ends at phase 3 [WP-PROXY-008]'
            ;;
        current-generation)
            [[ ${stock_current-} == yes ]] || unsupported 'older than what is in use today' || return
            echo yes
            ;;
        aead-epoch)
            stock_has 2.7 || unsupported 'the epoch format is newer than OpenVPN 2.6'
            ;;
        no-iv-ciphers)
            unsupported 'OpenVPN 2.5 and later always name their ciphers; the fallback is for 2.3 [WP-NCP-004]'
            ;;
        ncp-disable)
            if stock_has 2.6
            then
                unsupported 'OpenVPN 2.6 and later always negotiate the cipher [WP-NCP-001]'
            else
                echo yes
            fi
            ;;
        compress:lz4 | compress:lz4-v2)
            built_with '[LZ4]'
            ;;
        compress:lzo)
            built_with '[LZO]'
            ;;
        pkcs11)
            built_with '[PKCS11]' && supports_token
            ;;
        cipher:*)
            openvpn_lists ciphers "${1#cipher:}"
            ;;
        digest:*)
            openvpn_lists digests "${1#digest:}"
            ;;
        peer-exit-line)
            echo '(CC-EEN|OCC) exit message received by peer|SIG(TERM|USR1)\[soft,(remote-exit|connection-reset)\] received'
            ;;
        known-end-fault)
            # SIGTERM while a server of peer-to-peer mode over TCP restarts after its peer has left.
            ! stock_has 2.7 || unsupported 'none known' || return
            echo 'Assertion failed at env_set\.c:[0-9]+ \(es\)'
            ;;
        log:*)
            stock_log_line "${1#log:}"
            ;;
        many-clients)
            echo 'one server, any number of clients (duplicate-cn lets them share a certificate)'
            ;;
        *)
            openvpn_supports "$1"
            ;;
    esac
}
