#include "netns-lab/tunproxy/child.h"

#include "netns-lab/tunproxy/gate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const int passed_on[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT};

/* A descriptor, or a negative errno in its place. */
struct parcel
{
    int status;
    struct iovec word;
    struct msghdr message;
    union
    {
        struct cmsghdr header; /* for its alignment */
        char room[CMSG_SPACE(sizeof(int))];
    } control;
};

static void parcel_init(struct parcel *parcel)
{
    *parcel = (struct parcel){.status = 0};
    parcel->word = (struct iovec){&parcel->status, sizeof parcel->status};
    parcel->message = (struct msghdr){.msg_iov = &parcel->word,
                                      .msg_iovlen = 1,
                                      .msg_control = parcel->control.room,
                                      .msg_controllen = sizeof parcel->control.room};
}

static bool send_descriptor(int way, int fd)
{
    struct parcel parcel;
    parcel_init(&parcel);
    parcel.status = fd < 0 ? fd : 0;
    if (fd < 0)
    {
        parcel.message.msg_control = NULL;
        parcel.message.msg_controllen = 0;
    }
    else
    {
        struct cmsghdr *header = CMSG_FIRSTHDR(&parcel.message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    return sendmsg(way, &parcel.message, 0) > 0;
}

static int take_descriptor(int way)
{
    struct parcel parcel;
    int fd = -EPIPE;
    parcel_init(&parcel);
    ssize_t got = recvmsg(way, &parcel.message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&parcel.message) : NULL;
    if (header != NULL && header->cmsg_type == SCM_RIGHTS)
    {
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
        return fd;
    }
    return got > 0 && parcel.status < 0 ? parcel.status : fd;
}

/* In the new process. */
static void become(const struct wincost_profile *profile, char **words, int way, const sigset_t *mask,
                   pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    int listener = getppid() == parent ? gate_close(profile) : -ESRCH;
    if (!send_descriptor(way, listener) || listener < 0)
    {
        _exit(126);
    }
    close(listener);
    close(way);
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(words[0], words);
    fprintf(stderr, "tunproxy: %s: %s\n", words[0], strerror(errno));
    _exit(127);
}

static bool fork_behind_gate(struct child *child, const struct wincost_profile *profile, char **words,
                             int *listener, const sigset_t *mask)
{
    int way[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, way) != 0)
    {
        return false;
    }
    child->pid = fork();
    if (child->pid == 0)
    {
        close(way[0]);
        become(profile, words, way[1], mask, parent);
    }
    close(way[1]);
    *listener = child->pid > 0 ? take_descriptor(way[0]) : -errno;
    close(way[0]);
    errno = *listener < 0 ? -*listener : 0;
    return *listener >= 0;
}

bool child_start(struct child *child, const struct wincost_profile *profile, char **words, int *listener)
{
    sigset_t watched;
    sigset_t before;
    *child = (struct child){.pid = -1};
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    for (size_t i = 0; i < sizeof passed_on / sizeof passed_on[0]; i++)
    {
        sigaddset(&watched, passed_on[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &watched, &before);
    child->signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    if (child->signals < 0 || !fork_behind_gate(child, profile, words, listener, &before))
    {
        fprintf(stderr, "tunproxy: no gate (seccomp user notification): %s\n", strerror(errno));
        return false;
    }
    return true;
}

void child_signalled(struct child *child)
{
    struct signalfd_siginfo info;
    while (read(child->signals, &info, sizeof info) == (ssize_t)sizeof info)
    {
        if (info.ssi_signo != SIGCHLD)
        {
            (void)kill(child->pid, (int)info.ssi_signo);
        }
    }
    child->ended = child->ended || waitpid(child->pid, &child->wait_status, WNOHANG) == child->pid;
}

int child_status(const struct child *child)
{
    if (WIFSIGNALED(child->wait_status))
    {
        sigset_t all;
        sigfillset(&all);
        (void)signal(WTERMSIG(child->wait_status), SIG_DFL);
        (void)sigprocmask(SIG_UNBLOCK, &all, NULL);
        (void)raise(WTERMSIG(child->wait_status));
    }
    return WIFEXITED(child->wait_status) ? WEXITSTATUS(child->wait_status) : 126;
}
