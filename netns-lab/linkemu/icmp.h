/* "Packet too big": what a router says of a packet that the next link cannot carry. */
#ifndef OV_LINKEMU_ICMP_H
#define OV_LINKEMU_ICMP_H

#include "netns-lab/linkemu/packet.h"

#include <stddef.h>
#include <stdint.h>

#define EMU_ICMP_MAX 1240u /* IPv6: so that the whole fits 1280 */

/* Writes the ICMP or ICMPv6 message about the packet, without IP header; the sum of ICMPv6 is left to the
 * kernel. Returns its length; 0: such a packet gets none (IPv4 that may be cut, fragments, ICMP errors). */
size_t emu_icmp_too_big(uint8_t message[static EMU_ICMP_MAX], const struct emu_packet *packet, uint32_t mtu);

/* Sends it from the router to the packet's sender. fds: a raw ICMP and a raw ICMPv6 socket. */
void emu_icmp_send(const int fds[static 2], const struct emu_packet *packet, uint32_t mtu);

#endif
