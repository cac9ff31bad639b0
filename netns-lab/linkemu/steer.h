/* Makes a router send what it forwards through the emulator: one policy rule and one table a direction and
 * family. What the router itself says or is told (neighbour discovery, ping) is not touched.
 *
 *     client ... r1 | rule "from r1" -> emu-client | linkemu | emu-server -> main table | r2 ... server
 *
 * Behind the emulator's route stands a blackhole: when linkemu dies, nothing passes unimpaired. */
#ifndef OV_LINKEMU_STEER_H
#define OV_LINKEMU_STEER_H

#include "netns-lab/linkemu/why.h"

#include <stdbool.h>

struct emu_steer
{
    const char *interface[2]; /* client's and server's side of the router */
    unsigned tun[2];          /* interface index of the emulator's device on that side */
};

bool emu_steer_on(const struct emu_steer *steer, struct emu_why *why);

/* Takes everything away that emu_steer_on made; whatever is not there any more is no error. */
void emu_steer_off(const struct emu_steer *steer);

#endif
