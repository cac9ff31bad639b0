"""What the management interface answers, ovref beside stock: the same commands, and the same life of a client as its
server tells it (refused, asked, let in with settings of its own, ended) and as the client tells it itself. Every answer
is compared line by line; what may differ is named here. Arguments: the management sockets of the stock server, of its
client, of ovref as server, of its client; of a stock client and of ovref as client, both of that last server."""
import concurrent.futures
import difflib
import re
import sys
import time

import managetalk

# what 2.6 answers to each of these, "version 3" with nothing among them [WP-MGMT-003, WP-MGMT-004]
COMMANDS = """env-filter|env-filter 2|env-filter 0|bytecount 5|bytecount 0|client-auth|client-auth x 1|client-auth 7 y
client-auth 77 1\nEND|client-auth-nt 0|client-auth-nt 77 1|client-deny 0 1|client-deny 77 1 "why"|client-kill 9
client-pending-auth 0 1 x|client-pending-auth 77 1 x 10|kill|kill 192.0.2.1:5|kill nobody|status 9
needok a ok|needstr a b|username a b|password a b|needok|hold|hold on|hold off|hold foo|bogus|remote ACCEPT|proxy NONE
forget-passwords|auth-retry|auth-retry interact|auth-retry none|verb|verb 99|mute|echo on|echo off|echo all|echo 1
echo on all|echo off|echo|echo foo|net|pkcs11-id-count|pkcs11-id-get|pkcs11-id-get 0|cr-response
remote-entry-count|remote-entry-get 0|remote-entry-get|rsa-sig|pk-sig|certificate|signal FOO|signal|log foo|state foo
log on|log off|state on|state off|version 3|load-stats extra|http-proxy-fallback|exit-please"""

# To a client that holds.
HELD = """hold|hold off|hold on|needok a ok|needstr a b|username Auth b|password Auth b|auth-retry|auth-retry interact
auth-retry none|verb|verb 99|mute|echo all|echo 1|forget-passwords|rsa-sig|pk-sig|certificate|signal FOO|bytecount
env-filter|state|state all|state foo|log foo"""

# ... and to one that is connected.
CONNECTED = """echo all|auth-retry|auth-retry interact|remote-entry-count|remote-entry-get 0|remote-entry-get all
remote-entry-get 0 1|remote-entry-get 1 9|remote-entry-get 7|remote-entry-get x|remote-entry-get|proxy NONE|remote ACCEPT
mute|needok x ok|needstr a b|username Auth b|password Auth b|kill x|client-kill 0|client-auth 0 0\nEND|client-auth-nt 0 0
client-deny 0 0 x|client-pending-auth 0 0 x 1|env-filter|load-stats|bytecount 0|net|forget-passwords|rsa-sig|pk-sig
certificate|pkcs11-id-count|pkcs11-id-get 0|version|bogus"""


def commands(text):
    return text.replace("\n", "|").replace("|END", "\nEND").split("|")


# Octets and packets in flight differ, times and addresses of devices too.
NUMBERS = [(re.compile(r"(bytesin=|bytesout=)\d+"), r"\1n"), (re.compile(r"\b1\d{9}\b"), "TIME"),
           (re.compile(r"\btun[a-z]*-[a-z0-9-]*\b"), "DEVICE")]
# Variables that only one of both tells, and why.
APART = re.compile("^(daemon_(pid|start_time|log_redirect)|IV_.*|untrusted_port|trusted_port|config|time_.*|bytes_.*|dev"
                   "|local_port_1|remote_port_1)=")


# Lines that may differ. A server may push before it is asked, so that GET_CONFIG is not seen; 2.7 tells neither RESOLVE
# for an address nor proto_2, and a local_port_1 without one. Its answers to unknown commands name them, and its kill
# wants the protocol in front of an address.
NAMED = re.compile(r"^>STATE:TIME,(GET_CONFIG|RESOLVE)|^ENV (local_port_1|proto_2=)|^'(version|bogus)'|^server: kill 192"
                   r"|^ERROR: unknown command")


def plain(line):
    for pattern, text in NUMBERS:
        line = pattern.sub(text, line)
    return line


class Talk(managetalk.Connection):
    def __init__(self, path):
        super().__init__(path)
        self.text = b""
        self.lines = []

    def hear(self, seconds):
        self.text += self.receive(seconds)
        *lines, self.text = self.text.split(b"\r\n")
        self.lines += [line.decode("ascii", "replace") for line in lines]

    def ask(self, command):
        """The lines that answer it: pid marks where they end. What comes by itself stays."""
        answer, rest = [], self.lines
        self.lines = []
        self.say(command)
        self.say("pid")
        end = time.monotonic() + 5
        while not any(line.startswith("SUCCESS: pid=") for line in self.lines) and time.monotonic() < end:
            self.hear(end - time.monotonic())
        for line in self.lines:
            if line.startswith((">PKCS11", ">ECHO")) or not line.startswith((">", "SUCCESS: pid=")):
                answer.append(plain(line))
            elif line.startswith(">"):
                rest.append(line)
        self.lines = rest
        return answer

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
    if stock == ours or NAMED.search(what) or all(NAMED.search(line) for line in stock + ours):
        passed += 1
        return
    failed += 1
    print(f"FAIL  {what}\n      stock: {stock}\n      ovref: {ours}")


def compare_lines(what, stock, ours):
    """Each line that only one of both has is a failure, told with where it stands."""
    global passed, failed
    for line in difflib.ndiff(*([line for line in lines if not NAMED.search(line)] for lines in (stock, ours))):
        passed += line.startswith("  ")
        failed += line.startswith(("- ", "+ "))
        if line.startswith(("- ", "+ ")):
            print(f"FAIL  {what}, {'stock' if line[0] == '-' else 'ovref'} only: {line[2:]}")


def environment(lines, prefix):
    """The variables of a block, in whatever order, with values where they can be the same."""
    told = [line[len(prefix):] for line in lines if line.startswith(prefix) and "=" in line]
    return sorted(line.split("=")[0] if APART.match(line) else plain(line) for line in told)


# [WP-SRV-026]
def life(server, client):
    """What is told of a client from its first login to its end, without numbers that differ."""
    told = []

    def note(lines):
        lines = lines or [f"(nothing, {len(told)})"]
        told.extend(line for line in lines if not line.startswith((">BYTECOUNT", ">LOG", ">STATE", ">INFO:", ">CLIENT:ENV,")))
        told.extend("ENV " + line for line in environment(lines, ">CLIENT:ENV,"))

    note(server.until("^>CLIENT:ENV,END"))
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
    note(server.until("^>CLIENT:ENV,END"))
    return told


def guest_life(guest, server):
    """What a client tells and asks until it is connected, and at its end."""
    told = []

    def note(lines):
        lines = lines or [f"(nothing, {len(told)})"]
        told.extend(plain(line) for line in lines
                    if not line.startswith((">BYTECOUNT", ">LOG", ">INFO:", ">UPDOWN:ENV,", ">HOLD")))
        told.extend("ENV " + line for line in environment(lines, ">UPDOWN:ENV,"))

    guest.say("state on\nhold off\nhold release")
    note(guest.until("^>PASSWORD:Need 'Auth'"))
    guest.say('username "Auth" bob\npassword "Auth" "SCRV1:c2VjcmV0:Ymx1ZQ=="')
    note(guest.until("^>PROXY:"))
    note(guest.ask("proxy HTTP 10.77.2.2"))
    shown = server.until("^>CLIENT:CONNECT,")
    cid, kid = shown[-1].split(",")[1:3] if shown else ("0", "0")
    server.until("^>CLIENT:ENV,END")
    server.say(f"client-auth-nt {cid} {kid}")
    note(guest.until("^>STATE:[0-9]+,CONNECTED"))
    for command in commands(CONNECTED):
        told.append(f"{command!r}: {guest.ask(command)}")
    guest.say("signal SIGTERM")
    note(guest.until("^>STATE:[0-9]+,EXITING"))
    return told


talks = [Talk(path) for path in sys.argv[1:7]]
stock, stock_client, ours, our_client, stock_guest, our_guest = talks
for command in commands(COMMANDS):
    compare("server: " + command, stock.ask(command), ours.ask(command))
for command in commands(HELD):
    compare("client that holds: " + command, stock_guest.ask(command), our_guest.ask(command))
for client in (stock_client, our_client):
    client.say("state on\nhold off\nhold release")
with concurrent.futures.ThreadPoolExecutor() as both:
    compare_lines("a client's life", *both.map(life, (stock, ours), (stock_client, our_client)))
for client in (stock_client, our_client):
    client.say("signal SIGTERM")
compare_lines("a client's own account", guest_life(stock_guest, ours), guest_life(our_guest, ours))
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
