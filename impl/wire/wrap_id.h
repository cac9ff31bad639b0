#ifndef OV_WIRE_WRAP_ID_H
#define OV_WIRE_WRAP_ID_H

#include <stdint.h>

/* Wrap packet id, long form: on the wire id first, then time [WP-RPL-001].
 * When two are compared, time is the high part [WP-RPL-004]. */
#define OV_WRAP_ID_LEN 8u

struct ov_wrap_id
{
    uint32_t id;   /* from 1; 0 is invalid [WP-RPL-003] */
    uint32_t time; /* seconds since 1970 when the counter started [WP-RPL-002] */
};

#endif
