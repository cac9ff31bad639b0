/* One TCP stream of each of many clients at once, and how much each of them gets.
 *
 * Runs as a process of its own (`ovperf internal-bulk`): it opens all connections first, each in its
 * client's network namespace, so that none is measured before the others begin; then one child
 * sends on all, another receives from all, and they take turns among the streams that are ready. */
#ifndef OV_PERF_BULK_H
#define OV_PERF_BULK_H

#include <stdbool.h>
#include <stdint.h>

struct perf_bulk
{
    const char *server_ns;
    const char *target; /* IPv4 address of the server */
    uint16_t port;
    uint32_t warm_up_ms;
    uint32_t steady_ms;
    bool down; /* the server sends */
    const char *const *client_ns;
    uint32_t clients;
};

/* Prints one JSON object: {"clients":, "seconds":, "sum_mbps":, "client_mbps":[]}. Exit status 0, or 1 with
 * a reason on stderr. */
int perf_bulk_main(const struct perf_bulk *bulk);

#endif
