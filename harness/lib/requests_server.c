#include "lib/requests.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLOTS     512u
#define CHUNK_LEN 16384u

/* One connection: reads the request, writes the answer, closes. */
struct answer
{
    int fd; /* -1: free */
    uint32_t to_read;
    uint32_t to_write;
};

struct house
{
    struct answer answers[SLOTS];
    struct pollfd polls[SLOTS + 1];
    uint32_t request;
    uint32_t response;
};

static void take_in(struct house *house, int listener)
{
    for (;;)
    {
        size_t slot = 0;
        while (slot < SLOTS && house->answers[slot].fd >= 0)
        {
            slot++;
        }
        int fd = slot < SLOTS ? accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) : -1;
        if (fd < 0)
        {
            return;
        }
        house->answers[slot] = (struct answer){fd, house->request, house->response};
    }
}

static bool would_wait(ssize_t result)
{
    return result < 0 && (errno == EAGAIN || errno == EINTR);
}

/* False when the connection is over. */
static bool serve_one(struct answer *answer)
{
    static char chunk[CHUNK_LEN];
    while (answer->to_read > 0)
    {
        uint32_t want = answer->to_read < CHUNK_LEN ? answer->to_read : CHUNK_LEN;
        ssize_t got = recv(answer->fd, chunk, want, 0);
        if (got <= 0)
        {
            return would_wait(got);
        }
        answer->to_read -= (uint32_t)got;
    }
    while (answer->to_write > 0)
    {
        uint32_t want = answer->to_write < CHUNK_LEN ? answer->to_write : CHUNK_LEN;
        ssize_t put = send(answer->fd, chunk, want, MSG_NOSIGNAL);
        if (put <= 0)
        {
            return would_wait(put);
        }
        answer->to_write -= (uint32_t)put;
    }
    return false;
}

static void serve_ready(struct house *house)
{
    for (size_t i = 0; i < SLOTS; i++)
    {
        struct answer *answer = &house->answers[i];
        if (answer->fd >= 0 && house->polls[i + 1].revents != 0 && !serve_one(answer))
        {
            close(answer->fd);
            answer->fd = -1;
        }
    }
}

void lab_requests_serve(int listener, uint32_t request, uint32_t response, pid_t parent)
{
    static struct house house;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    house.request = request;
    house.response = response;
    for (size_t i = 0; i < SLOTS; i++)
    {
        house.answers[i].fd = -1;
    }
    while (getppid() == parent)
    {
        house.polls[0] = (struct pollfd){.fd = listener, .events = POLLIN};
        for (size_t i = 0; i < SLOTS; i++)
        {
            const struct answer *answer = &house.answers[i];
            house.polls[i + 1] =
                (struct pollfd){.fd = answer->fd, .events = answer->to_read > 0 ? POLLIN : POLLOUT};
        }
        if (poll(house.polls, SLOTS + 1, 500) > 0)
        {
            serve_ready(&house);
            take_in(&house, listener);
        }
    }
}
