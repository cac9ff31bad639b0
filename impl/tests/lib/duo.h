#ifndef OV_TESTS_LIB_DUO_H
#define OV_TESTS_LIB_DUO_H

#include "tests/lib/ends.h"
#include "tests/lib/wire_sim.h"

/* Two ends of static key mode, made from configuration text, with a virtual wire and a virtual clock between them. */

#define OV_DUO_NUMBERS 1024u

struct ov_duo_end
{
    struct ov_options *options;
    struct ov_control_keys keys;
    struct ov_test_random random;
    struct ov_rng rng;
    struct ov_log log;
    struct ov_session_settings settings;
    struct ov_session_env env;
    struct ov_session session;
    struct ov_addr addr; /* where it sends from */
    const char *title;
    struct ov_now now;                 /* for the log */
    uint32_t connects, restarts, ends; /* events */
    char last_text[256];               /* of a RESTART or EXIT */
    uint32_t sent, arrived;            /* tunnel packets */
    uint8_t seen[OV_DUO_NUMBERS];
    char said[1024]; /* warnings of the log */
};

struct ov_duo
{
    struct ov_duo_end end[2];
    struct ov_wire wire;
    struct ov_now now;
    uint32_t pace_ms; /* one tunnel packet each way so often; 0: none */
    uint64_t traffic_ms;
    uint32_t lost_copies; /* a packet that was sent twice is taken once */
};

/* more: what is added to addresses, key and permission. end[0] has 10.8.0.1. No session is started. */
void ov_duo_open(struct ov_duo *duo, const struct ov_crypto *const crypto[2], const char *const more[2],
                 const struct ov_wire_faults *faults, uint64_t seed);
void ov_duo_close(struct ov_duo *duo);

/* Start (again) towards peer; NULL: whoever comes. */
void ov_duo_start(struct ov_duo *duo, unsigned which, const struct ov_addr *peer);
/* Everything that is due until that much time has passed. Fails the test if a tunnel packet arrives damaged or
 * twice, or a deadline stays due. */
void ov_duo_run(struct ov_duo *duo, uint32_t ms);
/* One tunnel packet; what became of it. */
enum ov_fate ov_duo_send(struct ov_duo *duo, unsigned from, uint32_t len);

#endif
