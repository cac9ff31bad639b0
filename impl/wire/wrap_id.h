#ifndef OV_WIRE_WRAP_ID_H
#define OV_WIRE_WRAP_ID_H

#include <stdbool.h>
#include <stdint.h>

/* Wrap packet id, long form: on the wire id first, then time [WP-RPL-001].
 * When two are compared, time is the high part [WP-RPL-004]. */
#define OV_WRAP_ID_LEN 8u

struct ov_wrap_id
{
    uint32_t id;   /* from 1; 0 is invalid [WP-RPL-003] */
    uint32_t time; /* seconds since 1970 when the counter started [WP-RPL-002] */
};

/* A tls-crypt-v2 client that can send its WKc again counts from here on, so that its first id is 0x0F000001
 * [WP-TC2-020]; servers look at one hexadecimal digit only. */
#define OV_WRAP_ID_EARLY 0x0F000000u /* older servers keep state and don't look at it [WP-TC2-035] */

static inline bool ov_wrap_id_is_early(uint32_t id)
{
    return (id & OV_WRAP_ID_EARLY) == OV_WRAP_ID_EARLY;
}

#endif
