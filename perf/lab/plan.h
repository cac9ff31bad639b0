/* What `make perf` measures, as tables: figures, arms (who is measured), goals. */
#ifndef OV_PERF_PLAN_H
#define OV_PERF_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum perf_figure
{
    PERF_TCP_UP,   /* Mbit/s of payload, one stream, client to server */
    PERF_TCP_DOWN, /* one stream, server to client */
    PERF_TCP_4,    /* four streams up, their sum */
    PERF_TCP_BOTH, /* one stream each way at once, their sum */
    PERF_CPU,     /* CPU seconds of both ends' processes per 10^9 octets of payload, one stream up and down */
    PERF_UDP_200, /* packets/s of 200 octets (IP length) that arrive at less than 2 % loss */
    PERF_UDP_1400,
    PERF_RTT_IDLE,   /* microseconds, median */
    PERF_RTT_1,      /* microseconds, 99th percentile, under one TCP stream up */
    PERF_RTT_4,      /* the same under four */
    PERF_CROWD_UP,   /* Mbit/s of payload, one stream of each of many clients to the server, their sum */
    PERF_CROWD_DOWN, /* from the server to each */
    PERF_JAIN_UP,    /* fairness of these: 1 all alike, 1/N one has it all */
    PERF_JAIN_DOWN,
    PERF_FIGURE_COUNT
};

struct perf_figure_def
{
    const char *id;
    const char *title;
    const char *unit;
    double scale; /* what is shown is value * scale */
    bool higher_is_better;
};

extern const struct perf_figure_def perf_figures[PERF_FIGURE_COUNT];

/* What is measured of an arm. */
enum perf_scope
{
    PERF_SCOPE_ALL,
    PERF_SCOPE_TCP,  /* one stream up and down only */
    PERF_SCOPE_CROWD /* one stream of each of many clients, up and down */
};

struct perf_arm_def
{
    const char *id;
    const char *client; /* subjects; NULL: the bare link */
    const char *server;
    const char *proto;
    const char *cipher;
    const char *option; /* further option line for both ends, NULL: none */
    enum perf_scope scope;
    bool quick;       /* also in the quick plan */
    bool column;      /* has a column of its own in the table */
    unsigned clients; /* PERF_SCOPE_CROWD: how many */
    unsigned every;   /* measured in one of so many rounds; 0: in all */
    unsigned phase;   /* in which of them */
    bool asked;       /* only when --only names it: to compare variants of one program */
};

#define PERF_CLIENT_MAX 50u

#define PERF_ARM_MAX 40u

/* The bare link is arm 0. */
extern const struct perf_arm_def perf_arms[];
extern const size_t perf_arm_count;

/* Index of an arm, perf_arm_count if there is none. */
size_t perf_arm_find(const char *id);

/* ratio = figure of arm / figure of against; against NULL: the figure of arm itself. */
struct perf_goal
{
    enum perf_figure figure;
    const char *arm;
    const char *against;
    double limit;
    bool at_most; /* the ratio shall be at most the limit, else at least */
};

extern const struct perf_goal perf_goals[];
extern const size_t perf_goal_count;

/* Arm and its twin for the noise floor: the same program twice. */
extern const char *const perf_twins[2];

struct perf_pace
{
    const char *name;
    unsigned rounds;           /* at most */
    unsigned tcp_s;            /* length of a TCP transfer */
    unsigned warm_up_ms;       /* dropped from its start */
    unsigned trial_ms;         /* of a UDP rate */
    unsigned crowd_warm_up_ms; /* of many clients: dropped, and what is measured after it */
    unsigned crowd_ms;
    unsigned idle_pings;
    unsigned budget_s; /* no round is begun that would end after it */
};

extern const struct perf_pace perf_pace_full;
extern const struct perf_pace perf_pace_quick;

#define PERF_ROUND_MAX 16u

#endif
