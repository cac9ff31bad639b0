#include "netns-lab/linkprobe/wire.h"

#include "netns-lab/linkprobe/netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_LEN (64 << 20)
#define BATCH      32
#define ECT0       2
#define CE         3
#define NS_PER_S   1000000000u
#define TRAIN_MAX  32u

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static bool make_socket(int *fd, const char *netns, const char *address, struct emu_why *why)
{
    int on = 1;
    int room = BUFFER_LEN;
    struct sockaddr_in any = {.sin_family = AF_INET};
    *fd = probe_netns_socket(netns, why);
    if (*fd < 0)
    {
        return false;
    }
    if (inet_pton(AF_INET, address, &any.sin_addr) != 1)
    {
        return emu_why_set(why, "'%s' is no IPv4 address", address);
    }
    if (setsockopt(*fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0 ||
        setsockopt(*fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) != 0 ||
        setsockopt(*fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        setsockopt(*fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof on) != 0 ||
        bind(*fd, (struct sockaddr *)&any, sizeof any) != 0)
    {
        return emu_why_errno(why, "a socket at %s", address);
    }
    return true;
}

bool probe_wire_open(struct probe_wire *wire, const char *from_ns, const char *from, const char *to_ns,
                     const char *to, struct emu_why *why)
{
    struct sockaddr_in at;
    socklen_t len = sizeof at;
    wire->from_fd = wire->to_fd = -1;
    wire->run = (uint32_t)clock_ns(CLOCK_MONOTONIC);
    if (!make_socket(&wire->from_fd, from_ns, from, why) || !make_socket(&wire->to_fd, to_ns, to, why))
    {
        return false;
    }
    if (getsockname(wire->to_fd, (struct sockaddr *)&at, &len) != 0 ||
        connect(wire->from_fd, (struct sockaddr *)&at, len) != 0)
    {
        return emu_why_errno(why, "from %s to %s", from, to);
    }
    return true;
}

void probe_wire_close(struct probe_wire *wire)
{
    if (wire->from_fd >= 0)
    {
        close(wire->from_fd);
    }
    if (wire->to_fd >= 0)
    {
        close(wire->to_fd);
    }
}

/* Several packets as one super-packet, which the link must cut where it decides. */
static bool send_train(const struct probe_wire *wire, const struct probe_stream *stream, uint32_t first,
                       uint32_t count, struct emu_why *why)
{
    static uint8_t octets[TRAIN_MAX * PROBE_SIZE_MAX];
    union
    {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(uint16_t))];
    } control = {0};
    for (uint32_t i = 0; i < count; i++)
    {
        probe_packet_write(octets + (size_t)i * stream->size, stream->size, wire->run, stream->stage,
                           first + i);
    }
    struct iovec iov = {octets, (size_t)count * stream->size};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (count > 1)
    {
        msg.msg_control = control.room;
        msg.msg_controllen = sizeof control.room;
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
        uint16_t size = (uint16_t)stream->size;
        cmsg->cmsg_level = SOL_UDP;
        cmsg->cmsg_type = UDP_SEGMENT;
        cmsg->cmsg_len = CMSG_LEN(sizeof size);
        memcpy(CMSG_DATA(cmsg), &size, sizeof size);
    }
    return sendmsg(wire->from_fd, &msg, 0) >= 0 || emu_why_errno(why, "sending a probe packet");
}

static uint64_t arrival_of(struct msghdr *msg, bool *marked)
{
    uint64_t arrived_ns = 0;
    for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL; cmsg = CMSG_NXTHDR(msg, cmsg))
    {
        if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_TIMESTAMPNS)
        {
            struct timespec at;
            memcpy(&at, CMSG_DATA(cmsg), sizeof at);
            arrived_ns = (uint64_t)at.tv_sec * NS_PER_S + (uint64_t)at.tv_nsec;
        }
        if (cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_TOS)
        {
            *marked = (*CMSG_DATA(cmsg) & CE) == CE;
        }
    }
    return arrived_ns;
}

/* Takes all that is there. */
static void receive(const struct probe_wire *wire, struct probe_stream *stream, struct probe_tally *tally)
{
    static uint8_t octets[BATCH][PROBE_SIZE_MAX + 64];
    static char control[BATCH][128] __attribute__((aligned(8)));
    int got = BATCH;
    while (got == BATCH)
    {
        struct mmsghdr msgs[BATCH] = {0};
        struct iovec iov[BATCH];
        for (unsigned i = 0; i < BATCH; i++)
        {
            iov[i] = (struct iovec){octets[i], sizeof octets[i]};
            msgs[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
                                              .msg_iovlen = 1,
                                              .msg_control = control[i],
                                              .msg_controllen = sizeof control[i]};
        }
        got = recvmmsg(wire->to_fd, msgs, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < got; i++)
        {
            bool marked = false;
            uint64_t at = arrival_of(&msgs[i].msg_hdr, &marked);
            stream->marked += marked;
            probe_tally_take(tally, octets[i], msgs[i].msg_len, wire->run, stream->stage, at);
        }
    }
}

/* Receives until a time of the monotonic clock. */
static void receive_until(const struct probe_wire *wire, struct probe_stream *stream,
                          struct probe_tally *tally, uint64_t until_ns)
{
    for (uint64_t now = clock_ns(CLOCK_MONOTONIC); now < until_ns; now = clock_ns(CLOCK_MONOTONIC))
    {
        struct pollfd fd = {wire->to_fd, POLLIN, 0};
        struct timespec wait = {(time_t)((until_ns - now) / NS_PER_S), (long)((until_ns - now) % NS_PER_S)};
        if (ppoll(&fd, 1, &wait, NULL) > 0)
        {
            receive(wire, stream, tally);
        }
    }
    receive(wire, stream, tally);
}

bool probe_wire_run(struct probe_wire *wire, struct probe_stream *stream, struct probe_tally *tally,
                    struct emu_why *why)
{
    int tos = stream->ect ? ECT0 : 0;
    uint64_t began_ns = clock_ns(CLOCK_MONOTONIC);
    setsockopt(wire->from_fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
    for (uint32_t seq = 0, trains = 0; seq < stream->count; trains++)
    {
        uint32_t count = stream->count - seq < stream->train ? stream->count - seq : stream->train;
        receive_until(wire, stream, tally, began_ns + trains * stream->train_ns);
        uint64_t now = clock_ns(CLOCK_REALTIME);
        for (uint32_t i = 0; i < count; i++)
        {
            tally->arrivals[seq + i].sent_ns = now;
        }
        if (!send_train(wire, stream, seq, count, why))
        {
            return false;
        }
        seq += count;
        tally->sent = seq;
    }
    uint64_t ended_ns = clock_ns(CLOCK_MONOTONIC);
    stream->seconds = (double)(ended_ns - began_ns) / NS_PER_S;
    receive_until(wire, stream, tally, ended_ns + stream->settle_ns);
    return true;
}

/* What a router said, from the socket's queue of errors. */
static uint32_t told_mtu(int fd)
{
    uint32_t told = 0;
    char octets[2048];
    char control[512] __attribute__((aligned(8)));
    struct iovec iov = {octets, sizeof octets};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    while (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0)
    {
        for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg); cmsg != NULL; cmsg = CMSG_NXTHDR(&msg, cmsg))
        {
            struct sock_extended_err err;
            if (cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_RECVERR)
            {
                memcpy(&err, CMSG_DATA(cmsg), sizeof err);
                told = err.ee_errno == EMSGSIZE ? err.ee_info : told;
            }
        }
        msg.msg_controllen = sizeof control;
    }
    return told;
}

bool probe_wire_fit(struct probe_wire *wire, struct probe_fit *fit, const char *from_ns, struct emu_why *why)
{
    int on = 1;
    int discover = IP_PMTUDISC_PROBE; /* must not be cut, and larger ones go on when a router complains */
    uint8_t octets[PROBE_SIZE_MAX + 64] = {0};
    setsockopt(wire->from_fd, IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof discover);
    setsockopt(wire->from_fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    for (uint32_t i = 0; i < 2 * fit->count; i++)
    {
        /* An error that the last packet met is reported by the next call, which then sends nothing. */
        ssize_t sent = send(wire->from_fd, octets, fit->size + i % 2, 0);
        if (sent < 0 && errno != EMSGSIZE)
        {
            return emu_why_errno(why, "sending a packet of %u octets", fit->size + i % 2);
        }
        usleep(2000);
    }
    usleep((useconds_t)(fit->settle_ns / 1000));
    for (ssize_t len = 0; len >= 0;)
    {
        len = recv(wire->to_fd, octets, sizeof octets, MSG_DONTWAIT | MSG_TRUNC);
        fit->fit_arrived += len == (ssize_t)fit->size;
        fit->unfit_arrived += len == (ssize_t)fit->size + 1;
    }
    fit->told_mtu = told_mtu(wire->from_fd);
    return probe_netns_forget_paths(from_ns, why);
}
