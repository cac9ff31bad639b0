#include "netns-lab/linkemu/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_S 5

static bool set_path(struct sockaddr_un *at, const char *path, struct emu_why *why)
{
    *at = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof at->sun_path)
    {
        return emu_why_set(why, "%s: too long for a socket", path);
    }
    memcpy(at->sun_path, path, strlen(path) + 1);
    return true;
}

int emu_control_open(const char *path, struct emu_why *why)
{
    struct sockaddr_un at;
    if (!set_path(&at, path, why))
    {
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0)
    {
        emu_why_errno(why, "%s", path);
        if (fd >= 0)
        {
            close(fd);
        }
        return -1;
    }
    return fd;
}

bool emu_control_next(int fd, struct emu_command *command)
{
    char text[256];
    struct sockaddr_un from;
    for (;;)
    {
        struct emu_why why = {"ok"};
        socklen_t from_len = sizeof from;
        ssize_t len = recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&from, &from_len);
        if (len < 0)
        {
            return false;
        }
        bool good = emu_command_read(text, (size_t)len, command, &why);
        /* An asker that went away, or has no name, wants no answer. */
        if (from_len > sizeof from.sun_family)
        {
            (void)!sendto(fd, why.text, strlen(why.text), 0, (struct sockaddr *)&from, from_len);
        }
        if (good)
        {
            return true;
        }
    }
}

bool emu_control_tell(const char *path, const char *text, struct emu_why *why)
{
    char answer[256];
    struct sockaddr_un at;
    struct sockaddr_un own;
    char own_path[sizeof own.sun_path];
    const struct timeval patience = {.tv_sec = ANSWER_TIMEOUT_S};
    /* A name in the file system: one without would not be found from another network namespace. */
    snprintf(own_path, sizeof own_path, "%.90s.%d", path, (int)getpid());
    if (!set_path(&at, path, why) || !set_path(&own, own_path, why))
    {
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ssize_t len = -1;
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&own, sizeof own) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
        sendto(fd, text, strlen(text), 0, (struct sockaddr *)&at, sizeof at) >= 0)
    {
        len = recv(fd, answer, sizeof answer - 1, 0);
    }
    if (len < 0)
    {
        emu_why_errno(why, "%s", path);
    }
    else
    {
        answer[len] = '\0';
        emu_why_set(why, "%s", answer);
    }
    if (fd >= 0)
    {
        close(fd);
        unlink(own_path);
    }
    return len >= 0 && strcmp(answer, "ok") == 0;
}

void emu_control_close(int fd, const char *path)
{
    if (fd >= 0)
    {
        close(fd);
        unlink(path);
    }
}
