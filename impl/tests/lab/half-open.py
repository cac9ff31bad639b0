"""Handshakes that begin and never go on: each from a port of its own, with the server's cookie shown and a TLS record
begun. Arguments: address, port, how many. Prints how many the server answered."""
import os
import socket
import sys

server = (sys.argv[1], int(sys.argv[2]))
answered = 0
for number in range(int(sys.argv[3])):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(0.5)
        own = os.urandom(8)
        one.sendto(b"\x38" + own + bytes(5), server)
        try:
            cookie = one.recv(2048)[1:9]
        except OSError:
            continue
        # One acknowledgement, the cookie, message 1: a record of 512 octets of which five are there.
        one.sendto(b"\x20" + own + b"\x01" + bytes(4) + cookie + b"\x00\x00\x00\x01" + b"\x16\x03\x01\x02\x00", server)
        answered += 1
print(answered)
