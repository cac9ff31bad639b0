#include "lib/inner_socket.h"

#include "lib/ns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_LEN (16 * 1024 * 1024)
#define BACKLOG    512

struct opening
{
    const struct lab_inner_socket *wanted;
    int fd;
    int error;
};

/* Without CAP_NET_ADMIN of the first namespace the forced size is refused: what is granted has to do. */
static void enlarge(int fd, bool receiver)
{
    int size = BUFFER_LEN;
    if (setsockopt(fd, SOL_SOCKET, receiver ? SO_RCVBUFFORCE : SO_SNDBUFFORCE, &size, sizeof size) != 0)
    {
        (void)setsockopt(fd, SOL_SOCKET, receiver ? SO_RCVBUF : SO_SNDBUF, &size, sizeof size);
    }
}

static void open_here(void *arg)
{
    struct opening *opening = arg;
    const struct lab_inner_socket *wanted = opening->wanted;
    bool stream = wanted->type == SOCK_STREAM;
    int one = 1;
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(wanted->port)};
    opening->fd = socket(AF_INET, wanted->type | SOCK_CLOEXEC | (stream ? SOCK_NONBLOCK : 0), 0);
    if (opening->fd < 0 || inet_pton(AF_INET, wanted->target, &addr.sin_addr) != 1)
    {
        opening->error = opening->fd < 0 ? errno : EINVAL;
        return;
    }
    if (!stream)
    {
        enlarge(opening->fd, wanted->server);
    }
    int status;
    if (wanted->server)
    {
        (void)setsockopt(opening->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        status = bind(opening->fd, (struct sockaddr *)&addr, sizeof addr);
        status = status == 0 && stream ? listen(opening->fd, BACKLOG) : status;
    }
    else
    {
        status = connect(opening->fd, (struct sockaddr *)&addr, sizeof addr);
        status = status != 0 && stream && errno == EINPROGRESS ? 0 : status;
    }
    opening->error = status == 0 ? 0 : errno;
}

int lab_inner_socket_open(const struct lab_inner_socket *wanted, struct lab_why *why)
{
    struct opening opening = {.wanted = wanted, .fd = -1};
    enum lab_err err = lab_ns_call(wanted->netns, open_here, &opening, why);
    if (err == LAB_OK && opening.error == 0)
    {
        return opening.fd;
    }
    if (err == LAB_OK)
    {
        errno = opening.error;
        (void)lab_why_errno(why, "socket to %s port %u", wanted->target, wanted->port);
    }
    if (opening.fd >= 0)
    {
        close(opening.fd);
    }
    return -1;
}
