/* The steps that cases are made of. Each does one thing to the case at hand,
 * records what it measured or checked, and says whether going on makes sense. */
#ifndef OV_LAB_STEPS_H
#define OV_LAB_STEPS_H

#include "lib/proc.h"
#include "lib/scenario.h"

/* step_datagrams.c, step_tunnel.c: from nothing to a tunnel that answers. */
enum lab_go lab_step_capture(struct lab_cell *cell);
enum lab_go lab_step_datagrams(struct lab_cell *cell);
enum lab_go lab_step_server(struct lab_cell *cell);
enum lab_go lab_step_connect(struct lab_cell *cell);

/* Starts a subject in a role, its log in ROLE.log; a failure is noted. */
LAB_MUST_USE enum lab_err lab_step_start(struct lab_cell *cell, const char *role,
                                         const struct lab_subject *subject, const char *netns,
                                         struct lab_proc *proc);

/* step_probe.c: bad input for the server, and a flood of first packets while a client is in. */
enum lab_go lab_step_probe(struct lab_cell *cell);
enum lab_go lab_step_probe_flood(struct lab_cell *cell);

/* step_traffic.c: through the tunnel, or over the bare link. */
enum lab_go lab_step_ping4(struct lab_cell *cell);
enum lab_go lab_step_ping6(struct lab_cell *cell);
enum lab_go lab_step_bulk_up(struct lab_cell *cell);
enum lab_go lab_step_bulk_down(struct lab_cell *cell);
/* The same with the rate of every quarter of a second, for comparisons. */
enum lab_go lab_step_sample_up(struct lab_cell *cell);
enum lab_go lab_step_sample_down(struct lab_cell *cell);
enum lab_go lab_step_sample_both(struct lab_cell *cell); /* at once; rates are sums */

/* step_interop.c: does all that was agreed on hold, and does data pass under it? */
enum lab_go lab_step_sizes(struct lab_cell *cell);    /* pings of many sizes, both families */
enum lab_go lab_step_exchange(struct lab_cell *cell); /* TCP both ways at one time, over a renegotiation */
enum lab_go lab_step_rekeyed(struct lab_cell *cell);
/* step_around.c: what stands around the two ends, and what happens to them. */
enum lab_go lab_step_around(struct lab_cell *cell);
enum lab_go lab_step_moved(struct lab_cell *cell); /* the event is over, and the tunnel is the same */
/* Starts the scenario's event, if it has one, so that it comes in the middle of two seconds. */
LAB_MUST_USE enum lab_err lab_around_event(struct lab_cell *cell, struct lab_why *why);
/* step_negotiated.c */
enum lab_go lab_step_negotiated(struct lab_cell *cell); /* what the logs say against what is expected */
enum lab_go lab_step_refusal(struct lab_cell *cell);    /* the client must not get in */
enum lab_go lab_step_wire(struct lab_cell *cell);       /* what ovspec recognised */

/* step_end.c: the way out, and what the capture says. */
enum lab_go lab_step_client_exit(struct lab_cell *cell);
enum lab_go lab_step_server_notices(struct lab_cell *cell);
enum lab_go lab_step_server_exit(struct lab_cell *cell);
enum lab_go lab_step_capture_end(struct lab_cell *cell);
enum lab_go lab_step_conformance(struct lab_cell *cell);

#endif
