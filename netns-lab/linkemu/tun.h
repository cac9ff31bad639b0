/* A tun device that hands out super-packets: each frame begins with a virtio_net_hdr. */
#ifndef OV_LINKEMU_TUN_H
#define OV_LINKEMU_TUN_H

#include "netns-lab/linkemu/frame.h"
#include "netns-lab/linkemu/slice.h"
#include "netns-lab/linkemu/why.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct emu_tun
{
    int fd;
    unsigned index;
    char name[IFNAMSIZ];
    bool udp_gso; /* UDP trains come whole */
    uint64_t refused;
    int refused_errno; /* of the first write that the device refused */
};

/* Makes the device in the namespace of the caller, up, with a long queue and no addresses, and with reverse
 * path filtering off. Needs CAP_NET_ADMIN. The device ends with its fd. */
bool emu_tun_open(struct emu_tun *tun, const char *name, struct emu_why *why);

/* Reads one frame into it. False: there is none, or the device is gone (errno other than EAGAIN). */
bool emu_tun_read(const struct emu_tun *tun, struct emu_frame *frame);

/* For emu_pipe_send: arg is the tun. False: refused, counted. */
bool emu_tun_write(void *tun, const struct emu_slice *slice);

void emu_tun_close(struct emu_tun *tun);

#endif
