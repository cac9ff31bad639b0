/* Datagrams to a server that knows nobody yet: it answers resets, without state, and nothing else. */
#include "ovprobe/probe.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RESET                  "38 0102030405060708 00 00000000"
#define DATAGRAM               65507
#define OPCODE_RESET_SERVER_V2 8

/* Judges what comes back on a socket. */
static bool judge(int fd, const struct probe_target *target, enum probe_outcome outcome, uint8_t *answer,
                  char said[static PROBE_TEXT])
{
    uint8_t scratch[2048];
    uint8_t *to = answer != NULL ? answer : scratch;
    bool wanted = outcome == PROBE_ANSWER;
    bool allowed = outcome != PROBE_SILENCE;
    int len = probe_receive(fd, to, sizeof scratch, target->patience_ms * (wanted ? 3 : 1));
    if (len < 0)
    {
        snprintf(said, PROBE_TEXT, len == -1 ? "no answer" : "the port is closed: the server is gone");
        return len == -1 && !wanted;
    }
    snprintf(said, PROBE_TEXT, "answered opcode %d, %d octets", len > 0 ? to[0] >> 3 : -1, len);
    return allowed && len >= 14 && to[0] >> 3 == OPCODE_RESET_SERVER_V2;
}

static bool run_one(int fd, const struct probe_target *target, const struct probe *probe,
                    char said[static PROBE_TEXT])
{
    return probe_say(fd, probe->hex) && judge(fd, target, probe->outcome, NULL, said);
}

/* The reset, cut before its session id is whole. What comes after it no stateless server looks at, so a
 * reset that is cut later may be answered. */
static bool run_cut(int fd, const struct probe_target *target, const struct probe *probe,
                    char said[static PROBE_TEXT])
{
    uint8_t octets[64];
    size_t len = probe_octets(RESET, octets, sizeof octets);
    for (size_t cut = 0; cut < 9 && cut < len; cut++)
    {
        (void)!send(fd, octets, cut, 0);
    }
    return judge(fd, target, probe->outcome, NULL, said);
}

/* All first octets alone; then those of no opcode, with the body of a reset. */
static bool run_first_octets(int fd, const struct probe_target *target, const struct probe *probe,
                             char said[static PROBE_TEXT])
{
    uint8_t octets[64];
    size_t len = probe_octets(RESET, octets, sizeof octets);
    for (unsigned first = 0; first < 256; first++)
    {
        unsigned opcode = first >> 3;
        octets[0] = (uint8_t)first;
        (void)!send(fd, octets, 1, 0);
        if (opcode == 0 || opcode > 11)
        {
            (void)!send(fd, octets, len, 0);
        }
    }
    return judge(fd, target, probe->outcome, NULL, said);
}

/* The longest datagram there is, as data. */
static bool run_longest(int fd, const struct probe_target *target, const struct probe *probe,
                        char said[static PROBE_TEXT])
{
    static uint8_t octets[DATAGRAM] = {0x48};
    return send(fd, octets, sizeof octets, 0) == DATAGRAM && judge(fd, target, probe->outcome, NULL, said);
}

/* A cookie serves only the address it was given to: asked for from one port, shown from another. */
static bool run_stolen_cookie(int owner, const struct probe_target *target, const struct probe *probe,
                              char said[static PROBE_TEXT])
{
    uint8_t octets[64];
    uint8_t answer[2048];
    int thief = probe_connect(target, SOCK_DGRAM, said);
    bool good = thief >= 0 && probe_say(owner, RESET) && judge(owner, target, PROBE_ANSWER, answer, said);
    if (good)
    {
        size_t len = probe_octets("20 0102030405060708 01 00000000 0000000000000000 00000001 1603010001",
                                  octets, sizeof octets);
        memcpy(octets + 14, answer + 1, 8);
        good =
            send(thief, octets, len, 0) == (ssize_t)len && judge(thief, target, probe->outcome, NULL, said);
    }
    if (thief >= 0)
    {
        close(thief);
    }
    return good;
}

/* The same reset again: the same cookie, each time. */
static bool run_repeated(int fd, const struct probe_target *target, const struct probe *probe,
                         char said[static PROBE_TEXT])
{
    uint8_t answers[8][2048];
    bool good = true;
    for (size_t i = 0; good && i < 8; i++)
    {
        good = probe_say(fd, RESET) && judge(fd, target, probe->outcome, answers[i], said);
        if (good && memcmp(answers[i] + 1, answers[0] + 1, 8) != 0)
        {
            snprintf(said, PROBE_TEXT, "answer %zu has another session id", i + 1);
            good = false;
        }
    }
    return good;
}

/* Resets without end: 100 answers in 10 s at most, and more octets in than out. */
static bool run_flood(int fd, const struct probe_target *target, const struct probe *probe,
                      char said[static PROBE_TEXT])
{
    uint8_t octets[64];
    uint8_t answer[2048];
    size_t len = probe_octets(RESET, octets, sizeof octets);
    size_t in = 0;
    size_t out = 0;
    unsigned answers = 0;
    (void)probe;
    for (unsigned i = 0; i < 2000; i++)
    {
        octets[8] = (uint8_t)i;
        octets[7] = (uint8_t)(i >> 8);
        in += send(fd, octets, len, 0) > 0 ? len : 0;
        int got = probe_receive(fd, answer, sizeof answer, i % 50 == 49 ? 5 : 0);
        answers += got > 0;
        out += got > 0 ? (size_t)got : 0;
    }
    for (int got = 1; got > 0;)
    {
        got = probe_receive(fd, answer, sizeof answer, target->patience_ms);
        answers += got > 0;
        out += got > 0 ? (size_t)got : 0;
    }
    snprintf(said, PROBE_TEXT, "%u answers, %zu octets in, %zu out", answers, in, out);
    return answers <= 100 && out <= in;
}

static const struct probe rows[] = {
    {"reset", "WP-COOK-001", RESET, PROBE_ANSWER, run_one},
    {"reset-again", "WP-COOK-007", NULL, PROBE_ANSWER, run_repeated},
    {"reset-message-id-5", "WP-COOK-009", "38 0102030405060708 00 00000005", PROBE_EITHER, run_one},
    {"reset-cut", "WP-CTRL-001", NULL, PROBE_SILENCE, run_cut},
    {"first-octets", "WP-FRM-011", NULL, PROBE_SILENCE, run_first_octets},
    {"key-method-1", "WP-FRM-010", "08 0102030405060708 00 00000000", PROBE_SILENCE, run_one},
    {"key-method-1-server", "WP-FRM-010", "10 0102030405060708 00 00000000", PROBE_SILENCE, run_one},
    {"server-reset", "WP-FRM-013", "40 0102030405060708 00 00000000", PROBE_SILENCE, run_one},
    {"reset-key-id-1", "WP-FRM-012", "39 0102030405060708 00 00000000", PROBE_SILENCE, run_one},
    {"reset-v3-without-key", "WP-TC2-010", "50 0102030405060708 00 00000000", PROBE_SILENCE, run_one},
    {"soft-reset", "WP-COOK-006", "18 0102030405060708 00 00000000", PROBE_SILENCE, run_one},
    {"data-v1", "WP-COOK-006", "30 00000001 00112233445566778899aabbccddeeff 00112233", PROBE_SILENCE,
     run_one},
    {"data-v2", "WP-COOK-006", "48 000000 00000001 00112233445566778899aabbccddeeff 0011", PROBE_SILENCE,
     run_one},
    {"data-longest", "WP-COOK-006", NULL, PROBE_SILENCE, run_longest},
    {"no-ack", "WP-COOK-004", "20 0102030405060708 00 00000001 1603010001", PROBE_SILENCE, run_one},
    {"wrong-cookie", "WP-COOK-003", "20 0102030405060708 01 00000000 a1a2a3a4a5a6a7a8 00000001 1603010001",
     PROBE_SILENCE, run_one},
    {"wrong-cookie-ack", "WP-COOK-003", "28 0102030405060708 01 00000000 a1a2a3a4a5a6a7a8", PROBE_SILENCE,
     run_one},
    {"stolen-cookie", "WP-COOK-001", NULL, PROBE_SILENCE, run_stolen_cookie},
    {"ack-count-255", "WP-CTRL-001", "28 0102030405060708 ff 00000000", PROBE_SILENCE, run_one},
    {"ack-count-8-short", "WP-CTRL-001", "20 0102030405060708 08 00000000 00000001", PROBE_SILENCE, run_one},
    {"reset-flood", "WP-COOK-008", NULL, PROBE_ANSWER, run_flood},
};

struct probe_list probe_udp_list(void)
{
    return (struct probe_list){SOCK_DGRAM, rows, sizeof rows / sizeof rows[0]};
}
