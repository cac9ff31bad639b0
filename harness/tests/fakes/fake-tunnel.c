/* A tunnel without any protection, to test the harness with: IP packets of a tun
 * interface in UDP datagrams, one octet in front. H hello, W welcome, D data,
 * B goodbye. In the modes that are not "ok" it misbehaves in one way each.
 *
 * usage: fake-tunnel MODE CFG */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum
{
    PACKET_MAX = 2048,
    HELLO_EVERY_MS = 50,
    CRASH_AFTER = 200, /* data packets */
};

struct fake
{
    const char *mode;
    bool server;
    char address[64];
    int port;
    int tun;
    int udp;
    struct sockaddr_in peer;
    bool has_peer;
    unsigned data_count;
};

static volatile sig_atomic_t told_to_end;

static void on_term(int signal_number)
{
    (void)signal_number;
    told_to_end = 1;
}

static bool is_mode(const struct fake *fake, const char *mode)
{
    return strcmp(fake->mode, mode) == 0;
}

static void die(const char *what)
{
    printf("fake-tunnel: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_config(struct fake *fake, const char *path)
{
    char line[1200];
    FILE *file = fopen(path, "r");
    if (file == NULL)
    {
        die(path);
    }
    while (fgets(line, sizeof line, file) != NULL)
    {
        line[strcspn(line, "\n")] = '\0';
        char *value = strchr(line, '=');
        if (value == NULL)
        {
            continue;
        }
        *value++ = '\0';
        if (strcmp(line, "role") == 0)
        {
            fake->server = strcmp(value, "server") == 0;
        }
        else if (strcmp(line, "local") == 0 || strcmp(line, "remote") == 0)
        {
            snprintf(fake->address, sizeof fake->address, "%.63s", value);
        }
        else if (strcmp(line, "port") == 0)
        {
            fake->port = (int)strtol(value, NULL, 10);
        }
    }
    fclose(file);
}

static void open_tun(struct fake *fake)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    snprintf(request.ifr_name, sizeof request.ifr_name, "tun0");
    fake->tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fake->tun < 0 || ioctl(fake->tun, TUNSETIFF, &request) != 0)
    {
        die("tun0");
    }
    if (is_mode(fake, "litter") && ioctl(fake->tun, TUNSETPERSIST, 1) != 0)
    {
        die("TUNSETPERSIST");
    }
    const char *setup = fake->server
                            ? "ip addr add 10.8.0.1/24 dev tun0 && ip -6 addr add fd00:8::1/64 dev tun0 "
                              "nodad && ip link set tun0 mtu 1400 up"
                            : "ip addr add 10.8.0.2/24 dev tun0 && ip -6 addr add fd00:8::2/64 dev tun0 "
                              "nodad && ip link set tun0 mtu 1400 up";
    if (system(setup) != 0)
    {
        printf("fake-tunnel: ip failed\n");
        exit(1);
    }
    printf("tun0 is up\n");
}

static void open_udp(struct fake *fake)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)fake->port)};
    fake->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fake->udp < 0 || inet_pton(AF_INET, fake->address, &address.sin_addr) != 1)
    {
        die("socket");
    }
    if (fake->server && bind(fake->udp, (struct sockaddr *)&address, sizeof address) != 0)
    {
        die("bind");
    }
    fake->peer = address;
    fake->has_peer = !fake->server;
}

static void send_packet(const struct fake *fake, const uint8_t *packet, size_t len)
{
    if (fake->has_peer)
    {
        (void)!sendto(fake->udp, packet, len, 0, (const struct sockaddr *)&fake->peer, sizeof fake->peer);
    }
}

static void from_tun(struct fake *fake)
{
    uint8_t packet[PACKET_MAX] = {'D'};
    ssize_t len;
    while ((len = read(fake->tun, packet + 1, sizeof packet - 1)) > 0)
    {
        if (!is_mode(fake, "mute"))
        {
            send_packet(fake, packet, (size_t)len + 1);
        }
        if (is_mode(fake, "crash") && ++fake->data_count == CRASH_AFTER)
        {
            printf("about to crash\n");
            fflush(stdout);
            raise(SIGSEGV);
        }
    }
}

static void from_peer(struct fake *fake)
{
    uint8_t packet[PACKET_MAX];
    struct sockaddr_in from;
    socklen_t from_len = sizeof from;
    ssize_t len;
    while ((len = recvfrom(fake->udp, packet, sizeof packet, 0, (struct sockaddr *)&from, &from_len)) > 0)
    {
        if (packet[0] == 'H' && fake->server)
        {
            fake->peer = from;
            fake->has_peer = true;
            send_packet(fake, (const uint8_t *)"W", 1);
        }
        else if (packet[0] == 'W' && !fake->server && fake->tun < 0)
        {
            open_tun(fake);
        }
        else if (packet[0] == 'D' && fake->tun >= 0)
        {
            (void)!write(fake->tun, packet + 1, (size_t)len - 1);
        }
        else if (packet[0] == 'B' && fake->server)
        {
            printf("goodbye from the peer\n");
            fake->has_peer = false;
        }
    }
}

static void serve(struct fake *fake)
{
    while (!told_to_end)
    {
        struct pollfd fds[2] = {{.fd = fake->udp, .events = POLLIN}, {.fd = fake->tun, .events = POLLIN}};
        if (!fake->server && fake->tun < 0)
        {
            send_packet(fake, (const uint8_t *)"H", 1);
        }
        if (poll(fds, 2, HELLO_EVERY_MS) > 0)
        {
            from_peer(fake);
            if (fake->tun >= 0)
            {
                from_tun(fake);
            }
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 3)
    {
        fprintf(stderr, "usage: fake-tunnel MODE CFG\n");
        return 2;
    }
    struct fake fake = {.mode = argv[1], .tun = -1};
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_config(&fake, argv[2]);
    struct sigaction act = {.sa_handler = on_term};
    sigaction(SIGTERM, &act, NULL);
    if (fake.server)
    {
        open_tun(&fake);
    }
    open_udp(&fake);
    serve(&fake);
    if (!fake.server && !is_mode(&fake, "rude"))
    {
        send_packet(&fake, (const uint8_t *)"B", 1);
    }
    if (is_mode(&fake, "stubborn") && fake.server)
    {
        printf("goodbye from the peer\n");
        for (;;)
        {
            pause();
        }
    }
    printf("ending\n");
    return is_mode(&fake, "sour") ? 3 : 0;
}
