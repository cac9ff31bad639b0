/* A box that translates addresses and changes its mind: from a rebinding on, what the client sends comes
 * from another port, another address, or both, and what is sent to the old ones is lost, as with a router
 * that forgot its mappings. Only flows that have sent something since then can be reached.
 *
 * Ports are those of TCP and UDP. Fragments are left alone, ICMP gets the address only, and what it
 * quotes stays. */
#ifndef OV_LINKEMU_REBIND_H
#define OV_LINKEMU_REBIND_H

#include "netns-lab/linkemu/packet.h"

#include <stdbool.h>
#include <stdint.h>

#define EMU_REBIND_FLOWS 64u /* the oldest is forgotten */

struct emu_flow
{
    uint8_t version; /* 0: none */
    uint8_t protocol;
    uint16_t port;       /* the client's own, in the octet order of the wire */
    uint8_t address[16]; /* the client's own */
};

/* All-zero is a valid start: nothing is translated. */
struct emu_rebind
{
    bool ports;
    bool addresses;
    uint32_t times; /* rebindings so far: each gives other ports, other addresses */
    struct emu_flow flows[EMU_REBIND_FLOWS];
    uint32_t next; /* the flow to be written */
    uint32_t last; /* the flow that was found last */
};

/* Forgets all mappings; from now on `ports`, `addresses` or both are other ones. What was changed before
 * stays changed. */
void emu_rebind_again(struct emu_rebind *rebind, bool ports, bool addresses);

/* Translates a packet of the client, in place. octets is the same memory as packet->ip. */
void emu_rebind_up(struct emu_rebind *rebind, const struct emu_packet *packet, uint8_t *octets);

/* Translates a packet to the client. False: it goes to a mapping that is gone, and is to be lost. */
bool emu_rebind_down(struct emu_rebind *rebind, const struct emu_packet *packet, uint8_t *octets);

#endif
