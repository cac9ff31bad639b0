#include "lib/compare.h"

#include "lib/rng.h"
#include "lib/steps.h"

#include <stdio.h>
#include <string.h>

/* The transfers that can be asked for, and the series that each gives. */
static const struct
{
    enum lab_compare_series series;
    const char *measurement;
    struct lab_step step;
} transfers[] = {
    {LAB_SERIES_UP, "tcp_up", {"iperf3 up", -1.05, 0, lab_step_sample_up}},
    {LAB_SERIES_DOWN, "tcp_down", {"iperf3 down", -1.05, 0, lab_step_sample_down}},
    {LAB_SERIES_BOTH, "tcp_both", {"iperf3 both ways", -1.05, 0, lab_step_sample_both}},
};

bool lab_compare_series_of(const char *measurement, enum lab_compare_series *series)
{
    for (size_t i = 0; i < sizeof transfers / sizeof transfers[0]; i++)
    {
        if (strcmp(measurement, transfers[i].measurement) == 0)
        {
            *series = transfers[i].series;
            return true;
        }
    }
    return false;
}

/* A tunnel, the transfers wanted (one way up when only CPU time is), and its end. */
static size_t plan_steps(struct lab_compare *compare)
{
    static const struct lab_step before[] = {{"server start", 0.2, 0, lab_step_server},
                                             {"connect", 0.5, 0, lab_step_connect}};
    static const struct lab_step after[] = {{"client shutdown", 0.2, 0, lab_step_client_exit},
                                            {"server shutdown", 0.2, 0, lab_step_server_exit}};
    struct lab_step *steps = compare->steps;
    size_t count = 0;
    steps[count++] = before[0];
    steps[count++] = before[1];
    for (size_t i = 0; i < sizeof transfers / sizeof transfers[0]; i++)
    {
        if (compare->wanted[transfers[i].series])
        {
            steps[count++] = transfers[i].step;
        }
    }
    if (count == 2)
    {
        steps[count++] = transfers[0].step;
    }
    steps[count++] = after[0];
    steps[count++] = after[1];
    return count;
}

static void plan_tunnel(struct lab_compare *compare, unsigned seconds, const char *proto, const char *cipher)
{
    compare->features[0] = proto;
    compare->scenario = (struct lab_scenario){
        .id = "compare",
        .proto = proto,
        .port = 1194,
        .cipher = cipher,
        .auth = "SHA256",
        .tls_crypt = true,
        .tun_mtu = 1500,
        .keepalive = "10/60",
        .exit_notify = 1,
        .tunnel4 = "10.8.0.0/255.255.255.0",
        .tunnel6 = "fd00:8::/64",
        .server_tunnel4 = "10.8.0.1",
        .server_tunnel6 = "fd00:8::1",
        .features = compare->features,
    };
    compare->def = (struct lab_case_def){
        .id = "pair",
        .title = "one sample of a pair",
        .matrix = LAB_MATRIX_PAIRS,
        .scenario = &compare->scenario,
        .steps = compare->steps,
        .step_count = plan_steps(compare),
    };
    compare->suite = (struct lab_suite){.name = "compare",
                                        .title = "interleaved pairs of two arms",
                                        .cases = &compare->def,
                                        .case_count = 1,
                                        .bulk_seconds = seconds};
}

/* arm: the program that runs; b: in the role of B. */
static void plan_sample(struct lab_compare *compare, const char *kind, unsigned number, unsigned place,
                        size_t arm, bool b)
{
    struct lab_run *run = compare->run;
    compare->plays_b[run->case_count] = b;
    struct lab_case *item = &run->cases[run->case_count++];
    *item =
        (struct lab_case){.def = &compare->def, .client = &run->subjects[arm], .server = &run->subjects[arm]};
    snprintf(item->id, sizeof item->id, "%s-%02u/%u-%s", kind, number, place, arm == 0 ? "a" : "b");
}

/* A coin decides in each turn who goes first, because a fixed order (ABBA too) lends each arm the drift of its
 * neighbour. */
static void plan_pair(struct lab_compare *compare, struct lab_rng *rng, bool aa, unsigned number)
{
    for (unsigned turn = 0; turn < compare->turns; turn++)
    {
        bool b_first = lab_rng_below(rng, 2) == 1;
        for (unsigned k = 0; k < 2; k++)
        {
            bool b = (k == 0) == b_first;
            plan_sample(compare, aa ? "aa" : "pair", number, 2 * turn + k + 1, b && !aa ? 1 : 0, b);
        }
    }
}

/* Every run of five pairs has one A/A pair at a place nobody knows. */
void lab_compare_plan(struct lab_compare *compare, struct lab_run *run, unsigned seconds, const char *proto,
                      const char *cipher)
{
    struct lab_rng rng = {run->options.seed};
    unsigned ab = 0;
    unsigned aa = 0;
    size_t place = 0;
    plan_tunnel(compare, seconds, proto, cipher);
    run->subjects[0] = compare->arms[0].program;
    run->subjects[1] = compare->arms[1].program;
    run->subject_count = 2;
    run->options.suite = &compare->suite;
    run->options.bulk_seconds = seconds;
    run->options.open_ended = true;
    run->drive = lab_compare_drive;
    run->conclude = lab_compare_conclude;
    run->drive_arg = compare;
    compare->run = run;
    compare->overall = LAB_AB_UNDECIDED;
    for (size_t slot = 0; slot < LAB_COMPARE_SLOTS; slot++)
    {
        place = slot % 5 == 0 ? (size_t)lab_rng_below(&rng, 5) : place;
        bool itself = slot % 5 == place && aa < LAB_PAIRS_AA;
        plan_pair(compare, &rng, itself, itself ? ++aa : ++ab);
    }
}
