#ifndef OV_APP_COUNTERS_H
#define OV_APP_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "app/interface.h"
#include "app/pump.h"
#include "data/stats.h"
#include "net/link.h"
#include "tun/tun.h"

/* Where packets go missing, and what buffers there are: one list of names and numbers for log and status file.
 * Everything counts since its socket, device or session was opened. */

#define OV_COUNTERS_MAX 40u

struct ov_counter
{
    const char *name; /* no comma, no tab */
    uint64_t value;
};

/* All-zero is empty. */
struct ov_counters
{
    struct ov_counter at[OV_COUNTERS_MAX];
    size_t count;
};

/* Socket: buffers asked for and granted, drops of the kernel in front of us, drops of ours. NULL adds nothing. */
void ov_counters_link(struct ov_counters *counters, const struct ov_link *link);
/* Device: what it refused, what the kernel could not hand to us, what came while there was nobody to send it to. */
void ov_counters_tun(struct ov_counters *counters, const struct ov_interface *iface,
                     const struct ov_pump *pump);
/* Sessions: packets dropped on the way in and out, the reasons that matter by name. */
void ov_counters_drops(struct ov_counters *counters, const struct ov_drops *in, const struct ov_drops *out);

#define OV_COUNTERS_TEXT 1000
/* "name 1, name 2": those that are not 0; "none" if all are. Names that start with "sndbuf" or "rcvbuf" are left
 * out: they are no drops. Returns text. */
const char *ov_counters_drops_text(const struct ov_counters *counters, char text[static OV_COUNTERS_TEXT]);

#endif
