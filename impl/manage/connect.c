/* --management-client: this program knocks; and who is at the other end of a unix socket. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "manage/private.h"

#define CONNECT_MS 5000

enum ov_err ov_manage_know_peers(struct ov_manage *manage, const struct ov_manage_settings *settings,
                                 char text[static OV_MANAGE_TEXT])
{
    const struct passwd *user = settings->peer_user != NULL ? getpwnam(settings->peer_user) : NULL;
    const struct group *group = settings->peer_group != NULL ? getgrnam(settings->peer_group) : NULL;
    manage->peer_uid = user != NULL ? user->pw_uid : UINT32_MAX;
    manage->peer_gid = group != NULL ? group->gr_gid : UINT32_MAX;
    manage->checks_peer = settings->peer_user != NULL || settings->peer_group != NULL;
    if ((settings->peer_user != NULL && user == NULL) || (settings->peer_group != NULL && group == NULL))
    {
        (void)snprintf(text, OV_MANAGE_TEXT, "management: there is no %s '%.60s'",
                       user == NULL && settings->peer_user != NULL ? "user" : "group",
                       user == NULL && settings->peer_user != NULL ? settings->peer_user
                                                                   : settings->peer_group);
        return OV_ERR_ARG;
    }
    return OV_OK;
}

bool ov_manage_peer_is_good(const struct ov_manage *manage, int fd)
{
    struct ucred peer = {0};
    socklen_t len = sizeof peer;
    if (!manage->checks_peer)
    {
        return true;
    }
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
           (manage->peer_uid == UINT32_MAX || peer.uid == manage->peer_uid) &&
           (manage->peer_gid == UINT32_MAX || peer.gid == manage->peer_gid);
}

/* Nobody may be kept waiting by a host that says nothing. */
static int connect_soon(int family, const struct sockaddr *at, socklen_t len)
{
    const int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = 0;
    socklen_t error_len = sizeof error;
    if (fd >= 0 && connect(fd, at, len) != 0)
    {
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        error = errno;
        if (error == EINPROGRESS)
        {
            error = poll(&wait, 1, CONNECT_MS) == 1 &&
                            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len) == 0
                        ? error
                        : ETIMEDOUT;
        }
    }
    if (fd >= 0 && error != 0)
    {
        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

enum ov_err ov_manage_connect(struct ov_manage *manage, const struct ov_manage_settings *settings)
{
    if (strcmp(settings->port, "unix") == 0)
    {
        struct sockaddr_un at = {.sun_family = AF_UNIX};
        if (strlen(settings->address) >= sizeof at.sun_path)
        {
            errno = ENAMETOOLONG;
            return OV_ERR_ARG;
        }
        memcpy(at.sun_path, settings->address, strlen(settings->address) + 1);
        manage->client_fd = connect_soon(AF_UNIX, (const struct sockaddr *)&at, sizeof at);
        return manage->client_fd >= 0 ? OV_OK : OV_ERR_IO;
    }
    const struct addrinfo hints = {.ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    if (getaddrinfo(settings->address, settings->port, &hints, &list) != 0)
    {
        errno = EINVAL;
        return OV_ERR_ARG;
    }
    for (const struct addrinfo *at = list; at != NULL && manage->client_fd < 0; at = at->ai_next)
    {
        manage->client_fd = connect_soon(at->ai_family, at->ai_addr, at->ai_addrlen);
    }
    freeaddrinfo(list);
    return manage->client_fd >= 0 ? OV_OK : OV_ERR_IO;
}
