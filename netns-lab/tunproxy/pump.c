#include "netns-lab/tunproxy/pump.h"

#include "netns-lab/tunproxy/device.h"
#include "netns-lab/tunproxy/packets.h"

#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* False: the pump shall end. */
static bool wait_for(const struct device *device, int fd)
{
    struct pollfd list[2] = {{.fd = fd, .events = POLLIN}, {.fd = device->stop, .events = POLLIN}};
    while (poll(list, 2, -1) < 0)
    {
        if (errno != EINTR)
        {
            return false;
        }
    }
    return list[1].revents == 0;
}

static bool is_hung_up(int link)
{
    struct pollfd end = {.fd = link, .events = POLLRDHUP};
    return poll(&end, 1, 0) < 0 || (end.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* A late wake-up would be a cost that no profile asks for. */
static void begin(void)
{
    (void)prctl(PR_SET_TIMERSLACK, 1000ul, 0, 0, 0);
}

void *pump_to_program(void *arg)
{
    struct device *device = arg;
    uint8_t frame[PROXY_FRAME_MAX];
    begin();
    for (;;)
    {
        ssize_t len = read(device->tun, frame, sizeof frame);
        if (len < 0 && (errno == EAGAIN || errno == EINTR))
        {
            if (!wait_for(device, device->tun))
            {
                break;
            }
            continue;
        }
        if (len <= 0)
        {
            break;
        }
        wincost_count(&device->meter->account, WINCOST_TUN_READS, 1);
        wincost_spend_tun_read(device->meter);
        for (unsigned left = proxy_datagrams(frame, (size_t)len, device->headers); left > 0; left--)
        {
            wincost_spend_socket_send(device->meter);
            wincost_count(&device->meter->account, WINCOST_SOCKET_SENDS, 1);
        }
        if (send(device->link, frame, (size_t)len, MSG_NOSIGNAL) < 0)
        {
            if (errno != EMSGSIZE)
            {
                break;
            }
            atomic_fetch_add(&device->dropped, 1);
        }
    }
    return NULL;
}

void *pump_to_device(void *arg)
{
    struct device *device = arg;
    uint8_t frame[PROXY_FRAME_MAX];
    begin();
    for (;;)
    {
        ssize_t len = recv(device->link, frame, sizeof frame, MSG_DONTWAIT);
        if (len < 0 && (errno == EAGAIN || errno == EINTR))
        {
            if (!wait_for(device, device->link))
            {
                break;
            }
            continue;
        }
        /* An empty message is what a write of nothing leaves; the device would refuse it. */
        if (len < 0 || (len == 0 && is_hung_up(device->link)))
        {
            break;
        }
        for (unsigned left = proxy_datagrams(frame, (size_t)len, device->headers); left > 0; left--)
        {
            wincost_spend_socket_receive(device->meter);
            wincost_count(&device->meter->account, WINCOST_SOCKET_RECEIVES, 1);
        }
        wincost_spend_tun_write(device->meter);
        if (write(device->tun, frame, (size_t)len) < 0)
        {
            atomic_fetch_add(&device->refused, 1);
            continue;
        }
        wincost_count(&device->meter->account, WINCOST_TUN_WRITES, 1);
    }
    atomic_store(&device->ended, true);
    return NULL;
}
