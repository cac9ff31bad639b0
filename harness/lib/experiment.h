/* An experiment: what perf/experiments/NAME.yaml says. A user adds one by writing a file.
 *
 * Texts may hold ${EXPRESSION} (lib/expr.h) over the keys of the axes; `client`, `server`, `subject`,
 * `repeat` and `pki` (the folder of keys) are known too. perf/experiments/README.md explains each
 * key to who writes a file. */
#ifndef OV_LAB_EXPERIMENT_H
#define OV_LAB_EXPERIMENT_H

#include "lib/err.h"
#include "lib/file.h"

#include <stdbool.h>
#include <stddef.h>

#define LAB_AXIS_MAX    8 /* of a file; the subject is one more */
#define LAB_TRAFFIC_MAX 6
#define LAB_COLUMN_MAX  8  /* beside a point's name a line has no more room */
#define LAB_NAME_MAX    48 /* of an experiment, an axis, a traffic */

enum lab_side
{
    LAB_SIDE_BOTH,
    LAB_SIDE_CLIENT,
    LAB_SIDE_SERVER,
};

enum lab_direction
{
    LAB_UP,   /* client to server */
    LAB_DOWN, /* server to client */
    LAB_BOTH, /* each way at once */
};

enum lab_traffic_kind
{
    LAB_TRAFFIC_TCP, /* iperf3 */
    LAB_TRAFFIC_UDP, /* iperf3 */
    LAB_TRAFFIC_PING,
    LAB_TRAFFIC_SEQUENCE, /* numbered UDP packets, own accounting */
    LAB_TRAFFIC_REQUESTS, /* many small connections */
    LAB_TRAFFIC_WAIT,     /* nothing: the tunnel is left alone */
    LAB_TRAFFIC_KINDS
};

enum lab_payload
{
    LAB_PAYLOAD_RANDOM,
    LAB_PAYLOAD_REPEATING, /* compresses well */
};

enum lab_better
{
    LAB_BETTER_HIGHER,
    LAB_BETTER_LOWER,
};

struct lab_axis
{
    char *key;
    char *title; /* NULL: the key */
    char *unit;  /* NULL: none */
    char **values;
    unsigned values_count;
    char **quick; /* those of the small selection; none: all */
    unsigned quick_count;
};

struct lab_option_line
{
    char *line;
    enum lab_side on;
    char *when; /* NULL: always */
};

struct lab_event
{
    char *after; /* seconds from the start of the traffic; an expression */
    char *run;   /* name of a script in netns-lab/events/, or NULL and */
    char *tell;  /* a command for the link (netns-lab/linkemu/control.h) */
    char *when;  /* NULL: at every point */
};

/* What a third host sends at the server meanwhile. */
struct lab_flood_texts
{
    char *kind; /* as build/flood names them; NULL, "none": nothing */
    char *pps;
    char *limit; /* packets in all; NULL: what the time allows */
};

/* Numbers are expressions, so that an axis may set them; NULL: the default of the kind. */
struct lab_traffic
{
    enum lab_traffic_kind kind;
    char *name; /* NULL: kind and direction */
    enum lab_direction direction;
    enum lab_payload payload;
    bool pings; /* tcp: round trips meanwhile */
    char *seconds;
    char *streams;
    char *mbps;        /* udp: offered */
    char *pps;         /* sequence, ping: packets a second */
    char *length;      /* octets of a packet: UDP payload, or ping's */
    char *connections; /* requests: how many in all */
    char *parallel;    /* requests: how many at once */
    char *request;     /* requests: octets sent and answered */
    char *response;
    struct lab_flood_texts flood;
    struct lab_event *events;
    unsigned events_count;
};

struct lab_expectation
{
    char *that;
    char *when;    /* NULL: at every point */
    char *because; /* NULL: no word more */
};

struct lab_bisect
{
    char *key;  /* of the axis */
    char *when; /* the outcome whose change is searched */
    char *low;  /* where the search begins and ends; NULL: the axis' smallest and largest */
    char *high;
};

struct lab_column
{
    char *title;
    char *unit; /* NULL: none */
    char *of;
};

struct lab_grid
{
    char *title;
    char *rows; /* keys of axes */
    char *across;
    char *of;
    char *unit;
};

struct lab_knee
{
    char *title;
    char *along; /* key of the axis */
    char *of;
    double share; /* of the best value: from where on along the axis no more is to be had */
};

struct lab_link_texts
{
    char *up; /* words of an impairment (lib/link.h); NULL: none */
    char *down;
    char *both; /* for each direction, before its own */
};

struct lab_profile_texts
{
    char *client; /* a file of netns-lab/profiles and words of key=value; NULL, "default": without the shim */
    char *server;
};

struct lab_tunnel_texts
{
    char *proto; /* each NULL: the default in experiment_point.c */
    char *cipher;
    char *auth;
    char *control; /* none, tls-auth, tls-crypt, tls-crypt-v2 */
    char *tun_mtu;
    char *keepalive;
};

struct lab_quick_texts
{
    char **subjects; /* none: all */
    unsigned subjects_count;
    unsigned repeats; /* 0: as many as else */
};

struct lab_experiment
{
    char *name;
    char *title;
    char *about; /* NULL: none */
    char *topology;
    char **subjects; /* NAME (both ends), CLIENT -> SERVER, or bare */
    unsigned subjects_count;
    struct lab_axis *axes;
    unsigned axes_count;
    struct lab_link_texts link;
    struct lab_tunnel_texts tunnel;
    struct lab_profile_texts profile;
    struct lab_option_line *options;
    unsigned options_count;
    char **features; /* that both programs must support, beside those that follow from the rest */
    unsigned features_count;
    char **system; /* lines of sysctl, key=value, in both ends' namespaces */
    unsigned system_count;
    struct lab_traffic *traffic;
    unsigned traffic_count;
    unsigned repeats;
    struct lab_quick_texts quick;
    struct lab_expectation *expect;
    unsigned expect_count;
    struct lab_bisect *bisect;
    unsigned bisect_count;
    struct lab_column *columns;
    unsigned columns_count;
    struct lab_grid *grids;
    unsigned grids_count;
    struct lab_knee *knees;
    unsigned knees_count;
};

/* Reads a file and checks all that can be known without running it. *experiment is the caller's to
 * free with lab_experiment_free. LAB_ERR_FORMAT: "PATH:LINE: what is wrong, and what is allowed there". */
LAB_MUST_USE enum lab_err lab_experiment_load(const char *path, struct lab_experiment **experiment,
                                              struct lab_why *why);

/* The same of a text in memory; path is for messages, and its last part must be the name. */
LAB_MUST_USE enum lab_err lab_experiment_parse(const char *text, size_t len, const char *path,
                                               struct lab_experiment **experiment, struct lab_why *why);

void lab_experiment_free(struct lab_experiment *experiment); /* NULL is allowed */

/* experiment_check.c: what the schema cannot say. text is the file, for line numbers. */
LAB_MUST_USE enum lab_err lab_experiment_check(const struct lab_experiment *experiment, const char *text,
                                               const char *path, struct lab_why *why);

/* An outcome that no file holds: are all its names known? */
LAB_MUST_USE enum lab_err lab_experiment_check_outcome(const struct lab_experiment *experiment,
                                                       const char *outcome, struct lab_why *why);

/* Calls each with the names of all experiments in the folder, in order. LAB_ERR_ABSENT: no folder. */
LAB_MUST_USE enum lab_err lab_experiment_each(const char *dir, void (*each)(void *arg, const char *name),
                                              void *arg, struct lab_why *why);

/* What a traffic is called, and what it measures: ends with NULL. */
void lab_traffic_name(const struct lab_traffic *traffic, char name[static LAB_NAME_MAX]);
extern const char *const *const lab_traffic_metrics[LAB_TRAFFIC_KINDS];

/* Measured of every traffic: what died where, and what it took. Ends with NULL. */
extern const char *const lab_traffic_common[];

/* Measured of every traffic, but not summed up: how the programs stand afterwards. Ends with NULL. */
extern const char *const lab_traffic_standing[];

/* Measured of a traffic with a flood. Ends with NULL. */
extern const char *const lab_traffic_flood[];

/* The tables that both the schema and printing use. */
extern const char *const lab_kind_names[LAB_TRAFFIC_KINDS];
extern const char *const lab_direction_names[3];

#endif
