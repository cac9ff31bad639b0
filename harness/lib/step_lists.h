/* Lists of steps that several suites share. */
#ifndef OV_LAB_STEP_LISTS_H
#define OV_LAB_STEP_LISTS_H

#include "lib/scenario.h"

/* A tunnel from start to end with its figures, capture judged as a whole. The first step makes
 * every datagram stand by itself on the wire; suites that measure speed begin behind it. */
#define LAB_TUNNEL_STEPS 13
extern const struct lab_step lab_tunnel_steps[LAB_TUNNEL_STEPS];

/* What a case of the interop matrix does; and one whose tunnel must be refused. */
#define LAB_INTEROP_STEPS 16
extern const struct lab_step lab_interop_steps[LAB_INTEROP_STEPS];
#define LAB_REFUSAL_STEPS 7
extern const struct lab_step lab_refusal_steps[LAB_REFUSAL_STEPS];

/* One with a static key: no handshake, and nothing on the wire that could be told from noise. */
#define LAB_STATIC_STEPS 9
extern const struct lab_step lab_static_steps[LAB_STATIC_STEPS];

#endif
