/* ovlab run SUITE: options, the record's name, and the way into the namespaces. */
#include "cli/cli.h"
#include "lib/clock.h"
#include "lib/envinfo.h"
#include "lib/ns.h"
#include "lib/run.h"

#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char usage[] =
    "usage: ovlab run SUITE [OPTIONS]          (ovlab list shows the suites)\n\n"
    "  --subjects A,B       only these programs (default: those of the suite)\n"
    "  --only A,B           only cases whose id holds one of these words, or matches it as a pattern\n"
    "  --seconds N          length of a bulk transfer, 1 to 600\n"
    "  --seed N             decides the order of the cases (default: drawn, and recorded)\n"
    "  --results DIR        where the record's directory is made (default: results)\n"
    "  --patience PERCENT   scales the deadlines for subjects, 1 to 10000 (default: 100)\n"
    "  --keep-going         goes on after an ERROR of the harness\n"
    "  --no-conformance     leaves out the protocol check of the captures\n"
    "  --dry-run            shows the cases in their order, and ends\n"
    "  --subjects-dir DIR   other programs under test\n"
    "  --topology FILE      another network script\n"
    "  --pki DIR            other keys (made there when missing)\n";

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
    OPT_SUBJECTS_DIR,
    OPT_TOPOLOGY,
    OPT_PKI,
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
    {"subjects-dir", required_argument, NULL, OPT_SUBJECTS_DIR},
    {"topology", required_argument, NULL, OPT_TOPOLOGY},
    {"pki", required_argument, NULL, OPT_PKI},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

struct request
{
    struct lab_run *run;
    const char *subjects; /* comma list or NULL */
    bool own_subjects;    /* --subjects-dir was given */
    bool dry_run;
    bool help;
};

static bool parse_number(const char *text, uint64_t limit, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long parsed = strtoull(text, &end, 10);
    *value = parsed;
    return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && parsed <= limit;
}

/* A path of the user, absolute because the run may look from elsewhere. */
static enum lab_err take_path(char path[static LAB_PATH_MAX], const char *given, struct lab_why *why)
{
    char here[LAB_PATH_MAX];
    if (given[0] == '/')
    {
        return lab_path_set(path, why, "%s", given);
    }
    if (getcwd(here, sizeof here) == NULL)
    {
        return lab_why_errno(why, "getcwd");
    }
    return lab_path_set(path, why, "%s/%s", here, given);
}

static enum lab_err take_place(struct lab_run *run, int option, struct lab_why *why)
{
    switch (option)
    {
    case OPT_RESULTS:
        return take_path(run->paths.results, optarg, why);
    case OPT_SUBJECTS_DIR:
        return take_path(run->paths.subjects, optarg, why);
    case OPT_TOPOLOGY:
        return take_path(run->paths.topology, optarg, why);
    case OPT_PKI:
        return take_path(run->paths.pki, optarg, why);
    default:
        return lab_why_set(why, LAB_ERR_USAGE, "see ovlab run --help");
    }
}

static enum lab_err take_option(struct request *request, int option, struct lab_why *why)
{
    struct lab_run *run = request->run;
    uint64_t number;
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
        if (!parse_number(optarg, 600, &number) || number == 0)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "--seconds wants 1 to 600, not '%s'", optarg);
        }
        run->options.bulk_seconds = (unsigned)number;
        return LAB_OK;
    case OPT_SEED:
        return parse_number(optarg, UINT64_MAX, &run->options.seed)
                   ? LAB_OK
                   : lab_why_set(why, LAB_ERR_USAGE, "--seed wants a number, not '%s'", optarg);
    case OPT_PATIENCE:
        if (!parse_number(optarg, 10000, &number) || number == 0)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "--patience wants 1 to 10000, not '%s'", optarg);
        }
        run->options.patience_percent = (unsigned)number;
        return LAB_OK;
    case OPT_KEEP_GOING:
        run->options.keep_going = true;
        return LAB_OK;
    case OPT_NO_CONFORMANCE:
        run->options.conformance = false;
        return LAB_OK;
    case OPT_DRY_RUN:
        request->dry_run = true;
        return LAB_OK;
    case OPT_HELP:
        request->help = true;
        return LAB_OK;
    default:
        return take_place(run, option, why);
    }
}

static enum lab_err parse(struct request *request, int argc, char **argv, struct lab_why *why)
{
    struct lab_run *run = request->run;
    uint32_t drawn;
    run->options.conformance = true;
    run->options.patience_percent = 100;
    run->options.argc = argc;
    run->options.argv = argv;
    if (getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
    {
        return lab_why_errno(why, "getrandom");
    }
    run->options.seed = drawn;
    enum lab_err err = LAB_OK;
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
        return lab_why_set(why, LAB_ERR_USAGE, "one suite is wanted, such as: ovlab run quick");
    }
    run->options.suite = lab_suite_find(argv[optind]);
    if (run->options.suite == NULL)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "no suite '%s' (ovlab list shows them)", argv[optind]);
    }
    if (run->options.bulk_seconds == 0)
    {
        run->options.bulk_seconds = run->options.suite->bulk_seconds;
    }
    return LAB_OK;
}

static enum lab_err plan(struct request *request, struct lab_why *why)
{
    struct lab_run *run = request->run;
    enum lab_err err = lab_subject_list(run->paths.subjects, run->subjects, &run->subject_count, why);
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
    return lab_suite_expand(run->options.suite, run->subjects, run->subject_count, run->options.only,
                            run->options.seed, run->cases, &run->case_count, why);
}

/* results/<date>-<host>-<commit>, with a counter when two runs start in one second. */
static enum lab_err make_record_dir(struct lab_run *run, struct lab_why *why)
{
    struct utsname names;
    char now[32];
    struct lab_loop loop;
    enum lab_err err = lab_loop_init(&loop, -1, why);
    if (err != LAB_OK)
    {
        return err;
    }
    lab_env_commit(&loop, run->paths.root, run->commit, sizeof run->commit);
    lab_loop_clear(&loop);
    err = lab_dir_make(run->paths.results, why);
    uname(&names);
    names.nodename[strcspn(names.nodename, "./")] = '\0';
    lab_utc_basic(now, sizeof now);
    for (unsigned attempt = 1; err == LAB_OK && attempt < 100; attempt++)
    {
        char counter[16] = "";
        if (attempt > 1)
        {
            snprintf(counter, sizeof counter, "-%u", attempt);
        }
        snprintf(run->run_id, sizeof run->run_id, "%.20s-%.40s-%.40s%s", now, names.nodename, run->commit,
                 counter);
        err = lab_path_set(run->dir, why, "%s/%s", run->paths.results, run->run_id);
        if (err == LAB_OK && mkdir(run->dir, 0755) == 0)
        {
            return LAB_OK;
        }
        if (err == LAB_OK && errno != EEXIST)
        {
            err = lab_why_errno(why, "%s", run->dir);
        }
    }
    return err != LAB_OK ? err : lab_why_set(why, LAB_ERR_SYSTEM, "no free name in %s", run->paths.results);
}

static uid_t give_uid;
static gid_t give_gid;

static int give_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return lchown(path, give_uid, give_gid);
}

/* Under sudo the record belongs to who called it. */
static void give_to_caller(const char *dir)
{
    uint64_t uid;
    uint64_t gid;
    const char *uid_text = getenv("SUDO_UID");
    const char *gid_text = getenv("SUDO_GID");
    if (geteuid() != 0 || uid_text == NULL || gid_text == NULL || !parse_number(uid_text, UINT32_MAX, &uid) ||
        !parse_number(gid_text, UINT32_MAX, &gid))
    {
        return;
    }
    give_uid = (uid_t)uid;
    give_gid = (gid_t)gid;
    if (nftw(dir, give_one, 16, FTW_PHYS) != 0)
    {
        fprintf(stderr, "ovlab: %s stays root's: %s\n", dir, strerror(errno));
    }
}

static void print_plan(const struct lab_run *run)
{
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
    if (make_record_dir(run, &why) != LAB_OK)
    {
        fprintf(stderr, "ovlab run: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    int status = lab_ns_run(lab_run_inside, run, &why);
    give_to_caller(run->dir);
    if (status < 0)
    {
        fprintf(stderr, "ovlab run: %s\novlab run: `%s doctor` says what is missing\n", why.text,
                run->paths.self);
        rmdir(run->dir);
        return LAB_EXIT_ERROR;
    }
    return status;
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
    else
    {
        status = run_planned(run);
    }
    free(run);
    return status;
}
