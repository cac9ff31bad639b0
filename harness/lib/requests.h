/* Many small connections: connect, ask, read the answer to its end, close; so many at once. What a
 * page with many small files costs.
 *
 * A process of its own (`ovlab internal-requests`): a server and a client, each in its network namespace. */
#ifndef OV_LAB_REQUESTS_H
#define OV_LAB_REQUESTS_H

#include <stdint.h>
#include <sys/types.h>

#define LAB_REQUESTS_PARALLEL 256u

struct lab_requests
{
    const char *client_ns;
    const char *server_ns;
    const char *target; /* IPv4 address of the server */
    uint16_t port;
    unsigned connections; /* in all */
    unsigned parallel;    /* 1 to LAB_REQUESTS_PARALLEL */
    uint32_t request;     /* octets */
    uint32_t response;
    unsigned timeout_s; /* of the whole: what is not done by then has failed */
};

/* Prints one JSON object. Exit status 0, or 1 with a reason on stderr. */
int lab_requests_main(const struct lab_requests *requests);

/* requests_server.c: answers on the listening socket until its parent is gone. */
void lab_requests_serve(int listener, uint32_t request, uint32_t response, pid_t parent);

#endif
