/* The device that the proxy owns, and the way of packets between it and the program. The program has one end
 * of a socket pair in place of its tun descriptor: a packet is a message, as on the device. A thread for each
 * direction spends what the profile asks for. */
#ifndef OV_TUNPROXY_DEVICE_H
#define OV_TUNPROXY_DEVICE_H

#include "netns-lab/tunproxy/target.h"
#include "netns-lab/wincost/spend.h"

#include <linux/if.h>
#include <pthread.h>

/* All-zero with tun -1 before the first device_make; must not move. */
struct device
{
    struct wincost_meter *meter; /* borrowed */
    int tun;                     /* -1: there is none */
    int link;                    /* our end */
    int stop;                    /* readable: the threads shall end */
    struct target_fd program;    /* who the program's end is */
    pid_t program_tid;
    int program_fd;
    unsigned mtu;
    bool headers;      /* packets begin with a virtio_net_hdr */
    atomic_bool ended; /* the program has closed its end, and all that it wrote is on the device */
    atomic_uint_least64_t refused; /* writes that the kernel's device refused */
    atomic_uint_least64_t dropped; /* packets too long for the hand-over */
    pthread_t threads[2];
};

/* Makes the device that the request asks for, without segmentation if the profile forbids it; the name goes
 * into the request. *end is the program's end, to be handed over and closed by the caller. 0 or a negative
 * errno. */
int device_make(struct device *device, struct ifreq *request, int *end);

/* Once the program has its end as descriptor fd: packets may pass. 0 or a negative errno. */
int device_start(struct device *device, pid_t tid, int fd);

/* Follows the device's MTU; ends the device when the program has closed its end. Now and then. */
void device_tend(struct device *device);

/* Waits at most so long until the program has closed its end and what it wrote is on the device, and ends the
 * device then. False: it has not. */
bool device_drain(struct device *device, unsigned ms);

void device_close(struct device *device);

#endif
