/* A program without any knowledge of the shim or the tun proxy, for their test: calls WHAT N times and
 * prints what came of it, key=value. In a namespace of its own without IPv6 (it makes a tun device).
 *
 * calls tun-write N | tun-read N | super N | reopen N | socket N | batch N | poll N | offload | buffers
 * OCTETS */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/udp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int die(const char *what)
{
    perror(what);
    exit(1);
}

/* Up, as 10.99.0.1/8. */
static int open_tun(short flags)
{
    struct ifreq request = {.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | flags)};
    int fd = open("/dev/net/tun", O_RDWR);
    snprintf(request.ifr_name, sizeof request.ifr_name, "wincost0");
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0)
    {
        die("tun");
    }
    struct ifreq up = request;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(0x0a630001)}};
    memcpy(&up.ifr_addr, &address, sizeof address);
    int control = socket(AF_INET, SOCK_DGRAM, 0);
    if (control < 0 || ioctl(control, SIOCSIFADDR, &up) != 0)
    {
        die("address");
    }
    address.sin_addr.s_addr = htonl(0xff000000);
    memcpy(&up.ifr_netmask, &address, sizeof address);
    if (ioctl(control, SIOCSIFNETMASK, &up) != 0)
    {
        die("netmask");
    }
    up.ifr_flags = IFF_UP;
    if (ioctl(control, SIOCSIFFLAGS, &up) != 0)
    {
        die("up");
    }
    close(control);
    return fd;
}

static int open_udp(struct sockaddr_in *self)
{
    socklen_t len = sizeof *self;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    *self = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (fd < 0 || bind(fd, (struct sockaddr *)self, len) != 0 ||
        getsockname(fd, (struct sockaddr *)self, &len) != 0 || connect(fd, (struct sockaddr *)self, len) != 0)
    {
        die("udp");
    }
    return fd;
}

static void tun_write(long count)
{
    unsigned char packet[60] = {0x45, 0, 0, 60, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
    int fd = open_tun(0);
    long written = 0;
    for (long i = 0; i < count; i++)
    {
        written += write(fd, packet, sizeof packet) == (ssize_t)sizeof packet;
    }
    printf("written=%ld\n", written);
    close(fd);
}

/* Every packet on a device of its own. */
static void reopen(long count)
{
    for (long i = 0; i < count; i++)
    {
        tun_write(1);
    }
}

/* What the system sends into the tunnel. */
static void tun_read(long count)
{
    struct sockaddr_in beyond = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(0x0a630002)}};
    unsigned char packet[200];
    long read_back = 0;
    int fd = open_tun(0);
    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    for (long i = 0; i < count; i++)
    {
        read_back += sendto(udp, packet, 72, 0, (struct sockaddr *)&beyond, sizeof beyond) == 72 &&
                     read(fd, packet, sizeof packet) == 100;
    }
    printf("read=%ld\n", read_back);
    close(udp);
    close(fd);
}

/* Super-packets of ten segments, where the device takes such. */
static void tun_super(long count)
{
    unsigned char frame[10 + 40 + 10 * 1000] = {
        1,    1, 40,   0,    0xe8, 3, 20,   0, 16, 0, /* needs a sum, TCPv4, 1000 octets each, sum at 20 + 16 */
        0x45, 0, 0x27, 0x38, 0,    0, 0x40, 0, 64, 6, 0, 0, 10,   99,   0, 2, 10, 99, 0, 1, /* 10040 octets */
        0,    9, 0,    9,    0,    0, 0,    1, 0,  0, 0, 1, 0x50, 0x10, 1, 0, 0,  0,  0, 0};
    struct ifreq is = {0};
    long written = 0;
    int fd = open_tun(IFF_VNET_HDR);
    if (ioctl(fd, TUNGETIFF, &is) != 0)
    {
        die("TUNGETIFF");
    }
    bool headers = (is.ifr_flags & IFF_VNET_HDR) != 0;
    printf("headers=%s\n", headers ? "yes" : "no");
    for (long i = 0; headers && i < count; i++)
    {
        written += write(fd, frame, sizeof frame) == (ssize_t)sizeof frame;
    }
    printf("written=%ld\n", written);
    close(fd);
}

static void exchange(long count)
{
    struct sockaddr_in self;
    char octet = 'x';
    long received = 0;
    int fd = open_udp(&self);
    for (long i = 0; i < count; i++)
    {
        received += send(fd, &octet, 1, 0) == 1 && recv(fd, &octet, 1, 0) == 1;
    }
    printf("received=%ld\n", received);
    close(fd);
}

static void batch(long count)
{
    struct sockaddr_in self;
    struct mmsghdr list[8] = {0};
    char octet[8] = "abcdefgh";
    struct iovec parts[8];
    int fd = open_udp(&self);
    for (size_t i = 0; i < 8; i++)
    {
        parts[i] = (struct iovec){&octet[i], 1};
        list[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    for (long i = 0; i < count; i++)
    {
        int sent = sendmmsg(fd, list, 8, 0);
        int again = sendmmsg(fd, list, 8, 0);
        int received = recvmmsg(fd, list, 8, MSG_DONTWAIT, NULL);
        printf("sent=%d\nsent_again=%d\nbatch_received=%d\n", sent, again, received);
    }
    close(fd);
}

static void wait_often(long count)
{
    for (long i = 0; i < count; i++)
    {
        (void)poll(NULL, 0, 1);
    }
}

static void offload(long count)
{
    struct sockaddr_in self;
    (void)count;
    int size = 100;
    int tun = open_tun(0);
    int udp = open_udp(&self);
    int status = setsockopt(udp, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size);
    printf("udp_segment=%s\n", status == 0 ? "taken" : strerrorname_np(errno));
    status = ioctl(tun, TUNSETOFFLOAD, (unsigned long)TUN_F_CSUM);
    printf("tun_offload=%s\n", status == 0 ? "taken" : strerrorname_np(errno));
    close(tun);
    close(udp);
}

static void buffers(long count)
{
    int octets = (int)count;
    struct sockaddr_in self;
    int fd = open_udp(&self);
    int got = 0;
    socklen_t len = sizeof got;
    getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &len);
    printf("rcvbuf=%d\n", got);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &len);
    printf("rcvbuf_asked=%d\n", got);
    getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &got, &len);
    printf("sndbuf=%d\n", got);
    close(fd);
}

static const struct
{
    const char *what;
    void (*call)(long count);
} calls[] = {
    {"tun-write", tun_write}, {"tun-read", tun_read}, {"super", tun_super},
    {"reopen", reopen},       {"socket", exchange},   {"batch", batch},
    {"poll", wait_often},     {"offload", offload},   {"buffers", buffers},
};

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    long count = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
    double from = seconds(CLOCK_MONOTONIC);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    {
        if (strcmp(what, calls[i].what) == 0)
        {
            calls[i].call(count);
            printf("elapsed_us=%.0f\ncpu_us=%.0f\n", (seconds(CLOCK_MONOTONIC) - from) * 1e6,
                   (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e6);
            return 0;
        }
    }
    fprintf(stderr, "usage: calls WHAT N\n");
    return 2;
}
