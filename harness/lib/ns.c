#include "lib/ns.h"

#include "lib/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNNER_PID   2 /* the first child of pid 1; on a host that number is a kernel thread */
#define SETUP_FAILED 98

static volatile sig_atomic_t child_pid;

static void pass_on(int signal_number)
{
    if (child_pid > 0)
    {
        kill((pid_t)child_pid, signal_number);
    }
}

static void pass_signals(void)
{
    struct sigaction act = {.sa_handler = pass_on};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGHUP, &act, NULL);
}

static void signals_block(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(how, &set, NULL);
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool wrote = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
    {
        close(fd);
    }
    return wrote;
}

static enum lab_err map_user(uid_t uid, gid_t gid, struct lab_why *why)
{
    char map[64];
    /* Without this file the kernel is old and the next write tells. */
    (void)write_text("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", (unsigned)uid);
    if (!write_text("/proc/self/uid_map", map))
    {
        return lab_why_errno(why, "user namespace: uid_map");
    }
    snprintf(map, sizeof map, "0 %u 1", (unsigned)gid);
    if (!write_text("/proc/self/gid_map", map))
    {
        return lab_why_errno(why, "user namespace: gid_map");
    }
    return LAB_OK;
}

static enum lab_err leave_host(struct lab_why *why)
{
    const int spaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID;
    uid_t uid = geteuid();
    gid_t gid = getegid();
    if (uid == 0 && unshare(spaces) == 0)
    {
        return LAB_OK;
    }
    /* Root without CAP_SYS_ADMIN (a container) goes the ordinary user's way. */
    if (unshare(CLONE_NEWUSER | spaces) != 0)
    {
        return lab_why_errno(why, "cannot make private namespaces (unshare)");
    }
    return map_user(uid, gid, why);
}

static enum lab_err furnish(struct lab_why *why)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    {
        return lab_why_errno(why, "making mounts private");
    }
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
    {
        return lab_why_errno(why, "mounting /proc");
    }
    /* `ip netns` keeps its names under /run/netns: ours are private. */
    if (mount("lab", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0)
    {
        return lab_why_errno(why, "mounting a tmpfs on /run");
    }
    return LAB_OK;
}

/* The death signal is armed only after the fork, so a parent that died in
 * between would be missed; its end of the pipe tells. */
static void tie_to_parent(int lifeline)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct pollfd gone = {.fd = lifeline, .events = POLLIN};
    if (poll(&gone, 1, 0) != 0)
    {
        _exit(SETUP_FAILED);
    }
}

static int status_of(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

static int wait_for(pid_t pid, bool reap_all)
{
    for (;;)
    {
        int wait_status;
        pid_t done = waitpid(reap_all ? -1 : pid, &wait_status, 0);
        if (done == pid)
        {
            return status_of(wait_status);
        }
        if (done < 0 && errno != EINTR)
        {
            return SETUP_FAILED;
        }
    }
}

static int be_init(int (*inside)(void *arg), void *arg, int lifeline)
{
    struct lab_why why;
    tie_to_parent(lifeline);
    if (furnish(&why) != LAB_OK)
    {
        fprintf(stderr, "ovlab: %s\n", why.text);
        return SETUP_FAILED;
    }
    pass_signals();
    pid_t pid = fork();
    if (pid == 0)
    {
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        tie_to_parent(lifeline);
        close(lifeline);
        signals_block(SIG_UNBLOCK);
        exit(inside(arg));
    }
    child_pid = pid;
    signals_block(SIG_UNBLOCK);
    return pid > 0 ? wait_for(pid, true) : SETUP_FAILED;
}

int lab_ns_run(int (*inside)(void *arg), void *arg, struct lab_why *why)
{
    int lifeline[2];
    fflush(NULL);
    if (leave_host(why) != LAB_OK)
    {
        return -1;
    }
    if (pipe2(lifeline, O_CLOEXEC) != 0)
    {
        (void)lab_why_errno(why, "pipe");
        return -1;
    }
    /* Blocked until somebody is there to receive: no signal may fall between. */
    signals_block(SIG_BLOCK);
    pid_t pid = fork();
    if (pid == 0)
    {
        close(lifeline[1]);
        _exit(be_init(inside, arg, lifeline[0]));
    }
    if (pid < 0)
    {
        (void)lab_why_errno(why, "fork");
        return -1;
    }
    close(lifeline[0]);
    child_pid = pid;
    pass_signals();
    signals_block(SIG_UNBLOCK);
    int status = wait_for(pid, false);
    child_pid = 0;
    close(lifeline[1]);
    if (status == SETUP_FAILED)
    {
        (void)lab_why_set(why, LAB_ERR_SYSTEM, "the private namespaces could not be furnished");
        return -1;
    }
    return status;
}

bool lab_ns_is_private(void)
{
    return getpid() == RUNNER_PID;
}

int lab_ns_kill_all(void)
{
    if (!lab_ns_is_private())
    {
        return 0;
    }
    int count = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;)
    {
        count += strtol(entry->d_name, NULL, 10) > RUNNER_PID;
    }
    if (proc != NULL)
    {
        closedir(proc);
    }
    /* Reaches every process of this pid namespace but init and the caller. */
    (void)kill(-1, SIGKILL);
    return count;
}

int lab_ns_open(const char *netns, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    if (lab_path_set(path, why, "/run/netns/%s", netns) != LAB_OK)
    {
        return -1;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
    {
        (void)lab_why_errno(why, "network namespace '%s'", netns);
    }
    return fd;
}

enum lab_err lab_ns_call(const char *netns, void (*fn)(void *arg), void *arg, struct lab_why *why)
{
    if (netns == NULL)
    {
        fn(arg);
        return LAB_OK;
    }
    int there = lab_ns_open(netns, why);
    if (there < 0)
    {
        return LAB_ERR_SYSTEM;
    }
    int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    enum lab_err err = LAB_OK;
    if (here < 0 || setns(there, CLONE_NEWNET) != 0)
    {
        err = lab_why_errno(why, "entering network namespace '%s'", netns);
    }
    else
    {
        fn(arg);
        if (setns(here, CLONE_NEWNET) != 0)
        {
            /* Going on in the wrong namespace would falsify everything after. */
            fprintf(stderr, "ovlab: cannot return from network namespace '%s'\n", netns);
            abort();
        }
    }
    close(there);
    if (here >= 0)
    {
        close(here);
    }
    return err;
}
