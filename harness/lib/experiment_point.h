/* A point of an experiment's matrix: one value of each axis, one pair of programs, one repeat; with all
 * texts filled in. It carries the case that the runner knows (lib/scenario.h). */
#ifndef OV_LAB_EXPERIMENT_POINT_H
#define OV_LAB_EXPERIMENT_POINT_H

#include "lib/experiment.h"
#include "lib/expr.h"
#include "lib/scenario.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define LAB_EVENT_MAX   4
#define LAB_POINT_STEPS 8
#define LAB_OPTIONS_LEN 1000
#define LAB_LINK_LEN    256
#define LAB_PROFILE_LEN 600

struct lab_traffic_plan
{
    const struct lab_traffic *def;
    char name[LAB_NAME_MAX];
    double seconds;
    double mbps;
    double pps;
    unsigned streams;
    unsigned length;
    unsigned connections;
    unsigned parallel;
    unsigned request;
    unsigned response;
    double event_after_s[LAB_EVENT_MAX];
    bool event_meant[LAB_EVENT_MAX];
    char event_tell[LAB_EVENT_MAX][64]; /* "": a script is run */
    char flood[24];                     /* its kind; "": none */
    double flood_pps;
    double flood_limit; /* packets; 0: as many as the time allows */
};

struct lab_point
{
    const struct lab_experiment *experiment;
    const char *pki; /* folder of keys; borrowed */
    char subject[128];
    char client[64]; /* "" on the bare link */
    char server[64];
    struct lab_operand values[LAB_AXIS_MAX];
    char texts[LAB_AXIS_MAX][32]; /* as the file has them */
    unsigned repeat;              /* from 1 */
    bool searching;               /* in a bisection nothing is expected of it */
    bool link_told;               /* an event tells the link something */

    char id[192];
    char up[LAB_LINK_LEN];
    char down[LAB_LINK_LEN];
    char client_options[LAB_OPTIONS_LEN]; /* lines */
    char server_options[LAB_OPTIONS_LEN];
    char profile[2][LAB_PROFILE_LEN]; /* client, server; "": without the shim */
    double
        profile_us; /* that a packet and its half answer cost the busier end by its profile; set with the case */
    double throttle_pps; /* datagrams that its profile lets pass; 0: any number */
    char system[8][96];
    size_t system_count;
    struct lab_traffic_plan traffic[LAB_TRAFFIC_MAX];
    size_t traffic_count;

    /* What the runner runs. Points into this structure: it must not move. */
    char proto[16];
    char cipher[40];
    char auth[40];
    char keepalive[24];
    char cipher_feature[48];
    char features[24][48];
    const char *feature_list[28];
    struct lab_scenario scenario;
    struct lab_step steps[LAB_POINT_STEPS];
    struct lab_case_def def;
};

/* What is different from point to point. */
struct lab_place_in
{
    const char *subject;
    const char *values[LAB_AXIS_MAX]; /* one for each axis of the experiment */
    unsigned repeat;
};

/* Fills *point. pki is borrowed. LAB_ERR_FORMAT and _USAGE say which text cannot be filled in. */
LAB_MUST_USE enum lab_err lab_point_make(struct lab_point *point, const struct lab_experiment *experiment,
                                         const char *pki, const struct lab_place_in *place,
                                         struct lab_why *why);

/* Names of a point's values: axes, subject, client, server, repeat, pki. arg is the point. */
bool lab_point_find(const void *point, const char *name, struct lab_operand *value);

/* case.cell of the record. New reference. */
json_t *lab_point_cell(const struct lab_point *point);

/* Why the point cannot be measured with an end on another machine; NULL: it can. */
const char *lab_point_needs_lab(const struct lab_point *point);

/* Estimated time, the network and both programs included. */
double lab_point_seconds(const struct lab_point *point);

/* The steps of a point, filled in by whoever runs it (experiment_run.c). */
size_t lab_point_steps(const struct lab_point *point, struct lab_step steps[static LAB_POINT_STEPS]);

#endif
