#include "net/share.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sockaddr.h"

#define EVENTS    64
#define NAME_TEXT (OV_ADDR_TEXT + 16)

enum side
{
    CLIENT = 0,
    TARGET = 1
};

/* Octets on the way from one side to the other. */
struct pipe
{
    uint8_t *mem;
    size_t cap;
    size_t at;
    size_t len;
    bool ended; /* the side has sent its last one */
    bool told;  /* ... and the other side knows */
};

struct pair;

/* What epoll gives back. */
struct end
{
    struct pair *pair;
    enum side side;
    int fd;
    uint32_t watched;
    bool away; /* out of epoll's sight */
};

struct pair
{
    LIST_ENTRY(pair) all;
    struct end end[2];
    struct pipe from[2];
    bool connected;
    bool dead;            /* to be freed when the events of this turn are through */
    char name[NAME_TEXT]; /* of its file; "": none */
};

LIST_HEAD(pairs, pair);

struct ov_share
{
    int epoll;
    int dir; /* -1: none */
    struct ov_share_settings settings;
    struct ov_share_stats stats;
    struct pairs pairs;
};

/* ---- the file that says whose a connection is ---- */

static void name_of(const struct ov_addr *addr, char out[static NAME_TEXT])
{
    char text[OV_ADDR_TEXT];
    (void)snprintf(out, NAME_TEXT, "[AF_INET%s]%s", addr->family == 6 ? "6" : "", ov_addr_text(addr, text));
}

/* Whoever reads it looks the name up when the connection comes, so it is there before. */
static void write_file(const struct ov_share *share, struct pair *pair, const struct ov_addr *from)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    struct ov_addr own;
    char client[NAME_TEXT];
    if (share->dir < 0 || getsockname(pair->end[TARGET].fd, (struct sockaddr *)&sa, &len) != 0 ||
        !ov_addr_from_sockaddr((const struct sockaddr *)&sa, len, &own))
    {
        return;
    }
    name_of(&own, pair->name);
    name_of(from, client);
    const int fd =
        openat(share->dir, pair->name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
    {
        pair->name[0] = '\0';
        return;
    }
    const size_t wanted = strlen(client);
    if (write(fd, client, wanted) != (ssize_t)wanted)
    {
        (void)unlinkat(share->dir, pair->name, 0);
        pair->name[0] = '\0';
    }
    (void)close(fd);
}

/* ---- life of a pair ---- */

static void free_pair(struct ov_share *share, struct pair *pair)
{
    LIST_REMOVE(pair, all);
    if (pair->name[0] != '\0')
    {
        (void)unlinkat(share->dir, pair->name, 0);
    }
    for (unsigned side = CLIENT; side <= TARGET; side++)
    {
        if (pair->end[side].fd >= 0)
        {
            (void)close(pair->end[side].fd); /* ends the watch too */
        }
        free(pair->from[side].mem);
    }
    share->stats.open--;
    free(pair);
}

static bool watch(const struct ov_share *share, struct end *end, uint32_t events, int how)
{
    struct epoll_event event = {.events = events, .data.ptr = end};
    end->watched = events;
    return epoll_ctl(share->epoll, how, end->fd, &event) == 0;
}

/* What would wake us up for nothing isn't asked for: a side is read while there is room, and written while there is
 * something. */
static void watch_both(struct ov_share *share, struct pair *pair)
{
    for (unsigned side = CLIENT; side <= TARGET; side++)
    {
        const struct pipe *in = &pair->from[side];
        const struct pipe *out = &pair->from[1 - side];
        uint32_t events = in->len == 0 && !in->ended ? EPOLLIN : 0;
        events |= out->len > 0 || (side == TARGET && !pair->connected) ? EPOLLOUT : 0;
        struct end *end = &pair->end[side];
        if (events != end->watched && !watch(share, end, events, end->away ? EPOLL_CTL_ADD : EPOLL_CTL_MOD))
        {
            pair->dead = true;
        }
        end->away = end->away && events == 0;
    }
}

static int connect_target(const struct ov_share *share)
{
    struct sockaddr_storage sa;
    const int family = share->settings.target.family == 6 ? AF_INET6 : AF_INET;
    const socklen_t len = ov_sockaddr_from_addr(&share->settings.target, family, &sa);
    const int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    const int on = 1;
    if (fd >= 0)
    {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&sa, len) != 0 && errno != EINPROGRESS)
    {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static bool fill(struct pair *pair, const uint8_t *octets, size_t len)
{
    for (unsigned side = CLIENT; side <= TARGET; side++)
    {
        struct pipe *pipe = &pair->from[side];
        pipe->cap = side == CLIENT && len > OV_SHARE_OCTETS ? len : OV_SHARE_OCTETS;
        pipe->mem = malloc(pipe->cap);
    }
    if (pair->from[CLIENT].mem == NULL || pair->from[TARGET].mem == NULL)
    {
        return false;
    }
    memcpy(pair->from[CLIENT].mem, octets, len);
    pair->from[CLIENT].len = len;
    return true;
}

void ov_share_take(struct ov_share *share, int fd, const struct ov_addr *from, const uint8_t *octets,
                   size_t len)
{
    struct pair *pair = share->stats.open < share->settings.max ? calloc(1, sizeof *pair) : NULL;
    if (pair == NULL)
    {
        share->stats.refused++;
        (void)close(fd);
        return;
    }
    pair->end[CLIENT] = (struct end){.pair = pair, .side = CLIENT, .fd = fd};
    pair->end[TARGET] = (struct end){.pair = pair, .side = TARGET, .fd = connect_target(share)};
    LIST_INSERT_HEAD(&share->pairs, pair, all);
    share->stats.open++;
    if (pair->end[TARGET].fd < 0 || !fill(pair, octets, len) ||
        !watch(share, &pair->end[CLIENT], 0, EPOLL_CTL_ADD) ||
        !watch(share, &pair->end[TARGET], EPOLLOUT, EPOLL_CTL_ADD))
    {
        share->stats.refused++;
        free_pair(share, pair);
        return;
    }
    share->stats.taken++;
    write_file(share, pair, from);
}

/* ---- carrying ---- */

static bool is_nothing(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* False: the pair is broken. */
static bool read_side(struct pair *pair, enum side side)
{
    struct pipe *pipe = &pair->from[side];
    if (pipe->len > 0 || pipe->ended)
    {
        return true;
    }
    const ssize_t got = recv(pair->end[side].fd, pipe->mem, pipe->cap, MSG_DONTWAIT);
    if (got < 0)
    {
        return is_nothing();
    }
    pipe->ended = got == 0;
    pipe->at = 0;
    pipe->len = (size_t)got;
    return true;
}

static bool write_side(struct ov_share *share, struct pair *pair, enum side side)
{
    struct pipe *pipe = &pair->from[1 - side];
    const int fd = pair->end[side].fd;
    if (side == TARGET && !pair->connected)
    {
        return true;
    }
    if (pipe->len > 0)
    {
        const ssize_t sent = send(fd, pipe->mem + pipe->at, pipe->len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0)
        {
            return is_nothing();
        }
        *(side == TARGET ? &share->stats.octets_there : &share->stats.octets_back) += (uint64_t)sent;
        pipe->at += (size_t)sent;
        pipe->len -= (size_t)sent;
    }
    if (pipe->len == 0 && pipe->ended && !pipe->told)
    {
        pipe->told = true;
        (void)shutdown(fd, SHUT_WR);
    }
    return true;
}

/* False: the target can't be reached. */
static bool finish_connect(struct pair *pair)
{
    int reason = 0;
    socklen_t len = sizeof reason;
    if (getsockopt(pair->end[TARGET].fd, SOL_SOCKET, SO_ERROR, &reason, &len) != 0 || reason != 0)
    {
        return false;
    }
    pair->connected = true;
    return true;
}

static void serve(struct ov_share *share, struct end *end, uint32_t events)
{
    struct pair *pair = end->pair;
    if (end->watched == 0)
    {
        /* Its end is told whether it was asked for or not, again and again: later, when there is room. */
        end->away = epoll_ctl(share->epoll, EPOLL_CTL_DEL, end->fd, NULL) == 0;
        return;
    }
    const bool first = end->side == TARGET && !pair->connected;
    if (first && !finish_connect(pair))
    {
        share->stats.refused++;
        pair->dead = true;
        return;
    }
    bool good = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0 || read_side(pair, end->side);
    good = good && write_side(share, pair, CLIENT) && write_side(share, pair, TARGET);
    const bool over = pair->from[CLIENT].told && pair->from[TARGET].told;
    if (!good || over)
    {
        pair->dead = true;
        return;
    }
    watch_both(share, pair);
}

void ov_share_turn(struct ov_share *share)
{
    struct epoll_event events[EVENTS];
    const int count = epoll_wait(share->epoll, events, EVENTS, 0);
    for (int i = 0; i < count; i++)
    {
        struct end *end = events[i].data.ptr;
        if (!end->pair->dead)
        {
            serve(share, end, events[i].events);
        }
    }
    for (struct pair *pair = LIST_FIRST(&share->pairs); pair != NULL && count > 0;)
    {
        struct pair *next = LIST_NEXT(pair, all);
        if (pair->dead)
        {
            free_pair(share, pair);
        }
        pair = next;
    }
}

/* ---- the whole ---- */

int ov_share_fd(const struct ov_share *share)
{
    return share->epoll;
}

struct ov_share_stats ov_share_stats(const struct ov_share *share)
{
    return share->stats;
}

enum ov_err ov_share_open(const struct ov_share_settings *settings, struct ov_share **out,
                          char text[static OV_LINK_TEXT])
{
    struct ov_share *share = calloc(1, sizeof *share);
    *out = NULL;
    if (share == NULL)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    share->settings = *settings;
    share->settings.max = settings->max > 0 ? settings->max : OV_SHARE_MAX;
    share->dir = -1;
    LIST_INIT(&share->pairs);
    share->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (share->epoll >= 0 && settings->dir != NULL)
    {
        share->dir = open(settings->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (share->epoll < 0 || (settings->dir != NULL && share->dir < 0))
    {
        (void)snprintf(text, OV_LINK_TEXT, "--port-share%s%.60s: %s", settings->dir != NULL ? " " : "",
                       settings->dir != NULL ? settings->dir : "", strerror(errno));
        ov_share_close(share);
        return OV_ERR_IO;
    }
    *out = share;
    return OV_OK;
}

void ov_share_close(struct ov_share *share)
{
    if (share == NULL)
    {
        return;
    }
    while (!LIST_EMPTY(&share->pairs))
    {
        free_pair(share, LIST_FIRST(&share->pairs));
    }
    if (share->dir >= 0)
    {
        (void)close(share->dir);
    }
    if (share->epoll >= 0)
    {
        (void)close(share->epoll);
    }
    free(share);
}
