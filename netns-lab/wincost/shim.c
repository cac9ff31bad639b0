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
#include <time.h>
#include <unistd.h>

#define SPIN_NS 100000u /* what is left of a wait is spun: a sleep may end that late */

struct wincost_profile shim_profile;

static atomic_uchar kinds[SHIM_FD_MAX];
static atomic_uint_least64_t counts[SHIM_COUNTS];
static pthread_mutex_t model_lock = PTHREAD_MUTEX_INITIALIZER;
static struct wincost_device device;
static struct wincost_throttle throttle;
static char stats_path[4096];
static pid_t owner;

static const char *const count_names[SHIM_COUNTS] = {
    "tun_reads",   "tun_writes",       "socket_sends",    "socket_receives", "busy_us",
    "depth_waits", "depth_wait_us",    "stalls",          "throttled",       "ticked",
    "batches_cut", "offloads_refused", "buffers_refused", "buffers_set",
};

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

void shim_count(enum shim_count which, uint64_t by)
{
    atomic_fetch_add_explicit(&counts[which], by, memory_order_relaxed);
}

uint64_t shim_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A processor that is busy for this long. */
static void be_busy(uint32_t us)
{
    uint64_t end_ns = shim_now_ns() + (uint64_t)us * 1000u;
    while (us > 0 && shim_now_ns() < end_ns)
    {
    }
    shim_count(SHIM_BUSY_US, us);
}

static void wait_until(uint64_t end_ns)
{
    uint64_t now_ns = shim_now_ns();
    while (now_ns < end_ns)
    {
        if (end_ns - now_ns > SPIN_NS)
        {
            uint64_t sleep_ns = end_ns - now_ns - SPIN_NS;
            struct timespec rest = {(time_t)(sleep_ns / 1000000000u), (long)(sleep_ns % 1000000000u)};
            (void)nanosleep(&rest, NULL);
        }
        now_ns = shim_now_ns();
    }
}

static void pass_throttle(void)
{
    if (shim_profile.throttle_pps == 0)
    {
        return;
    }
    uint64_t now_ns = shim_now_ns();
    pthread_mutex_lock(&model_lock);
    uint64_t start_ns = wincost_throttle_pass(&throttle, &shim_profile, now_ns);
    pthread_mutex_unlock(&model_lock);
    shim_count(SHIM_THROTTLED, start_ns > now_ns);
    wait_until(start_ns);
}

static void pass_device(void)
{
    uint64_t now_ns = shim_now_ns();
    pthread_mutex_lock(&model_lock);
    uint64_t start_ns = wincost_device_write(&device, &shim_profile, now_ns);
    uint64_t stall_ns = wincost_device_stall(&device, &shim_profile);
    pthread_mutex_unlock(&model_lock);
    if (start_ns > now_ns)
    {
        shim_count(SHIM_DEPTH_WAITS, 1);
        shim_count(SHIM_DEPTH_US, (start_ns - now_ns) / 1000u);
    }
    shim_count(SHIM_STALLS, stall_ns > 0);
    wait_until(start_ns + stall_ns);
}

void shim_before_write(enum shim_kind kind)
{
    int kept = errno;
    if (kind == SHIM_TUN)
    {
        pass_device();
        be_busy(shim_profile.tun_write_us);
    }
    else if (kind == SHIM_UDP)
    {
        pass_throttle();
        be_busy(shim_profile.socket_send_us);
    }
    errno = kept;
}

void shim_after(enum shim_kind kind, bool write, long moved)
{
    int kept = errno;
    if (moved >= 0 && kind != SHIM_OTHER)
    {
        bool tun = kind == SHIM_TUN;
        shim_count(tun ? (write ? SHIM_TUN_WRITES : SHIM_TUN_READS)
                       : (write ? SHIM_SOCKET_SENDS : SHIM_SOCKET_RECEIVES),
                   1);
        if (!write)
        {
            be_busy(tun ? shim_profile.tun_read_us : shim_profile.socket_recv_us);
        }
        if (!write && !tun)
        {
            pass_throttle();
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
    if (!wincost_profile_parse(text, (size_t)len, &shim_profile, why))
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
    for (size_t i = 0; file != NULL && i < SHIM_COUNTS; i++)
    {
        fprintf(file, "%s=%llu\n", count_names[i], (unsigned long long)atomic_load(&counts[i]));
    }
    if (file != NULL)
    {
        fclose(file);
    }
}
