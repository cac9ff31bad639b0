/* What the files of link.h share. */
#ifndef OV_LAB_LINK_PRIVATE_H
#define OV_LAB_LINK_PRIVATE_H

#include "lib/link.h"

/* link_netem.c: the kernel's own impairments, on the router's interfaces. */

/* True when the kernel has netem: a qdisc of it can be put on the router's loopback. */
bool lab_netem_present(struct lab_link *link);
/* True when netem can do both directions of a link that was checked. */
bool lab_netem_able(const struct lab_link *link);
LAB_MUST_USE enum lab_err lab_netem_start(struct lab_link *link, struct lab_why *why);
void lab_netem_stop(struct lab_link *link);

/* link_emu.c: the emulator's process. */
LAB_MUST_USE enum lab_err lab_linkemu_start(struct lab_link *link, const char *replay, struct lab_why *why);
/* Begins anew at packet 0, with an empty account. */
LAB_MUST_USE enum lab_err lab_linkemu_reset(struct lab_link *link, struct lab_why *why);
/* *account is its report of now, a new reference. */
LAB_MUST_USE enum lab_err lab_linkemu_account(struct lab_link *link, json_t **account, struct lab_why *why);
/* Ends it; *account is its last report, a new reference. */
LAB_MUST_USE enum lab_err lab_linkemu_stop(struct lab_link *link, json_t **account, struct lab_why *why);

#endif
