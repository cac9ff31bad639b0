"""What a server's management interface answers, ovref beside stock 2.6: the same commands, and the same life of a client
(refused, asked, let in with settings of its own, ended). Every answer is compared line by line; what may differ is named
here. Arguments: the management sockets of the stock server, of its client, of ovref as server, of its client."""
import re
import socket
import sys
import time

# what 2.6 answers to each of these, "version 3" with nothing among them [WP-MGMT-003, WP-MGMT-004]
COMMANDS = """env-filter|env-filter 2|env-filter 0|bytecount 5|client-auth|client-auth x 1|client-auth 7 y
client-auth 77 1\nEND|client-auth-nt 0|client-auth-nt 77 1|client-deny 0 1|client-deny 77 1 "why"|client-kill 9
client-pending-auth 0 1 x|client-pending-auth 77 1 x 10|kill|kill 192.0.2.1:5|kill nobody|status 9
needok a ok|needstr a b|username a b|password a b|needok|hold|hold on|hold off|hold foo|bogus|remote ACCEPT|proxy NONE
forget-passwords|auth-retry|auth-retry interact|auth-retry none|verb|verb 99|mute|echo on|echo off|net|pkcs11-id-count
remote-entry-count|remote-entry-get 0|rsa-sig|pk-sig|certificate|signal FOO|signal|log foo|state foo|log on|log off
state on|state off|version 3|load-stats extra|http-proxy-fallback|exit-please""".replace("\n", "|").replace("|END", "\nEND")

# Octets and packets in flight differ.
NUMBERS = re.compile(r"(bytesin=|bytesout=)\d+")
# Of stock's variables of a client these are told by ovref too; others of stock (tls_id_1, X509_1_CN, those of the daemon
# itself and of scripts) are not.
TOLD = {"n_clients", "password", "untrusted_port", "untrusted_ip", "common_name", "username", "IV_VER", "IV_PLAT",
        "IV_PROTO", "IV_CIPHERS", "tls_digest_sha256_0", "X509_0_CN"}


class Talk:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + 15
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        self.text = b""
        self.lines = []

    def hear(self, seconds):
        self.socket.settimeout(max(0.005, seconds))
        try:
            data = self.socket.recv(65536)
        except OSError:
            return
        self.text += data
        *lines, self.text = self.text.split(b"\r\n")
        self.lines += [line.decode("ascii", "replace") for line in lines]

    def say(self, text):
        self.socket.sendall(text.encode() + b"\n")

    def ask(self, command):
        """The lines that answer it: pid marks where they end."""
        self.lines = [line for line in self.lines if line.startswith(">CLIENT")]
        kept = len(self.lines)
        self.say(command)
        self.say("pid")
        end = time.monotonic() + 5
        while not any(line.startswith("SUCCESS: pid=") for line in self.lines[kept:]) and time.monotonic() < end:
            self.hear(end - time.monotonic())
        answer = [line for line in self.lines[kept:] if not line.startswith((">", "SUCCESS: pid="))
                  or line.startswith(">PKCS11")]
        self.lines = [line for line in self.lines if line.startswith(">CLIENT")]
        return [NUMBERS.sub(r"\1n", line) for line in answer]

    def until(self, pattern, seconds=15):
        """The lines up to the first that matches, taken away; None if it doesn't come."""
        end = time.monotonic() + seconds
        while True:
            for i, line in enumerate(self.lines):
                if re.search(pattern, line):
                    taken, self.lines = self.lines[:i + 1], self.lines[i + 1:]
                    return taken
            if time.monotonic() > end:
                return None
            self.hear(0.2)


passed = failed = 0


def compare(what, stock, ours):
    global passed, failed
    if stock == ours:
        passed += 1
        return
    failed += 1
    print(f"FAIL  {what}\n      stock: {stock}\n      ovref: {ours}")


# [WP-SRV-026]
def life(name, server, client):
    """What is told of a client from its first login to its end, without numbers that differ."""
    told = []

    def note(lines, environment=None):
        for line in lines or [f"(nothing: {name})"]:
            if line.startswith(">CLIENT:ENV,") and environment is not None and "=" in line:
                environment.add(line.split(",", 1)[1].split("=")[0])
            elif line.startswith(">CLIENT:ENV,") and "=" in line:
                continue
            elif not line.startswith((">BYTECOUNT", ">LOG", ">STATE")):
                told.append(line)

    variables = set()
    note(server.until("^>CLIENT:ENV,END"), variables)
    told.append(sorted(TOLD - variables))
    note(server.ask('client-deny 0 1 "bad day" "come later"'))
    note(server.until("^>CLIENT:CONNECT,1,"))
    note(server.until("^>CLIENT:ENV,END"))
    note(server.ask('client-pending-auth 1 1 "CR_TEXT:R,E:pin?" 20'))
    note(client.until("^>INFOMSG:"))
    client.say("cr-response MTIzNA==")
    note(server.until("^>CLIENT:CR_RESPONSE"))
    note(server.until("^>CLIENT:ENV,END"))
    note(server.ask("client-auth 1 1\npush \"route 10.99.0.0 255.255.255.0\"\nifconfig-push 10.8.0.77 255.255.255.0\n"
                    "iroute 10.55.0.0 255.255.0.0\nEND"))
    note(server.until("^>CLIENT:ESTABLISHED"))
    note(server.until("^>CLIENT:ENV,END"))
    note(server.ask("client-auth-nt 1 1"))
    note(server.ask("kill ovlab-client"))
    note(server.until("^>CLIENT:DISCONNECT"))
    return told


stock, stock_client, ours, our_client = (Talk(path) for path in sys.argv[1:5])
for command in COMMANDS.split("|"):
    compare(command, stock.ask(command), ours.ask(command))
for client in (stock_client, our_client):
    client.say("state on\nhold off\nhold release")
expected, got = life("stock", stock, stock_client), life("ovref", ours, our_client)
for i in range(max(len(expected), len(got))):
    compare(f"line {i} of a client's life", expected[i] if i < len(expected) else "", got[i] if i < len(got) else "")
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
