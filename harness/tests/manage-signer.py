"""A program that controls a client and keeps its key: answers what management asks until the tunnel is up and a
renegotiation is through. Arguments: SOCKET KEY CERT VERSION COUNT; prints every line that comes. Exit 0: COUNT
signatures were asked for and the client was connected."""
import base64
import socket
import subprocess
import sys
import tempfile
import time

path, key, cert, version, count = sys.argv[1:6]
count = int(count)
DEADLINE = time.monotonic() + 25


def connect():
    while True:
        talk = socket.socket(socket.AF_UNIX)
        try:
            talk.connect(path)
            return talk
        except OSError:
            if time.monotonic() > DEADLINE:
                sys.exit("no socket")
            time.sleep(0.05)


def sign(data, algorithm):
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        rsa = "RSA" in algorithm
        command = ["openssl", "rsautl" if rsa else "pkeyutl", "-sign", "-inkey", key, "-in", file.name]
        if rsa:
            command.append("-raw" if "NO_PADDING" in algorithm else "-pkcs")
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def is_rsa():
    text = subprocess.run(["openssl", "pkey", "-in", key, "-noout", "-text"], check=True, stdout=subprocess.PIPE).stdout
    return b"modulus" in text


talk = connect()
kind = "RSA_PKCS1_PADDING" if is_rsa() else "ECDSA"


def say(text):
    talk.sendall(text.encode() + b"\n")


def say_block(name, text):
    say("\n".join([name] + text.split() + ["END"]))


say(f"version {version}\nstate on\nbytecount 1\nhold off\nhold release")
buffer = b""
signed = connected = 0
while time.monotonic() < DEADLINE and (signed < count or not connected):
    talk.settimeout(max(0.01, DEADLINE - time.monotonic()))
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
        print(line[:120], flush=True)
        name, _, rest = line.partition(":")
        if name in (">PK_SIGN", ">RSA_SIGN"):
            body, _, algorithm = rest.partition(",")
            signature = base64.b64encode(sign(base64.b64decode(body), algorithm or kind)).decode()
            time.sleep(0.3)  # somebody presses a button
            pieces = [signature[i:i + 64] for i in range(0, len(signature), 64)]
            say_block("pk-sig" if name == ">PK_SIGN" else "rsa-sig", "\n".join(pieces))
            signed += 1
        elif name == ">NEED-CERTIFICATE":
            lines = open(cert).read().replace("-----BEGIN CERTIFICATE-----", "BEGIN").replace(
                "-----END CERTIFICATE-----", "FINISH")
            say("certificate\n" + open(cert).read().strip() + "\nEND")
        elif line.startswith(">STATE:") and ",CONNECTED,SUCCESS" in line:
            connected += 1
print(f"{signed} signed, {connected} connected")
sys.exit(0 if signed >= count and connected else 1)
