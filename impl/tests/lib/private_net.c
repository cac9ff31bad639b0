#include "tests/lib/private_net.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
    {
        (void)close(fd);
    }
    return done;
}

static bool map_root(uid_t uid, gid_t gid)
{
    char map[64];
    (void)snprintf(map, sizeof map, "0 %u 1", uid);
    bool done = write_file("/proc/self/uid_map", map) && write_file("/proc/self/setgroups", "deny");
    (void)snprintf(map, sizeof map, "0 %u 1", gid);
    return done && write_file("/proc/self/gid_map", map);
}

static bool loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool done = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    if (fd >= 0)
    {
        (void)close(fd);
    }
    return done;
}

bool private_net_enter(char *text, size_t cap)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    int kinds = CLONE_NEWNET | CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER);
    if (unshare(kinds) != 0)
    {
        (void)snprintf(text, cap, "no private network namespace: %s", strerror(errno));
        return false;
    }
    if ((uid != 0 && !map_root(uid, gid)) || !loopback_up())
    {
        (void)snprintf(text, cap, "cannot set up the private network namespace: %s", strerror(errno));
        return false;
    }
    return true;
}
