/* Streams to a server: what is no frame of ours ends the connection. */
#include "ovprobe/probe.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

static bool judge(int fd, const struct probe_target *target, enum probe_outcome outcome,
                  char said[static PROBE_TEXT])
{
    uint8_t answer[2048];
    int len = probe_receive(fd, answer, sizeof answer, target->patience_ms * 3);
    if (len == -1)
    {
        snprintf(said, PROBE_TEXT, "no answer, and the connection stays open");
        return outcome == PROBE_SILENCE;
    }
    if (len == 0 || len == -2)
    {
        snprintf(said, PROBE_TEXT, "the connection was closed");
        return outcome == PROBE_CLOSED;
    }
    snprintf(said, PROBE_TEXT, "answered %d octets, opcode %d", len, len > 2 ? answer[2] >> 3 : -1);
    return outcome == PROBE_ANSWER && len > 2 && answer[2] >> 3 == 8;
}

static bool run_stream(int fd, const struct probe_target *target, const struct probe *probe,
                       char said[static PROBE_TEXT])
{
    return probe_say(fd, probe->hex) && judge(fd, target, probe->outcome, said);
}

/* Each octet in a segment of its own. */
static bool run_octet_by_octet(int fd, const struct probe_target *target, const struct probe *probe,
                               char said[static PROBE_TEXT])
{
    uint8_t octets[256];
    size_t len = probe_octets(probe->hex, octets, sizeof octets);
    int one = 1;
    bool good = setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0;
    for (size_t i = 0; good && i < len; i++)
    {
        good = send(fd, octets + i, 1, MSG_NOSIGNAL) == 1;
        usleep(2000);
    }
    return good && judge(fd, target, probe->outcome, said);
}

static const struct probe rows[] = {
    {"reset", "WP-FRM-002", "000e 38 0102030405060708 00 00000000", PROBE_ANSWER, run_stream},
    {"octet-by-octet", "WP-FRM-003", "000e 38 0102030405060709 00 00000000", PROBE_ANSWER,
     run_octet_by_octet},
    {"length-0", "WP-FRM-004", "0000 0000", PROBE_CLOSED, run_stream},
    {"length-65535", "WP-FRM-004", "ffff 38 0102030405060708 00 00000000", PROBE_CLOSED, run_stream},
    {"http", "WP-FRM-004", "474554202f20485454502f312e310d0a0d0a", PROBE_CLOSED, run_stream},
    {"tls-client-hello", "WP-FRM-004", "16030100c8010000c40303000102030405060708", PROBE_CLOSED, run_stream},
    {"ssh-banner", "WP-FRM-004", "5353482d322e302d4f70656e5353480d0a", PROBE_CLOSED, run_stream},
};

struct probe_list probe_tcp_list(void)
{
    return (struct probe_list){SOCK_STREAM, rows, sizeof rows / sizeof rows[0]};
}
