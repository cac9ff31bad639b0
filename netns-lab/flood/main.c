/* labflood: sends a VPN server what it must not be impressed by, at a bounded rate and for a bounded time, and
 * counts what it answers. */
#include "netns-lab/flood/kinds.h"
#include "netns-lab/flood/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PPS_MAX     50000.0
#define SECONDS_MAX 600.0
#define LIMIT_MAX   10000000.0
#define ROUND_NS    1000000u
#define BEHIND_NS   50000000u   /* further behind it does not catch up */
#define LAST_NS     300000000u  /* for the last answers */
#define SPOOFED     0x0a4d4200u /* 10.77.66.0/24: the hub topology leads answers to the third host */
#define HOSTS       256u

static const char usage[] =
    "usage: labflood KIND TARGET PORT PPS SECONDS [OPTION...]      (labflood list names the kinds)\n"
    "\n"
    "Sends UDP packets over IPv4 with senders of its choice to a server of the lab (10.77.0.0/16,\n"
    "10.78.0.0/16 or loopback; nothing else is flooded), and prints one JSON object. Run it on the third\n"
    "host of topology hub.\n"
    "\n"
    "      --limit N         at most so many packets\n"
    "      --answers IF      counts what the server answers and comes in by this interface\n"
    "      --hear NS/IF      hears the client there: for the kinds that send its packets again\n"
    "      --seed N          the same seed, the same packets (default: 1)\n";

enum
{
    OPT_LIMIT = 256,
    OPT_ANSWERS,
    OPT_HEAR,
    OPT_SEED,
};

static const struct option options[] = {
    {"limit", required_argument, NULL, OPT_LIMIT},
    {"answers", required_argument, NULL, OPT_ANSWERS},
    {"hear", required_argument, NULL, OPT_HEAR},
    {"seed", required_argument, NULL, OPT_SEED},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct command
{
    const struct flood_kind *kind;
    struct flood_end target;
    double pps;
    double seconds;
    double limit;
    double seed;
    const char *answers;
    char hear_ns[64]; /* "": not given */
    const char *hear_if;
};

struct flood
{
    int raw_fd;
    int answers_fd; /* -1: not counted */
    int heard_fd;   /* -1: not heard */
    struct flood_sent sent;
    struct flood_answers answers;
    double seconds;
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
    struct timespec until = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
    {
    }
}

static bool take_number(const char *name, const char *text, double low, double high, double *number)
{
    char *end;
    *number = strtod(text, &end);
    if (end == text || *end != '\0' || !(*number >= low && *number <= high))
    {
        fprintf(stderr, "labflood: %s is '%s', not %.6g to %.6g\n", name, text, low, high);
        return false;
    }
    return true;
}

static bool take_target(const char *address, const char *port, struct flood_end *target)
{
    struct in_addr read;
    double number;
    if (inet_pton(AF_INET, address, &read) != 1 || !take_number("the port", port, 1, 65535, &number))
    {
        fprintf(stderr, "labflood: '%s' port '%s' is no IPv4 address and port\n", address, port);
        return false;
    }
    uint32_t host = ntohl(read.s_addr);
    if (host >> 24 != 127 && host >> 16 != 0x0a4d && host >> 16 != 0x0a4e)
    {
        fprintf(stderr, "labflood: %s is neither loopback nor of the lab: not flooded\n", address);
        return false;
    }
    *target = (struct flood_end){read.s_addr, htons((uint16_t)number)};
    return true;
}

static bool take_hear(const char *text, struct command *command)
{
    const char *slash = strchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : 0;
    if (len == 0 || len >= sizeof command->hear_ns || slash[1] == '\0')
    {
        fprintf(stderr, "labflood: --hear wants NAMESPACE/INTERFACE, not '%s'\n", text);
        return false;
    }
    snprintf(command->hear_ns, sizeof command->hear_ns, "%.*s", (int)len, text);
    command->hear_if = slash + 1;
    return true;
}

static void list_kinds(void)
{
    const struct flood_kind *kind;
    for (size_t i = 0; (kind = flood_kind_at(i)) != NULL; i++)
    {
        printf("%-12s %s\n", kind->name, kind->what);
    }
}

/* Returns -1 to go on, else the exit status. */
static int read_command(int argc, char **argv, struct command *command)
{
    bool good = true;
    for (int option; good && (option = getopt_long(argc, argv, "h", options, NULL)) != -1;)
    {
        switch (option)
        {
        case OPT_LIMIT:
            good = take_number("--limit", optarg, 1, LIMIT_MAX, &command->limit);
            break;
        case OPT_ANSWERS:
            command->answers = optarg;
            break;
        case OPT_HEAR:
            good = take_hear(optarg, command);
            break;
        case OPT_SEED:
            good = take_number("--seed", optarg, 0, 9e15, &command->seed);
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            good = false;
            break;
        }
    }
    if (good && argc - optind == 1 && strcmp(argv[optind], "list") == 0)
    {
        list_kinds();
        return 0;
    }
    if (!good || argc - optind != 5)
    {
        fputs(usage, stderr);
        return 2;
    }
    command->kind = flood_kind_find(argv[optind]);
    if (command->kind == NULL)
    {
        fprintf(stderr, "labflood: no kind '%s' (labflood list)\n", argv[optind]);
        return 2;
    }
    if (command->kind->hears && command->hear_if == NULL)
    {
        fprintf(stderr, "labflood: %s needs --hear\n", command->kind->name);
        return 2;
    }
    good = take_target(argv[optind + 1], argv[optind + 2], &command->target) &&
           take_number("PPS", argv[optind + 3], 0.1, PPS_MAX, &command->pps) &&
           take_number("SECONDS", argv[optind + 4], 0.1, SECONDS_MAX, &command->seconds);
    return good ? -1 : 2;
}

static void listen_once(struct flood *flood, const struct command *command, struct flood_heard *heard)
{
    if (flood->heard_fd >= 0)
    {
        flood_wire_hear(flood->heard_fd, &command->target, heard);
    }
    if (flood->answers_fd >= 0)
    {
        flood_wire_count(flood->answers_fd, &command->target, &flood->answers);
    }
}

/* What is due now. False: the kind has nothing to send yet. */
static bool send_due(struct flood *flood, const struct command *command, struct flood_maker *maker,
                     uint64_t due)
{
    static struct flood_packet packets[FLOOD_BURST];
    while (due > 0)
    {
        unsigned count = 0;
        while (count < FLOOD_BURST && count < due)
        {
            packets[count] = (struct flood_packet){.len = 0};
            if (!command->kind->make(maker, &packets[count]))
            {
                return false;
            }
            count++;
        }
        flood_wire_send(flood->raw_fd, &command->target, packets, count, &flood->sent);
        due -= count;
    }
    return true;
}

static void run(struct flood *flood, const struct command *command)
{
    static struct flood_heard heard;
    struct flood_maker maker = {
        .state = (uint64_t)command->seed, .spoofed = SPOOFED, .hosts = HOSTS, .heard = &heard};
    uint64_t began = now_ns();
    uint64_t end = began + (uint64_t)(command->seconds * 1e9);
    uint64_t from = began; /* what is due is counted from here */
    uint64_t counted = 0;  /* since then */
    uint64_t limit = command->limit > 0 ? (uint64_t)command->limit : UINT64_MAX;
    for (uint64_t now = began; now < end && flood->sent.packets < limit; now = now_ns())
    {
        listen_once(flood, command, &heard);
        uint64_t due = (uint64_t)((double)(now - from) * command->pps / 1e9);
        uint64_t left = limit - flood->sent.packets;
        uint64_t owed = due > counted ? due - counted : 0;
        bool behind = (double)owed > command->pps * BEHIND_NS / 1e9 + 1.0;
        if (behind || !send_due(flood, command, &maker, owed < left ? owed : left))
        {
            from = now;
            counted = 0;
        }
        else
        {
            counted = due;
        }
        sleep_until(now + ROUND_NS);
    }
    flood->seconds = (double)(now_ns() - began) / 1e9;
    sleep_until(now_ns() + LAST_NS);
    listen_once(flood, command, &heard);
}

int main(int argc, char **argv)
{
    struct command command = {.seed = 1};
    struct flood flood = {.answers_fd = -1, .heard_fd = -1};
    struct emu_why why;
    int status = read_command(argc, argv, &command);
    if (status >= 0)
    {
        return status;
    }
    flood.raw_fd = flood_wire_raw(&why);
    if (flood.raw_fd >= 0 && command.answers != NULL)
    {
        flood.answers_fd = flood_wire_listen(NULL, command.answers, &why);
    }
    if (flood.raw_fd >= 0 && command.hear_if != NULL)
    {
        flood.heard_fd = flood_wire_listen(command.hear_ns, command.hear_if, &why);
    }
    if (flood.raw_fd < 0 || (command.answers != NULL && flood.answers_fd < 0) ||
        (command.hear_if != NULL && flood.heard_fd < 0))
    {
        fprintf(stderr, "labflood: %s\n", why.text);
        return 1;
    }
    run(&flood, &command);
    printf("{\"flood_sent\": %" PRIu64 ", \"flood_octets\": %" PRIu64 ", \"flood_refused\": %" PRIu64
           ", \"flood_pps\": %.6g",
           flood.sent.packets, flood.sent.octets, flood.sent.refused,
           (double)flood.sent.packets / flood.seconds);
    if (flood.answers_fd >= 0)
    {
        printf(", \"flood_answers\": %" PRIu64 ", \"flood_answer_octets\": %" PRIu64, flood.answers.packets,
               flood.answers.octets);
    }
    printf("}\n");
    return 0;
}
