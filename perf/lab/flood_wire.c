#include "perf/lab/flood_wire.h"

#include "lib/clock.h"
#include "lib/ns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BURST_MAX   512u
#define BURST_US    250u
#define HEADERS_LEN 28u /* IPv4 and UDP */
#define PACKET_MAX  2048u
#define RECEIVE_MAX 64u
#define BUFFER_LEN  (16 * 1024 * 1024)

struct opening
{
    const struct perf_flood *flood;
    bool receiver;
    int fd;
    int error;
};

static void open_here(void *arg)
{
    struct opening *opening = arg;
    int size = BUFFER_LEN;
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(opening->flood->port)};
    opening->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (opening->fd < 0 || inet_pton(AF_INET, opening->flood->target, &addr.sin_addr) != 1)
    {
        opening->error = errno;
        return;
    }
    /* Without CAP_NET_ADMIN of the first namespace the forced size is refused: what is granted has to do. */
    if (setsockopt(opening->fd, SOL_SOCKET, opening->receiver ? SO_RCVBUFFORCE : SO_SNDBUFFORCE, &size,
                   sizeof size) != 0)
    {
        (void)setsockopt(opening->fd, SOL_SOCKET, opening->receiver ? SO_RCVBUF : SO_SNDBUF, &size,
                         sizeof size);
    }
    int status = opening->receiver ? bind(opening->fd, (struct sockaddr *)&addr, sizeof addr)
                                   : connect(opening->fd, (struct sockaddr *)&addr, sizeof addr);
    opening->error = status == 0 ? 0 : errno;
}

int perf_flood_open(const struct perf_flood *flood, bool receiver, struct lab_why *why)
{
    struct opening opening = {.flood = flood, .receiver = receiver, .fd = -1};
    enum lab_err err =
        lab_ns_call(receiver ? flood->receiver_ns : flood->sender_ns, open_here, &opening, why);
    if (err == LAB_OK && opening.error != 0)
    {
        errno = opening.error;
        (void)lab_why_errno(why, "socket of the %s", receiver ? "receiver" : "sender");
        err = LAB_ERR_SYSTEM;
    }
    return err == LAB_OK ? opening.fd : -1;
}

/* ECONNREFUSED and ENOBUFS are answers to earlier packets or to this one; either way it is not sent. */
static uint64_t send_burst(int fd, struct mmsghdr *messages, unsigned count)
{
    uint64_t done = 0;
    for (unsigned tries = 0; done < count && tries < 4; tries++)
    {
        int sent = sendmmsg(fd, messages + done, count - (unsigned)done, 0);
        done += sent > 0 ? (uint64_t)sent : 0;
    }
    return done;
}

void perf_flood_send(int fd, const struct perf_flood *flood, uint32_t trial, double pps,
                     struct perf_flood_sent *sent)
{
    uint8_t packet[PACKET_MAX] = {0};
    uint32_t len = flood->packet_len - HEADERS_LEN;
    struct iovec piece = {packet, len};
    struct mmsghdr messages[BURST_MAX];
    memset(messages, 0, sizeof messages);
    for (size_t i = 0; i < BURST_MAX; i++)
    {
        messages[i].msg_hdr.msg_iov = &piece;
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    memcpy(packet, &trial, sizeof trial);
    prctl(PR_SET_TIMERSLACK, 1UL);
    uint64_t begin = lab_now_ns();
    uint64_t end = begin + (uint64_t)flood->trial_ms * 1000000u;
    uint64_t now = begin;
    double due = 0.0; /* packets that should have been sent by now and were not given up */
    uint64_t last = begin;
    *sent = (struct perf_flood_sent){0};
    while (now < end)
    {
        due += (double)(now - last) * pps / 1e9;
        last = now;
        due = due < BURST_MAX ? due : BURST_MAX;
        unsigned count = (unsigned)due;
        sent->packets += send_burst(fd, messages, count);
        due -= count;
        double gap_ns = 1e9 / pps > BURST_US * 1e3 ? 1e9 / pps : BURST_US * 1e3;
        uint64_t next = last + (uint64_t)gap_ns;
        now = lab_now_ns();
        if (next > now)
        {
            lab_sleep_until(next < end ? next : end);
            now = lab_now_ns();
        }
    }
    sent->seconds = (double)(now - begin) / 1e9;
}

void perf_flood_receive(int fd, struct perf_flood_shared *shared, pid_t parent)
{
    static uint8_t packets[RECEIVE_MAX][PACKET_MAX];
    struct iovec pieces[RECEIVE_MAX];
    struct mmsghdr messages[RECEIVE_MAX];
    memset(messages, 0, sizeof messages);
    for (size_t i = 0; i < RECEIVE_MAX; i++)
    {
        pieces[i] = (struct iovec){packets[i], PACKET_MAX};
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    prctl(PR_SET_PDEATHSIG, 9);
    while (getppid() == parent)
    {
        int got = recvmmsg(fd, messages, RECEIVE_MAX, MSG_WAITFORONE, NULL);
        uint32_t trial = atomic_load(&shared->trial);
        uint64_t ours = 0;
        for (int i = 0; i < got; i++)
        {
            uint32_t number;
            memcpy(&number, packets[i], sizeof number);
            ours += number == trial;
        }
        if (atomic_load(&shared->trial_seen) != trial)
        {
            atomic_store(&shared->arrived, 0);
            atomic_store(&shared->trial_seen, trial);
        }
        atomic_fetch_add(&shared->arrived, ours);
    }
}

uint64_t perf_flood_arrived(const struct perf_flood_shared *shared)
{
    return atomic_load(&shared->trial_seen) == atomic_load(&shared->trial) ? atomic_load(&shared->arrived)
                                                                           : 0;
}

uint64_t perf_flood_drained(const struct perf_flood_shared *shared)
{
    uint64_t arrived = perf_flood_arrived(shared);
    for (unsigned waited_ms = 0, still_ms = 0; waited_ms < 200 && still_ms < 10; waited_ms += 2)
    {
        usleep(2000);
        uint64_t now = perf_flood_arrived(shared);
        still_ms = now == arrived ? still_ms + 2 : 0;
        arrived = now;
    }
    return arrived;
}
