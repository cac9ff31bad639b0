#!/usr/bin/env bash
# Makes testpki_good.c, testpki_bad.c and testpki_deep.c anew: the certificates of the unit tests. Nothing runs this
# by itself; the result is part of the tree. All leaves have the common name "test NAME".
#
#   ca-ec, ca-rsa             two roots; "ca" holds both
#   other-ca                  a root that nobody trusts
#   server-ec  client-ec      P-256, signed by ca-ec
#   server-rsa client-rsa     RSA-2048, signed by ca-rsa
#   other-*                   signed by other-ca
#   expired-* future-*        outside their dates
#   noku-* noeku-*            without KeyUsage, without ExtendedKeyUsage
#   nosign-*                  KeyUsage that does not suit TLS: keyCertSign only
#   sub-client                signed by an intermediate, which stands behind it
#   impostor-client           signed by a certificate that is no CA, which stands behind it
#   encrypted-client          client-ec with an encrypted key
#   deep-16 deep-17           chains of 16 and of 17 certificates, root and leaf counted; the root is not in the text
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

from=20240101000000Z
until=20951231235959Z

cat >ca.cnf <<'CNF'
[ca]
default_ca = this
[this]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:false
keyUsage = digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
[client]
basicConstraints = CA:false
keyUsage = digitalSignature
extendedKeyUsage = clientAuth
[noku-server]
basicConstraints = CA:false
extendedKeyUsage = serverAuth
[noku-client]
basicConstraints = CA:false
extendedKeyUsage = clientAuth
[noeku]
basicConstraints = CA:false
keyUsage = digitalSignature, keyEncipherment
[nosign]
basicConstraints = CA:false
keyUsage = keyCertSign
extendedKeyUsage = serverAuth, clientAuth
CNF
: >index.txt

make_key()
{
    case $2 in
        ec) openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" ;;
        rsa) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" ;;
    esac
}

# name, key type, extensions, issuer ("self" for a root), first day, last day
make_cert()
{
    local name=$1 type=$2 ext=$3 issuer=$4 start=${5:-$from} end=${6:-$until}
    local sign=(-cert "$issuer.crt" -keyfile "$issuer.key")
    make_key "$name" "$type"
    openssl req -new -config ca.cnf -key "$name.key" -subj "/CN=test $name" -out "$name.csr"
    if [ "$issuer" = self ]; then
        sign=(-selfsign -keyfile "$name.key")
    fi
    openssl ca -batch -notext -config ca.cnf -in "$name.csr" -out "$name.crt" -extensions "$ext" \
        -startdate "$start" -enddate "$end" "${sign[@]}" 2>log || {
        cat log >&2
        exit 1
    }
}

# A PEM file as the lines of a C string.
quote()
{
    sed 's/.*/        "&\\n"/' "$@"
}

# entry name, key file or "-", certificate files
entry()
{
    local name=$1 key=$2
    shift 2
    printf '    {\n        "%s",\n' "$name"
    quote "$@"
    printf '        ,\n'
    if [ "$key" = - ]; then
        printf '        NULL,\n'
    else
        quote "$key"
        printf '        ,\n'
    fi
    printf '    },\n'
}

head_of()
{
    printf '/* Made by make-testpki.sh; not for editing by hand. */\n#include "testpki.h"\n\n#include <stddef.h>\n\n'
    printf '/* clang-format off */\nconst struct ov_testpki_entry %s[] = {\n' "$1"
}

tail_of()
{
    printf '    {NULL, NULL, NULL},\n};\n'
}

make_cert ca-ec ec root self
make_cert ca-rsa rsa root self
make_cert other-ca ec root self
make_cert server-ec ec server ca-ec
make_cert client-ec ec client ca-ec
make_cert server-rsa rsa server ca-rsa
make_cert client-rsa rsa client ca-rsa
for role in server client; do
    make_cert "other-$role" ec "$role" other-ca
    make_cert "expired-$role" ec "$role" ca-ec 20200101000000Z 20201231235959Z
    make_cert "future-$role" ec "$role" ca-ec 20900101000000Z 20951231235959Z
    make_cert "noku-$role" ec "noku-$role" ca-ec
    make_cert "noeku-$role" ec noeku ca-ec
    make_cert "nosign-$role" ec nosign ca-ec
done
make_cert sub-ca ec root ca-ec
make_cert sub-client ec client sub-ca
make_cert impostor-client ec client client-ec
openssl pkcs8 -topk8 -in client-ec.key -passout pass:secret -out encrypted.key

{
    head_of ov_testpki_good
    entry ca - ca-ec.crt ca-rsa.crt
    entry other-ca - other-ca.crt
    for name in {server,client}-{ec,rsa}; do
        entry "$name" "$name.key" "$name.crt"
    done
    entry sub-client sub-client.key sub-client.crt sub-ca.crt
    entry encrypted-client encrypted.key client-ec.crt
    tail_of
} >"$here/testpki_good.c"

{
    head_of ov_testpki_bad
    for name in {other,expired,future,noku,noeku,nosign}-{server,client}; do
        entry "$name" "$name.key" "$name.crt"
    done
    entry impostor-client impostor-client.key impostor-client.crt client-ec.crt
    tail_of
} >"$here/testpki_bad.c"

# The root is number 0; number 14 signs the last of 16, number 15 the last of 17.
cp ca-ec.crt deep-ca-0.crt
cp ca-ec.key deep-ca-0.key
below=()
for ((i = 1; i <= 15; i++)); do
    make_cert "deep-ca-$i" ec root "deep-ca-$((i - 1))"
    below=("deep-ca-$i.crt" "${below[@]}")
done
make_cert deep-16 ec client deep-ca-14
make_cert deep-17 ec client deep-ca-15
{
    head_of ov_testpki_deep
    entry deep-16 deep-16.key deep-16.crt "${below[@]:1}"
    entry deep-17 deep-17.key deep-17.crt "${below[@]}"
    tail_of
} >"$here/testpki_deep.c"
wc -l "$here"/testpki_{good,bad,deep}.c
