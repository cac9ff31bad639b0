"""A program that controls a client of OpenVPN and keeps its key, or knows the PIN of the token that does.

usage: manage-signer.py SOCKET KEY CERT VERSION COUNT [PIN ID-END]

Answers what management asks until the client is connected and COUNT signatures were asked for. Prints every line that
comes; exit 0 if all of it happened within 25 seconds."""
import base64
import re
import socket
import subprocess
import sys
import tempfile
import time

path, key, cert, version, count = sys.argv[1:6]
pin, id_end = (sys.argv[6:8] + ["", ""])[:2]
count = int(count)
end = time.monotonic() + 25


def connect():
    while True:
        talk = socket.socket(socket.AF_UNIX)
        try:
            talk.connect(path)
            return talk
        except OSError:
            if time.monotonic() > end:
                sys.exit(f"no socket {path}")
            time.sleep(0.05)


def is_rsa():
    shown = subprocess.run(["openssl", "pkey", "-in", key, "-noout", "-text"], check=True, stdout=subprocess.PIPE)
    return b"modulus" in shown.stdout


def sign(data, algorithm):
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        command = ["openssl"]
        name = re.search("hashalg=([A-Z0-9-]+)", algorithm)
        pss = ["rsa_padding_mode:pss", "rsa_pss_saltlen:digest"] if "PSS" in algorithm else []
        if "data=message" in algorithm:
            command += ["dgst", "-" + name[1], "-sign", key]
            command += [word for option in pss for word in ("-sigopt", option)] + [file.name]
        elif pss or "RSA" not in algorithm:
            command += ["pkeyutl", "-sign", "-inkey", key, "-in", file.name]
            pss += ["digest:" + name[1]] if pss else []
            command += [word for option in pss for word in ("-pkeyopt", option)]
        else:
            command += ["rsautl", "-sign", "-inkey", key, "-in", file.name]
            command.append("-raw" if "NO_PADDING" in algorithm else "-pkcs")
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


talk = connect()
signed = connected = 0


def say(text):
    talk.sendall(text.encode() + b"\n")


def on_sign(name, rest):
    global signed
    body, _, algorithm = rest.partition(",")
    signature = base64.b64encode(sign(base64.b64decode(body), algorithm or ("RSA" if is_rsa() else "EC"))).decode()
    time.sleep(0.3)  # somebody presses a button
    pieces = [signature[i:i + 64] for i in range(0, len(signature), 64)]
    say("\n".join(["pk-sig" if name == ">PK_SIGN" else "rsa-sig"] + pieces + ["END"]))
    signed += 1


def plain(line):
    """What is asked to sign has a length; that of a handshake of TLS 1.2 isn't the same twice."""
    found = re.match(r">(PK_SIGN|RSA_SIGN):([A-Za-z0-9+/=]+)(.*)", line)
    if not found:
        return line
    octets = len(base64.b64decode(found[2]))
    return f">{found[1]}:({octets if octets <= 512 else 'over 512'} octets){found[3]}"


def on_line(line):
    global connected
    name, _, rest = line.partition(":")
    if name in (">PK_SIGN", ">RSA_SIGN"):
        on_sign(name, rest)
    elif name == ">NEED-CERTIFICATE":
        say("certificate\n" + open(cert).read().strip() + "\nEND")
    elif name == ">PASSWORD" and rest.startswith("Need '"):
        say(f'password "{rest.split(chr(39))[1]}" {pin}')
    elif name == ">NEED-STR":
        say("pkcs11-id-count")
    elif name == ">PKCS11ID-COUNT":
        for i in range(int(rest)):
            say(f"pkcs11-id-get {i}")
    elif name == ">PKCS11ID-ENTRY":
        found = re.search(r"ID:'([^']*)', BLOB:'([A-Za-z0-9+/=]+)'", rest)
        if found and found[1].endswith(id_end):
            say(f"needstr pkcs11-id-request '{found[1]}'")
    elif name == ">STATE" and ",CONNECTED,SUCCESS" in line:
        connected += 1


say(f"version {version}\nstate on\nhold off\nhold release")
buffer = b""
while time.monotonic() < end and (signed < count or not connected):
    talk.settimeout(max(0.01, end - time.monotonic()))
    try:
        data = talk.recv(65536)
    except OSError:
        break
    if not data:
        break
    buffer += data
    while b"\r\n" in buffer:
        line, buffer = buffer.split(b"\r\n", 1)
        line = line.decode("ascii", "replace")
        print(plain(line)[:160], flush=True)
        on_line(line)
print(f"{signed} signed, {connected} connected")
sys.exit(0 if signed >= count and connected else 1)
