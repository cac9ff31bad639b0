/* A frame in memory, kept as long as any slice of it still has to leave. */
#ifndef OV_LINKEMU_FRAME_H
#define OV_LINKEMU_FRAME_H

#include "netns-lab/linkemu/packet.h"

#include <stddef.h>
#include <stdint.h>

#define EMU_FRAME_ROOM (EMU_VNET_LEN + 65535u + 64u) /* whatever a tun device hands out */

struct emu_frame
{
    unsigned refs;
    size_t room;
    size_t len;
    struct emu_packet packet; /* points into data */
    uint8_t data[];
};

/* Frames of EMU_FRAME_ROOM that were given back are kept for reuse. All-zero is a valid start. */
struct emu_frames
{
    struct emu_frame *kept[64];
    unsigned kept_count;
    size_t octets; /* in use, by room */
};

/* A frame with room for len octets and one reference. NULL: no memory. */
struct emu_frame *emu_frame_new(struct emu_frames *frames, size_t room);
/* The same frame in as much memory as it needs: for small ones that have to wait. NULL: no memory. */
struct emu_frame *emu_frame_copy(struct emu_frames *frames, const struct emu_frame *frame);
void emu_frame_hold(struct emu_frame *frame);
void emu_frame_drop(struct emu_frames *frames, struct emu_frame *frame);
void emu_frames_clear(struct emu_frames *frames);

#endif
