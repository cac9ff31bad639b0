/* Sockets of other network namespaces. */
#ifndef OV_LINKPROBE_NETNS_H
#define OV_LINKPROBE_NETNS_H

#include "netns-lab/linkemu/why.h"

#include <stdbool.h>

/* A UDP socket in the named namespace (/run/netns; NULL: this one). -1 with the reason. */
int probe_netns_socket(const char *netns, struct emu_why *why);

/* Makes the namespace forget what it learnt of paths, such as their largest packet. */
bool probe_netns_forget_paths(const char *netns, struct emu_why *why);

#endif
