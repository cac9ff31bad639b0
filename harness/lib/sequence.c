#include "lib/sequence.h"

#include "lib/clock.h"
#include "lib/inner_socket.h"
#include "lib/stats.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BURST_MAX   64u
#define BURST_NS    250000u /* two bursts are at least this far apart */
#define RECEIVE_MAX 64u
#define PACKET_MAX  65536u
#define QUIET_MS    700u  /* nothing for so long: nothing more comes */
#define DRAIN_MS    6000u /* whatever comes */
#define MARK        0x6f765351u

struct stamp
{
    uint32_t mark;
    uint32_t zero;
    uint64_t number;
    uint64_t sent_ns;
};

struct sent
{
    uint64_t packets;
    double seconds;
    uint64_t ended_ns;
};

struct sender
{
    int fd;
    uint8_t *packets; /* BURST_MAX of them */
    struct iovec pieces[BURST_MAX];
    struct mmsghdr messages[BURST_MAX];
};

static void sender_init(struct sender *sender, int fd, uint8_t *packets, uint32_t length)
{
    *sender = (struct sender){.fd = fd, .packets = packets};
    for (size_t i = 0; i < BURST_MAX; i++)
    {
        sender->pieces[i] = (struct iovec){packets + i * length, length};
        sender->messages[i].msg_hdr.msg_iov = &sender->pieces[i];
        sender->messages[i].msg_hdr.msg_iovlen = 1;
    }
}

/* The numbers from first on. What the kernel refuses (an answer to an earlier packet, no room) was sent
 * as far as the account goes: it is lost. */
static void send_burst(struct sender *sender, uint64_t first, unsigned count, uint32_t length)
{
    for (unsigned i = 0; i < count; i++)
    {
        const struct stamp stamp = {.mark = MARK, .number = first + i, .sent_ns = lab_now_ns()};
        memcpy(sender->packets + i * length, &stamp, sizeof stamp);
    }
    for (unsigned done = 0, tries = 0; done < count && tries < count + 4; tries++)
    {
        int some = sendmmsg(sender->fd, sender->messages + done, count - done, 0);
        done += some > 0 ? (unsigned)some : 0;
    }
}

static void send_all(int fd, const struct lab_sequence *sequence, uint8_t *packets, struct sent *sent)
{
    struct sender sender;
    sender_init(&sender, fd, packets, sequence->length);
    prctl(PR_SET_TIMERSLACK, 1UL);
    uint64_t total = (uint64_t)(sequence->pps * sequence->seconds + 0.5);
    uint64_t began = lab_now_ns();
    uint64_t now = began;
    while (sent->packets < total)
    {
        uint64_t due = (uint64_t)((double)(now - began) * sequence->pps / 1e9) + 1;
        due = due < total ? due : total;
        while (sent->packets < due)
        {
            uint64_t left = due - sent->packets;
            unsigned count = left < BURST_MAX ? (unsigned)left : BURST_MAX;
            send_burst(&sender, sent->packets, count, sequence->length);
            sent->packets += count;
        }
        uint64_t next = began + (uint64_t)((double)sent->packets * 1e9 / sequence->pps);
        lab_sleep_until(next > now + BURST_NS ? next : now + BURST_NS);
        now = lab_now_ns();
    }
    sent->ended_ns = lab_now_ns();
    sent->seconds = (double)(sent->ended_ns - began) / 1e9;
}

static void receive_all(int fd, struct lab_sequence_account *account, pid_t parent)
{
    static uint8_t packets[RECEIVE_MAX][sizeof(struct stamp)];
    struct iovec pieces[RECEIVE_MAX];
    struct mmsghdr messages[RECEIVE_MAX];
    memset(messages, 0, sizeof messages);
    for (size_t i = 0; i < RECEIVE_MAX; i++)
    {
        pieces[i] = (struct iovec){packets[i], sizeof packets[i]};
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (getppid() == parent)
    {
        int got = recvmmsg(fd, messages, RECEIVE_MAX, MSG_WAITFORONE, NULL);
        uint64_t now = lab_now_ns();
        for (int i = 0; i < got; i++)
        {
            struct stamp stamp;
            memcpy(&stamp, packets[i], sizeof stamp);
            if (messages[i].msg_len >= sizeof stamp && stamp.mark == MARK)
            {
                uint64_t us = now > stamp.sent_ns ? (now - stamp.sent_ns) / 1000 : 0;
                lab_sequence_take(account, stamp.number, us < UINT32_MAX ? (uint32_t)us : UINT32_MAX);
                lab_sequence_note_time(account, now);
            }
        }
    }
}

static uint64_t arrived(const struct lab_sequence_account *account)
{
    return *(const volatile uint64_t *)&account->arrived;
}

static void drain(const struct lab_sequence_account *account)
{
    uint64_t last = arrived(account);
    for (unsigned waited_ms = 0, quiet_ms = 0; waited_ms < DRAIN_MS && quiet_ms < QUIET_MS; waited_ms += 20)
    {
        usleep(20000);
        uint64_t now = arrived(account);
        quiet_ms = now == last ? quiet_ms + 20 : 0;
        last = now;
    }
}

static void print_result(const struct lab_sequence_account *account, const struct sent *sent)
{
    static double delays[LAB_SEQUENCE_DELAYS];
    for (size_t i = 0; i < account->delay_count; i++)
    {
        delays[i] = account->delay_us[i] / 1e3;
    }
    double p50 = lab_stats_percentile(delays, account->delay_count, 50);
    double p99 = lab_stats_percentile(delays, account->delay_count, 99);
    printf("{\"sent\": %llu, \"received\": %llu, \"lost\": %llu, \"late\": %llu, \"duplicated\": %llu, "
           "\"late_max\": %llu, \"offered_pps\": %.6g",
           (unsigned long long)sent->packets, (unsigned long long)account->received,
           (unsigned long long)(sent->packets - account->received), (unsigned long long)account->late,
           (unsigned long long)account->duplicated, (unsigned long long)account->late_max,
           (double)sent->packets / sent->seconds);
    if (isfinite(p50) && isfinite(p99))
    {
        printf(", \"delay_p50_ms\": %.4g, \"delay_p99_ms\": %.4g", p50, p99);
    }
    if (account->last_ns > 0)
    {
        printf(", \"gap_max_ms\": %.6g", (double)account->gap_max_ns / 1e6);
    }
    printf(", \"late_histogram\": [");
    for (size_t i = 0; i < LAB_SEQUENCE_BINS; i++)
    {
        printf("%s%llu", i > 0 ? ", " : "", (unsigned long long)account->late_histogram[i]);
    }
    printf("]}\n");
}

static int run(const struct lab_sequence *sequence, struct lab_sequence_account *account, uint8_t *packets)
{
    struct sent sent = {0};
    struct lab_why why;
    const struct lab_inner_socket receiver = {.netns = sequence->receiver_ns,
                                              .target = sequence->target,
                                              .port = sequence->port,
                                              .type = SOCK_DGRAM,
                                              .server = true};
    struct lab_inner_socket sender = receiver;
    sender.netns = sequence->sender_ns;
    sender.server = false;
    int receiving = lab_inner_socket_open(&receiver, &why);
    int sending = receiving >= 0 ? lab_inner_socket_open(&sender, &why) : -1;
    if (sending < 0)
    {
        fprintf(stderr, "sequence: %s\n", why.text);
        return 1;
    }
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0)
    {
        receive_all(receiving, account, parent);
        _exit(0);
    }
    if (child < 0)
    {
        perror("sequence: fork");
        return 1;
    }
    send_all(sending, sequence, packets, &sent);
    drain(account);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    if (account->last_ns > 0 && sent.ended_ns > account->last_ns)
    {
        lab_sequence_note_time(account, sent.ended_ns);
    }
    print_result(account, &sent);
    return 0;
}

int lab_sequence_main(const struct lab_sequence *sequence)
{
    double total = sequence->pps * sequence->seconds;
    if (!(total >= 1.0 && total <= LAB_SEQUENCE_PACKETS) || sequence->length < sizeof(struct stamp) ||
        sequence->length > PACKET_MAX)
    {
        fprintf(stderr, "sequence: 1 to %u packets of %zu octets and more\n", LAB_SEQUENCE_PACKETS,
                sizeof(struct stamp));
        return 1;
    }
    struct lab_sequence_account *account =
        mmap(NULL, sizeof *account, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint8_t *packets = calloc(BURST_MAX, sequence->length);
    if (account == MAP_FAILED || packets == NULL)
    {
        perror("sequence: memory");
        free(packets);
        return 1;
    }
    account->delay_every = (uint64_t)total / LAB_SEQUENCE_DELAYS + 1;
    int status = run(sequence, account, packets);
    free(packets);
    munmap(account, sizeof *account);
    return status;
}
