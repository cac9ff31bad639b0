/* The steps that cases are made of. Each does one thing to the case at hand,
 * records what it measured or checked, and says whether going on makes sense. */
#ifndef OV_LAB_STEPS_H
#define OV_LAB_STEPS_H

#include "lib/scenario.h"

/* step_datagrams.c, step_tunnel.c: from nothing to a tunnel that answers. */
enum lab_go lab_step_capture(struct lab_cell *cell);
enum lab_go lab_step_datagrams(struct lab_cell *cell);
enum lab_go lab_step_server(struct lab_cell *cell);
enum lab_go lab_step_connect(struct lab_cell *cell);

/* step_traffic.c: through the tunnel, or over the bare link. */
enum lab_go lab_step_ping4(struct lab_cell *cell);
enum lab_go lab_step_ping6(struct lab_cell *cell);
enum lab_go lab_step_bulk_up(struct lab_cell *cell);
enum lab_go lab_step_bulk_down(struct lab_cell *cell);
/* The same with the rate of every quarter of a second, for comparisons. */
enum lab_go lab_step_sample_up(struct lab_cell *cell);
enum lab_go lab_step_sample_down(struct lab_cell *cell);

/* step_end.c: the way out, and what the capture says. */
enum lab_go lab_step_client_exit(struct lab_cell *cell);
enum lab_go lab_step_server_notices(struct lab_cell *cell);
enum lab_go lab_step_server_exit(struct lab_cell *cell);
enum lab_go lab_step_capture_end(struct lab_cell *cell);
enum lab_go lab_step_conformance(struct lab_cell *cell);

#endif
