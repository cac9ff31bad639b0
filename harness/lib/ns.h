/* The private house of a run: its own mount, network and process namespaces
 * (and, for an ordinary user, a user namespace with uid 0 inside).
 *
 *     ovlab (outside)  waits, passes signals on, reports the status
 *       init  (pid 1)  reaps, dies by SIGKILL with its parent
 *         runner (pid 2)  everything else
 *
 * When the outer process dies in any way, the kernel kills pid 1 of the
 * namespace and thereby every process in it; the network namespaces live in a
 * tmpfs of the private mount namespace and go with it. Nothing can leak. */
#ifndef OV_LAB_NS_H
#define OV_LAB_NS_H

#include "lib/err.h"

#include <stdbool.h>

/* Runs inside(arg) as the runner and returns its exit status. -1 with the reason
 * when the namespaces could not be made. Signals INT, TERM and HUP that reach the
 * caller meanwhile are passed on to the runner as TERM or what they were. */
int lab_ns_run(int (*inside)(void *arg), void *arg, struct lab_why *why);

/* True only in the runner of lab_ns_run or one of its children. */
bool lab_ns_is_private(void);

/* Kills every process of the namespace but init and the caller, which must be
 * the runner; does nothing elsewhere. Returns how many there were. */
int lab_ns_kill_all(void);

/* Calls fn(arg) with the calling thread inside the named network namespace
 * (/run/netns/NAME), then returns to the old one. NULL calls it right here. */
LAB_MUST_USE enum lab_err lab_ns_call(const char *netns, void (*fn)(void *arg), void *arg,
                                      struct lab_why *why);

/* Opens /run/netns/NAME. -1 with the reason. The caller closes it. */
int lab_ns_open(const char *netns, struct lab_why *why);

#endif
