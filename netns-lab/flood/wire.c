#include "netns-lab/flood/wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADERS_LEN (sizeof(struct iphdr) + sizeof(struct udphdr))
#define LINK_LEN    (sizeof(struct virtio_net_hdr) + ETHER_HDR_LEN) /* in front of a heard packet */
#define FRAME_MAX   65600u
#define TTL         64

int flood_wire_raw(struct emu_why *why)
{
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (fd < 0)
    {
        emu_why_errno(why, "a raw socket");
    }
    return fd;
}

/* Its headers in front of each frame tell a train's segment length. */
static int open_listener(const char *interface)
{
    int on = 1;
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const struct sockaddr_ll at = {.sll_family = AF_PACKET,
                                   .sll_protocol = htons(ETH_P_IP),
                                   .sll_ifindex = (int)if_nametoindex(interface)};
    if (fd >= 0 &&
        (at.sll_ifindex == 0 || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
         setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0 ||
         bind(fd, (const struct sockaddr *)&at, sizeof at) != 0))
    {
        close(fd);
        fd = -1;
    }
    return fd;
}

int flood_wire_listen(const char *netns, const char *interface, struct emu_why *why)
{
    char path[128];
    snprintf(path, sizeof path, "/run/netns/%s", netns != NULL ? netns : "");
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = netns != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    int fd = -1;
    if (home >= 0 && (netns == NULL || (there >= 0 && setns(there, CLONE_NEWNET) == 0)))
    {
        fd = open_listener(interface);
    }
    if (fd < 0)
    {
        emu_why_errno(why, "listening at %s %s", netns != NULL ? netns : "", interface);
    }
    if (there >= 0)
    {
        if (setns(home, CLONE_NEWNET) != 0 && fd >= 0)
        {
            emu_why_errno(why, "coming back from %s", netns);
            close(fd);
            fd = -1;
        }
        close(there);
    }
    if (home >= 0)
    {
        close(home);
    }
    return fd;
}

/* The kernel writes length and checksum of the IP header. UDP over IPv4 may go without a checksum. */
static void put_headers(uint8_t *at, const struct flood_end *target, const struct flood_packet *packet)
{
    const struct iphdr ip = {.version = 4,
                             .ihl = 5,
                             .ttl = TTL,
                             .protocol = IPPROTO_UDP,
                             .saddr = packet->from.address,
                             .daddr = target->address};
    const struct udphdr udp = {.source = packet->from.port,
                               .dest = packet->to_port != 0 ? packet->to_port : target->port,
                               .len = htons((uint16_t)(sizeof udp + packet->len))};
    memcpy(at, &ip, sizeof ip);
    memcpy(at + sizeof ip, &udp, sizeof udp);
}

void flood_wire_send(int fd, const struct flood_end *target, const struct flood_packet *packets,
                     unsigned count, struct flood_sent *sent)
{
    uint8_t headers[FLOOD_BURST][HEADERS_LEN];
    struct iovec pieces[FLOOD_BURST][2];
    struct mmsghdr messages[FLOOD_BURST];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = target->address};
    memset(messages, 0, sizeof messages);
    for (unsigned i = 0; i < count; i++)
    {
        put_headers(headers[i], target, &packets[i]);
        pieces[i][0] = (struct iovec){headers[i], HEADERS_LEN};
        pieces[i][1] = (struct iovec){(void *)(uintptr_t)packets[i].payload, packets[i].len};
        messages[i].msg_hdr =
            (struct msghdr){.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = pieces[i], .msg_iovlen = 2};
    }
    for (unsigned done = 0; done < count;)
    {
        int some = sendmmsg(fd, messages + done, count - done, 0);
        for (int i = 0; i < some; i++)
        {
            sent->packets++;
            sent->octets += packets[done + (unsigned)i].len;
        }
        /* One that is refused is given up, and the next tried. */
        sent->refused += some <= 0;
        done += some > 0 ? (unsigned)some : 1;
    }
}

struct seen
{
    struct flood_end from;
    struct flood_end to;
    const uint8_t *payload;
    size_t len;
};

/* Reads one UDP packet, of a train the first. False: nothing waits. len 0 with no payload: none of ours. */
static bool next_udp(int fd, uint8_t *frame, struct seen *seen)
{
    struct virtio_net_hdr vnet;
    struct iphdr ip;
    struct udphdr udp;
    ssize_t len = recv(fd, frame, FRAME_MAX, 0);
    *seen = (struct seen){.payload = NULL};
    if (len < 0)
    {
        return false;
    }
    if ((size_t)len < LINK_LEN + HEADERS_LEN)
    {
        return true;
    }
    memcpy(&vnet, frame, sizeof vnet);
    memcpy(&ip, frame + LINK_LEN, sizeof ip);
    size_t at = LINK_LEN + ip.ihl * 4u;
    if (ip.protocol != IPPROTO_UDP || (ntohs(ip.frag_off) & 0x3fff) != 0 || ip.ihl < 5 ||
        (size_t)len < at + sizeof udp)
    {
        return true;
    }
    memcpy(&udp, frame + at, sizeof udp);
    seen->from = (struct flood_end){ip.saddr, udp.source};
    seen->to = (struct flood_end){ip.daddr, udp.dest};
    seen->payload = frame + at + sizeof udp;
    seen->len = (size_t)len - at - sizeof udp;
    if (vnet.gso_type != VIRTIO_NET_HDR_GSO_NONE && vnet.gso_size < seen->len)
    {
        seen->len = vnet.gso_size;
    }
    return true;
}

static bool is_end(const struct flood_end *a, const struct flood_end *b)
{
    return a->address == b->address && a->port == b->port;
}

void flood_wire_hear(int fd, const struct flood_end *target, struct flood_heard *heard)
{
    uint8_t frame[FRAME_MAX];
    struct seen seen;
    while (next_udp(fd, frame, &seen))
    {
        struct flood_packet packet = {.from = seen.from, .len = (uint16_t)seen.len};
        if (seen.payload != NULL && is_end(&seen.to, target) && seen.len <= FLOOD_PAYLOAD_MAX)
        {
            memcpy(packet.payload, seen.payload, seen.len);
            flood_heard_keep(heard, &packet);
        }
    }
}

void flood_wire_count(int fd, const struct flood_end *target, struct flood_answers *answers)
{
    uint8_t frame[FRAME_MAX];
    struct seen seen;
    while (next_udp(fd, frame, &seen))
    {
        if (seen.payload != NULL && is_end(&seen.from, target))
        {
            answers->packets++;
            answers->octets += seen.len;
        }
    }
}
