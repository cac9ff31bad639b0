/* The gate: a seccomp filter that hands the few system calls which make and set up tun devices and UDP
 * sockets to the proxy. Calls that move packets pass untouched. */
#ifndef OV_TUNPROXY_GATE_H
#define OV_TUNPROXY_GATE_H

#include "netns-lab/wincost/profile.h"

/* Puts the calling process, and all that it will become or start, behind a gate; what the profile does
 * not ask for is not gated. Returns the descriptor that the proxy listens on, or a negative errno. */
int gate_close(const struct wincost_profile *profile);

#endif
