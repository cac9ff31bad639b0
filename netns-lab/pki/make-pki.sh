#!/usr/bin/env bash
# Makes the lab's keys and certificates with the openssl command line.
#
# Usage: make-pki.sh [DIR]          (default: build/pki of this repository)
#
#   DIR/ca.crt ca.key server.crt server.key client.crt client.key   EC P-256
#   DIR/rsa/          the same six files with RSA-2048
#   DIR/ed25519/      the same six files with Ed25519
#   crl-other.pem crl-client.pem in each of the three: lists that hold somebody else, and the client
#   server.fingerprint client.fingerprint in each: a line of options that accepts this certificate alone
#   DIR/crl-empty.pem   a list of ca that holds nobody
#   DIR/revoked/      an empty file named by a serial number that nobody has
#   DIR/client.p12    client.crt, client.key and ca.crt; password "ovlab", as of client-encrypted.key
#   DIR/tls-crypt.key, tls-auth.key, static.key   static keys, format V1, 256 random octets
#   DIR/tls-crypt-v2-server.key       128 random octets
#   DIR/tls-crypt-v2-client.key       wrapped by it with the time, tls-crypt-v2-user.key with user data
#   DIR/other-ca/     ca.* and client.*: a client that our CA never signed
#   DIR/expired/      client.*: ours, but its time is over
#   DIR/wrong-eku/    server.* made for a client only, client.* for a server only
#
# Does nothing when DIR is complete and stays valid for a week. DIR appears in one
# step, so a reader never sees half of it; two runs at once make it once. The keys
# are worth nothing outside the lab.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly week_s=604800 days=3650
# shellcheck source=netns-lab/lib/common.sh
source "$here/../lib/common.sh"

readonly dir=${1:-$here/../../build/pki}
temp=

write_openssl_config()
{
    cat >"$1" <<CONFIG
[req]
distinguished_name = name
prompt = no
[name]
CN = overridden by -subj
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[server_ec]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyAgreement
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:server.ovlab.example, IP:10.77.2.2, IP:fd77:2::2
[server_rsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:server.ovlab.example, IP:10.77.2.2, IP:fd77:2::2
[expired_authority]
database = $temp/database/index.txt
new_certs_dir = $temp/database
rand_serial = yes
default_md = sha256
policy = any_name
[any_name]
organizationName = optional
commonName = supplied
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONFIG
}

# openssl is talkative on success and we are not: its words appear on failure only.
quietly()
{
    local log
    log=$("$@" 2>&1) || die "failed: $*"$'\n'"$log"
}

# make_key KIND FILE
make_key()
{
    case $1 in
        ec)
            quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
                -pkeyopt ec_param_enc:named_curve -out "$2"
            ;;
        ed25519)
            quietly openssl genpkey -algorithm Ed25519 -out "$2"
            ;;
        rsa)
            quietly openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$2"
            ;;
    esac
}

# make_ca KIND STEM NAME: STEM.crt and STEM.key, signed by itself.
make_ca()
{
    make_key "$1" "$2.key"
    quietly openssl req -new -x509 -config "$temp/openssl.cnf" \
        -extensions ca -key "$2.key" -sha256 -days "$days" -subj "/O=ovlab/CN=$3" -out "$2.crt"
}

# make_request KIND STEM NAME: STEM.key and STEM.csr.
make_request()
{
    make_key "$1" "$2.key"
    quietly openssl req -new -config "$temp/openssl.cnf" \
        -key "$2.key" -sha256 -subj "/O=ovlab/CN=$3" -out "$2.csr"
}

# make_leaf KIND CA_STEM STEM SECTION NAME: STEM.key and STEM.crt.
make_leaf()
{
    make_request "$1" "$3" "$5"
    quietly openssl x509 -req -in "$3.csr" -CA "$2.crt" \
        -CAkey "$2.key" -set_serial "0x$(openssl rand -hex 8)" -extfile "$temp/openssl.cnf" \
        -extensions "$4" -sha256 -days "$days" -out "$3.crt"
    rm "$3.csr"
}

# Ed25519 has its own digest and names none.
make_ed25519()
{
    mkdir "$temp/ed25519"
    local stem=$temp/ed25519
    make_ca ed25519 "$stem/ca" 'ovlab CA (ed25519)'
    make_leaf ed25519 "$stem/ca" "$stem/server" server_ec ovlab-server
    make_leaf ed25519 "$stem/ca" "$stem/client" client ovlab-client
}

# make_list SET NAME [CERTIFICATE]: SET/crl-NAME.pem, which holds the certificate's serial number. Lists are made
# by `ca` too.
make_list()
{
    local authority=(openssl ca -config "$temp/openssl.cnf" -name expired_authority -cert "$1/ca.crt"
        -keyfile "$1/ca.key")
    mkdir "$temp/database"
    : >"$temp/database/index.txt"
    (($# < 3)) || quietly "${authority[@]}" -revoke "$3"
    quietly "${authority[@]}" -gencrl -crldays "$days" -out "$1/crl-$2.pem"
    rm -r "$temp/database"
}

# What is told of certificates: which are revoked, and what they look like.
make_lists()
{
    local set role
    make_list "$temp" empty
    for set in "$temp" "$temp/rsa" "$temp/ed25519"
    do
        make_list "$set" other "$temp/other-ca/client.crt"
        make_list "$set" client "$set/client.crt"
        for role in server client
        do
            openssl x509 -in "$set/$role.crt" -noout -fingerprint -sha256 |
                sed 's/^.*=/peer-fingerprint /' >"$set/$role.fingerprint"
        done
    done
    mkdir "$temp/revoked"
    echo 'The name of this file is a serial number.' >"$temp/revoked/4711"
}

make_containers()
{
    # The old form: Mbed TLS 2.28 has no AES for the new one.
    quietly openssl ec -in "$temp/client.key" -aes256 -passout pass:ovlab -out "$temp/client-encrypted.key"
    quietly openssl pkcs12 -export -in "$temp/client.crt" -inkey "$temp/client.key" -certfile "$temp/ca.crt" \
        -passout pass:ovlab -out "$temp/client.p12"
}

# Of the openssl commands only `ca` can date a certificate into the past in every
# release; it wants a database, which goes with the temporary folder.
make_expired_client()
{
    local stem=$temp/expired/client
    make_request ec "$stem" ovlab-client
    mkdir "$temp/database"
    : >"$temp/database/index.txt"
    quietly openssl ca -batch -notext \
        -config "$temp/openssl.cnf" -name expired_authority -extensions client -in "$stem.csr" \
        -cert "$temp/ca.crt" -keyfile "$temp/ca.key" -startdate 20200101000000Z -enddate 20210101000000Z \
        -out "$stem.crt"
    rm -r "$temp/database" "$stem.csr"
}

# Certificates that a peer must refuse, each wrong in one way.
make_bad_certificates()
{
    mkdir "$temp/other-ca" "$temp/expired" "$temp/wrong-eku"
    make_ca ec "$temp/other-ca/ca" "ovlab other CA"
    make_leaf ec "$temp/other-ca/ca" "$temp/other-ca/client" client ovlab-client
    make_expired_client
    make_leaf ec "$temp/ca" "$temp/wrong-eku/server" client ovlab-server
    make_leaf ec "$temp/ca" "$temp/wrong-eku/client" server_ec ovlab-client
}

write_static_key()
{
    {
        echo '#'
        echo '# 2048 bit OpenVPN static key'
        echo '#'
        echo '-----BEGIN OpenVPN Static key V1-----'
        openssl rand -hex 256 | fold -w 32
        echo '-----END OpenVPN Static key V1-----'
    } >"$1"
}

# write_pem LABEL FILE: standard input in base64 between its marks.
write_pem()
{
    {
        printf -- '-----BEGIN %s-----\n' "$1"
        openssl base64
        printf -- '-----END %s-----\n' "$1"
    } >"$2"
}

# octets HEX: as binary.
octets()
{
    # shellcheck disable=SC2059 # the format is made of \x escapes only
    printf "$(printf '%s' "$1" | sed 's/../\\x&/g')"
}

# write_client_key SERVER_HEX METADATA_HEX FILE: Kc and WKc [WP-TC2-003]; the tag covers the length, Kc and the
# metadata, and is the IV as well.
write_client_key()
{
    local server=$1 clear length tag
    clear=$(openssl rand -hex 256)$2
    length=$(printf '%04x' $((32 + ${#clear} / 2 + 2)))
    tag=$(octets "$length$clear" |
        openssl dgst -sha256 -mac HMAC -macopt "hexkey:${server:128:64}" -r | cut -d ' ' -f 1)
    {
        octets "${clear:0:512}"
        octets "$tag"
        octets "$clear" | openssl enc -aes-256-ctr -K "${server:0:64}" -iv "${tag:0:32}"
        octets "$length"
    } | write_pem 'OpenVPN tls-crypt-v2 client key' "$3"
}

make_v2_keys()
{
    local server
    server=$(openssl rand -hex 128 | tr -d '\n')
    octets "$server" | write_pem 'OpenVPN tls-crypt-v2 server key' "$temp/tls-crypt-v2-server.key"
    write_client_key "$server" "01$(printf '%016x' "$(date +%s)")" "$temp/tls-crypt-v2-client.key"
    write_client_key "$server" 006f766c6162 "$temp/tls-crypt-v2-user.key"
}

wanted_files()
{
    local set name
    for set in '' rsa/ ed25519/
    do
        for name in ca server client
        do
            printf '%s\n' "$set$name.crt" "$set$name.key"
        done
    done
    printf '%s\n' {,rsa/,ed25519/}crl-{other,client}.pem {,rsa/,ed25519/}{server,client}.fingerprint crl-empty.pem revoked/4711 static.key
    printf '%s\n' client.p12 client-encrypted.key tls-crypt.key tls-auth.key tls-crypt-v2-{server,client,user}.key other-ca/{ca,client}.{crt,key} expired/client.{crt,key} \
        wrong-eku/{server,client}.{crt,key}
}

is_complete()
{
    local file
    for file in $(wanted_files)
    do
        [[ -s $1/$file ]] || return 1
        [[ -r $1/$file ]] ||
            die "$1/$file belongs to somebody else; remove $1 or run as its owner"
    done
    for file in {,rsa/,ed25519/}{ca,server,client}.crt
    do
        openssl x509 -in "$1/$file" -noout -checkend "$week_s" >/dev/null || return 1
    done
}

make_all()
{
    write_openssl_config "$temp/openssl.cnf"
    local kind stem
    mkdir "$temp/rsa"
    for kind in ec rsa
    do
        stem=$temp
        [[ $kind == ec ]] || stem=$temp/rsa
        make_ca "$kind" "$stem/ca" "ovlab CA ($kind)"
        make_leaf "$kind" "$stem/ca" "$stem/server" "server_$kind" ovlab-server
        make_leaf "$kind" "$stem/ca" "$stem/client" client ovlab-client
    done
    make_ed25519
    make_bad_certificates
    make_lists
    make_containers
    write_static_key "$temp/tls-crypt.key"
    write_static_key "$temp/tls-auth.key"
    write_static_key "$temp/static.key"
    make_v2_keys
    rm "$temp/openssl.cnf"
    chmod 755 "$temp" "$temp"/*/
    chmod 644 "$temp"/*.crt "$temp"/*/*.crt
}

publish()
{
    # `sudo make lab-run` must not leave keys that the user cannot read later.
    if [[ -n ${SUDO_UID-} && $(id -u) == 0 ]]
    then
        chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$temp"
    fi
    if [[ -e $dir ]]
    then
        say "$dir is incomplete or about to expire and is made again"
        rm -rf "$dir"
    fi
    mv -T "$temp" "$dir"
    temp=
}

umask 077
command -v openssl >/dev/null || die "openssl is missing (see .ci/packages)"
# The lock is the parent folder itself, so no lock file stays behind.
(umask 022 && mkdir -p "$(dirname "$dir")")
exec {lock}<"$(dirname "$dir")"
flock "$lock"
if is_complete "$dir"
then
    exit 0
fi
trap '[[ -z $temp ]] || rm -rf "$temp"' EXIT
temp=$(mktemp -d "$dir.XXXXXX")
make_all
publish
say "made $dir"
