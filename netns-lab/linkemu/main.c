/* linkemu: a link with delay, loss, reordering and the like, between the two sides of a router. */
#include "netns-lab/linkemu/control.h"
#include "netns-lab/linkemu/decisions.h"
#include "netns-lab/linkemu/engine.h"
#include "netns-lab/linkemu/report.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: linkemu -c INTERFACE -s INTERFACE [-u SPEC] [-d SPEC] [OPTION...]\n"
    "       linkemu --check SPEC            read an impairment, say what is wrong with it\n"
    "       linkemu --control PATH --tell COMMAND\n"
    "\n"
    "Stands between the client's and the server's side of a router: run it in the router's namespace,\n"
    "as uid 0. It ends with TERM or INT; USR1 writes a report line, USR2 begins anew at packet 0.\n"
    "\n"
    "  -c, --client-if IF   the router's interface towards the client\n"
    "  -s, --server-if IF   the one towards the server\n"
    "  -u, --up SPEC        impairment from client to server (default: none)\n"
    "  -d, --down SPEC      impairment from server to client\n"
    "      --seed N         the same seed and the same packets: the same decisions (default: 1)\n"
    "      --report FILE    account of both directions, JSON lines (default: standard output)\n"
    "      --log FILE       every decision, one a line: \"up 17 loss\"\n"
    "      --replay FILE    take loss, dup, corrupt, hold and late from such a file, not from draws\n"
    "      --control PATH   Unix socket for commands: report, reset,\n"
    "                       blackhole up|down|both TIME, rebind port|address|both\n"
    "      --coalesce-us N  sleep so long while packets gather (default: delay/50, at most 150)\n"
    "\n"
    "A SPEC is words of key=value:\n"
    "  delay=20ms jitter=2ms order=keep|free   rate=100mbit queue=50ms|64kb ecn-mark=20ms\n"
    "  loss=1%  loss-burst=0.5%,25%  dup=0.1%  corrupt=0.01%  mtu=1400 icmp=yes|no\n"
    "  reorder-every=100 reorder-places=64 reorder-hold=50ms  reorder-time=1%,5ms\n";

enum
{
    OPT_SEED = 256,
    OPT_REPORT,
    OPT_LOG,
    OPT_REPLAY,
    OPT_COALESCE,
    OPT_CONTROL,
    OPT_TELL,
    OPT_CHECK,
};

static const struct option options[] = {
    {"client-if", required_argument, NULL, 'c'},
    {"server-if", required_argument, NULL, 's'},
    {"up", required_argument, NULL, 'u'},
    {"down", required_argument, NULL, 'd'},
    {"help", no_argument, NULL, 'h'},
    {"seed", required_argument, NULL, OPT_SEED},
    {"report", required_argument, NULL, OPT_REPORT},
    {"log", required_argument, NULL, OPT_LOG},
    {"replay", required_argument, NULL, OPT_REPLAY},
    {"tell", required_argument, NULL, OPT_TELL},
    {"control", required_argument, NULL, OPT_CONTROL},
    {"coalesce-us", required_argument, NULL, OPT_COALESCE},
    {"check", required_argument, NULL, OPT_CHECK},
    {NULL, 0, NULL, 0},
};

struct command
{
    const char *client_if;
    const char *server_if;
    const char *specs[2];
    const char *report;
    const char *log;
    const char *replay;
    const char *control;
    uint64_t seed;
    bool coalesce_given;
    uint64_t coalesce_us;
};

static bool read_number(const char *name, const char *text, uint64_t limit, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number > limit)
    {
        fprintf(stderr, "linkemu: %s wants a number, not '%s'\n", name, text);
        return false;
    }
    *value = number;
    return true;
}

static int check_spec(const char *text)
{
    struct emu_spec spec;
    char why[EMU_SPEC_WHY_LEN];
    if (emu_spec_parse(text, &spec, why))
    {
        return 0;
    }
    fprintf(stderr, "linkemu: %s\n", why);
    return 2;
}

static int tell(const char *path, const char *text)
{
    struct emu_why why = {"--tell needs --control before it"};
    bool done = path != NULL && emu_control_tell(path, text, &why);
    if (!done)
    {
        fprintf(stderr, "linkemu: %s\n", why.text);
    }
    return done ? 0 : 1;
}

/* Returns -1 to go on, else the exit status. */
static int read_options(int argc, char **argv, struct command *command)
{
    int option;
    bool good = true;
    while (good && (option = getopt_long(argc, argv, "c:s:u:d:h", options, NULL)) != -1)
    {
        switch (option)
        {
        case 'c':
            command->client_if = optarg;
            break;
        case 's':
            command->server_if = optarg;
            break;
        case 'u':
        case 'd':
            command->specs[option == 'd'] = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        case OPT_SEED:
            good = read_number("--seed", optarg, UINT64_MAX, &command->seed);
            break;
        case OPT_REPORT:
            command->report = optarg;
            break;
        case OPT_LOG:
            command->log = optarg;
            break;
        case OPT_REPLAY:
            command->replay = optarg;
            break;
        case OPT_CONTROL:
            command->control = optarg;
            break;
        case OPT_TELL:
            return tell(command->control, optarg);
        case OPT_COALESCE:
            command->coalesce_given = true;
            good = read_number("--coalesce-us", optarg, 100000, &command->coalesce_us);
            break;
        case OPT_CHECK:
            return check_spec(optarg);
        default:
            return 2;
        }
    }
    if (!good || optind != argc || command->client_if == NULL || command->server_if == NULL)
    {
        fputs(usage, stderr);
        return 2;
    }
    return -1;
}

static bool make_pipes(struct emu_engine *engine, const struct command *command)
{
    static const char *const names[2] = {"--up", "--down"};
    for (unsigned i = 0; i < 2; i++)
    {
        struct emu_spec spec;
        char why[EMU_SPEC_WHY_LEN];
        if (!emu_spec_parse(command->specs[i], &spec, why))
        {
            fprintf(stderr, "linkemu: %s: %s\n", names[i], why);
            return false;
        }
        emu_pipe_init(&engine->pipes[i], &spec, command->seed, i, &engine->frames);
    }
    return true;
}

static FILE *open_file(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (file == NULL)
    {
        fprintf(stderr, "linkemu: %s: %s\n", path, strerror(errno));
    }
    return file;
}

/* The lists live as long as the program. */
static bool load_replay(struct emu_engine *engine, const char *path)
{
    enum
    {
        LEN_MAX = 256 << 20
    };
    static struct emu_decisions lists[2];
    char why[EMU_SPEC_WHY_LEN] = "too large, or not readable";
    char *text = NULL;
    size_t room = 0;
    FILE *file = open_file(path, "re");
    ssize_t len = file != NULL ? getdelim(&text, &room, '\0', file) : -1;
    bool empty = file != NULL && len < 0 && feof(file);
    bool done = empty || (len >= 0 && len < LEN_MAX && emu_decisions_read(text, (size_t)len, lists, why));
    free(text);
    if (file != NULL)
    {
        fclose(file);
    }
    for (unsigned i = 0; i < 2 && done; i++)
    {
        engine->pipes[i].decider.replaying = true;
        engine->pipes[i].decider.replay = lists[i].items;
        engine->pipes[i].decider.replay_count = lists[i].count;
    }
    if (!done && file != NULL)
    {
        fprintf(stderr, "linkemu: %s: %s\n", path, why);
    }
    return done;
}

static int run(struct emu_engine *engine, const struct command *command)
{
    struct emu_why why = {""};
    engine->control_fd = command->control != NULL ? emu_control_open(command->control, &why) : -1;
    bool done = (command->control == NULL || engine->control_fd >= 0) &&
                emu_engine_open(engine, command->client_if, command->server_if, &why);
    if (done)
    {
        if (command->coalesce_given)
        {
            engine->coalesce_ns = command->coalesce_us * 1000;
        }
        fprintf(engine->report, "{\"ready\":true}\n");
        fflush(engine->report);
        done = emu_engine_run(engine, &why);
    }
    if (done && !emu_report_write(engine, true))
    {
        done = emu_why_errno(&why, "the report");
    }
    emu_engine_close(engine);
    emu_control_close(engine->control_fd, command->control);
    if (!done)
    {
        fprintf(stderr, "linkemu: %s\n", why.text);
    }
    return done ? 0 : 1;
}

int main(int argc, char **argv)
{
    static struct emu_engine engine;
    struct command command = {.specs = {"", ""}, .seed = 1};
    int status = read_options(argc, argv, &command);
    if (status >= 0)
    {
        return status;
    }
    if (!make_pipes(&engine, &command) || (command.replay != NULL && !load_replay(&engine, command.replay)))
    {
        return 2;
    }
    engine.report = command.report != NULL ? open_file(command.report, "we") : stdout;
    engine.log = command.log != NULL ? open_file(command.log, "we") : NULL;
    if (engine.report == NULL || (command.log != NULL && engine.log == NULL))
    {
        return 2;
    }
    status = run(&engine, &command);
    if (engine.log != NULL && fclose(engine.log) != 0)
    {
        fprintf(stderr, "linkemu: %s: %s\n", command.log, strerror(errno));
        status = 1;
    }
    return status;
}
