#include "netns-lab/linkprobe/netns.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* Calls work(arg) in the namespace and returns what it said; -1 when there is no way in or back. */
static int within(const char *netns, int (*work)(void), struct emu_why *why)
{
    char path[128];
    snprintf(path, sizeof path, "/run/netns/%s", netns != NULL ? netns : "");
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = netns != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    int result = -1;
    bool entered = home >= 0 && (netns == NULL || (there >= 0 && setns(there, CLONE_NEWNET) == 0));
    if (entered)
    {
        result = work();
    }
    if (result < 0)
    {
        emu_why_errno(why, "in namespace %s", netns != NULL ? netns : "of the caller");
    }
    if (entered && setns(home, CLONE_NEWNET) != 0)
    {
        emu_why_errno(why, "coming back from namespace %s", path);
        result = -1;
    }
    if (there >= 0)
    {
        close(there);
    }
    if (home >= 0)
    {
        close(home);
    }
    return result;
}

static int make_socket(void)
{
    return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static int forget_paths(void)
{
    int fd = open("/proc/sys/net/ipv4/route/flush", O_WRONLY | O_CLOEXEC);
    int result = fd >= 0 && write(fd, "1", 1) == 1 ? 0 : -1;
    if (fd >= 0)
    {
        close(fd);
    }
    return result;
}

int probe_netns_socket(const char *netns, struct emu_why *why)
{
    return within(netns, make_socket, why);
}

bool probe_netns_forget_paths(const char *netns, struct emu_why *why)
{
    return within(netns, forget_paths, why) == 0;
}
