#include "netns-lab/linkemu/frame.h"

#include <stdlib.h>
#include <string.h>

struct emu_frame *emu_frame_new(struct emu_frames *frames, size_t room)
{
    struct emu_frame *frame;
    if (room == EMU_FRAME_ROOM && frames->kept_count > 0)
    {
        frame = frames->kept[--frames->kept_count];
    }
    else
    {
        frame = malloc(sizeof *frame + room);
    }
    if (frame != NULL)
    {
        frame->refs = 1;
        frame->room = room;
        frame->len = 0;
        frames->octets += room;
    }
    return frame;
}

struct emu_frame *emu_frame_copy(struct emu_frames *frames, const struct emu_frame *frame)
{
    struct emu_frame *copy = emu_frame_new(frames, frame->len);
    if (copy != NULL)
    {
        copy->len = frame->len;
        memcpy(copy->data, frame->data, frame->len);
        copy->packet = frame->packet;
        copy->packet.vnet = copy->data;
        copy->packet.ip = copy->data + EMU_VNET_LEN;
    }
    return copy;
}

void emu_frame_hold(struct emu_frame *frame)
{
    frame->refs++;
}

void emu_frame_drop(struct emu_frames *frames, struct emu_frame *frame)
{
    if (--frame->refs > 0)
    {
        return;
    }
    frames->octets -= frame->room;
    if (frame->room == EMU_FRAME_ROOM && frames->kept_count < sizeof frames->kept / sizeof frames->kept[0])
    {
        frames->kept[frames->kept_count++] = frame;
        return;
    }
    free(frame);
}

void emu_frames_clear(struct emu_frames *frames)
{
    while (frames->kept_count > 0)
    {
        free(frames->kept[--frames->kept_count]);
    }
}
