/* linkprobe: measures a link in both directions and compares it with what was asked for. */
#include "netns-lab/linkprobe/direction.h"

#include <getopt.h>
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_DISAGREES 1
#define EXIT_USAGE     2
#define EXIT_FAILED    99

static const char usage[] =
    "usage: linkprobe --from ADDRESS --to ADDRESS [OPTION...]\n"
    "\n"
    "Sends numbered UDP packets both ways between two IPv4 addresses and prints one JSON object: what\n"
    "arrived, and each check of it against the impairment asked for (linkemu --help lists those).\n"
    "Exit status: 0 all agrees, 1 something does not (said on standard error), 99 no probe was possible.\n"
    "\n"
    "      --from-ns NAME     namespace of the client's address (/run/netns; default: this one)\n"
    "      --to-ns NAME       namespace of the server's\n"
    "  -u, --up SPEC          asked for from client to server (default: nothing)\n"
    "  -d, --down SPEC        asked for from server to client\n"
    "      --damage-is-loss   damaged packets are expected to be dropped by the receiving kernel\n"
    "      --paced            only the paced packets: no flood, no sizes\n"
    "      --train N          paced packets in super-packets of N (1 to 32)\n"
    "      --lost FILE        numbers of the paced packets that were lost: \"up 17\"\n"
    "\n"
    "LINKPROBE_PPS=N in the environment: N paced packets a second instead of 5000, on a slow machine.\n";

enum
{
    OPT_FROM = 256,
    OPT_TO,
    OPT_FROM_NS,
    OPT_TO_NS,
    OPT_DAMAGE,
    OPT_PACED,
    OPT_TRAIN,
    OPT_LOST,
};

static const struct option options[] = {
    {"from", required_argument, NULL, OPT_FROM},
    {"to", required_argument, NULL, OPT_TO},
    {"from-ns", required_argument, NULL, OPT_FROM_NS},
    {"to-ns", required_argument, NULL, OPT_TO_NS},
    {"up", required_argument, NULL, 'u'},
    {"down", required_argument, NULL, 'd'},
    {"damage-is-loss", no_argument, NULL, OPT_DAMAGE},
    {"paced", no_argument, NULL, OPT_PACED},
    {"train", required_argument, NULL, OPT_TRAIN},
    {"lost", required_argument, NULL, OPT_LOST},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct command
{
    struct probe_direction ways[2];
    const char *specs[2];
    const char *lost;
};

static bool read_train(const char *text, uint32_t *train)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *train = (uint32_t)value;
    return text[0] >= '1' && text[0] <= '9' && *end == '\0' && value <= 32;
}

static void set_both(struct command *command, int option)
{
    for (unsigned i = 0; i < 2; i++)
    {
        struct probe_end *client = i == 0 ? &command->ways[i].from : &command->ways[i].to;
        struct probe_end *server = i == 0 ? &command->ways[i].to : &command->ways[i].from;
        client->address = option == OPT_FROM ? optarg : client->address;
        server->address = option == OPT_TO ? optarg : server->address;
        client->netns = option == OPT_FROM_NS ? optarg : client->netns;
        server->netns = option == OPT_TO_NS ? optarg : server->netns;
        command->ways[i].damage_is_loss |= option == OPT_DAMAGE;
        command->ways[i].paced_only |= option == OPT_PACED;
    }
}

/* A slow machine says so. */
static double paced_pps(void)
{
    const char *text = getenv("LINKPROBE_PPS");
    double pps = text != NULL ? strtod(text, NULL) : PROBE_PPS;
    return pps >= 1 && pps <= PROBE_PPS ? pps : PROBE_PPS;
}

/* What one CPU sends stays in order. */
static void stay_on_one_cpu(void)
{
    cpu_set_t set;
    int cpu = sched_getcpu();
    CPU_ZERO(&set);
    if (cpu >= 0)
    {
        CPU_SET(cpu, &set);
        (void)sched_setaffinity(0, sizeof set, &set);
    }
}

/* Returns -1 to go on, else the exit status. */
static int read_options(int argc, char **argv, struct command *command)
{
    int option;
    while ((option = getopt_long(argc, argv, "u:d:h", options, NULL)) != -1)
    {
        switch (option)
        {
        case 'u':
        case 'd':
            command->specs[option == 'd'] = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        case OPT_LOST:
            command->lost = optarg;
            break;
        case OPT_TRAIN:
            if (!read_train(optarg, &command->ways[0].train))
            {
                fprintf(stderr, "linkprobe: --train wants 1 to 32, not '%s'\n", optarg);
                return EXIT_USAGE;
            }
            command->ways[1].train = command->ways[0].train;
            break;
        case '?':
            return EXIT_USAGE;
        default:
            set_both(command, option);
            break;
        }
    }
    if (optind != argc || command->ways[0].from.address == NULL || command->ways[0].to.address == NULL)
    {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return -1;
}

static json_t *checks_json(const struct probe_judgement *judgement)
{
    json_t *list = json_array();
    for (size_t i = 0; i < judgement->count; i++)
    {
        const struct probe_check *check = &judgement->checks[i];
        json_array_append_new(list, json_pack("{s:s, s:f, s:f, s:f, s:b}", "name", check->name, "low",
                                              check->low, "measured", check->measured, "high", check->high,
                                              "good", check->good));
    }
    return list;
}

static json_t *direction_json(const struct probe_direction *d)
{
    const struct probe_facts *facts = &d->result.paced;
    json_t *bins = json_array();
    for (size_t i = 0; i < sizeof facts->displacement_log2 / sizeof facts->displacement_log2[0]; i++)
    {
        json_array_append_new(bins, json_integer(facts->displacement_log2[i]));
    }
    json_t *object = json_pack(
        "{s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:i, s:i, s:o}", "sent", (int)facts->sent,
        "arrived", (int)facts->arrived, "lost", (int)facts->lost, "again", (int)facts->again, "damaged",
        (int)facts->damaged, "delay_min_ms", facts->delay_ms[0], "delay_p10_ms", facts->delay_ms[1],
        "delay_p50_ms", facts->delay_ms[2], "delay_p90_ms", facts->delay_ms[3], "delay_p99_ms",
        facts->delay_ms[4], "paced_pps", d->result.paced_pps, "displaced", (int)facts->displaced,
        "displacement_max", (int)facts->displacement_max, "displacement_log2", bins);
    if (object != NULL && d->plan.flood_count > 0)
    {
        json_object_set_new(object, "rate_mbps", json_real(d->result.rate_mbps));
        json_object_set_new(object, "marked", json_integer(d->result.flood_marked));
        json_object_set_new(object, "flood_delay_p90_ms", json_real(d->result.flood_delay_ms));
    }
    json_object_set_new(object, "checks", checks_json(&d->judgement));
    return object;
}

/* One sentence of all that disagrees, on standard error. */
static bool say_disagreements(const struct command *command)
{
    bool good = true;
    for (unsigned i = 0; i < 2; i++)
    {
        const struct probe_judgement *judgement = &command->ways[i].judgement;
        for (size_t j = 0; j < judgement->count; j++)
        {
            const struct probe_check *check = &judgement->checks[j];
            if (!check->good)
            {
                fprintf(stderr, "%s%s %s is %.6g, not %.6g to %.6g", good ? "" : "; ", command->ways[i].name,
                        check->name, check->measured, check->low, check->high);
                good = false;
            }
        }
    }
    if (!good)
    {
        fputc('\n', stderr);
    }
    return good;
}

static int print(const struct command *command)
{
    const struct probe_direction *ways = command->ways;
    bool good = say_disagreements(command);
    json_t *object = json_object();
    json_object_set_new(object, "agrees", json_boolean(good));
    json_object_set_new(object, "rtt_p50_ms",
                        json_real(ways[0].result.paced.delay_ms[2] + ways[1].result.paced.delay_ms[2]));
    json_object_set_new(object, "up", direction_json(&ways[0]));
    json_object_set_new(object, "down", direction_json(&ways[1]));
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(7));
    json_decref(object);
    printf("\n");
    return good ? 0 : EXIT_DISAGREES;
}

int main(int argc, char **argv)
{
    static struct command command = {.specs = {"", ""}};
    static const char *const names[2] = {"up", "down"};
    int status = read_options(argc, argv, &command);
    if (status >= 0)
    {
        return status;
    }
    stay_on_one_cpu();
    FILE *lost = command.lost != NULL ? fopen(command.lost, "we") : NULL;
    if (command.lost != NULL && lost == NULL)
    {
        perror(command.lost);
        return EXIT_USAGE;
    }
    for (unsigned i = 0; i < 2; i++)
    {
        struct emu_why why;
        char said[EMU_SPEC_WHY_LEN];
        command.ways[i].name = names[i];
        command.ways[i].lost = lost;
        command.ways[i].pps = paced_pps();
        if (!emu_spec_parse(command.specs[i], &command.ways[i].spec, said))
        {
            fprintf(stderr, "linkprobe: --%s: %s\n", names[i], said);
            return EXIT_USAGE;
        }
        if (!probe_direction_run(&command.ways[i], &why))
        {
            fprintf(stderr, "linkprobe: %s: %s\n", names[i], why.text);
            return EXIT_FAILED;
        }
    }
    if (lost != NULL && fclose(lost) != 0)
    {
        perror(command.lost);
        return EXIT_FAILED;
    }
    return print(&command);
}
