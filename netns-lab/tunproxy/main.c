/* tunproxy: a program whose system calls nobody can preload (static, Go, of another system's folder)
 * under a profile of the cost shim.
 *
 * tunproxy --profile FILE [--stats FILE] -- PROGRAM [ARGUMENT...]
 *
 * The program's tun device is the proxy's, in the namespace that the proxy runs in; packets pass through
 * the proxy, which spends the device's costs on them, and the costs of the socket too: a packet of the
 * device is a datagram of the tunnel, whatever carries it. UDP sockets get the profile's buffers as they
 * are made; offloads are refused. What happens inside the program is out of reach: tick_us (its waits)
 * and single_datagrams (its calls, though each datagram pays for one) are left out, and the statistics
 * say so. Nor does it see a UDP_SEGMENT in a message of a program that does not ask first whether there
 * is such a thing. Both directions have a thread, so a program of a single thread pays for both at one
 * time, which under the shim it would do one after the other.
 *
 * Signals go to the program, whose exit status is the proxy's; 126: no such profile, or no gate. */
#include "netns-lab/tunproxy/answer.h"
#include "netns-lab/tunproxy/child.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEND_MS  100
#define DRAIN_MS 2000

static const char usage[] = "usage: tunproxy --profile FILE [--stats FILE] -- PROGRAM [ARGUMENT...]\n";

static bool load(const char *path, struct wincost_profile *profile)
{
    char text[WINCOST_TEXT_MAX];
    char why[WINCOST_WHY_LEN];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, sizeof text) : -1;
    int code = errno;
    if (fd >= 0)
    {
        close(fd);
    }
    if (len < 0 || len == (ssize_t)sizeof text)
    {
        fprintf(stderr, "tunproxy: %s: %s\n", path, len < 0 ? strerror(code) : "too long");
        return false;
    }
    if (!wincost_profile_parse(text, (size_t)len, profile, why))
    {
        fprintf(stderr, "tunproxy: %s: %s\n", path, why);
        return false;
    }
    return true;
}

static void write_stats(struct proxy *proxy, const char *path)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
    {
        fprintf(stderr, "tunproxy: %s: %s\n", path, strerror(errno));
        return;
    }
    const struct wincost_profile *profile = &proxy->meter.profile;
    fprintf(file, "by=tunproxy\nleft_out=%s%s%s\n", profile->tick_us > 0 ? "tick_us" : "",
            profile->tick_us > 0 && profile->single_datagrams > 0 ? "," : "",
            profile->single_datagrams > 0 ? "single_datagrams" : "");
    wincost_account_print(&proxy->meter.account, file);
    fprintf(file, "gated_calls=%llu\nioctls_refused=%llu\ndevice_refused=%llu\nhandover_dropped=%llu\n",
            (unsigned long long)proxy->calls, (unsigned long long)proxy->ioctls_refused,
            (unsigned long long)atomic_load(&proxy->device.refused),
            (unsigned long long)atomic_load(&proxy->device.dropped));
    fclose(file);
}

/* Until the program has ended. */
static void serve(struct proxy *proxy, struct child *child)
{
    struct pollfd list[2] = {{.fd = proxy->listener, .events = POLLIN},
                             {.fd = child->signals, .events = POLLIN}};
    while (!child->ended)
    {
        if (poll(list, 2, TEND_MS) < 0 && errno != EINTR)
        {
            break;
        }
        if ((list[1].revents & POLLIN) != 0)
        {
            child_signalled(child);
        }
        if ((list[0].revents & POLLIN) != 0 && !proxy_answer(proxy))
        {
            list[0].fd = -1;
        }
        else if ((list[0].revents & (POLLHUP | POLLERR)) != 0)
        {
            list[0].fd = -1;
        }
        device_tend(&proxy->device);
    }
}

static int run(struct proxy *proxy, const char *stats, char **words)
{
    struct child child;
    if (seccomp_notify_alloc(&proxy->call, &proxy->answer) != 0)
    {
        fputs("tunproxy: this kernel has no user notification of seccomp\n", stderr);
        return 126;
    }
    if (!child_start(&child, &proxy->meter.profile, words, &proxy->listener))
    {
        return 126;
    }
    serve(proxy, &child);
    /* A stall may last longer than anybody waits: the process ends all the same. */
    (void)device_drain(&proxy->device, DRAIN_MS);
    if (stats != NULL)
    {
        write_stats(proxy, stats);
    }
    seccomp_notify_free(proxy->call, proxy->answer);
    return child_status(&child);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"profile", required_argument, NULL, 'p'},
                                            {"stats", required_argument, NULL, 's'},
                                            {NULL, 0, NULL, 0}};
    static struct proxy proxy = {.meter = {.lock = PTHREAD_MUTEX_INITIALIZER}, .device = {.tun = -1}};
    const char *profile = NULL;
    const char *stats = NULL;
    for (int option; (option = getopt_long(argc, argv, "+", options, NULL)) != -1;)
    {
        if (option == '?')
        {
            fputs(usage, stderr);
            return 2;
        }
        *(option == 'p' ? &profile : &stats) = optarg;
    }
    if (profile == NULL || optind == argc)
    {
        fputs(usage, stderr);
        return 2;
    }
    proxy.device.meter = &proxy.meter;
    return load(profile, &proxy.meter.profile) ? run(&proxy, stats, argv + optind) : 126;
}
