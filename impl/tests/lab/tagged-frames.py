#!/usr/bin/env python3
"""Ethernet frames with and without 802.1Q tags: send them, and say who got which.

send PLACE=INTERFACE...   from each interface, to each station and to all, with each tag
table PLACE=FILE...       captures of the places, as lines "from A to B tag T: at C with tag U"
"""
import socket
import struct
import sys

PLACES = ["server", "anna", "berta", "clara"]
# None: no tag; else priority and VLAN
TAGS = [None, (5, 0), (0, 1), (0, 10), (3, 20), (0, 30), (0, 4095)]
TARGETS = PLACES + ["all"]
KIND = b"\x88\xb5"


def mac(place):
    """The address of a station; 'all' is broadcast."""
    return b"\xff" * 6 if place == "all" else bytes([2, 0, 0, 0, 0, PLACES.index(place) + 1])


def frame(source, target, tag):
    """Every frame says in its payload what it is."""
    head = mac(target) + mac(source)
    if tag is not None:
        head += struct.pack("!HH", 0x8100, tag[0] << 13 | tag[1])
    name = b"%d %d %d" % (PLACES.index(source), TARGETS.index(target), TAGS.index(tag))
    return head + KIND + name.ljust(46)


def send(pairs):
    """From each to everybody, with each tag."""
    sockets = {}
    for place, interface in pairs:
        sockets[place] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sockets[place].bind((interface, 0))
    for place, _ in pairs:
        for target in TARGETS:
            for tag in TAGS:
                if place != target:
                    sockets[place].send(frame(place, target, tag))


def frames_of(path):
    """The frames of a capture."""
    with open(path, "rb") as file:
        data = file.read()
    at = 24
    while at + 16 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 8)
        yield data[at + 16 : at + 16 + length]
        at += 16 + length


def tag_text(tag):
    """'none', or priority and VLAN."""
    return "none" if tag is None else "%d/%d" % tag


def table(pairs):
    """One line for each place that got a frame; sorted, so that two tables can be compared."""
    lines = set()
    for place, path in pairs:
        for octets in frames_of(path):
            tag = None
            rest = octets[12:]
            if rest[:2] == b"\x81\x00":
                (word,) = struct.unpack_from("!H", rest, 2)
                tag = (word >> 13, word & 0xFFF)
                rest = rest[4:]
            if rest[:2] != KIND or len(rest) < 48:
                continue
            source, target, sent = (int(word) for word in rest[2:48].split())
            lines.add(
                "from %s to %s tag %s: at %s with tag %s"
                % (PLACES[source], TARGETS[target], tag_text(TAGS[sent]), place, tag_text(tag))
            )
    print("\n".join(sorted(lines)))


def main():
    """The two verbs."""
    pairs = [word.split("=", 1) for word in sys.argv[2:]]
    {"send": send, "table": table}[sys.argv[1]](pairs)


if __name__ == "__main__":
    main()
