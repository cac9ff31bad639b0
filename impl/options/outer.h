#ifndef OV_OPTIONS_OUTER_H
#define OV_OPTIONS_OUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/nat.h"

/* What is done to packets on their way out. Part of struct ov_config. */
struct ov_outer_options
{
    bool passtos;             /* outer packets get the DSCP of what is in them */
    uint32_t shaper_octets_s; /* --shaper: most octets of tunnel packets in a second, sealed; 0: no limit */
    bool mtu_test;            /* find out what size the path carries [WP-OCC-002] */
};

/* --shaper: what its number may be. */
#define OV_SHAPER_MIN 100u
#define OV_SHAPER_MAX 100000000u

/* --client-nat: more rules than this are refused. */
#define OV_NAT_RULES 64u

#endif
