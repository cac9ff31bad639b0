#include "lib/topology.h"

#include "lib/file.h"
#include "lib/ns.h"
#include "lib/proc.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPT_TIMEOUT_MS 20000

#define FACT(field)                                                                                          \
    {                                                                                                        \
#field, offsetof(struct lab_topology, field), sizeof((struct lab_topology *)0)->field                \
    }

static const struct
{
    const char *key;
    size_t offset;
    size_t size;
} facts_known[] = {
    FACT(client_ns),    FACT(server_ns),        FACT(client_if),        FACT(server_if),  FACT(client_addr4),
    FACT(server_addr4), FACT(client_addr6),     FACT(server_addr6),     FACT(capture_ns), FACT(capture_if),
    FACT(router_ns),    FACT(router_client_if), FACT(router_server_if), FACT(clients),    FACT(client_prefix),
    FACT(third_ns),     FACT(third_if),
};

#define FACT_COUNT   (sizeof facts_known / sizeof facts_known[0])
#define FACTS_WANTED 10u /* the first ones; a topology need not have a router, or many clients */

unsigned lab_topology_clients(const struct lab_topology *topology)
{
    long clients = strtol(topology->clients, NULL, 10);
    return clients < 1 ? 1 : clients > 1000 ? 1000 : (unsigned)clients;
}

void lab_topology_client_ns(const struct lab_topology *topology, unsigned client, char ns[static 32])
{
    if (topology->client_prefix[0] == '\0')
    {
        snprintf(ns, 32, "%.31s", topology->client_ns);
        return;
    }
    snprintf(ns, 32, "%.23s%u", topology->client_prefix, client + 1);
}

static void take_fact(const char *word, struct lab_topology *topology)
{
    const char *equals = strchr(word, '=');
    for (size_t i = 0; equals != NULL && i < FACT_COUNT; i++)
    {
        size_t key_len = strlen(facts_known[i].key);
        if ((size_t)(equals - word) == key_len && strncmp(word, facts_known[i].key, key_len) == 0)
        {
            snprintf((char *)topology + facts_known[i].offset, facts_known[i].size, "%s", equals + 1);
        }
    }
}

enum lab_err lab_topology_parse(const char *facts, struct lab_topology *topology, struct lab_why *why)
{
    *topology = (struct lab_topology){0};
    char *copy = strdup(facts);
    char *save = NULL;
    for (char *word = copy != NULL ? strtok_r(copy, " \t\r\n", &save) : NULL; word != NULL;
         word = strtok_r(NULL, " \t\r\n", &save))
    {
        take_fact(word, topology);
    }
    free(copy);
    for (size_t i = 0; i < FACTS_WANTED; i++)
    {
        if (*((const char *)topology + facts_known[i].offset) == '\0')
        {
            return lab_why_set(why, LAB_ERR_FORMAT, "the topology does not tell its %s", facts_known[i].key);
        }
    }
    return LAB_OK;
}

enum lab_err lab_topology_describe(struct lab_loop *loop, const char *script, struct lab_topology *topology,
                                   struct lab_why *why)
{
    const char *argv[] = {script, "describe", NULL};
    const struct lab_proc_spec spec = {.argv = argv};
    int status;
    char *text;
    enum lab_err err = lab_proc_output(loop, &spec, SCRIPT_TIMEOUT_MS, &status, &text, why);
    if (err == LAB_OK && status != 0)
    {
        err = lab_why_set(why, LAB_ERR_EXITED, "%s describe: exit status %d", script, status);
    }
    if (err == LAB_OK)
    {
        err = lab_topology_parse(text, topology, why);
    }
    free(text);
    return err;
}

enum lab_err lab_topology_call(struct lab_loop *loop, const char *script, const char *verb,
                               const char *log_path, struct lab_why *why)
{
    if (!lab_ns_is_private())
    {
        return lab_why_set(why, LAB_ERR_USAGE, "a topology is built only in private namespaces");
    }
    const char *argv[] = {script, verb, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log_path};
    int status;
    enum lab_err err = lab_proc_run(loop, &spec, SCRIPT_TIMEOUT_MS, &status, why);
    if (err == LAB_OK && status != 0)
    {
        char line[200];
        lab_file_last_line(log_path, line, sizeof line);
        err = lab_why_set(why, LAB_ERR_EXITED, "topology %s: exit status %d: %s", verb, status, line);
    }
    return err;
}
