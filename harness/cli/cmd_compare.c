/* ovlab compare A B: options, what A and B are, and the way into the namespaces. */
#include "cli/cli.h"
#include "lib/args.h"
#include "lib/compare.h"
#include "lib/compare_records.h"
#include "lib/exit_style.h"
#include "lib/rng.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: ovlab compare A B [OPTIONS]      is B faster or slower than A?\n"
    "\n"
    "A and B are each one of these; PREFIX: before it leaves no doubt:\n"
    "  binary:   an executable in ovref's place\n"
    "  commit:   of this repository, built in build/compare/\n"
    "  config:   a file of option lines for both ends\n"
    "  subject:  a name of ovlab list\n"
    "  record:   a directory with run.jsonl (both must be: compares their ratios to\n"
    "            stock, runs nothing)\n"
    "\n"
    "A pair is some turns, each a transfer of A and one of B in random order; one\n"
    "pair of five is A against itself. Looks at 6, 10, 16 and 24 pairs (exact\n"
    "Wilcoxon intervals of 99.5, 99, 98 and 97 %) and ends when they decide:\n"
    "  SLOWER     the whole interval lies below -GUARD\n"
    "  FASTER     above +GUARD\n"
    "  SAME       it lies within +-MARGIN\n"
    "  UNDECIDED  anything else\n"
    "The guard is at least half of the measured A/A noise floor. Lack of evidence is\n"
    "never SAME.\n"
    "\n"
    "  --measure LIST       of up, down, both, cpu (default: up,cpu): goodput each\n"
    "                       way and both ways at once, goodput per CPU second\n"
    "  --time SECONDS       begins no pair that would end later (default: 600)\n"
    "  --pairs N            at most so many, 6 to 24 (default: 24)\n"
    "  --turns N            transfers of each in a pair, 1 to 8 (default: 3)\n"
    "  --seconds N          length of a transfer, 1 to 30 (default: 1)\n"
    "  --guard PERCENT      1 to 50 (default: 2)\n"
    "  --margin PERCENT     1 to 50 (default: 5)\n"
    "  --subject NAME       what runs binaries, commits and configurations\n"
    "                       (default: ovref-openssl)\n"
    "  --proto P            udp4, udp6, tcp4, tcp6 (default: udp4)\n"
    "  --cipher NAME        default: AES-256-GCM\n"
    "  --keep-disturbed     counts pairs although the host was disturbed (they are\n"
    "                       void otherwise; more than 20 % void is UNDECIDED)\n"
    "  --exit-style STYLE   ksft (default), automake (4 becomes 77), gate (5 becomes\n"
    "                       0)\n"
    "  --seed N, --results DIR, --pki DIR, --subjects-dir DIR, --topology FILE,\n"
    "  --patience PERCENT   as of ovlab run\n"
    "\n"
    "exit status: 0 SAME or FASTER, 1 an arm did not work, 2 wrong usage, 3 SLOWER,\n"
    "4 nothing could run, 5 UNDECIDED, 99 the harness failed, 128+N interrupted by\n"
    "signal N\n";

enum
{
    OPT_MEASURE = 1000,
    OPT_TIME,
    OPT_PAIRS,
    OPT_TURNS,
    OPT_SECONDS,
    OPT_GUARD,
    OPT_MARGIN,
    OPT_SUBJECT,
    OPT_PROTO,
    OPT_CIPHER,
    OPT_KEEP_DISTURBED,
    OPT_EXIT_STYLE,
    OPT_SEED,
    OPT_RESULTS,
    OPT_PKI,
    OPT_SUBJECTS_DIR,
    OPT_TOPOLOGY,
    OPT_PATIENCE,
    OPT_HELP,
};

static const struct option long_options[] = {
    {"measure", required_argument, NULL, OPT_MEASURE},
    {"time", required_argument, NULL, OPT_TIME},
    {"pairs", required_argument, NULL, OPT_PAIRS},
    {"turns", required_argument, NULL, OPT_TURNS},
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {"guard", required_argument, NULL, OPT_GUARD},
    {"margin", required_argument, NULL, OPT_MARGIN},
    {"subject", required_argument, NULL, OPT_SUBJECT},
    {"proto", required_argument, NULL, OPT_PROTO},
    {"cipher", required_argument, NULL, OPT_CIPHER},
    {"keep-disturbed", no_argument, NULL, OPT_KEEP_DISTURBED},
    {"exit-style", required_argument, NULL, OPT_EXIT_STYLE},
    {"seed", required_argument, NULL, OPT_SEED},
    {"results", required_argument, NULL, OPT_RESULTS},
    {"pki", required_argument, NULL, OPT_PKI},
    {"subjects-dir", required_argument, NULL, OPT_SUBJECTS_DIR},
    {"topology", required_argument, NULL, OPT_TOPOLOGY},
    {"patience", required_argument, NULL, OPT_PATIENCE},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

struct request
{
    struct lab_run *run;
    struct lab_compare *compare;
    const char *subject;
    const char *proto;
    const char *cipher;
    unsigned seconds;
    enum lab_exit_style style;
    bool help;
};

static enum lab_err take_measures(struct lab_compare *compare, const char *list, struct lab_why *why)
{
    static const char *const names[LAB_COMPARE_SERIES] = {"up", "down", "both", "cpu"};
    char copy[64];
    snprintf(copy, sizeof copy, "%s", list);
    memset(compare->wanted, 0, sizeof compare->wanted);
    for (char *save = NULL, *word = strtok_r(copy, ",", &save); word != NULL;
         word = strtok_r(NULL, ",", &save))
    {
        size_t i = 0;
        while (i < LAB_COMPARE_SERIES && strcmp(word, names[i]) != 0)
        {
            i++;
        }
        if (i == LAB_COMPARE_SERIES)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "--measure wants up, down, both or cpu, not '%s'", word);
        }
        compare->wanted[i] = true;
    }
    return memchr(compare->wanted, true, sizeof compare->wanted) != NULL
               ? LAB_OK
               : lab_why_set(why, LAB_ERR_USAGE, "--measure is empty");
}

static enum lab_err take_place(struct request *request, int option, struct lab_why *why)
{
    struct lab_paths *paths = &request->run->paths;
    switch (option)
    {
    case OPT_RESULTS:
        return lab_arg_path(optarg, paths->results, why);
    case OPT_PKI:
        return lab_arg_path(optarg, paths->pki, why);
    case OPT_SUBJECTS_DIR:
        return lab_arg_path(optarg, paths->subjects, why);
    case OPT_TOPOLOGY:
        return lab_arg_path(optarg, paths->topology, why);
    case OPT_SUBJECT:
        request->subject = optarg;
        return LAB_OK;
    case OPT_PROTO:
        request->proto = optarg;
        return LAB_OK;
    case OPT_CIPHER:
        request->cipher = optarg;
        return LAB_OK;
    default:
        return lab_why_set(why, LAB_ERR_USAGE, "see ovlab compare --help");
    }
}

static enum lab_err take_percent(const char *option, double *share, struct lab_why *why)
{
    unsigned percent;
    enum lab_err err = lab_arg_range(option, optarg, 1, 50, &percent, why);
    *share = err == LAB_OK ? percent / 100.0 : *share;
    return err;
}

static enum lab_err take_option(struct request *request, int option, struct lab_why *why)
{
    struct lab_compare *compare = request->compare;
    switch (option)
    {
    case OPT_MEASURE:
        return take_measures(compare, optarg, why);
    case OPT_TIME:
        return lab_arg_range("--time", optarg, 1, 86400, &compare->time_s, why);
    case OPT_PAIRS:
        return lab_arg_range("--pairs", optarg, 6, LAB_PAIRS_MAX, &compare->pairs_max, why);
    case OPT_TURNS:
        return lab_arg_range("--turns", optarg, 1, LAB_COMPARE_TURNS, &compare->turns, why);
    case OPT_SECONDS:
        return lab_arg_range("--seconds", optarg, 1, 30, &request->seconds, why);
    case OPT_GUARD:
        return take_percent("--guard", &compare->rule.guard, why);
    case OPT_MARGIN:
        return take_percent("--margin", &compare->rule.same, why);
    case OPT_KEEP_DISTURBED:
        compare->keep_disturbed = true;
        return LAB_OK;
    case OPT_EXIT_STYLE:
        return lab_exit_style_parse(optarg, &request->style)
                   ? LAB_OK
                   : lab_why_set(why, LAB_ERR_USAGE, "--exit-style wants ksft, automake or gate");
    case OPT_SEED:
        return lab_arg_seed(optarg, &request->run->options.seed, why);
    case OPT_PATIENCE:
        return lab_arg_range("--patience", optarg, 1, 10000, &request->run->options.patience_percent, why);
    case OPT_HELP:
        request->help = true;
        return LAB_OK;
    default:
        return take_place(request, option, why);
    }
}

static enum lab_err parse(struct request *request, int argc, char **argv, struct lab_why *why)
{
    struct lab_run *run = request->run;
    struct lab_compare *compare = request->compare;
    run->options.patience_percent = 100;
    run->options.argc = argc;
    run->options.argv = argv;
    compare->time_s = 600;
    compare->pairs_max = LAB_PAIRS_MAX;
    compare->turns = 3;
    compare->wanted[LAB_SERIES_UP] = true;
    compare->wanted[LAB_SERIES_CPU] = true;
    compare->rule = lab_pairs_usual;
    enum lab_err err = lab_rng_draw_seed(&run->options.seed, why);
    for (int option; err == LAB_OK && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
    {
        err = take_option(request, option, why);
    }
    compare->rule.seed = run->options.seed;
    if (err == LAB_OK && !request->help && optind + 2 != argc)
    {
        err = lab_why_set(why, LAB_ERR_USAGE,
                          "two are wanted: ovlab compare A B (--help says what they may be)");
    }
    return err;
}

/* Finds both, and builds what is not built. */
static enum lab_err find_arms(struct request *request, char **names, struct lab_why *why)
{
    struct lab_loop loop;
    const struct lab_paths *paths = &request->run->paths;
    struct lab_arm *arms = request->compare->arms;
    enum lab_err err = lab_loop_init(&loop, -1, why);
    if (err != LAB_OK)
    {
        return err;
    }
    for (size_t i = 0; err == LAB_OK && i < 2; i++)
    {
        err = lab_arm_find(&arms[i], names[i], request->subject, paths, &loop, why);
    }
    if (err == LAB_OK && (arms[0].kind == LAB_ARM_RECORD) != (arms[1].kind == LAB_ARM_RECORD))
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "a record can be compared with a record only");
    }
    for (size_t i = 0; err == LAB_OK && i < 2; i++)
    {
        err = lab_arm_build(&arms[i], paths, &loop, why);
    }
    lab_loop_clear(&loop);
    return err;
}

static int run_pairs(struct request *request, struct lab_why *why)
{
    static const char *const names[] = {"a", "b"};
    char dir[LAB_PATH_MAX];
    int status = LAB_EXIT_ERROR;
    struct lab_run *run = request->run;
    struct lab_compare *compare = request->compare;
    enum lab_err err = lab_path_set(dir, why, "%s/compare/run-%ld", run->paths.build, (long)getpid());
    for (size_t i = 0; err == LAB_OK && i < 2; i++)
    {
        err = lab_arm_prepare(&compare->arms[i], &run->paths, dir, names[i], why);
    }
    if (err == LAB_OK)
    {
        lab_compare_plan(compare, run, request->seconds, request->proto, request->cipher);
        err = lab_place_run(&run->place, &run->paths, lab_run_inside, run, &status, why);
    }
    lab_arm_remove(dir, names[0]);
    lab_arm_remove(dir, names[1]);
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab compare: %s\n", why->text);
        return err == LAB_ERR_USAGE ? LAB_EXIT_USAGE : LAB_EXIT_ERROR;
    }
    return status;
}

static int compare_found(struct request *request, struct lab_why *why)
{
    const struct lab_arm *arms = request->compare->arms;
    if (arms[0].kind != LAB_ARM_RECORD)
    {
        return run_pairs(request, why);
    }
    enum lab_ab verdict;
    if (lab_compare_records(arms[0].path, arms[1].path, &request->compare->rule, &verdict, why) != LAB_OK)
    {
        fprintf(stderr, "ovlab compare: %s\n", why->text);
        return LAB_EXIT_ERROR;
    }
    return lab_compare_status(verdict);
}

int cmd_compare(int argc, char **argv)
{
    struct lab_why why;
    struct request request = {.run = calloc(1, sizeof *request.run),
                              .compare = calloc(1, sizeof *request.compare),
                              .subject = "ovref-openssl",
                              .proto = "udp4",
                              .cipher = "AES-256-GCM",
                              .seconds = 1};
    int status = LAB_EXIT_OK;
    if (request.run == NULL || request.compare == NULL)
    {
        perror("ovlab compare");
        free(request.run);
        free(request.compare);
        return LAB_EXIT_ERROR;
    }
    enum lab_err err = lab_paths_find(&request.run->paths, &why);
    err = err == LAB_OK ? parse(&request, argc, argv, &why) : err;
    err = err == LAB_OK && !request.help ? find_arms(&request, argv + optind, &why) : err;
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab compare: %s\n", why.text);
        status = err == LAB_ERR_USAGE ? LAB_EXIT_USAGE : LAB_EXIT_ERROR;
    }
    else if (request.help)
    {
        fputs(usage, stdout);
    }
    else
    {
        status = compare_found(&request, &why);
    }
    free(request.run);
    free(request.compare);
    return lab_exit_styled(request.style, status);
}
