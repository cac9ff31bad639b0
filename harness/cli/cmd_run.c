/* ovlab run SUITE: options, the record's name, and the way into the namespaces. */
#include "cli/cli.h"
#include "cli/experiment.h"
#include "lib/args.h"
#include "lib/exit_style.h"
#include "lib/remote.h"
#include "lib/rng.h"
#include "lib/run.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: ovlab run NAME [OPTIONS]      a suite or an experiment (ovlab list)\n"
    "\n"
    "  --subjects A,B       only these programs (default: those of the suite)\n"
    "  --only A,B           only cases whose id holds one of these words, or matches\n"
    "                       it as a pattern\n"
    "  --seconds N          length of a bulk transfer, 1 to 600\n"
    "  --seed N             decides the order of the cases (default: drawn, and\n"
    "                       recorded)\n"
    "  --results DIR        where the record's directory is made (default: results)\n"
    "  --patience PERCENT   scales the deadlines for subjects, 1 to 10000\n"
    "                       (default: 100)\n"
    "  --keep-going         goes on after an ERROR of the harness\n"
    "  --no-conformance     leaves out the protocol check of the captures\n"
    "  --dry-run            shows the cases in their order, and ends\n"
    "  --shard K/N          only part K of N; auto takes both from CI_NODE_*,\n"
    "                       SLURM_ARRAY_TASK_*, TEST_SHARD_*; auto/N the index alone\n"
    "                       (JOB_COMPLETION_INDEX); see ovlab merge\n"
    "  --exit-style STYLE   ksft (default), automake (4 becomes 77), gate (5 becomes\n"
    "                       0)\n"
    "  --subjects-dir DIR   other programs under test (harness/subjects/README.md)\n"
    "  --topology FILE      another network script\n"
    "  --pki DIR            other keys (made there when missing)\n"
    "  --client-at PLACE    the client runs on another machine, ssh:USER@HOST[:PORT]\n"
    "  --server-at PLACE    the same of the server; with one of them alone the other\n"
    "                       end runs here, as root in this machine's own network\n"
    "                       ($OVLAB_SERVER_ADDR: where the client finds the server,\n"
    "                       if that is not HOST; $OVLAB_SSH_CONFIG: a configuration\n"
    "                       of ssh)\n"
    "\n"
    "of experiments (perf/experiments/README.md):\n"
    "  --full               all values of the file, not its quick selection\n"
    "  --repeats N          how often each point is measured, 1 to 100; below 3\n"
    "                       there are no intervals\n"
    "  --bisect KEY         searches the value of that axis where an outcome changes:\n"
    "                       the one that the file gives, or --outcome EXPRESSION\n"
    "                       ('tcp_up.goodput_mbps < 50'), between --low N and --high N\n"
    "                       (default: the smallest and the largest value of the axis)\n"
    "  --experiments DIR    other experiment files\n";

enum
{
    OPT_SUBJECTS = 1000,
    OPT_ONLY,
    OPT_SECONDS,
    OPT_SEED,
    OPT_RESULTS,
    OPT_PATIENCE,
    OPT_KEEP_GOING,
    OPT_NO_CONFORMANCE,
    OPT_DRY_RUN,
    OPT_SHARD,
    OPT_EXIT_STYLE,
    OPT_SUBJECTS_DIR,
    OPT_TOPOLOGY,
    OPT_PKI,
    OPT_CLIENT_AT,
    OPT_SERVER_AT,
    OPT_FULL,
    OPT_REPEATS,
    OPT_BISECT,
    OPT_OUTCOME,
    OPT_LOW,
    OPT_HIGH,
    OPT_EXPERIMENTS,
    OPT_HELP,
};

static const struct option long_options[] = {
    {"subjects", required_argument, NULL, OPT_SUBJECTS},
    {"only", required_argument, NULL, OPT_ONLY},
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {"seed", required_argument, NULL, OPT_SEED},
    {"results", required_argument, NULL, OPT_RESULTS},
    {"patience", required_argument, NULL, OPT_PATIENCE},
    {"keep-going", no_argument, NULL, OPT_KEEP_GOING},
    {"no-conformance", no_argument, NULL, OPT_NO_CONFORMANCE},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"shard", required_argument, NULL, OPT_SHARD},
    {"exit-style", required_argument, NULL, OPT_EXIT_STYLE},
    {"subjects-dir", required_argument, NULL, OPT_SUBJECTS_DIR},
    {"topology", required_argument, NULL, OPT_TOPOLOGY},
    {"pki", required_argument, NULL, OPT_PKI},
    {"client-at", required_argument, NULL, OPT_CLIENT_AT},
    {"server-at", required_argument, NULL, OPT_SERVER_AT},
    {"full", no_argument, NULL, OPT_FULL},
    {"repeats", required_argument, NULL, OPT_REPEATS},
    {"bisect", required_argument, NULL, OPT_BISECT},
    {"outcome", required_argument, NULL, OPT_OUTCOME},
    {"low", required_argument, NULL, OPT_LOW},
    {"high", required_argument, NULL, OPT_HIGH},
    {"experiments", required_argument, NULL, OPT_EXPERIMENTS},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

struct request
{
    struct lab_run *run;
    const char *subjects; /* comma list or NULL */
    bool own_subjects;    /* --subjects-dir was given */
    bool own_topology;    /* --topology was given */
    struct cli_experiment experiment;
    enum lab_exit_style style;
    bool dry_run;
    bool help;
};

static enum lab_err take_place(struct lab_run *run, int option, struct lab_why *why)
{
    switch (option)
    {
    case OPT_RESULTS:
        return lab_arg_path(optarg, run->paths.results, why);
    case OPT_SUBJECTS_DIR:
        return lab_arg_path(optarg, run->paths.subjects, why);
    case OPT_TOPOLOGY:
        return lab_arg_path(optarg, run->paths.topology, why);
    case OPT_PKI:
        return lab_arg_path(optarg, run->paths.pki, why);
    case OPT_EXPERIMENTS:
        return lab_arg_path(optarg, run->paths.experiments, why);
    case OPT_SHARD:
        return lab_shard_parse(optarg, &run->options.shard, why);
    default:
        return lab_why_set(why, LAB_ERR_USAGE, "see ovlab run --help");
    }
}

static enum lab_err take_bound(const char *option, struct lab_why *why)
{
    struct lab_operand value;
    lab_value_parse(optarg, &value);
    return !value.is_text && value.number >= 0.0
               ? LAB_OK
               : lab_why_set(why, LAB_ERR_USAGE, "%s wants a number, such as 8k, not '%s'", option, optarg);
}

static enum lab_err take_experiment_option(struct request *request, int option, struct lab_why *why)
{
    struct cli_experiment *experiment = &request->experiment;
    switch (option)
    {
    case OPT_CLIENT_AT:
        request->run->places[0] = optarg;
        return lab_remote_check("--client-at", optarg, why);
    case OPT_SERVER_AT:
        request->run->places[1] = optarg;
        return lab_remote_check("--server-at", optarg, why);
    case OPT_FULL:
        experiment->full = true;
        return LAB_OK;
    case OPT_REPEATS:
        return lab_arg_range("--repeats", optarg, 1, 100, &experiment->repeats, why);
    case OPT_BISECT:
        experiment->bisect = optarg;
        return LAB_OK;
    case OPT_OUTCOME:
        experiment->outcome = optarg;
        return LAB_OK;
    case OPT_LOW:
    case OPT_HIGH:
        *(option == OPT_LOW ? &experiment->low : &experiment->high) = optarg;
        return take_bound(option == OPT_LOW ? "--low" : "--high", why);
    default:
        request->own_topology = request->own_topology || option == OPT_TOPOLOGY;
        return take_place(request->run, option, why);
    }
}

static enum lab_err take_option(struct request *request, int option, struct lab_why *why)
{
    struct lab_run *run = request->run;
    request->own_subjects = request->own_subjects || option == OPT_SUBJECTS_DIR;
    switch (option)
    {
    case OPT_SUBJECTS:
        request->subjects = optarg;
        return LAB_OK;
    case OPT_ONLY:
        if (strlen(optarg) >= 1024)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "--only is longer than 1023 octets");
        }
        run->options.only = optarg;
        return LAB_OK;
    case OPT_SECONDS:
        return lab_arg_range("--seconds", optarg, 1, 600, &run->options.bulk_seconds, why);
    case OPT_SEED:
        return lab_arg_seed(optarg, &run->options.seed, why);
    case OPT_PATIENCE:
        return lab_arg_range("--patience", optarg, 1, 10000, &run->options.patience_percent, why);
    case OPT_KEEP_GOING:
        run->options.keep_going = true;
        return LAB_OK;
    case OPT_NO_CONFORMANCE:
        run->options.conformance = false;
        return LAB_OK;
    case OPT_EXIT_STYLE:
        return lab_exit_style_parse(optarg, &request->style)
                   ? LAB_OK
                   : lab_why_set(why, LAB_ERR_USAGE, "--exit-style wants ksft, automake or gate");
    case OPT_DRY_RUN:
        request->dry_run = true;
        return LAB_OK;
    case OPT_HELP:
        request->help = true;
        return LAB_OK;
    default:
        return take_experiment_option(request, option, why);
    }
}

static bool is_search(const struct cli_experiment *experiment)
{
    return experiment->bisect != NULL || experiment->outcome != NULL || experiment->low != NULL ||
           experiment->high != NULL;
}

static enum lab_err choose(struct request *request, const char *name, struct lab_why *why)
{
    struct lab_run *run = request->run;
    struct cli_experiment *experiment = &request->experiment;
    run->options.suite = lab_suite_find(name);
    if (run->options.suite == NULL)
    {
        experiment->subjects = request->subjects;
        experiment->own_topology = request->own_topology;
        return cli_experiment_find(experiment, run, name, why);
    }
    if (experiment->full || experiment->repeats > 0 || is_search(experiment))
    {
        return lab_why_set(why, LAB_ERR_USAGE,
                           "%s is a suite: --full, --repeats and --bisect are of experiments", name);
    }
    if (run->options.bulk_seconds == 0)
    {
        run->options.bulk_seconds = run->options.suite->bulk_seconds;
    }
    run->options.no_figures = run->options.suite->no_figures;
    return LAB_OK;
}

static enum lab_err check_places(const struct request *request, struct lab_why *why)
{
    if (lab_run_has_places(request->run) && request->own_topology)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "--client-at and --server-at leave no room for --topology");
    }
    return lab_run_check_places(request->run, why);
}

static enum lab_err parse(struct request *request, int argc, char **argv, struct lab_why *why)
{
    struct lab_run *run = request->run;
    run->options.conformance = true;
    run->options.patience_percent = 100;
    run->options.argc = argc;
    run->options.argv = argv;
    enum lab_err err = lab_rng_draw_seed(&run->options.seed, why);
    for (int option; err == LAB_OK && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
    {
        err = take_option(request, option, why);
    }
    if (err != LAB_OK || request->help)
    {
        return err;
    }
    if (optind + 1 != argc)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "one suite or experiment is wanted, such as: ovlab run quick");
    }
    err = choose(request, argv[optind], why);
    return err == LAB_OK ? check_places(request, why) : err;
}

/* The whole plan goes into the record of every part, so that a merge knows what is missing. */
static void keep_shard(struct lab_run *run)
{
    run->options.plan = json_array();
    for (size_t i = 0; i < run->case_count; i++)
    {
        json_array_append_new(run->options.plan, json_string(run->cases[i].id));
    }
    lab_shard_keep(&run->options.shard, run->options.bulk_seconds, run->cases, &run->case_count);
}

static enum lab_err plan_experiment(struct request *request, struct lab_why *why)
{
    struct lab_run *run = request->run;
    bool part = run->options.shard.index > 0;
    if (request->experiment.bisect == NULL && is_search(&request->experiment))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "--outcome, --low and --high are of --bisect");
    }
    if (part && request->experiment.bisect != NULL)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "a search cannot be cut into shards (--subjects can)");
    }
    if (request->experiment.bisect != NULL && lab_run_has_places(run))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "a search runs in the lab: no places");
    }
    enum lab_err err = cli_experiment_plan(&request->experiment, run, why);
    if (err == LAB_OK && part)
    {
        keep_shard(run);
    }
    return err;
}

static enum lab_err plan(struct request *request, struct lab_why *why)
{
    struct lab_run *run = request->run;
    enum lab_err err = lab_subject_list(run->paths.subjects, run->subjects, &run->subject_count, why);
    if (err == LAB_OK && run->options.suite == NULL)
    {
        lab_run_split_subjects(run);
        return plan_experiment(request, why);
    }
    if (err == LAB_OK)
    {
        /* What somebody put into a folder of their own is all meant. */
        const char *list = request->subjects != NULL ? request->subjects
                           : request->own_subjects   ? NULL
                                                     : run->options.suite->subjects;
        err = lab_subject_choose(run->subjects, &run->subject_count, list, why);
    }
    if (err != LAB_OK)
    {
        return err;
    }
    lab_run_split_subjects(run);
    err = lab_suite_expand(run->options.suite, run->subjects, run->subject_count, run->options.only,
                           run->options.seed, run->cases, &run->case_count, why);
    for (size_t i = 0; err == LAB_OK && i < run->case_count; i++)
    {
        struct lab_case *item = &run->cases[i];
        item->server = item->server != NULL ? lab_run_server(run, item->server) : NULL;
    }
    if (err == LAB_OK && run->options.shard.index > 0)
    {
        keep_shard(run);
    }
    return err;
}

static void print_plan(const struct lab_run *run)
{
    if (run->plan != NULL)
    {
        cli_experiment_print(run);
        return;
    }
    for (size_t i = 0; i < run->case_count; i++)
    {
        printf("%2zu  %-50s about %.0f s\n", i + 1, run->cases[i].id,
               lab_case_seconds(run->cases[i].def, run->options.bulk_seconds));
    }
    printf("seed %" PRIu64 "; nothing was run\n", run->options.seed);
}

static int run_planned(struct lab_run *run)
{
    struct lab_why why;
    int status = LAB_EXIT_ERROR;
    enum lab_err err = lab_place_run(&run->place, &run->paths, lab_run_inside, run, &status, &why);
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab run: %s\n", why.text);
    }
    if (err == LAB_ERR_ABSENT)
    {
        fprintf(stderr, "ovlab run: `%s doctor` says what is missing\n", run->paths.self);
    }
    return status;
}

static int run_at_places(struct lab_run *run)
{
    struct lab_why why;
    if (lab_run_has_places(run) &&
        lab_remote_use(&run->paths, run->places[0], run->places[1], &why) != LAB_OK)
    {
        fprintf(stderr, "ovlab run: %s\n", why.text);
        return LAB_EXIT_USAGE;
    }
    return run_planned(run);
}

int cmd_run(int argc, char **argv)
{
    struct lab_why why;
    struct lab_run *run = calloc(1, sizeof *run);
    struct request request = {.run = run};
    if (run == NULL)
    {
        perror("ovlab run");
        return LAB_EXIT_ERROR;
    }
    enum lab_err err = lab_paths_find(&run->paths, &why);
    if (err == LAB_OK)
    {
        err = parse(&request, argc, argv, &why);
    }
    if (err == LAB_OK && !request.help)
    {
        err = plan(&request, &why);
    }
    int status = LAB_EXIT_OK;
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab run: %s\n", why.text);
        status = err == LAB_ERR_USAGE ? LAB_EXIT_USAGE : LAB_EXIT_ERROR;
    }
    else if (request.help)
    {
        fputs(usage, stdout);
    }
    else if (request.dry_run)
    {
        print_plan(run);
    }
    else if (run->case_count == 0 && run->options.shard.index > 0)
    {
        printf("shard %u/%u holds no case; nothing was run\n", run->options.shard.index,
               run->options.shard.count);
    }
    else
    {
        status = run_at_places(run);
    }
    cli_experiment_clear(&request.experiment);
    json_decref(run->options.plan);
    free(run);
    return lab_exit_styled(request.style, status);
}
