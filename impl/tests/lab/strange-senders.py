"""Datagrams with headers that no host writes: source port 0, source addresses that nobody has. Arguments: own address,
address, port. Sends resets and data packets and junk of each kind."""
import socket
import struct
import sys

own, server, port = socket.inet_aton(sys.argv[1]), sys.argv[2], int(sys.argv[3])
PAYLOADS = [b"", b"\x38", b"\x38" + b"12345678" + bytes(5), b"\x48\x00\x00\x00" + bytes(40), b"\xff" * 1400]
SENDERS = [(own, 0), (own, 65535), (socket.inet_aton("255.255.255.255"), 5000), (socket.inet_aton("0.0.0.0"), 5000),
           (socket.inet_aton("224.0.0.1"), 5000), (socket.inet_aton("127.0.0.1"), 5000),
           (socket.inet_aton(server), port)]
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
    for source, source_port in SENDERS:
        for payload in PAYLOADS:
            udp = struct.pack("!HHHH", source_port, port, 8 + len(payload), 0) + payload
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, source, socket.inet_aton(server))
            for _ in range(20):
                try:
                    raw.sendto(ip + udp, (server, 0))
                except OSError:
                    pass  # some of these the own kernel refuses
