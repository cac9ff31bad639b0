#ifndef OV_APP_STANDING_H
#define OV_APP_STANDING_H

#include <stdbool.h>
#include <stdint.h>

/* A queue whose ends are all one sees of it: is it ever empty? One that was not
 * for OV_STANDING_MS stands, and only adds delay; then single packets of it are
 * dropped, ever closer together, until it has been empty once. (The law of CoDel,
 * RFC 8289, with that in place of a time spent in the queue.) All-zero is a start. */

#define OV_STANDING_MS 100u

struct ov_standing
{
    bool filled; /* not empty since filled_ms */
    uint64_t filled_ms;
    uint64_t drop_ms;    /* the next is due, if count > 0 */
    uint32_t count;      /* dropped since it stands */
    uint32_t last_count; /* of the time before */
    uint64_t dropped;    /* in all */
};

/* It is empty, or nobody waits. */
void ov_standing_empty(struct ov_standing *standing);
/* It still holds something, and a packet was taken out of it. True: drop this one; it is counted. */
bool ov_standing_drop(struct ov_standing *standing, uint64_t now_ms);

#endif
