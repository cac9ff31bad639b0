"""A management client without manners: it leaves in mid-command, comes in crowds, says junk, asks without listening.
Arguments: port, how many lines to ask. Prints "well" if commands are answered as ever in the end."""
import os
import random
import re
import socket
import sys
import time

PORT, LINES = int(sys.argv[1]), int(sys.argv[2])
WRONG = [
    "client-kill 999999", "client-kill -1", "client-kill x", "client-kill", "client-auth 1 1", "client-deny 1 1 x",
    "client-deny 99999999999999999999 1 x", "client-auth-nt 1 1", "client-pending-auth 1 1 x x", "cr-response !!!",
    "kill 1.2.3.4:99999", "kill ", "status 99", "status x", "log 99999999999999999999", "log x", "state x",
    "bytecount -1", "bytecount x", "password", "password \"Auth\"", "username x", "needok", "needstr x y", "pk-sig",
    "rsa-sig", "certificate", "hold x", "signal", "signal SIGSEGV", "verb x", "mute x", "echo x", "remote",
    "remote MOD", "proxy x", "push-update-broad", "push-update-cid x y", "load-stats x", "help x", "\x00\x01\x02",
    "\"\\\"", "\\", "'", "a" * 1000, " " * 1000,
]


def connect():
    end = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", PORT), timeout=5)
        except OSError:
            if time.monotonic() > end:
                raise


def throw_away(one, seconds):
    """What comes, for so long."""
    one.settimeout(seconds)
    try:
        while one.recv(65536):
            pass
    except OSError:
        pass


def commands_are_answered():
    """A command with an answer, behind whatever came before."""
    with connect() as one:
        one.sendall(b"pid\n")
        text = b""
        end = time.monotonic() + 10
        while time.monotonic() < end and not re.search(rb"SUCCESS: pid=\d+\r\n", text):
            one.settimeout(max(0.01, end - time.monotonic()))
            got = one.recv(65536)
            if not got:
                return False
            text += got
        return b"SUCCESS: pid=" in text


for piece in (b"", b"sta", b"status 2", b"kill \"open", b"\n\n\n", b"pid\r"):
    for _ in range(4):
        with connect() as leaver:
            leaver.sendall(piece)
# One is heard at a time: the others knock in vain, and nobody waits for them.
crowd = [socket.socket() for _ in range(64)]
for one in crowd:
    one.setblocking(False)
    one.connect_ex(("127.0.0.1", PORT))
time.sleep(0.2)
for one in crowd:
    one.close()
draw = random.Random(1)
for _ in range(8):
    with connect() as one:
        try:
            one.sendall(draw.randbytes(50000))
        except OSError:
            pass
        throw_away(one, 0.01)
for line in WRONG:
    with connect() as one:
        one.sendall(line.encode() + b"\n")
        throw_away(one, 0.02)
with connect() as one:
    one.settimeout(3)
    try:
        for _ in range(LINES // 1000):
            one.sendall(b"status 3\n" * 1000)
    except OSError:
        pass  # it may stop reading: so do we
    os.system("sleep 0.2")
    print("well" if not one.close() and commands_are_answered() else "no answer")
