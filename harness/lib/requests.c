#include "lib/requests.h"

#include "lib/clock.h"
#include "lib/inner_socket.h"
#include "lib/stats.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK_LEN 16384u

struct asking
{
    int fd; /* -1: free */
    bool connected;
    uint64_t began_us;
    uint32_t to_write;
    uint32_t to_read;
};

struct client
{
    const struct lab_requests *requests;
    struct lab_inner_socket wanted;
    struct asking slots[LAB_REQUESTS_PARALLEL];
    struct pollfd polls[LAB_REQUESTS_PARALLEL];
    unsigned begun;
    unsigned done;
    unsigned failed;
    double *connect_ms;
    double *total_ms;
    size_t connect_count;
};

static void begin(struct client *client, struct asking *slot)
{
    struct lab_why why;
    client->begun++;
    *slot = (struct asking){.fd = lab_inner_socket_open(&client->wanted, &why),
                            .began_us = lab_now_us(),
                            .to_write = client->requests->request,
                            .to_read = client->requests->response};
    client->failed += slot->fd < 0;
}

static void end(struct client *client, struct asking *slot, bool good)
{
    if (good)
    {
        client->total_ms[client->done++] = (double)(lab_now_us() - slot->began_us) / 1e3;
    }
    else
    {
        client->failed++;
    }
    close(slot->fd);
    slot->fd = -1;
}

static bool would_wait(ssize_t result)
{
    return result < 0 && (errno == EAGAIN || errno == EINTR);
}

static bool is_connected(struct client *client, struct asking *slot)
{
    int error = 0;
    socklen_t len = sizeof error;
    if (!slot->connected)
    {
        slot->connected = getsockopt(slot->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0;
        if (slot->connected)
        {
            client->connect_ms[client->connect_count++] = (double)(lab_now_us() - slot->began_us) / 1e3;
        }
    }
    return slot->connected;
}

static void go_on(struct client *client, struct asking *slot)
{
    static char chunk[CHUNK_LEN];
    if (!is_connected(client, slot))
    {
        end(client, slot, false);
        return;
    }
    while (slot->to_write > 0)
    {
        ssize_t put =
            send(slot->fd, chunk, slot->to_write < CHUNK_LEN ? slot->to_write : CHUNK_LEN, MSG_NOSIGNAL);
        if (put <= 0)
        {
            if (!would_wait(put))
            {
                end(client, slot, false);
            }
            return;
        }
        slot->to_write -= (uint32_t)put;
    }
    for (;;)
    {
        ssize_t got = recv(slot->fd, chunk, CHUNK_LEN, 0);
        if (would_wait(got))
        {
            return;
        }
        if (got <= 0 || (uint32_t)got > slot->to_read)
        {
            end(client, slot, got == 0 && slot->to_read == 0);
            return;
        }
        slot->to_read -= (uint32_t)got;
    }
}

static void ask_all(struct client *client)
{
    const unsigned parallel = client->requests->parallel;
    uint64_t deadline_ms = lab_now_ms() + client->requests->timeout_s * 1000u;
    while (client->done + client->failed < client->requests->connections && lab_now_ms() < deadline_ms)
    {
        for (unsigned i = 0; i < parallel; i++)
        {
            struct asking *slot = &client->slots[i];
            while (slot->fd < 0 && client->begun < client->requests->connections)
            {
                begin(client, slot);
            }
            bool writing = !slot->connected || slot->to_write > 0;
            client->polls[i] = (struct pollfd){.fd = slot->fd, .events = writing ? POLLOUT : POLLIN};
        }
        if (poll(client->polls, parallel, 200) > 0)
        {
            for (unsigned i = 0; i < parallel; i++)
            {
                if (client->slots[i].fd >= 0 && client->polls[i].revents != 0)
                {
                    go_on(client, &client->slots[i]);
                }
            }
        }
    }
}

static void print_percentile(const char *name, const double *values, size_t count, double percent)
{
    double value = lab_stats_percentile(values, count, percent);
    if (isfinite(value))
    {
        printf(", \"%s\": %.4g", name, value);
    }
}

static void print_result(const struct client *client, double seconds)
{
    unsigned failed = client->requests->connections - client->done;
    printf("{\"done\": %u, \"failed\": %u, \"per_second\": %.5g", client->done, failed,
           seconds > 0.0 ? client->done / seconds : 0.0);
    print_percentile("connect_p50_ms", client->connect_ms, client->connect_count, 50);
    print_percentile("connect_p99_ms", client->connect_ms, client->connect_count, 99);
    print_percentile("total_p50_ms", client->total_ms, client->done, 50);
    print_percentile("total_p99_ms", client->total_ms, client->done, 99);
    printf("}\n");
}

static int run(struct client *client)
{
    const struct lab_requests *requests = client->requests;
    struct lab_why why;
    struct lab_inner_socket server = client->wanted;
    server.netns = requests->server_ns;
    server.server = true;
    int listener = lab_inner_socket_open(&server, &why);
    if (listener < 0)
    {
        fprintf(stderr, "requests: %s\n", why.text);
        return 1;
    }
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0)
    {
        lab_requests_serve(listener, requests->request, requests->response, parent);
        _exit(0);
    }
    close(listener);
    if (child < 0)
    {
        perror("requests: fork");
        return 1;
    }
    uint64_t began_us = lab_now_us();
    ask_all(client);
    double seconds = (double)(lab_now_us() - began_us) / 1e6;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    print_result(client, seconds);
    return 0;
}

int lab_requests_main(const struct lab_requests *requests)
{
    static struct client client;
    if (requests->connections < 1 || requests->parallel < 1 || requests->parallel > LAB_REQUESTS_PARALLEL)
    {
        fprintf(stderr, "requests: 1 to %u connections at once\n", LAB_REQUESTS_PARALLEL);
        return 1;
    }
    client.requests = requests;
    client.wanted = (struct lab_inner_socket){.netns = requests->client_ns,
                                              .target = requests->target,
                                              .port = requests->port,
                                              .type = SOCK_STREAM};
    for (size_t i = 0; i < LAB_REQUESTS_PARALLEL; i++)
    {
        client.slots[i].fd = -1;
    }
    client.connect_ms = calloc(requests->connections, sizeof *client.connect_ms);
    client.total_ms = calloc(requests->connections, sizeof *client.total_ms);
    int status = client.connect_ms != NULL && client.total_ms != NULL ? run(&client) : 1;
    free(client.connect_ms);
    free(client.total_ms);
    return status;
}
