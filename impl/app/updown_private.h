#ifndef OV_APP_UPDOWN_PRIVATE_H
#define OV_APP_UPDOWN_PRIVATE_H

/* Inside of updown.c and updown_steps.c only. */
#include "app/updown.h"

/* What became of a step. */
enum ov_updown_outcome
{
    OV_UPDOWN_OUTCOME_NEXT,  /* done: on to the next step */
    OV_UPDOWN_OUTCOME_WAITS, /* a program runs */
    OV_UPDOWN_OUTCOME_LATER, /* not yet */
    OV_UPDOWN_OUTCOME_FAILED
};

struct ov_updown_action
{
    enum ov_updown_outcome (*run)(struct ov_updown *updown, struct ov_now now); /* NULL: it rests here */
    enum ov_updown_step next;
    bool rises;
    bool vital; /* if its program fails, the program ends */
};

const struct ov_updown_action *ov_updown_action(enum ov_updown_step step);

/* Called by the loop when the program of a step has ended; ctx is the struct ov_updown. */
void ov_updown_program_ended(void *ctx, int status);

#endif
