#include "netns-lab/wincost/shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct wincost_meter shim_meter = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_uchar kinds[SHIM_FD_MAX];
static char stats_path[4096];
static pid_t owner;

void *shim_next(const char *name)
{
    void *next = dlsym(RTLD_NEXT, name);
    if (next == NULL)
    {
        fprintf(stderr, "libwincost: no function %s behind this one\n", name);
        abort();
    }
    return next;
}

enum shim_kind shim_kind_of(int fd)
{
    return fd >= 0 && fd < SHIM_FD_MAX ? (enum shim_kind)atomic_load(&kinds[fd]) : SHIM_OTHER;
}

void shim_kind_set(int fd, enum shim_kind kind)
{
    if (fd >= 0 && fd < SHIM_FD_MAX)
    {
        atomic_store(&kinds[fd], (unsigned char)kind);
    }
}

void shim_count(enum wincost_count which, uint64_t by)
{
    wincost_count(&shim_meter.account, which, by);
}

void shim_before_write(enum shim_kind kind)
{
    int kept = errno;
    if (kind == SHIM_TUN)
    {
        wincost_spend_tun_write(&shim_meter);
    }
    else if (kind == SHIM_UDP)
    {
        wincost_spend_socket_send(&shim_meter);
    }
    errno = kept;
}

void shim_after(enum shim_kind kind, bool write, long moved)
{
    int kept = errno;
    if (moved >= 0 && kind != SHIM_OTHER)
    {
        bool tun = kind == SHIM_TUN;
        shim_count(tun ? (write ? WINCOST_TUN_WRITES : WINCOST_TUN_READS)
                       : (write ? WINCOST_SOCKET_SENDS : WINCOST_SOCKET_RECEIVES),
                   1);
        if (!write && tun)
        {
            wincost_spend_tun_read(&shim_meter);
        }
        else if (!write)
        {
            wincost_spend_socket_receive(&shim_meter);
        }
    }
    errno = kept;
}

/* Ends a program whose profile cannot be had: a figure without it would be a lie. */
static void refuse(const char *path, const char *why)
{
    fprintf(stderr, "libwincost: %s: %s\n", path, why);
    _exit(126);
}

static void load(const char *path)
{
    char text[WINCOST_TEXT_MAX];
    char why[WINCOST_WHY_LEN];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? syscall(SYS_read, fd, text, sizeof text) : -1;
    if (len < 0 || len == (ssize_t)sizeof text)
    {
        refuse(path, len < 0 ? strerror(errno) : "too long");
    }
    close(fd);
    if (!wincost_profile_parse(text, (size_t)len, &shim_meter.profile, why))
    {
        refuse(path, why);
    }
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("WINCOST_PROFILE");
    const char *stats = getenv("WINCOST_STATS");
    owner = getpid();
    if (path != NULL)
    {
        load(path);
    }
    snprintf(stats_path, sizeof stats_path, "%s", stats != NULL ? stats : "");
    (void)unsetenv("LD_PRELOAD");
    (void)unsetenv("WINCOST_PROFILE");
    (void)unsetenv("WINCOST_STATS");
    (void)prctl(PR_SET_TIMERSLACK, 1000ul, 0, 0, 0);
}

__attribute__((destructor)) static void end(void)
{
    FILE *file = stats_path[0] != '\0' && getpid() == owner ? fopen(stats_path, "we") : NULL;
    if (file != NULL)
    {
        fputs("by=shim\n", file);
        wincost_account_print(&shim_meter.account, file);
        fclose(file);
    }
}
