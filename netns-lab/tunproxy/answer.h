/* What becomes of the system calls that the gate hands over. */
#ifndef OV_TUNPROXY_ANSWER_H
#define OV_TUNPROXY_ANSWER_H

#include "netns-lab/tunproxy/device.h"

#include <seccomp.h>

struct proxy
{
    struct wincost_meter meter;
    struct device device;
    int listener; /* of the gate; owned */
    struct seccomp_notif *call;
    struct seccomp_notif_resp *answer;
    uint64_t calls;
    uint64_t ioctls_refused; /* of the program's tun, not known to the proxy */
};

/* Takes one call from the listener and answers it. False: nobody is behind the gate any more. */
bool proxy_answer(struct proxy *proxy);

#endif
