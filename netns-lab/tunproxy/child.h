/* The program behind the gate: started, signalled, waited for. */
#ifndef OV_TUNPROXY_CHILD_H
#define OV_TUNPROXY_CHILD_H

#include "netns-lab/wincost/profile.h"

#include <sys/types.h>

struct child
{
    pid_t pid;
    int signals; /* readable: child_signalled has something to do */
    bool ended;
    int wait_status;
};

/* Starts words behind a gate, whose descriptor goes to *listener. The program dies with its proxy. False,
 * said on stderr: there is no gate. A program that is not there is one that ends with 127. */
bool child_start(struct child *child, const struct wincost_profile *profile, char **words, int *listener);

/* Passes signals on, and notices the end. */
void child_signalled(struct child *child);

/* The exit status that stands for how the program ended; a signal ends the caller too. */
int child_status(const struct child *child);

#endif
