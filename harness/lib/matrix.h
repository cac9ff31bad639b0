/* The interop matrix: factors and their values as tables, constraints between values as a table,
 * and the cases that follow from them. A value says what is added to the configuration of client
 * and server, which features the subjects must have for it, and what must come out.
 * To add a value is to add a row in a matrix_*.c file.
 *
 * A case is named by its values: CLIENT/SERVER/VALUE.VALUE..., where a factor's first value, the
 * usual one, is left out. So a name says all, and is all that is needed to run the case again. */
#ifndef OV_LAB_MATRIX_H
#define OV_LAB_MATRIX_H

#include "lib/cover.h"
#include "lib/loop.h"
#include "lib/scenario.h"
#include "lib/subject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lab_factor_name
{
    LAB_F_CLIENT,
    LAB_F_SERVER,
    LAB_F_TRANSPORT,
    LAB_F_PATH,
    LAB_F_CONTROL,
    LAB_F_CIPHER,
    LAB_F_DIGEST,
    LAB_F_FORMAT,
    LAB_F_KEYS,
    LAB_F_COMPRESSION,
    LAB_F_TOPOLOGY,
    LAB_F_FAMILY,
    LAB_F_CERTIFICATE,
    LAB_F_TLS,
    LAB_F_CHECKS,
    LAB_F_LOGIN,
    LAB_F_MTU,
    LAB_F_COUNT
};

/* What the constraints ask about values. */
enum lab_tag
{
    LAB_T_EPOCH = 1 << 0, /* of a subject: has the epoch format */
    LAB_T_EKM = 1 << 1,   /* of a subject: makes data keys by the TLS exporter */
    LAB_T_TCP = 1 << 2,
    LAB_T_AEAD = 1 << 3,
    LAB_T_HMAC = 1 << 4, /* cannot be without a digest */
    LAB_T_NO_DIGEST = 1 << 5,
    LAB_T_V6 = 1 << 6,    /* IPv6 inside the tunnel */
    LAB_T_SMALL = 1 << 7, /* too small for IPv6 */
    LAB_T_UDP_ONLY = 1 << 8,
    LAB_T_USE_EPOCH = 1 << 9,
    LAB_T_PLAIN_FORMAT = 1 << 10,
    LAB_T_USE_EKM = 1 << 11,
    LAB_T_USE_PRF = 1 << 12,
    LAB_T_NEGOTIATED = 1 << 13, /* wants a server that pushes */
    LAB_T_NO_PUSH = 1 << 14,    /* there is none */
    LAB_T_REFUSED = 1 << 15,
    LAB_T_NO_V4 = 1 << 16,
    LAB_T_NO_CIPHER = 1 << 17,
    LAB_T_PROXY = 1 << 18,
    LAB_T_MOVES = 1 << 19,      /* the client's address or port changes in the middle */
    LAB_T_NO_PEER_ID = 1 << 20, /* such a move cannot be told from a stranger */
    LAB_T_STATIC = 1 << 21,     /* one static key, no TLS */
    LAB_T_BARE = 1 << 22,       /* needs no TLS */
    LAB_T_MANAGED = 1 << 26,    /* somebody answers at the client's management interface */
    LAB_T_OUTER_V4 = 1 << 23,
    LAB_T_OUTER_V6 = 1 << 24,
    LAB_T_STREAM = 1 << 27, /* a cipher without blocks: CFB, OFB */
    LAB_T_MAIN = 1 << 25,   /* of a subject: it meets every value in a pair with each of this project */
};

/* Where netns-lab/login/manager sits. */
#define LAB_MANAGED "management 127.0.0.1 7505\n"

#define LAB_VALUE_NEEDS 3

struct lab_value
{
    const char *name; /* unique over all factors */
    const char *title;
    unsigned tags;
    const char *needs[LAB_VALUE_NEEDS + 1]; /* features that both ends must have */
    const char *client_needs;
    const char *server_needs;
    const char *both; /* lines as lab_scenario.lines */
    const char *client;
    const char *server;
    const char *tools; /* programs of this machine that the lab needs for it, parted by blanks; NULL: none */
    struct lab_around around;
    struct lab_expect expect; /* what a value says nothing about is left empty */
};

struct lab_factor
{
    const char *name;
    const struct lab_value *values; /* NULL for client and server: the subjects */
    size_t count;
};

extern const struct lab_factor lab_factor_transport;
extern const struct lab_factor lab_factor_path;
extern const struct lab_factor lab_factor_control;
extern const struct lab_factor lab_factor_cipher;
extern const struct lab_factor lab_factor_digest;
extern const struct lab_factor lab_factor_format;
extern const struct lab_factor lab_factor_keys;
extern const struct lab_factor lab_factor_compression;
extern const struct lab_factor lab_factor_topology;
extern const struct lab_factor lab_factor_family;
extern const struct lab_factor lab_factor_certificate;
extern const struct lab_factor lab_factor_tls;
extern const struct lab_factor lab_factor_checks;
extern const struct lab_factor lab_factor_login;
extern const struct lab_factor lab_factor_mtu;

/* The table of factors; index is enum lab_factor_name. */
const struct lab_factor *lab_matrix_factor(size_t index);

#define LAB_RULE_TERMS 4

/* Values that don't go together: a row in which every term holds is forbidden. */
struct lab_rule
{
    struct lab_term_of
    {
        enum lab_factor_name factor;
        unsigned with;    /* the value has one of these tags; 0: ends the terms, if without is 0 too */
        unsigned without; /* the value has none of these */
    } terms[LAB_RULE_TERMS];
    const char *reason; /* whose side, with the requirement where there is one */
};

/* NULL behind the last. */
const struct lab_rule *lab_matrix_rule(size_t index);

/* Which subject lacks what, asked once. */
struct lab_lack
{
    bool lacks;
    char feature[48];
    char said[160];
};

#define LAB_MATRIX_SUBJECTS 8

struct lab_interop
{
    struct lab_subject *subjects; /* borrowed; those that are here come first */
    struct lab_subject *servers;  /* the same where the server runs; NULL: no end is on another machine */
    bool has_outer_v6;            /* with places: the client finds the server over IPv6 too */
    size_t subject_count;         /* of those */
    size_t absent_count;          /* behind them */
    bool in_tree[LAB_MATRIX_SUBJECTS];     /* the subject is this project's own */
    unsigned tags[2][LAB_MATRIX_SUBJECTS]; /* [0]: as client */
    struct lab_lack lacks[2][LAB_MATRIX_SUBJECTS][LAB_F_COUNT][LAB_COVER_VALUES]; /* [0]: as client */
    char lacks_tool[LAB_F_COUNT][LAB_COVER_VALUES][24]; /* a program that this machine has not; "": none */
    uint32_t wanted[LAB_F_COUNT];                       /* bits of the values chosen by --only */
};

/* What a plan may hold: everything, the values of one row, or less of it by
 * "transport=tcp4|tcp6,client=openvpn-2.6" (NULL: no less). */
void lab_matrix_want_all(struct lab_interop *matrix);
void lab_matrix_want_row(struct lab_interop *matrix, const struct lab_cover_row *row);
LAB_MUST_USE enum lab_err lab_matrix_only(struct lab_interop *matrix, const char *only, struct lab_why *why);

/* Why a value needs the lab's own network and programs, which places have not; NULL: it doesn't, or there are no
 * places. */
const char *lab_matrix_needs_lab(const struct lab_interop *matrix, size_t factor, size_t value);

/* The subject where it plays this role (0: client). */
struct lab_subject *lab_matrix_subject(const struct lab_interop *matrix, size_t role, size_t who);

/* Asks every wanted subject for every feature that wanted values need, and this machine for their programs. */
LAB_MUST_USE enum lab_err lab_matrix_ask(struct lab_interop *matrix, struct lab_loop *loop,
                                         struct lab_why *why);

/* The model for the generator; arg is the matrix. */
void lab_matrix_model(struct lab_interop *matrix, struct lab_cover_model *model);

/* The first rule a row breaks, NULL if none. */
const struct lab_rule *lab_matrix_broken_rule(const struct lab_interop *matrix,
                                              const struct lab_cover_row *row);

/* The name of a row, and back. */
void lab_matrix_name(const struct lab_interop *matrix, const struct lab_cover_row *row, char *name,
                     size_t size);
LAB_MUST_USE enum lab_err lab_matrix_row(const struct lab_interop *matrix, const char *name,
                                         struct lab_cover_row *row, struct lab_why *why);

/* One case with all that its definition points to. */
struct lab_matrix_case
{
    struct lab_case_def def;
    struct lab_scenario scenario;
    struct lab_expect expect;
    struct lab_subject *client;
    struct lab_subject *server;
    bool ours; /* it is UNSUPPORTED for what a subject of this project lacks: a gap */
    char id[192];
    char lines[2][3072]; /* client, server */
    char impossible[256];
};

struct lab_matrix_plan
{
    struct lab_matrix_case *cases; /* free() */
    size_t count;
    size_t runnable;
};

enum lab_matrix_mode
{
    LAB_MATRIX_PAIRWISE,
    LAB_MATRIX_FULL,
};

/* All cases: rows that cover all pairs (or the product), then one for each value that a subject lacks in a
 * role: UNSUPPORTED, with the reason. LAB_ERR_USAGE when there are too many. */
LAB_MUST_USE enum lab_err lab_matrix_plan(struct lab_interop *matrix, enum lab_matrix_mode mode,
                                          uint64_t seed, struct lab_matrix_plan *plan, struct lab_why *why);

/* The one case of this name. */
LAB_MUST_USE enum lab_err lab_matrix_plan_one(struct lab_interop *matrix, const char *name,
                                              struct lab_matrix_plan *plan, struct lab_why *why);

#endif
