/* The active prober: literal bad input for a server whose control channel is plain, and what must come
 * back. It knows the protocol only as the octets of its tables. */
#ifndef OV_OVPROBE_PROBE_H
#define OV_OVPROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define PROBE_TEXT 200

/* What must come back. */
enum probe_outcome
{
    PROBE_SILENCE, /* nothing, for as long as patience lasts */
    PROBE_ANSWER,  /* HARD_RESET_SERVER_V2 */
    PROBE_EITHER,  /* one of these two: a stateless server answers, one with state need not */
    PROBE_CLOSED,  /* the connection ends, nothing came before */
};

struct probe_target
{
    struct sockaddr_storage addr;
    socklen_t addr_len;
    int patience_ms; /* for what must not come; three times as long for what must */
};

struct probe
{
    const char *name;
    const char *requirement;
    const char *hex; /* what is sent; NULL: run decides */
    enum probe_outcome outcome;
    /* On a socket that is connected to the target. Returns whether the server passed; said tells what it did. */
    bool (*run)(int fd, const struct probe_target *target, const struct probe *probe,
                char said[static PROBE_TEXT]);
};

struct probe_list
{
    int type; /* of the sockets: SOCK_DGRAM, SOCK_STREAM */
    const struct probe *rows;
    size_t count;
};

struct probe_list probe_udp_list(void);
struct probe_list probe_tcp_list(void);

/* Octets of a text of hexadecimal digits; spaces do not count. 0 if it is none or does not fit. */
size_t probe_octets(const char *hex, uint8_t *to, size_t size);

/* A row's run, with a socket of its own. */
bool probe_run(const struct probe_target *target, const struct probe_list *list, const struct probe *probe,
               char said[static PROBE_TEXT]);

/* Sends the octets of a text as probe_octets reads it, in one piece; false: they can't be sent. */
bool probe_say(int fd, const char *hex);

/* A socket that is connected to the target, or -1 with the reason in said. */
int probe_connect(const struct probe_target *target, int type, char said[static PROBE_TEXT]);

/* Waits for input. Its length; -1 when there is none within that time, -2 when the peer refused or reset. */
int probe_receive(int fd, uint8_t *to, size_t size, int wait_ms);

/* Only loopback and the lab's own networks (10.77.0.0/16, 10.78.0.0/16, fd77::/16, fd78::/16) are probed. */
bool probe_allowed(const struct sockaddr_storage *addr);

#endif
