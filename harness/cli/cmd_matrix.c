/* ovlab matrix: every client with every server, over everything two ends can agree on. */
#include "cli/cli.h"
#include "lib/args.h"
#include "lib/matrix.h"
#include "lib/matrix_report.h"
#include "lib/remote.h"
#include "lib/rng.h"
#include "lib/run.h"
#include "lib/shard.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: ovlab matrix [OPTIONS]\n"
    "Runs the interop matrix: cases in which every two values of two factors meet at\n"
    "least once.\n"
    "\n"
    "  --full               every combination instead (use --only: there are very\n"
    "                       many)\n"
    "  --only F=V|V,F=V     only these values of these factors, such as\n"
    "                       client=openvpn-2.6,transport=tcp4|tcp6\n"
    "  --case ID            this one case, as a report names it:\n"
    "                       CLIENT/SERVER/VALUE.VALUE...\n"
    "  --subjects A,B       only these programs\n"
    "  --most N             only the first N cases that can run\n"
    "  --no-gaps            leaves out the cases that stand for what a program lacks\n"
    "  --shard K/N          only part K of N, or auto, auto/N: from the environment;\n"
    "                       ovlab merge unites them\n"
    "  --jobs N             cases at one time, 1 to 8 (default: 2)\n"
    "  --seed N             decides which cases cover the pairs, and their order\n"
    "                       (default: 1)\n"
    "  --list               shows factors, values and constraints, and ends\n"
    "  --dry-run            shows the cases and how long they would take, and ends\n"
    "  --results DIR        where the record's directory is made (default: results)\n"
    "  --patience PERCENT   scales the deadlines for subjects, 1 to 10000\n"
    "                       (default: 100)\n"
    "  --keep-going         goes on after an ERROR of the harness\n"
    "  --no-conformance     leaves out the protocol check of the captures\n"
    "  --client-at PLACE    clients run on another machine, ssh:USER@HOST[:PORT]; one case at a time. What "
    "needs\n"
    "  --server-at PLACE    the lab's own network is UNSUPPORTED then (ovlab run --help says more of "
    "places;\n"
    "                       $OVLAB_SERVER_ADDR6: where clients find the server over IPv6)\n";

#define USUAL_JOBS 2

enum
{
    OPT_FULL = 1000,
    OPT_ONLY,
    OPT_CASE,
    OPT_SUBJECTS,
    OPT_MOST,
    OPT_NO_GAPS,
    OPT_SHARD,
    OPT_JOBS,
    OPT_SEED,
    OPT_LIST,
    OPT_DRY_RUN,
    OPT_RESULTS,
    OPT_PATIENCE,
    OPT_KEEP_GOING,
    OPT_NO_CONFORMANCE,
    OPT_CLIENT_AT,
    OPT_SERVER_AT,
    OPT_HELP,
};

static const struct option long_options[] = {
    {"full", no_argument, NULL, OPT_FULL},
    {"only", required_argument, NULL, OPT_ONLY},
    {"case", required_argument, NULL, OPT_CASE},
    {"subjects", required_argument, NULL, OPT_SUBJECTS},
    {"most", required_argument, NULL, OPT_MOST},
    {"no-gaps", no_argument, NULL, OPT_NO_GAPS},
    {"shard", required_argument, NULL, OPT_SHARD},
    {"jobs", required_argument, NULL, OPT_JOBS},
    {"seed", required_argument, NULL, OPT_SEED},
    {"list", no_argument, NULL, OPT_LIST},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"results", required_argument, NULL, OPT_RESULTS},
    {"patience", required_argument, NULL, OPT_PATIENCE},
    {"keep-going", no_argument, NULL, OPT_KEEP_GOING},
    {"no-conformance", no_argument, NULL, OPT_NO_CONFORMANCE},
    {"client-at", required_argument, NULL, OPT_CLIENT_AT},
    {"server-at", required_argument, NULL, OPT_SERVER_AT},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

/* Those that speak the protocol: what else is in the folder answers 127 to its features. */
static const char usual_subjects[] = "ovref-openssl,ovref-mbedtls,openvpn-2.6,openvpn-2.7,openvpn-stable";

struct request
{
    struct lab_run run;
    struct lab_suite suite;
    struct lab_interop matrix;
    struct lab_matrix_plan plan;
    const char *subjects;
    const char *only;
    const char *one; /* --case */
    enum lab_matrix_mode mode;
    unsigned most; /* 0: no limit */
    unsigned jobs; /* 0: as usual */
    bool no_gaps;
    bool list;
    bool dry_run;
    bool help;
};

static enum lab_err take_flag(struct request *request, int option, struct lab_why *why)
{
    switch (option)
    {
    case OPT_FULL:
        request->mode = LAB_MATRIX_FULL;
        return LAB_OK;
    case OPT_NO_GAPS:
        request->no_gaps = true;
        return LAB_OK;
    case OPT_LIST:
        request->list = true;
        return LAB_OK;
    case OPT_DRY_RUN:
        request->dry_run = true;
        return LAB_OK;
    case OPT_KEEP_GOING:
        request->run.options.keep_going = true;
        return LAB_OK;
    case OPT_NO_CONFORMANCE:
        request->run.options.conformance = false;
        return LAB_OK;
    case OPT_HELP:
        request->help = true;
        return LAB_OK;
    default:
        return lab_why_set(why, LAB_ERR_USAGE, "see ovlab matrix --help");
    }
}

static enum lab_err take_option(struct request *request, int option, struct lab_why *why)
{
    switch (option)
    {
    case OPT_ONLY:
        request->only = optarg;
        return strlen(optarg) < 1024 ? LAB_OK
                                     : lab_why_set(why, LAB_ERR_USAGE, "--only is longer than 1023 octets");
    case OPT_CASE:
        request->one = optarg;
        return LAB_OK;
    case OPT_SUBJECTS:
        request->subjects = optarg;
        return LAB_OK;
    case OPT_MOST:
        return lab_arg_range("--most", optarg, 1, LAB_CASE_MAX, &request->most, why);
    case OPT_SHARD:
        return lab_shard_parse(optarg, &request->run.options.shard, why);
    case OPT_CLIENT_AT:
        request->run.places[0] = optarg;
        return lab_remote_check("--client-at", optarg, why);
    case OPT_SERVER_AT:
        request->run.places[1] = optarg;
        return lab_remote_check("--server-at", optarg, why);
    case OPT_JOBS:
        return lab_arg_range("--jobs", optarg, 1, LAB_JOBS_MAX, &request->jobs, why);
    case OPT_SEED:
        return lab_arg_seed(optarg, &request->run.options.seed, why);
    case OPT_RESULTS:
        return lab_arg_path(optarg, request->run.paths.results, why);
    case OPT_PATIENCE:
        return lab_arg_range("--patience", optarg, 1, 10000, &request->run.options.patience_percent, why);
    default:
        return take_flag(request, option, why);
    }
}

/* Two machines have one tunnel device each at a time. */
static enum lab_err settle_places(struct request *request, struct lab_why *why)
{
    struct lab_run *run = &request->run;
    bool away = lab_run_has_places(run);
    if (away && request->jobs > 1)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "between other machines one case runs at a time: no --jobs");
    }
    run->options.jobs = request->jobs > 0 ? request->jobs : away ? 1 : USUAL_JOBS;
    if (!away || request->help || request->list)
    {
        return LAB_OK;
    }
    enum lab_err err = lab_run_check_places(run, why);
    return err == LAB_OK ? lab_remote_use(&run->paths, run->places[0], run->places[1], why) : err;
}

static enum lab_err parse(struct request *request, int argc, char **argv, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    request->subjects = usual_subjects;
    request->run.options = (struct lab_options){
        .seed = 1,
        .bulk_seconds = 2,
        .patience_percent = 100,
        .conformance = true,
        .quiet_unsupported = true,
        .no_figures = true,
        .print = lab_matrix_print,
        .argc = argc,
        .argv = argv,
    };
    for (int option; err == LAB_OK && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
    {
        err = take_option(request, option, why);
    }
    if (err == LAB_OK && optind != argc)
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "'%s' is too much", argv[optind]);
    }
    return err == LAB_OK ? settle_places(request, why) : err;
}

/* Those that are here first, at one end at least; then the others. */
static enum lab_err sort_subjects(struct request *request, struct lab_why *why)
{
    struct lab_run *run = &request->run;
    bool away = lab_run_has_places(run);
    struct lab_subject *sorted = calloc(2 * run->subject_count, sizeof *sorted);
    struct lab_subject *servers = sorted + run->subject_count;
    size_t count = 0;
    if (sorted == NULL)
    {
        return lab_why_errno(why, "%zu subjects", run->subject_count);
    }
    for (unsigned here = 2; here-- > 0;)
    {
        for (size_t i = 0; i < run->subject_count; i++)
        {
            bool is_here = run->subjects[i].available || (away && run->at_server[i].available);
            if (is_here == (here == 1))
            {
                servers[count] = run->at_server[i];
                sorted[count++] = run->subjects[i];
            }
        }
        request->matrix.subject_count = here == 1 ? count : request->matrix.subject_count;
    }
    memcpy(run->subjects, sorted, count * sizeof *sorted);
    memcpy(run->at_server, servers, count * sizeof *servers);
    free(sorted);
    request->matrix.subjects = run->subjects;
    request->matrix.servers = away ? run->at_server : NULL;
    request->matrix.has_outer_v6 = getenv("OVLAB_SERVER_ADDR6") != NULL;
    request->matrix.absent_count = run->subject_count - request->matrix.subject_count;
    return LAB_OK;
}

static enum lab_err probe_subjects(struct request *request, struct lab_loop *loop, struct lab_why *why)
{
    struct lab_run *run = &request->run;
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < run->subject_count; i++)
    {
        err = lab_subject_probe(loop, &run->subjects[i], why);
        err =
            err == LAB_OK && lab_run_has_places(run) ? lab_subject_probe(loop, &run->at_server[i], why) : err;
    }
    err = err == LAB_OK ? sort_subjects(request, why) : err;
    if (err == LAB_OK &&
        (request->matrix.subject_count == 0 || request->matrix.subject_count > LAB_MATRIX_SUBJECTS))
    {
        err = lab_why_set(why, LAB_ERR_ABSENT, "%zu of the subjects are here, which is too few or too many",
                          request->matrix.subject_count);
    }
    return err;
}

static enum lab_err ask_all(struct request *request, struct lab_loop *loop, struct lab_why *why)
{
    enum lab_err err = probe_subjects(request, loop, why);
    lab_matrix_want_all(&request->matrix);
    if (err == LAB_OK && request->one != NULL)
    {
        struct lab_cover_row row;
        err = lab_matrix_row(&request->matrix, request->one, &row, why);
        lab_matrix_want_row(&request->matrix, &row);
    }
    err = err == LAB_OK ? lab_matrix_only(&request->matrix, request->only, why) : err;
    return err == LAB_OK ? lab_matrix_ask(&request->matrix, loop, why) : err;
}

/* What a program can is asked where it will run. */
static enum lab_err ask_subjects(struct request *request, struct lab_why *why)
{
    struct lab_run *run = &request->run;
    struct lab_loop loop;
    char connections[LAB_REMOTE_DIR_LEN] = "";
    enum lab_err err = lab_subject_list(run->paths.subjects, run->subjects, &run->subject_count, why);
    err =
        err == LAB_OK ? lab_subject_choose(run->subjects, &run->subject_count, request->subjects, why) : err;
    lab_run_split_subjects(run);
    err = err == LAB_OK ? lab_loop_init(&loop, -1, why) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    err = lab_run_has_places(run) ? lab_remote_connect(&loop, run->places, connections, why) : LAB_OK;
    err = err == LAB_OK ? ask_all(request, &loop, why) : err;
    lab_remote_disconnect(&loop, run->places, connections);
    lab_loop_clear(&loop);
    return err;
}

static void take_cases(struct request *request)
{
    struct lab_run *run = &request->run;
    size_t runnable = 0;
    for (size_t i = 0; i < request->plan.count; i++)
    {
        struct lab_matrix_case *item = &request->plan.cases[i];
        bool runs = item->scenario.impossible == NULL;
        if ((runs && request->most > 0 && runnable == request->most) || (!runs && request->no_gaps))
        {
            continue;
        }
        runnable += runs;
        struct lab_case *to = &run->cases[run->case_count++];
        *to = (struct lab_case){.def = &item->def, .client = item->client, .server = item->server};
        snprintf(to->id, sizeof to->id, "%s", item->id);
    }
    if (run->options.shard.index > 0)
    {
        /* The whole plan goes into the record of every part, so that a merge knows what is missing. */
        run->options.plan = json_array();
        for (size_t i = 0; i < run->case_count; i++)
        {
            json_array_append_new(run->options.plan, json_string(run->cases[i].id));
        }
        lab_shard_keep(&run->options.shard, run->options.bulk_seconds, run->cases, &run->case_count);
    }
    struct lab_rng rng = {run->options.seed};
    lab_rng_shuffle(&rng, run->cases, run->case_count, sizeof run->cases[0]);
}

static enum lab_err plan(struct request *request, struct lab_why *why)
{
    enum lab_err err = ask_subjects(request, why);
    if (err == LAB_OK)
    {
        err = request->one != NULL ? lab_matrix_plan_one(&request->matrix, request->one, &request->plan, why)
                                   : lab_matrix_plan(&request->matrix, request->mode,
                                                     request->run.options.seed, &request->plan, why);
    }
    if (err != LAB_OK)
    {
        return err;
    }
    take_cases(request);
    request->suite = (struct lab_suite){.name = "matrix", .title = "the interop matrix", .bulk_seconds = 2};
    request->run.options.suite = &request->suite;
    return request->run.case_count > 0 ? LAB_OK : lab_why_set(why, LAB_ERR_USAGE, "no case fits");
}

static double seconds_of(const struct lab_case *item)
{
    return item->def->scenario->impossible != NULL ? 0.0 : lab_case_seconds(item->def, 2);
}

static void print_plan(const struct request *request)
{
    const struct lab_run *run = &request->run;
    double seconds = 0.0;
    size_t runnable = 0;
    for (size_t i = 0; i < run->case_count; i++)
    {
        const char *impossible = run->cases[i].def->scenario->impossible;
        printf("%4zu  %s%s%s\n", i + 1, run->cases[i].id, impossible != NULL ? "   UNSUPPORTED " : "",
               impossible != NULL ? impossible : "");
        seconds += seconds_of(&run->cases[i]);
        runnable += impossible == NULL;
    }
    printf("%zu cases run, %zu are UNSUPPORTED; about %.0f s with %zu at a time; seed %" PRIu64
           "; nothing was run\n",
           runnable, run->case_count - runnable, seconds / (double)run->options.jobs, run->options.jobs,
           run->options.seed);
}

static void print_list(void)
{
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
    {
        const struct lab_factor *at = lab_matrix_factor(factor);
        printf("%s\n", at->name);
        for (size_t i = 0; i < at->count; i++)
        {
            printf("  %-18s %s\n", at->values[i].name, at->values[i].title);
        }
    }
    printf("client, server\n  any two subjects (ovlab list)\n\nwhat does not go together\n");
    for (size_t i = 0; lab_matrix_rule(i) != NULL; i++)
    {
        const struct lab_rule *rule = lab_matrix_rule(i);
        printf("  ");
        for (size_t t = 0; t < LAB_RULE_TERMS && (rule->terms[t].with | rule->terms[t].without) != 0; t++)
        {
            printf("%s%s", t > 0 ? " x " : "", lab_matrix_factor(rule->terms[t].factor)->name);
        }
        printf(": %s\n", rule->reason);
    }
}

static int run_planned(struct lab_run *run)
{
    struct lab_why why;
    int status = LAB_EXIT_ERROR;
    enum lab_err err = lab_place_run(&run->place, &run->paths, lab_run_inside, run, &status, &why);
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab matrix: %s\n", why.text);
    }
    if (err == LAB_ERR_ABSENT)
    {
        fprintf(stderr, "ovlab matrix: `%s doctor` says what is missing\n", run->paths.self);
    }
    return status;
}

int cmd_matrix(int argc, char **argv)
{
    struct lab_why why;
    struct request *request = calloc(1, sizeof *request);
    int status = LAB_EXIT_OK;
    if (request == NULL)
    {
        perror("ovlab matrix");
        return LAB_EXIT_ERROR;
    }
    enum lab_err err = lab_paths_find(&request->run.paths, &why);
    err = err == LAB_OK ? parse(request, argc, argv, &why) : err;
    bool runs = err == LAB_OK && !request->help && !request->list;
    err = runs ? plan(request, &why) : err;
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab matrix: %s\n", why.text);
        status = err == LAB_ERR_USAGE ? LAB_EXIT_USAGE : LAB_EXIT_ERROR;
    }
    else if (request->help)
    {
        fputs(usage, stdout);
    }
    else if (request->list)
    {
        print_list();
    }
    else if (request->dry_run)
    {
        print_plan(request);
    }
    else
    {
        status = run_planned(&request->run);
    }
    json_decref(request->run.options.plan);
    free(request->plan.cases);
    free(request);
    return status;
}
