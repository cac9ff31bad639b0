/* ovperf: tunnels side by side, in figures. `make perf` runs it. */
#include "lib/args.h"
#include "lib/rng.h"
#include "lib/verdict.h"
#include "perf/lab/bulk.h"
#include "perf/lab/flood.h"
#include "perf/lab/run.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: ovperf run [OPTIONS]     measures all arms in interleaved rounds\n"
    "       ovperf list              arms and goals\n\n"
    "  --quick           few arms, short transfers, under 3 minutes (else under 15)\n"
    "  --only A,B        only these arms\n"
    "  --rounds N        at most so many rounds, 1 to 16\n"
    "  --seed N          decides the order of the arms (default: drawn, and recorded)\n"
    "  --results DIR     where the record's directory is made (default: results)\n"
    "  --gate            exit status 1 when a goal is not met, 5 when one is undecided\n";

enum
{
    OPT_QUICK = 1000,
    OPT_ONLY,
    OPT_ROUNDS,
    OPT_SEED,
    OPT_RESULTS,
    OPT_GATE,
    OPT_HELP
};

static const struct option long_options[] = {
    {"quick", no_argument, NULL, OPT_QUICK},
    {"only", required_argument, NULL, OPT_ONLY},
    {"rounds", required_argument, NULL, OPT_ROUNDS},
    {"seed", required_argument, NULL, OPT_SEED},
    {"results", required_argument, NULL, OPT_RESULTS},
    {"gate", no_argument, NULL, OPT_GATE},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static enum lab_err take_option(struct perf_run *run, int option, struct lab_why *why)
{
    switch (option)
    {
    case OPT_QUICK:
        run->pace = &perf_pace_quick;
        return LAB_OK;
    case OPT_ONLY:
        run->only = optarg;
        return strlen(optarg) < 1024 ? LAB_OK : lab_why_set(why, LAB_ERR_USAGE, "--only is too long");
    case OPT_ROUNDS:
        return lab_arg_range("--rounds", optarg, 1, PERF_ROUND_MAX, &run->rounds, why);
    case OPT_SEED:
        return lab_arg_seed(optarg, &run->seed, why);
    case OPT_RESULTS:
        return lab_arg_path(optarg, run->paths.results, why);
    case OPT_GATE:
        run->gate = true;
        return LAB_OK;
    default:
        return lab_why_set(why, LAB_ERR_USAGE, "see ovperf --help");
    }
}

static int list(void)
{
    printf("arms\n");
    for (size_t i = 0; i < perf_arm_count; i++)
    {
        const struct perf_arm_def *arm = &perf_arms[i];
        printf("  %-24s %s%s%s, %s, %s%s%s%s\n", arm->id, arm->client != NULL ? arm->client : "no tunnel",
               arm->server != NULL ? " to " : "", arm->server != NULL ? arm->server : "", arm->proto,
               arm->cipher, arm->option != NULL ? ", " : "", arm->option != NULL ? arm->option : "",
               arm->asked   ? "  (only with --only)"
               : arm->quick ? "  (quick too)"
                            : "");
    }
    printf("goals\n");
    for (size_t i = 0; i < perf_goal_count; i++)
    {
        const struct perf_goal *goal = &perf_goals[i];
        printf("  %-24s %s%s%s %s %g\n", perf_figures[goal->figure].title, goal->arm,
               goal->against != NULL ? " / " : "", goal->against != NULL ? goal->against : "",
               goal->at_most ? "<=" : ">=", goal->limit);
    }
    return 0;
}

static enum lab_err prepare(struct perf_run *run, int argc, char **argv, bool *help, struct lab_why *why)
{
    run->pace = &perf_pace_full;
    run->argc = argc;
    run->argv = argv;
    enum lab_err err = lab_rng_draw_seed(&run->seed, why);
    err = err == LAB_OK ? lab_paths_find(&run->paths, why) : err;
    for (int option; err == LAB_OK && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
    {
        *help = *help || option == OPT_HELP;
        err = option == OPT_HELP ? LAB_OK : take_option(run, option, why);
    }
    if (err == LAB_OK && optind != argc)
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "'%s' is no option", argv[optind]);
    }
    err = err == LAB_OK
              ? lab_path_set(run->paths.topology, why, "%s/netns-lab/topology/direct.sh", run->paths.root)
              : err;
    return err == LAB_OK ? lab_subject_list(run->paths.subjects, run->subjects, &run->subject_count, why)
                         : err;
}

static int run_all(int argc, char **argv)
{
    struct lab_why why = {""};
    bool help = false;
    struct perf_run *run = calloc(1, sizeof *run);
    if (run == NULL)
    {
        perror("ovperf");
        return LAB_EXIT_ERROR;
    }
    enum lab_err err = prepare(run, argc, argv, &help, &why);
    if (help)
    {
        fputs(usage, stdout);
        free(run);
        return LAB_EXIT_OK;
    }
    int status = err == LAB_ERR_USAGE ? LAB_EXIT_USAGE : LAB_EXIT_ERROR;
    err = err == LAB_OK ? lab_place_run(&run->place, &run->paths, perf_run_inside, run, &status, &why) : err;
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovperf: %s\n", why.text);
    }
    free(run);
    return status;
}

static int run_flood(int argc, char **argv)
{
    uint64_t port = 0;
    uint64_t len = 0;
    uint64_t trial = 0;
    if (argc != 7 || !lab_arg_number(argv[4], 65535, &port) || !lab_arg_number(argv[5], 2000, &len) ||
        len < 64 || !lab_arg_number(argv[6], 10000, &trial) || trial == 0)
    {
        fprintf(stderr, "usage: ovperf internal-flood SENDER-NS RECEIVER-NS ADDRESS PORT LENGTH TRIAL-MS\n");
        return LAB_EXIT_USAGE;
    }
    const struct perf_flood flood = {.sender_ns = argv[1],
                                     .receiver_ns = argv[2],
                                     .target = argv[3],
                                     .port = (uint16_t)port,
                                     .packet_len = (uint32_t)len,
                                     .trial_ms = (uint32_t)trial};
    return perf_flood_main(&flood);
}

static int run_bulk(int argc, char **argv)
{
    uint64_t port = 0;
    uint64_t warm_up = 0;
    uint64_t steady = 0;
    if (argc < 8 || argc - 7 > (int)PERF_CLIENT_MAX || !lab_arg_number(argv[3], 65535, &port) ||
        !lab_arg_number(argv[4], 60000, &warm_up) || !lab_arg_number(argv[5], 600000, &steady) || steady == 0)
    {
        fprintf(stderr,
                "usage: ovperf internal-bulk SERVER-NS ADDRESS PORT WARM-UP-MS STEADY-MS up|down "
                "CLIENT-NS...   (at most %u)\n",
                PERF_CLIENT_MAX);
        return LAB_EXIT_USAGE;
    }
    const struct perf_bulk bulk = {.server_ns = argv[1],
                                   .target = argv[2],
                                   .port = (uint16_t)port,
                                   .warm_up_ms = (uint32_t)warm_up,
                                   .steady_ms = (uint32_t)steady,
                                   .down = strcmp(argv[6], "down") == 0,
                                   .client_ns = (const char *const *)argv + 7,
                                   .clients = (uint32_t)(argc - 7)};
    return perf_bulk_main(&bulk);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "run") == 0)
    {
        return run_all(argc - 1, argv + 1);
    }
    if (strcmp(name, "list") == 0)
    {
        return list();
    }
    if (strcmp(name, "internal-flood") == 0)
    {
        return run_flood(argc - 1, argv + 1);
    }
    if (strcmp(name, "internal-bulk") == 0)
    {
        return run_bulk(argc - 1, argv + 1);
    }
    bool help = strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0;
    fputs(usage, help ? stdout : stderr);
    return help ? LAB_EXIT_OK : LAB_EXIT_USAGE;
}
