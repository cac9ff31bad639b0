/* ovprobe: sends a server what it must not be impressed by. */
#include "ovprobe/probe.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: ovprobe ADDRESS PORT [udp|tcp] [NAME]\n\n"
    "Sends literal bad input to an OpenVPN server whose control channel is plain (neither tls-auth nor\n"
    "tls-crypt) and says for each probe whether what came back is what the specification wants. Only\n"
    "loopback and the lab's networks are probed. NAME: this probe alone, -NAME: all others. `ovprobe list`\n"
    "names them.\n"
    "Exit status: 0 all passed, 1 a probe failed, 2 wrong usage or address.\n";

static void list(const char *transport, struct probe_list probes)
{
    for (size_t i = 0; i < probes.count; i++)
    {
        printf("%s %-22s %s\n", transport, probes.rows[i].name, probes.rows[i].requirement);
    }
}

static bool is_meant(const char *chosen, const char *name)
{
    return chosen[0] == '-' ? strcmp(chosen + 1, name) != 0 : strcmp(chosen, name) == 0;
}

static bool find_target(const char *address, const char *port, struct probe_target *target)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(address, port, &hints, &found) != 0 || found->ai_addrlen > sizeof target->addr)
    {
        fprintf(stderr, "ovprobe: '%s' port '%s' is no numeric address and port\n", address, port);
        return false;
    }
    memcpy(&target->addr, found->ai_addr, found->ai_addrlen);
    target->addr_len = found->ai_addrlen;
    target->patience_ms = 150;
    freeaddrinfo(found);
    if (!probe_allowed(&target->addr))
    {
        fprintf(stderr, "ovprobe: %s is neither loopback nor of the lab: not probed\n", address);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct probe_target target;
    unsigned run = 0;
    unsigned failed = 0;
    if (argc == 2 && strcmp(argv[1], "list") == 0)
    {
        list("udp", probe_udp_list());
        list("tcp", probe_tcp_list());
        return 0;
    }
    const char *transport = argc > 3 ? argv[3] : "udp";
    bool tcp = strcmp(transport, "tcp") == 0;
    if (argc < 3 || argc > 5 || (!tcp && strcmp(transport, "udp") != 0))
    {
        fputs(usage, argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
        return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    if (!find_target(argv[1], argv[2], &target))
    {
        return 2;
    }
    struct probe_list probes = tcp ? probe_tcp_list() : probe_udp_list();
    for (size_t i = 0; i < probes.count; i++)
    {
        const struct probe *probe = &probes.rows[i];
        char said[PROBE_TEXT] = "";
        if (argc == 5 && !is_meant(argv[4], probe->name))
        {
            continue;
        }
        bool passed = probe_run(&target, &probes, probe, said);
        printf("%s %s %s %s: %s\n", passed ? "PASS" : "FAIL", transport, probe->name, probe->requirement,
               said);
        fflush(stdout);
        run++;
        failed += !passed;
    }
    printf("ovprobe: %u probes, %u failed\n", run, failed);
    return run == 0 ? 2 : failed > 0;
}
