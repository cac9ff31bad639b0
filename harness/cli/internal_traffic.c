/* The harness's own traffic, as processes that the harness starts: their words come from lib/traffic_own.c. */
#include "cli/cli.h"
#include "lib/args.h"
#include "lib/requests.h"
#include "lib/sequence.h"
#include "lib/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_double(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && *value > 0.0;
}

static int sequence(int argc, char **argv)
{
    uint64_t port;
    uint64_t length;
    struct lab_sequence words;
    if (argc != 8 || !lab_arg_number(argv[4], 65535, &port) || !lab_arg_number(argv[5], 65535, &length) ||
        !take_double(argv[6], &words.pps) || !take_double(argv[7], &words.seconds))
    {
        fprintf(stderr,
                "usage: ovlab internal-sequence SENDER-NS RECEIVER-NS TARGET PORT LENGTH PPS SECONDS\n");
        return LAB_EXIT_USAGE;
    }
    words.sender_ns = argv[1];
    words.receiver_ns = argv[2];
    words.target = argv[3];
    words.port = (uint16_t)port;
    words.length = (uint32_t)length;
    return lab_sequence_main(&words);
}

static int requests(int argc, char **argv)
{
    uint64_t numbers[6];
    bool good = argc == 10;
    for (int i = 0; good && i < 6; i++)
    {
        good = lab_arg_number(argv[4 + i], 1u << 30, &numbers[i]);
    }
    if (!good || numbers[0] > 65535)
    {
        fprintf(stderr, "usage: ovlab internal-requests CLIENT-NS SERVER-NS TARGET PORT CONNECTIONS PARALLEL "
                        "REQUEST RESPONSE SECONDS\n");
        return LAB_EXIT_USAGE;
    }
    const struct lab_requests words = {.client_ns = argv[1],
                                       .server_ns = argv[2],
                                       .target = argv[3],
                                       .port = (uint16_t)numbers[0],
                                       .connections = (unsigned)numbers[1],
                                       .parallel = (unsigned)numbers[2],
                                       .request = (uint32_t)numbers[3],
                                       .response = (uint32_t)numbers[4],
                                       .timeout_s = (unsigned)numbers[5]};
    return lab_requests_main(&words);
}

int cmd_internal_traffic(int argc, char **argv)
{
    return strcmp(argv[0], "internal-sequence") == 0 ? sequence(argc, argv) : requests(argc, argv);
}
