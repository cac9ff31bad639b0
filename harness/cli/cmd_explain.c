/* ovlab explain A B: which factor explains what share of the gap between two profiles or programs. */
#include "cli/cli.h"
#include "lib/args.h"
#include "lib/explain_plan.h"
#include "lib/rng.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: ovlab explain windows-gap [OPTIONS]   as: linux-default windows10-tap\n"
    "       ovlab explain A B [OPTIONS]           two profiles (netns-lab/profiles)\n"
    "                                             or two subjects; a profile may have\n"
    "                                             words: 'none tun_write_us=40'\n"
    "\n"
    "Goes from A to B a factor at a time (waterfall), and measures a fraction of all\n"
    "combinations for the interactions. The client runs under the cost shim, or in\n"
    "the tun proxy where that cannot reach it; the server as it is.\n"
    "\n"
    "  --quick              the waterfall alone, in transfers of one second (at most\n"
    "                       three minutes)\n"
    "  --rounds N           how often each point is measured, 1 to 32 (default: 3)\n"
    "  --seconds N          length of a transfer, 1 to 60 (default: 2)\n"
    "  --subject NAME       the program that runs under both profiles\n"
    "                       (default: openvpn-2.6)\n"
    "  --keep-disturbed     figures count although the host was disturbed; said so in\n"
    "                       the result\n"
    "  --seed N             decides the order (default: drawn, and recorded)\n"
    "  --results DIR        where the record's directory is made (default: results)\n"
    "  --dry-run            shows the points in their order, and ends\n"
    "\n"
    "Public reports are experiments: ovlab run angristan-352 (buffers at 40 ms),\n"
    "trac-461 (64 kB a round trip), txqueuelen-100, folklore-393216, rcvbuf-8k,\n"
    "lightway-397 (small ring and buffer), tap-cost, tap-stall, mmcss,\n"
    "many-streams-loss, late-or-lost; windows-profiles runs programs under each\n"
    "profile as a whole. What they showed: results/ANSWERS.md.\n";

enum
{
    OPT_QUICK = 1000,
    OPT_ROUNDS,
    OPT_SECONDS,
    OPT_SUBJECT,
    OPT_KEEP_DISTURBED,
    OPT_SEED,
    OPT_RESULTS,
    OPT_DRY_RUN,
    OPT_HELP,
};

static const struct option long_options[] = {
    {"quick", no_argument, NULL, OPT_QUICK},
    {"rounds", required_argument, NULL, OPT_ROUNDS},
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {"subject", required_argument, NULL, OPT_SUBJECT},
    {"keep-disturbed", no_argument, NULL, OPT_KEEP_DISTURBED},
    {"seed", required_argument, NULL, OPT_SEED},
    {"results", required_argument, NULL, OPT_RESULTS},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

struct request
{
    struct lab_run *run;
    struct lab_question *question;
    struct lab_plan *plan;
    struct lab_suite suite;
    const char *subject;
    unsigned seconds;
    bool dry_run;
    bool help;
};

static enum lab_err take_option(struct request *request, int option, struct lab_why *why)
{
    struct lab_run *run = request->run;
    switch (option)
    {
    case OPT_QUICK:
        request->question->factorial = false;
        request->seconds = 1;
        return LAB_OK;
    case OPT_ROUNDS:
        return lab_arg_range("--rounds", optarg, 1, LAB_EXPLAIN_ROUNDS, &request->question->rounds, why);
    case OPT_SECONDS:
        return lab_arg_range("--seconds", optarg, 1, 60, &request->seconds, why);
    case OPT_SUBJECT:
        request->subject = optarg;
        return LAB_OK;
    case OPT_KEEP_DISTURBED:
        request->question->keep_disturbed = true;
        return LAB_OK;
    case OPT_SEED:
        return lab_arg_seed(optarg, &run->options.seed, why);
    case OPT_RESULTS:
        return lab_arg_path(optarg, run->paths.results, why);
    case OPT_DRY_RUN:
        request->dry_run = true;
        return LAB_OK;
    case OPT_HELP:
        request->help = true;
        return LAB_OK;
    default:
        return lab_why_set(why, LAB_ERR_USAGE, "see ovlab explain --help");
    }
}

static enum lab_err parse(struct request *request, int argc, char **argv, struct lab_why *why)
{
    struct lab_run *run = request->run;
    run->options.patience_percent = 100;
    run->options.keep_going = true;
    run->options.argc = argc;
    run->options.argv = argv;
    request->question->factorial = true;
    request->question->rounds = 3;
    enum lab_err err = lab_rng_draw_seed(&run->options.seed, why);
    for (int option; err == LAB_OK && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
    {
        err = take_option(request, option, why);
    }
    if (err != LAB_OK || request->help)
    {
        return err;
    }
    bool gap = optind + 1 == argc && strcmp(argv[optind], "windows-gap") == 0;
    if (!gap && optind + 2 != argc)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "windows-gap, or two profiles or subjects are wanted");
    }
    return lab_question_make(request->question, &run->paths, gap ? "linux-default" : argv[optind],
                             gap ? "windows10-tap" : argv[optind + 1], request->subject, why);
}

static enum lab_err ask_subjects(struct request *request, struct lab_why *why)
{
    struct lab_loop loop;
    enum lab_err err = lab_loop_init(&loop, -1, why);
    if (err == LAB_OK)
    {
        err = lab_question_reach(request->question, request->run, &loop, why);
        lab_loop_clear(&loop);
    }
    return err;
}

static enum lab_err make_plan(struct request *request, struct lab_why *why)
{
    struct lab_run *run = request->run;
    enum lab_err err = lab_subject_list(run->paths.subjects, run->subjects, &run->subject_count, why);
    err = err == LAB_OK ? ask_subjects(request, why) : err;
    *request->plan = (struct lab_plan){.pki = run->paths.pki, .seed = run->options.seed};
    err =
        err == LAB_OK ? lab_question_plan(request->question, request->plan, run, request->seconds, why) : err;
    request->suite = (struct lab_suite){.name = "explain", .title = request->question->experiment.title};
    run->options.suite = &request->suite;
    return err;
}

static int run_planned(struct lab_run *run)
{
    struct lab_why why;
    int status = LAB_EXIT_ERROR;
    if (lab_place_run(&run->place, &run->paths, lab_run_inside, run, &status, &why) != LAB_OK)
    {
        fprintf(stderr, "ovlab explain: %s\n", why.text);
    }
    return status;
}

static int explain(struct request *request, int argc, char **argv)
{
    struct lab_why why;
    struct lab_run *run = request->run;
    enum lab_err err = lab_paths_find(&run->paths, &why);
    err = err == LAB_OK ? parse(request, argc, argv, &why) : err;
    err = err == LAB_OK && !request->help ? make_plan(request, &why) : err;
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab explain: %s\n", why.text);
        return err == LAB_ERR_USAGE ? LAB_EXIT_USAGE : LAB_EXIT_ERROR;
    }
    if (request->help)
    {
        fputs(usage, stdout);
        return LAB_EXIT_OK;
    }
    if (request->dry_run)
    {
        for (unsigned i = 0; i < request->question->left_out_count; i++)
        {
            const struct lab_left_out *left_out = &request->question->left_out[i];
            printf("left out: %s (%s)\n", left_out->factor.title, left_out->why);
        }
        lab_plan_print(request->plan, run);
        return LAB_EXIT_OK;
    }
    return run_planned(run);
}

int cmd_explain(int argc, char **argv)
{
    int status = LAB_EXIT_ERROR;
    struct request request = {.run = calloc(1, sizeof *request.run),
                              .question = calloc(1, sizeof *request.question),
                              .plan = calloc(1, sizeof *request.plan),
                              .subject = "openvpn-2.6",
                              .seconds = 2};
    if (request.run != NULL && request.question != NULL && request.plan != NULL)
    {
        status = explain(&request, argc, argv);
        lab_plan_clear(request.plan);
    }
    else
    {
        perror("ovlab explain");
    }
    free(request.run);
    free(request.question);
    free(request.plan);
    return status;
}
