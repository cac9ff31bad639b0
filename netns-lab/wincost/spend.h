/* Spending what a profile asks for: the model's waits on the real clock, and busy time. One meter for a
 * program, whatever its number of threads: a device and a throttle are shared by all of them. */
#ifndef OV_WINCOST_SPEND_H
#define OV_WINCOST_SPEND_H

#include "netns-lab/wincost/account.h"
#include "netns-lab/wincost/model.h"

#include <pthread.h>

/* profile is set by the owner before the first call; lock is PTHREAD_MUTEX_INITIALIZER; the rest is zero. */
struct wincost_meter
{
    struct wincost_profile profile;
    struct wincost_account account;
    pthread_mutex_t lock; /* of what follows */
    struct wincost_device device;
    struct wincost_throttle throttle;
};

uint64_t wincost_now_ns(void);

/* Before a packet goes to the device: its turn, its stall, the busy time of the call. */
void wincost_spend_tun_write(struct wincost_meter *meter);

/* After one has come from it. */
void wincost_spend_tun_read(struct wincost_meter *meter);

/* Before a call that sends, and after one that has received: throttle and busy time. */
void wincost_spend_socket_send(struct wincost_meter *meter);
void wincost_spend_socket_receive(struct wincost_meter *meter);

#endif
