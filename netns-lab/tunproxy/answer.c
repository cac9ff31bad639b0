#include "netns-lab/tunproxy/answer.h"

#include "netns-lab/tunproxy/answer_tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What an answer counts once it has arrived: a call that a signal broke off comes again. */
struct counted
{
    enum wincost_count which;
    unsigned by;
};

/* The kernel doubles what it is asked for. */
static unsigned set_buffer(int fd, int which, uint32_t octets)
{
    int asked = (int)(octets / 2);
    return octets > 0 && setsockopt(fd, SOL_SOCKET, which, &asked, sizeof asked) == 0;
}

/* A UDP socket is made here, with its buffers, and given to the program: there is no moment without them. */
static int answer_socket(struct proxy *proxy, pid_t tid, const uint64_t *args)
{
    const struct wincost_profile *profile = &proxy->meter.profile;
    int type = (int)args[1];
    if (!target_is_here(tid))
    {
        return PROXY_GO_ON;
    }
    int fd = socket((int)args[0], type | SOCK_CLOEXEC, (int)args[2]);
    if (fd < 0)
    {
        return -errno;
    }
    unsigned set = set_buffer(fd, SO_RCVBUF, profile->rcvbuf) + set_buffer(fd, SO_SNDBUF, profile->sndbuf);
    struct seccomp_notif_addfd add = {.id = proxy->call->id,
                                      .flags = SECCOMP_ADDFD_FLAG_SEND,
                                      .srcfd = (uint32_t)fd,
                                      .newfd_flags = (type & SOCK_CLOEXEC) != 0 ? O_CLOEXEC : 0};
    /* ENOENT: the call was broken off, and will come again. */
    int given = ioctl(proxy->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
    int status = given < 0 && errno != ENOENT ? -errno : PROXY_GONE;
    wincost_count(&proxy->meter.account, WINCOST_BUFFERS_SET, given >= 0 ? set : 0);
    close(fd);
    return status;
}

static bool is_udp(pid_t tid, int number)
{
    int type = 0;
    int domain = 0;
    socklen_t len = sizeof type;
    int fd = target_fd_copy(tid, number);
    bool known = fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
                 getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0;
    if (fd >= 0)
    {
        close(fd);
    }
    return known && type == SOCK_DGRAM && (domain == AF_INET || domain == AF_INET6);
}

static int answer_buffer(struct proxy *proxy, pid_t tid, const uint64_t *args, struct counted *counted)
{
    const struct wincost_profile *profile = &proxy->meter.profile;
    bool receive = (int)args[2] == SO_RCVBUF || (int)args[2] == SO_RCVBUFFORCE;
    uint32_t ours = receive ? profile->rcvbuf : profile->sndbuf;
    int asked = 0;
    if (!is_udp(tid, (int)args[0]))
    {
        return PROXY_GO_ON;
    }
    if (profile->program_buffers == WINCOST_BUFFERS_CLAMPED &&
        (target_read(tid, args[3], &asked, sizeof asked) != 0 || ours == 0 || asked <= 0 ||
         (uint32_t)asked <= ours / 2))
    {
        return PROXY_GO_ON;
    }
    /* It succeeds, as on a system that takes it for a hint. */
    *counted = (struct counted){WINCOST_BUFFERS_REFUSED, 1};
    return 0;
}

static int answer_option(struct proxy *proxy, pid_t tid, const uint64_t *args, struct counted *counted)
{
    if ((int)args[1] == SOL_SOCKET)
    {
        return answer_buffer(proxy, tid, args, counted);
    }
    if (!is_udp(tid, (int)args[0]))
    {
        return PROXY_GO_ON;
    }
    *counted = (struct counted){WINCOST_OFFLOADS_REFUSED, 1};
    return -ENOPROTOOPT;
}

static int decide(struct proxy *proxy, struct counted *counted)
{
    const struct seccomp_data *data = &proxy->call->data;
    const uint64_t *args = (const uint64_t *)data->args;
    pid_t tid = (pid_t)proxy->call->pid;
    if (data->nr == SCMP_SYS(ioctl))
    {
        return answer_tun(proxy, tid, (int)args[0], (uint32_t)args[1], args[2]);
    }
    if (data->nr == SCMP_SYS(socket))
    {
        return answer_socket(proxy, tid, args);
    }
    return answer_option(proxy, tid, args, counted);
}

bool proxy_answer(struct proxy *proxy)
{
    struct counted counted = {WINCOST_COUNTS, 0};
    struct seccomp_notif_resp *answer = proxy->answer;
    memset(proxy->call, 0, sizeof *proxy->call);
    if (ioctl(proxy->listener, SECCOMP_IOCTL_NOTIF_RECV, proxy->call) != 0)
    {
        /* ENOENT: the caller was broken off before we looked. */
        return errno == ENOENT || errno == EINTR;
    }
    proxy->calls++;
    int status = decide(proxy, &counted);
    if (status == PROXY_GONE)
    {
        return true;
    }
    memset(answer, 0, sizeof *answer);
    answer->id = proxy->call->id;
    answer->error = status <= 0 ? status : 0;
    answer->flags = status == PROXY_GO_ON ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
    if (ioctl(proxy->listener, SECCOMP_IOCTL_NOTIF_SEND, answer) == 0 && counted.by > 0)
    {
        wincost_count(&proxy->meter.account, counted.which, counted.by);
    }
    return true;
}
