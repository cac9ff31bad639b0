/* Packets that devices of this namespace dropped, from /proc/net/dev. */
#ifndef OV_LINKEMU_DEVSTAT_H
#define OV_LINKEMU_DEVSTAT_H

#include <stddef.h>
#include <stdint.h>

struct emu_devstat
{
    uint64_t rx_dropped;
    uint64_t tx_dropped;
};

/* Adds what the text (in the form of /proc/net/dev) says of the named device. */
void emu_devstat_add(struct emu_devstat *stat, const char *text, const char *name);

/* Sum over the named devices now; zero where they are not there. */
void emu_devstat_read(struct emu_devstat *stat, const char *const *names, size_t count);

#endif
