#!/usr/bin/env bash
# Makes testpki_crl.c anew: certificates and revocation lists of the unit tests, apart from those of make-testpki.sh
# because only the keys of their authorities can sign lists. Nothing runs this by itself; the result is part of the
# tree. All certificates are P-256 and have the common name "crl NAME".
#
#   root, other-root          two authorities; nobody trusts the second one
#   sub                       an intermediate of root
#   server client visitor     signed by root
#   sub-client                signed by sub, which stands behind it
#
# Lists stand where other entries have their certificate:
#
#   list-empty                of root, holds nobody
#   list-client               of root, holds client
#   list-sub                  of root, holds sub
#   list-expired list-future  of root, holds nobody, outside its dates
#   list-forged               as if of root, holds nobody, but signed by another key
#   list-foreign              of other-root, holds client's serial number
#   list-of-sub               of sub, holds sub-client
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
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
[client]
basicConstraints = CA:false
keyUsage = digitalSignature
extendedKeyUsage = clientAuth
CNF
: >index.txt

# NAME EXTENSIONS ISSUER ("self" for a root) [COMMON_NAME]
make_cert()
{
    local name=$1 sign=(-cert "$3.crt" -keyfile "$3.key")
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$name.key"
    openssl req -new -config ca.cnf -key "$name.key" -subj "/CN=crl ${4-$name}" -out "$name.csr"
    [[ $3 != self ]] || sign=(-selfsign -keyfile "$name.key")
    openssl ca -batch -notext -config ca.cnf -in "$name.csr" -out "$name.crt" -extensions "$2" \
        -startdate "$from" -enddate "$until" "${sign[@]}" 2>log || { cat log >&2; exit 1; }
}

# NAME ISSUER REVOKED ("" for nobody) [FROM UNTIL]
make_list()
{
    : >index.txt
    [[ -z $3 ]] || openssl ca -config ca.cnf -cert "$2.crt" -keyfile "$2.key" -revoke "$3.crt" 2>log
    openssl ca -config ca.cnf -cert "$2.crt" -keyfile "$2.key" -gencrl -crl_lastupdate "${4-$from}" \
        -crl_nextupdate "${5-$until}" -out "list-$1" 2>log || { cat log >&2; exit 1; }
}

# A PEM file as the lines of a C string.
quote()
{
    sed 's/.*/        "&\\n"/' "$@"
}

# ENTRY KEY_FILE|- FILE...
entry()
{
    printf '    {\n        "crl-%s",\n' "$1"
    quote "${@:3}"
    printf '        ,\n'
    if [[ $2 == - ]]
    then
        printf '        NULL,\n'
    else
        quote "$2"
        printf '        ,\n'
    fi
    printf '    },\n'
}

make_cert root root self
make_cert other-root root self
make_cert sub root root
make_cert server server root
make_cert client client root
make_cert visitor client root
make_cert sub-client client sub
# The same name as root, another key.
make_cert impostor root self root

make_list empty root ''
make_list client root client
make_list sub root sub
make_list expired root '' 20200101000000Z 20201231235959Z
make_list future root '' 20900101000000Z 20951231235959Z
make_list forged impostor ''
make_list foreign other-root client
make_list of-sub sub sub-client

{
    printf '/* Made by make-testcrl.sh; not for editing by hand. */\n#include "testpki.h"\n\n#include <stddef.h>\n\n'
    printf '/* clang-format off */\nconst struct ov_testpki_entry ov_testpki_crl[] = {\n'
    entry root - root.crt
    for name in server client visitor
    do
        entry "$name" "$name.key" "$name.crt"
    done
    entry sub-client sub-client.key sub-client.crt sub.crt
    for name in empty client sub expired future forged foreign of-sub
    do
        entry "list-$name" - "list-$name"
    done
    printf '    {NULL, NULL, NULL},\n};\n'
} >"$here/testpki_crl.c"
wc -l "$here/testpki_crl.c"
