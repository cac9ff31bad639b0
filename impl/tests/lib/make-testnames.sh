#!/usr/bin/env bash
# Makes testpki_names.c anew: client certificates with common names that no tool makes, patched into their DER and signed
# again (CVE-2017-7522). Nothing runs this by itself; the result is part of the tree.
#
#   names-ca        who signed them, and names-server
#   names-nul       "admin", an octet 0, "evil"
#   names-last-nul  "admin" and an octet 0
#   names-control   "admin", LF, "fake line", ESC
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

make_key()
{
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}

# name, usage, common name: '#' marks the octets that are patched
make_cert()
{
    make_key "$1"
    openssl req -new -key "$1.key" -subj "/CN=$3" -out "$1.csr"
    printf 'basicConstraints=CA:false\nkeyUsage=digitalSignature\nextendedKeyUsage=%s\n' "$2" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA names-ca.crt -CAkey names-ca.key -CAcreateserial -days 25000 \
        -extfile "$1.ext" -out "$1.crt" 2>log || { cat log >&2; exit 1; }
}

# name, pattern, octets in hex: the pattern, once in the certificate, becomes the octets, of the same number
patch_cert()
{
    openssl x509 -in "$1.crt" -outform DER -out "$1.der"
    python3 - "$1" "$2" "$3" <<'PY'
import base64, subprocess, sys

name, pattern, octets = sys.argv[1], sys.argv[2].encode(), bytes.fromhex(sys.argv[3])
der = open(name + ".der", "rb").read()


def item(data, at):
    """Where the item at this place ends."""
    length, head = data[at + 1], 2
    if length & 0x80:
        head += length & 0x7F
        length = int.from_bytes(data[at + 2 : at + head], "big")
    return at + head + length


def sequence(body, tag=0x30):
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    more = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(more)]) + more + body


assert der.count(pattern) == 1 and len(pattern) == len(octets)
der = der.replace(pattern, octets)
start = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
end = item(der, start)
signed = der[start:end]
algorithm = der[end : item(der, end)]
open("signed", "wb").write(signed)
subprocess.run(["openssl", "dgst", "-sha256", "-sign", "names-ca.key", "-out", "signature", "signed"], check=True)
whole = sequence(signed + algorithm + sequence(b"\0" + open("signature", "rb").read(), 3))
text = base64.encodebytes(whole).decode().replace("\n", "")
with open(name + ".crt", "w") as out:
    out.write("-----BEGIN CERTIFICATE-----\n")
    for at in range(0, len(text), 64):
        out.write(text[at : at + 64] + "\n")
    out.write("-----END CERTIFICATE-----\n")
PY
    openssl verify -CAfile names-ca.crt "$1.crt" >/dev/null
}

quote()
{
    sed 's/.*/        "&\\n"/' "$@"
}

# name, key file or "-"
entry()
{
    printf '    {\n        "%s",\n' "$1"
    quote "$1.crt"
    printf '        ,\n'
    if [ "$2" = - ]; then
        printf '        NULL,\n'
    else
        quote "$2"
        printf '        ,\n'
    fi
    printf '    },\n'
}

make_key names-ca
openssl req -x509 -new -key names-ca.key -days 25000 -subj "/CN=names-ca" -out names-ca.crt \
    -addext 'keyUsage=critical,keyCertSign,cRLSign'
make_cert names-server serverAuth 'server'
make_cert names-nul clientAuth 'admin#evil'
make_cert names-last-nul clientAuth 'admin#'
make_cert names-control clientAuth 'admin#fake line#'
patch_cert names-nul 'admin#evil' "$(printf 'admin\0evil' | od -An -v -tx1 | tr -d ' \n')"
patch_cert names-last-nul 'admin#' "$(printf 'admin\0' | od -An -v -tx1 | tr -d ' \n')"
patch_cert names-control 'admin#fake line#' "$(printf 'admin\nfake line\033' | od -An -v -tx1 | tr -d ' \n')"

{
    printf '/* Made by make-testnames.sh; not for editing by hand. */\n#include "testpki.h"\n\n#include <stddef.h>\n\n'
    printf '/* clang-format off */\nconst struct ov_testpki_entry ov_testpki_names[] = {\n'
    entry names-ca -
    for name in names-{server,nul,last-nul,control}
    do
        entry "$name" "$name.key"
    done
    printf '    {NULL, NULL, NULL},\n};\n'
} >"$here/testpki_names.c"
wc -l "$here/testpki_names.c"
