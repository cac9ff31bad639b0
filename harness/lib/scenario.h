/* Suites, as tables. A suite is rows of cases; a case is a scenario (what the
 * tunnel shall be), a matrix (which subjects), and a list of steps. Adding a case is
 * adding a row, adding a suite is adding one suite_*.c and its line in suites.c.
 * Scenario files will fill the same structures. */
#ifndef OV_LAB_SCENARIO_H
#define OV_LAB_SCENARIO_H

#include "lib/err.h"
#include "lib/subject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_CASE_MAX 4096
#define LAB_STEP_MAX 32

struct lab_cell;
struct lab_point;

/* What must come of a tunnel, as far as a scenario says it; empty: it says nothing. */
struct lab_expect
{
    const char *proto;
    const char *cipher;      /* as both programs name it */
    const char *data_format; /* what ovspec takes data packets for */
    const char *wrap;        /* protection of the control channel, as ovspec names it */
    const char *tls;         /* "1.2", "1.3" */
    const char *compression;
    const char *client4; /* the client's address in the tunnel */
    const char *refusal; /* no tunnel, but this (a regular expression) in the refuser's log */
    bool server_refuses; /* that log is the server's, else the client's */
    unsigned mtu;        /* of the client's device */
    bool epoch;
    bool ekm;                /* data keys by the TLS exporter */
    bool compression_pushed; /* to this client alone: only its log tells */
    bool no_inner4;
    bool no_inner6;
    bool no_push;        /* what was agreed on is told in other words */
    bool no_exit_notice; /* the server cannot notice that the client leaves, or ends itself then */
    bool no_tls;         /* static key mode: nothing is negotiated, and nothing of it is seen on the wire */
};

/* What stands around the two ends. A path is relative to the repository; NULL: nothing. */
struct lab_around
{
    const char *network;  /* script that changes the links before anything starts */
    const char *event;    /* script that runs in the middle of the traffic, which must survive it */
    const char *helper;   /* script and its word, "SCRIPT WORD": runs on the router until the case ends */
    const char *manager;  /* the same, in the client's network: what answers the client's questions */
    uint16_t helper_port; /* the TCP port that the helper listens on */
};

struct lab_scenario
{
    const char *id;
    const char *proto; /* udp4, udp6, tcp4, tcp6 */
    uint16_t port;
    const char *cipher;
    const char *auth;
    bool tls_crypt;
    unsigned tun_mtu;
    const char *keepalive; /* seconds/seconds */
    unsigned exit_notify;  /* times the client says goodbye */
    const char *tunnel4;   /* network/netmask */
    const char *tunnel6;   /* network/prefix */
    const char *server_tunnel4;
    const char *server_tunnel6;
    const char *client_options; /* further option lines of the client, NULL: none */
    const char *server_options;
    const char *data_format;     /* what ovspec shall take data packets for; NULL: it finds out */
    const char *const *features; /* what both subjects must support; ends with NULL */

    /* Further lines for client [0] and server [1]: "key=value" replaces a line of the configuration, all
     * else is an option line. "@PKI@", "@SET@", "@ROOT@" and "@ROLE@" stand for the directory
     * of all keys, that of the authority in use, the repository and the role. NULL: none. */
    const char *lines[2];
    const char *profile[2]; /* of the cost shim, for client and server (lib/profile.h); NULL: without it */
    const struct lab_expect *expect; /* NULL: nothing is expected */
    struct lab_around around;
    const char *impossible; /* why the case is UNSUPPORTED from the start; NULL: it is not */
};

enum lab_matrix
{
    LAB_MATRIX_NONE,  /* one case without a subject */
    LAB_MATRIX_PAIRS, /* every client with every server */
    LAB_MATRIX_SAME   /* every program with itself */
};

enum lab_go
{
    LAB_GO_ON,
    LAB_GO_STOP, /* the steps after make no sense, save those that run always */
};

enum lab_step_flag
{
    LAB_STEP_ALWAYS = 1,     /* also after LAB_GO_STOP */
    LAB_STEP_CONFORMANCE = 2 /* left out by --no-conformance */
};

struct lab_step
{
    const char *name; /* as progress shows it */
    double seconds;   /* estimate; negative: that many times the length of a bulk transfer */
    unsigned flags;
    enum lab_go (*run)(struct lab_cell *cell);
};

struct lab_case_def
{
    const char *id; /* stable */
    const char *title;
    enum lab_matrix matrix;
    const struct lab_scenario *scenario; /* NULL: no tunnel */
    const struct lab_step *steps;
    size_t step_count;
};

struct lab_suite
{
    const char *name;
    const char *title;
    const struct lab_case_def *cases;
    size_t case_count;
    const char *subjects;  /* comma list of those it is about; NULL: all there are */
    unsigned bulk_seconds; /* default length of a bulk transfer */
    bool no_figures;       /* only whether it works is asked: see struct lab_options */
};

struct lab_case
{
    const struct lab_case_def *def;
    struct lab_subject *client; /* NULL with LAB_MATRIX_NONE */
    struct lab_subject *server;
    const struct lab_point *point; /* of an experiment; NULL: a row of a suite */
    char id[192];                  /* DEF or DEF/CLIENT/SERVER */
};

/* NULL when there is none of that name; index past the end gives NULL. */
const struct lab_suite *lab_suite_find(const char *name);
const struct lab_suite *lab_suite_at(size_t index);

/* Fills cases (LAB_CASE_MAX) with the suite's cases over the subjects, in an order that
 * follows from the seed. Of them only those whose id holds a word of the comma list
 * `only`, or matches it as a shell pattern (NULL: all). LAB_ERR_USAGE when none is left. */
LAB_MUST_USE enum lab_err lab_suite_expand(const struct lab_suite *suite, struct lab_subject *subjects,
                                           size_t subject_count, const char *only, uint64_t seed,
                                           struct lab_case *cases, size_t *case_count, struct lab_why *why);

/* Does the comma list `only` (NULL: all) mean this id? */
bool lab_case_is_wanted(const char *id, const char *only);

/* Estimated time of a case. */
double lab_case_seconds(const struct lab_case_def *def, unsigned bulk_seconds);

#endif
