/* Sockets of a flood: raw ones that send in anybody's name, and packet sockets that hear the client and the
 * target's answers. */
#ifndef OV_FLOOD_WIRE_H
#define OV_FLOOD_WIRE_H

#include "netns-lab/flood/kinds.h"
#include "netns-lab/linkemu/why.h"

#include <stdint.h>

#define FLOOD_BURST 64u

struct flood_sent
{
    uint64_t packets;
    uint64_t octets;  /* of UDP payload */
    uint64_t refused; /* by the kernel */
};

struct flood_answers
{
    uint64_t packets;
    uint64_t octets; /* of UDP payload */
};

/* A socket to send with. -1 with the reason. */
int flood_wire_raw(struct emu_why *why);

/* A socket that hears IPv4 packets coming in by this interface; in the named namespace (/run/netns) unless
 * that is NULL. -1 with the reason. */
int flood_wire_listen(const char *netns, const char *interface, struct emu_why *why);

/* Sends count packets to the target, at most FLOOD_BURST. */
void flood_wire_send(int fd, const struct flood_end *target, const struct flood_packet *packets,
                     unsigned count, struct flood_sent *sent);

/* Takes in what the client has sent to the target since; of a train, its first packet. */
void flood_wire_hear(int fd, const struct flood_end *target, struct flood_heard *heard);

/* Takes in what the target has answered since. */
void flood_wire_count(int fd, const struct flood_end *target, struct flood_answers *answers);

#endif
