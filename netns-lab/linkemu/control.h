/* What can be told to an emulator at work, a datagram of text each, over a Unix socket:
 *
 *     report                      a line into the report, as USR1
 *     reset                       begin anew at packet 0, as USR2
 *     blackhole up|down|both 2s   all is lost for that long; their decisions are not used up
 *     rebind port|address|both    the client appears with another port, address, or both (rebind.h)
 *
 * Who sends from a socket with a name gets "ok" or a sentence back. */
#ifndef OV_LINKEMU_CONTROL_H
#define OV_LINKEMU_CONTROL_H

#include "netns-lab/linkemu/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum emu_verb
{
    EMU_TELL_REPORT,
    EMU_TELL_RESET,
    EMU_TELL_BLACKHOLE,
    EMU_TELL_REBIND,
};

struct emu_command
{
    enum emu_verb verb;
    bool ways[2]; /* of a blackhole: up, down */
    uint64_t ns;  /* of a blackhole */
    bool ports;   /* of a rebinding */
    bool addresses;
};

/* Reads a command of len octets; a newline at its end is allowed. False with a sentence. */
bool emu_command_read(const char *text, size_t len, struct emu_command *command, struct emu_why *why);

/* A socket at path, which must not exist. -1 with the reason. */
int emu_control_open(const char *path, struct emu_why *why);

/* Takes the next command that can be read and answers the others. False: there is none. */
bool emu_control_next(int fd, struct emu_command *command);

/* Sends a command to the emulator at path and waits for its answer. False with that, or with the reason. */
bool emu_control_tell(const char *path, const char *text, struct emu_why *why);

void emu_control_close(int fd, const char *path);

#endif
