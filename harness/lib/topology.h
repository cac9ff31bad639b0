/* The network of a case: a script that builds it inside the private namespaces,
 * tells its facts, and takes it down. */
#ifndef OV_LAB_TOPOLOGY_H
#define OV_LAB_TOPOLOGY_H

#include "lib/err.h"
#include "lib/loop.h"

struct lab_topology
{
    char client_ns[64]; /* or a place on another machine, see lib/remote.h */
    char server_ns[64];
    char client_if[32];
    char server_if[32];
    char client_addr4[64];
    char server_addr4[64];
    char client_addr6[64];
    char server_addr6[64];
    char capture_ns[32];
    char capture_if[32];

    /* The router between them, whose two sides can be given impairments (lib/link.h); "" in a topology
     * that has none. */
    char router_ns[32];
    char router_client_if[32];
    char router_server_if[32];
    /* Of a network of many clients: how many, and what stands before the number (from 1) in the name of
     * each one's namespace; they all are as the first. "" elsewhere. */
    char clients[8];
    char client_prefix[24];
    /* A third host at the router, for cross traffic and floods; "" where there is none. */
    char third_ns[32];
    char third_if[32];
};

/* 1 where the topology does not tell. */
unsigned lab_topology_clients(const struct lab_topology *topology);

/* The namespace of a client, from 0. */
void lab_topology_client_ns(const struct lab_topology *topology, unsigned client, char ns[static 32]);

/* Reads `script describe`. LAB_ERR_FORMAT names the fact that is missing. */
LAB_MUST_USE enum lab_err lab_topology_describe(struct lab_loop *loop, const char *script,
                                                struct lab_topology *topology, struct lab_why *why);

/* Parses the facts: key=value words divided by white space; unknown keys are allowed. */
LAB_MUST_USE enum lab_err lab_topology_parse(const char *facts, struct lab_topology *topology,
                                             struct lab_why *why);

/* Runs `script up` or `script down`, its commands logged to log_path. Only in the
 * private namespaces: LAB_ERR_USAGE elsewhere. */
LAB_MUST_USE enum lab_err lab_topology_call(struct lab_loop *loop, const char *script, const char *verb,
                                            const char *log_path, struct lab_why *why);

#endif
